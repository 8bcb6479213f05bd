//! Registrations with an 8x8 of `wiremock`, and deliveries signed by a key of the test.

use presync_core::time::Clock as _;
use reqwest::header::HeaderValue;
use serde_json::Value;
use wiremock::ResponseTemplate;

use super::*;
use crate::frames::webhook::tests::{Signer, header};
use crate::testing::{Eight, ok};

const HOOKS: &str = "/presence/v1/webhooks";
const ONE: &str = "/presence/v1/webhooks/hook-7";
const KEY: &str = "/chat-gateway/v1/jwk/kid-1/public";
const BODY: &[u8] = br#"{"notificationVersion":"Presence v1.0","eventType":"PRESENCE_CHANGE","data":{}}"#;

fn address() -> Url {
    Url::parse("https://presync.corp.com/hooks/8x8/acme").unwrap()
}

/// The headers of a delivery of `eight`'s present moment.
fn headers(eight: &Eight, signer: &Signer, event: &str) -> HeaderMap {
    let transmitted = eight.clock.now().as_millis();
    let unsigned = Delivery { customer: "c", tenant: "acmecc", event, retry: 0, transmitted, signature: "" };
    let all = [
        ("x-8x8-customer-id", "c".to_owned()),
        ("x-8x8-tenant-id", "acmecc".to_owned()),
        ("x-8x8-event-id", event.to_owned()),
        ("x-8x8-retry", "0".to_owned()),
        ("x-8x8-transmission-time", transmitted.to_string()),
        ("x-8x8-signature", signer.sign(&unsigned, BODY, &header())),
    ];
    all.into_iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(&value).unwrap())).collect()
}

async fn door(tenant: Option<&str>) -> (Eight, Signer, Door) {
    let eight = Eight::start().await;
    let door = Door::new(eight.client(), tenant.map(str::to_owned));
    (eight, Signer::new(), door)
}

#[tokio::test]
async fn an_address_is_registered_once_and_moved_when_it_is_another_one() {
    let eight = Eight::start().await;
    let row = |uri: &str| json!({ "id": "hook-7", "name": "presync-acme", "uri": uri });
    let strange = json!({ "id": "hook-1", "name": "crm", "uri": address().as_str() });
    eight.once("GET", HOOKS, ok(&json!({ "data": [strange] }))).await;
    eight.once("GET", HOOKS, ok(&json!({ "data": [row(address().as_str())] }))).await;
    eight.on("GET", HOOKS, ok(&json!({ "data": [row("https://old.corp.com/")] }))).await;
    eight.on("POST", HOOKS, ok(&json!({}))).await;
    eight.on("PUT", ONE, ok(&json!({}))).await;
    let client = eight.client();
    assert_eq!(client.register_webhook(&address()).await, Ok(Registered::Anew));
    assert_eq!(client.register_webhook(&address()).await, Ok(Registered::Already));
    assert_eq!(client.register_webhook(&address()).await, Ok(Registered::Moved));
    let wanted = json!({ "name": "presync-acme", "uri": address().as_str(), "notificationVersion": "Presence v1.0" });
    let written = [&eight.requests(HOOKS).await[1], &eight.requests(ONE).await[0]];
    assert!(written.iter().all(|request| request.body_json::<Value>().unwrap() == wanted));
}

#[tokio::test]
async fn what_8x8_signed_is_let_in_and_its_key_is_asked_for_once() {
    let (eight, signer, door) = door(Some("acmecc")).await;
    eight.on("GET", KEY, ok(&signer.jwk())).await;
    for event in ["e-1", "e-2"] {
        let headers = headers(&eight, &signer, event);
        assert_eq!(door.admit(&headers, BODY).await, Ok(event));
        assert_eq!(door.admit(&headers, b"{}").await, Err(Refused::Forged.into()));
        assert!(door.is_new(event) && !door.is_new(event));
    }
    assert_eq!(eight.requests(KEY).await.len(), 1);
    let late = headers(&eight, &signer, "e-3");
    eight.clock.advance(Duration::from_secs(301));
    assert_eq!(door.admit(&late, BODY).await, Err(Refused::OutOfTime.into()));
}

#[tokio::test]
async fn whoever_tries_keys_has_8x8_asked_once_in_a_while() {
    let (eight, signer, door) = door(None).await;
    eight.on("GET", KEY, ResponseTemplate::new(404)).await;
    let headers = headers(&eight, &signer, "e-1");
    assert!(matches!(door.admit(&headers, BODY).await, Err(Turned::NoKey(_))));
    assert_eq!(door.admit(&headers, BODY).await, Err(Turned::TooSoon));
    assert_eq!(eight.requests(KEY).await.len(), 1);
}

#[tokio::test]
async fn what_is_incomplete_or_for_somebody_else_is_turned_away_before_a_key_is_asked_for() {
    let (eight, signer, door) = door(Some("othercc")).await;
    let mut headers = headers(&eight, &signer, "e-1");
    assert_eq!(door.admit(&headers, BODY).await, Err(Turned::OtherTenant));
    headers.insert("x-8x8-retry", HeaderValue::from_static("-1"));
    assert_eq!(door.admit(&headers, BODY).await, Err(Turned::Incomplete("x-8x8-retry")));
    headers.remove("x-8x8-signature");
    headers.insert("x-8x8-retry", HeaderValue::from_static("0"));
    assert_eq!(door.admit(&headers, BODY).await, Err(Turned::Incomplete("x-8x8-signature")));
    assert_eq!(eight.requests(KEY).await.len(), 0);
}
