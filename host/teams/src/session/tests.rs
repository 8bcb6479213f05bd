//! Sessions through `$batch`: a Graph that shuffles its answers and refuses some.

use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use super::*;
use crate::testing::Microsoft;
use crate::{Client, Config};

const BATCH: &str = "/v1.0/$batch";
const LEASE: Duration = Duration::from_secs(300);

fn hold(user: &str) -> SessionWrite {
    SessionWrite { user: user.into(), hold: Some((TeamsSession::InACall, LEASE)) }
}

fn clear(user: &str) -> SessionWrite {
    SessionWrite { user: user.into(), hold: None }
}

fn people(count: usize) -> Vec<SessionWrite> {
    (0..count).map(|n| hold(&format!("u{n}"))).collect()
}

/// Answers the items in reverse order, each as its user's name says: `n429` with a pause, `n503`, `n404` …, else 200. A name with
/// `lost` gets no answer.
fn by_name(request: &Request) -> ResponseTemplate {
    let envelope: Value = request.body_json().unwrap();
    let answer = |item: &Value| {
        let user = item["url"].as_str().unwrap().split('/').nth(2).unwrap();
        let status: u16 =
            user.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok().filter(|s| *s > 99).unwrap_or(200);
        let headers = if status == 429 { json!({ "retry-AFTER": "2.128" }) } else { json!({}) };
        let body = json!({ "error": { "code": "Said", "message": "so" } });
        (user != "lost").then(|| json!({ "id": item["id"], "status": status, "headers": headers, "body": body }))
    };
    let responses: Vec<Value> = envelope["requests"].as_array().unwrap().iter().rev().filter_map(answer).collect();
    ResponseTemplate::new(200).set_body_json(json!({ "responses": responses }))
}

async fn envelopes(microsoft: &Microsoft) -> Vec<Value> {
    microsoft
        .requests(BATCH)
        .await
        .iter()
        .map(|request| request.body_json::<Value>().unwrap()["requests"].clone())
        .collect()
}

#[test]
fn a_lease_is_whole_minutes_inside_what_graph_takes() {
    assert_eq!(expiration(Duration::from_secs(300)), "PT5M");
    assert_eq!(expiration(Duration::from_millis(300_001)), "PT6M");
    assert_eq!(expiration(Duration::from_secs(1)), "PT5M");
    assert_eq!(expiration(Duration::from_secs(86_400)), "PT240M");
}

#[tokio::test]
async fn twenty_writes_are_one_request_and_one_more_is_a_second() {
    let microsoft = Microsoft::start().await;
    microsoft.on("POST", BATCH, by_name).await;
    microsoft.on("POST", "/v1.0/users/u20/presence/setPresence", ResponseTemplate::new(200)).await;
    let outcomes = microsoft.client().write_sessions(&people(21)).await;
    assert_eq!(outcomes, vec![Ok(()); 21]);
    let envelopes = envelopes(&microsoft).await;
    let [envelope] = &envelopes[..] else { panic!("{envelopes:?}") };
    assert_eq!(envelope.as_array().unwrap().len(), 20);
    let expected = json!({ "id": "1", "method": "POST", "url": "/users/u0/presence/setPresence",
        "headers": { "Content-Type": "application/json" },
        "body": { "sessionId": "writer", "availability": "Busy", "activity": "InACall", "expirationDuration": "PT5M" } });
    assert_eq!(envelope[0], expected);
    assert_eq!(microsoft.requests("/v1.0/users/u20/presence/setPresence").await.len(), 1, "one alone needs no batch");
}

#[tokio::test]
async fn each_write_has_its_own_outcome_in_whatever_order_graph_answers() {
    let microsoft = Microsoft::start().await;
    microsoft.on("POST", BATCH, by_name).await;
    let writes = [
        hold("u1"),
        hold("u404"),
        clear("v404"),
        hold("u503"),
        hold("lost"),
        clear("u2"),
        hold("u400"),
        hold("u403"),
        hold("u401"),
    ];
    let outcomes = microsoft.client().write_sessions(&writes).await;
    let said = |status| Error::Refused { status, code: "Said".into(), message: "so".into() };
    let expected = [
        Ok(()),
        Err(Error::NotFound),
        Err(Error::NotFound),
        Err(Error::Unavailable { status: 503, retry_after: None }),
        Err(Error::Unreadable("a batch came back without the answer to one of its requests".into())),
        Ok(()),
        Err(said(400)),
        Err(Error::Forbidden { client_id: "writer".into(), role: ROLE }),
        Err(Error::Unauthorized { client_id: "writer".into() }),
    ];
    assert_eq!(outcomes, expected);
}

#[tokio::test]
async fn a_throttled_write_is_so_by_itself_and_keeps_the_app_quiet() {
    let microsoft = Microsoft::start().await;
    microsoft.on("POST", BATCH, by_name).await;
    let client = microsoft.client();
    let pause = Duration::from_millis(2128);
    let outcomes = client.write_sessions(&[hold("u429"), hold("u1"), hold("u424")]).await;
    assert_eq!(outcomes[..2], [Err(Error::Throttled { retry_after: pause }), Ok(())]);
    assert!(matches!(outcomes[2], Err(Error::Throttled { .. })), "424 in a batch is its limit");
    assert!(matches!(
        client.write_sessions(&[hold("u1"), hold("u2")]).await[..],
        [Err(Error::Throttled { .. }), Err(Error::Throttled { .. })]
    ));
    assert_eq!(microsoft.requests(BATCH).await.len(), 1, "nothing is sent meanwhile");
    microsoft.clock.advance(pause);
    assert_eq!(client.write_sessions(&[hold("u1"), hold("u2")]).await, [Ok(()), Ok(())]);
}

#[tokio::test]
async fn two_writes_to_one_user_are_made_in_their_order() {
    let microsoft = Microsoft::start().await;
    microsoft.on("POST", BATCH, by_name).await;
    microsoft.on("POST", "/v1.0/users/a/presence/setPresence", ResponseTemplate::new(200)).await;
    let writes = [hold("a"), hold("b"), clear("a"), clear("b"), hold("a"), hold("c"), clear("c")];
    assert!(microsoft.client().write_sessions(&writes).await.iter().all(Result::is_ok));
    let envelopes = envelopes(&microsoft).await;
    let items = envelopes.iter().flat_map(|envelope| envelope.as_array().unwrap());
    let order: Vec<&str> = items.map(|item| item["url"].as_str().unwrap()).collect();
    let of = |user: &str| -> Vec<&str> {
        order.iter().filter(|url| url.contains(&format!("/{user}/"))).filter_map(|url| url.rsplit('/').next()).collect()
    };
    assert_eq!(of("b"), ["setPresence", "clearPresence"]);
    assert_eq!(of("c"), ["setPresence", "clearPresence"]);
    assert_eq!(of("a"), ["setPresence", "clearPresence"], "the third is alone in its round and goes by itself");
    assert_eq!(microsoft.requests("/v1.0/users/a/presence/setPresence").await.len(), 1);
}

#[tokio::test]
async fn a_batch_that_fails_whole_fails_each_of_its_writes() {
    let microsoft = Microsoft::start().await;
    microsoft.on("POST", BATCH, ResponseTemplate::new(500)).await;
    let outcomes = microsoft.client().write_sessions(&people(3)).await;
    assert_eq!(outcomes, vec![Err(Error::Unavailable { status: 500, retry_after: None }); 3]);
    assert_eq!(microsoft.requests(BATCH).await.len(), 1, "a write is sent once");
}

#[tokio::test]
async fn a_batch_that_is_not_found_ends_nobodys_session() {
    let microsoft = Microsoft::start().await;
    let outcomes = microsoft.client().write_sessions(&[clear("u1"), clear("u2")]).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::Refused { status: 404, .. }))), "{outcomes:?}");
}

#[tokio::test]
async fn a_tenant_that_syncs_one_way_writes_no_batch() {
    let microsoft = Microsoft::start().await;
    let config = Config { write_app: None, ..microsoft.config() };
    let client = Client::new(config, std::sync::Arc::new(microsoft.clock.clone())).unwrap();
    assert_eq!(client.write_sessions(&people(2)).await, [Err(Error::OneWay), Err(Error::OneWay)]);
}

#[test]
fn rounds_hold_every_user_once() {
    let writes = [hold("a"), clear("a"), hold("b"), hold("a")];
    assert_eq!(rounds(&writes), [vec![0, 2], vec![1], vec![3]]);
    assert!(rounds(&[]).is_empty());
}

#[tokio::test]
async fn a_page_of_success_is_not_taken_for_a_session() {
    let microsoft = Microsoft::start().await;
    let page = ResponseTemplate::new(200)
        .set_body_raw("<html>Welcome to the guest network</html>", "Text/HTML; charset=utf-8");
    microsoft.on("POST", "/v1.0/users/u1/presence/setPresence", page).await;
    let held = microsoft.client().hold_session(&"u1".into(), TeamsSession::InACall, LEASE).await;
    assert!(matches!(&held, Err(Error::Unreadable(what)) if what.contains("a web page")), "{held:?}");

    let item =
        |id: &str| json!({ "id": id, "status": 200, "headers": { "Content-Type": "text/html" }, "body": "PGh0bWw+" });
    let body = json!({ "responses": [item("1"), item("2")] });
    microsoft.on("POST", BATCH, ResponseTemplate::new(200).set_body_json(body)).await;
    let outcomes = microsoft.client().write_sessions(&people(2)).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::Unreadable(_)))), "{outcomes:?}");
}
