//! What calls do when 8x8 does not: refusals, limits, troubles and silence.

use presync_core::delivery::Outcome;
use presync_core::words::{Calls, EightTarget};
use serde_json::json;
use wiremock::ResponseTemplate;

use super::*;
use crate::testing::{BULK, CHANGES, Eight, PRESENCE, TOKEN, accepted, ok};
use crate::{Client, Config, Publication};

async fn read(client: &Client) -> Result<(), Error> {
    client.changes(&"c_1".into()).await.map(|_| ())
}

async fn write(client: &Client) -> Result<Outcome, Error> {
    let publication = Publication {
        user: "u1".into(),
        status: Some(EightTarget::Busy),
        note: None,
        calls: Calls::Unchanged,
        observed_at: Timestamp::from_millis(1),
        lease: None,
    };
    client.publish(&[publication]).await.map(|published| published[0].outcome)
}

fn unauthorized(said: &str) -> Error {
    let product = Product::Presence;
    Error::Unauthorized { product: product.name(), said: said.into(), fix: product.when_unauthorized() }
}

fn forbidden(product: Product, said: &str) -> Error {
    Error::Forbidden { product: product.name(), said: said.into(), fix: product.when_forbidden() }
}

fn no_changes() -> ResponseTemplate {
    ok(&json!({ "data": [], "cursor": "c_1", "hasMore": false }))
}

fn fault() -> ResponseTemplate {
    ResponseTemplate::new(401).set_body_json(json!({ "fault": { "faultstring": "Invalid Access Token",
        "detail": { "errorcode": "keymanagement.service.invalid_access_token" } } }))
}

#[tokio::test]
async fn an_apigee_fault_is_answered_with_one_new_token() {
    let eight = Eight::start().await;
    let uncounted = fault().insert_header("x-ratelimit-remaining", "0").insert_header("x-ratelimit-reset", "1000060");
    eight.once("GET", CHANGES, uncounted).await;
    eight.on("GET", CHANGES, no_changes()).await;
    let client = eight.client();
    assert_eq!(read(&client).await, Ok(()));
    assert_eq!(read(&client).await, Ok(()), "and the count of the refusal holds nobody back");
    let sent: Vec<_> = eight.requests(CHANGES).await.iter().map(|r| r.headers["authorization"].clone()).collect();
    assert_eq!(sent, ["Bearer token-1", "Bearer token-2", "Bearer token-2"]);
}

#[tokio::test]
async fn a_401_that_stays_is_an_error_after_one_new_token() {
    let eight = Eight::start().await;
    eight.on("GET", CHANGES, fault()).await;
    assert_eq!(read(&eight.client()).await, Err(unauthorized("Invalid Access Token")));
    assert_eq!(eight.requests(CHANGES).await.len(), 2);
    assert_eq!(eight.requests(TOKEN).await.len(), 2);
}

#[tokio::test]
async fn a_403_names_the_product_that_is_missing() {
    let eight = Eight::start().await;
    let text = "<API><Error>403 - Forbidden.</Error></API>";
    eight.on("GET", "/admin-provisioning/users", ResponseTemplate::new(403).set_body_string(text)).await;
    eight.on("POST", BULK, ResponseTemplate::new(403)).await;
    let client = eight.client();
    let directory = client.users().await.map(|_| ());
    assert_eq!(directory, Err(forbidden(Product::Directory, "403 - Forbidden.")));
    assert_eq!(write(&client).await, Err(forbidden(Product::Presence, "")));
}

#[tokio::test]
async fn a_wrong_secret_is_told_in_words() {
    let eight = Eight::without_tokens().await;
    let body = json!({ "ErrorCode": "invalid_client", "Error": "ClientId is Invalid" });
    eight.on("POST", TOKEN, ResponseTemplate::new(401).set_body_json(body)).await;
    let client = eight.client();
    let error = write(&client).await.unwrap_err();
    assert!(error.is_credential_problem());
    assert!(error.to_string().contains("the key or the secret is wrong"), "{error}");
}

#[tokio::test]
async fn after_a_429_presence_fails_fast_until_the_reset_and_the_directory_goes_on() {
    let eight = Eight::start().await;
    let throttled =
        ResponseTemplate::new(429).insert_header("x-ratelimit-reset", "1000007").insert_header("retry-after", "1");
    eight.once("POST", BULK, throttled).await;
    eight.on("POST", BULK, accepted).await;
    eight.on("GET", "/admin-provisioning/users", ok(&json!({ "data": [] }))).await;
    let client = eight.client();
    let pause = |secs| Duration::from_secs(secs);
    assert_eq!(write(&client).await, Ok(Outcome::Throttled { retry_after: pause(7) }));
    eight.clock.advance(pause(3));
    assert_eq!(write(&client).await, Ok(Outcome::Throttled { retry_after: pause(4) }));
    assert_eq!(eight.requests(BULK).await.len(), 1, "the second was not sent");
    assert!(client.users().await.is_ok());
    eight.clock.advance(pause(4));
    assert_eq!(write(&client).await, Ok(Outcome::Applied));
}

#[tokio::test]
async fn a_spent_count_is_obeyed_before_8x8_has_to_refuse() {
    let eight = Eight::start().await;
    let spent = no_changes().insert_header("x-ratelimit-remaining", "0").insert_header("x-ratelimit-reset", "1000030");
    eight.once("GET", CHANGES, spent).await;
    eight.on("GET", CHANGES, no_changes()).await;
    let client = eight.client();
    assert_eq!(read(&client).await, Ok(()));
    assert_eq!(read(&client).await, Err(Error::Throttled { retry_after: Duration::from_secs(30) }));
    eight.clock.advance(Duration::from_secs(30));
    assert_eq!(read(&client).await, Ok(()));
}

#[tokio::test]
async fn a_later_page_of_a_list_waits_for_its_turn() {
    let eight = Eight::start().await;
    let first = json!({ "data": [], "pagination": { "nextScrollId": "s" } });
    let spent = ok(&first).insert_header("x-ratelimit-remaining", "0").insert_header("x-ratelimit-reset", "1000060");
    eight.once("GET", PRESENCE, spent).await;
    eight.once("GET", PRESENCE, ResponseTemplate::new(429).insert_header("retry-after", "20")).await;
    eight.on("GET", PRESENCE, ok(&json!({ "data": [], "cursor": "c" }))).await;
    let client = eight.client();
    let time_passes = async {
        for _ in 0..30 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            eight.clock.advance(Duration::from_secs(4));
        }
    };
    let (snapshot, ()) = tokio::join!(client.snapshot(), time_passes);
    assert!(snapshot.is_ok(), "{snapshot:?}");
    assert_eq!(eight.requests(PRESENCE).await.len(), 3);
}

#[tokio::test]
async fn a_503_is_asked_again_once_on_reads_only() {
    let eight = Eight::start().await;
    eight.once("GET", CHANGES, ResponseTemplate::new(503).set_body_string("<html>down</html>")).await;
    eight.on("GET", CHANGES, no_changes()).await;
    eight.on("POST", BULK, ResponseTemplate::new(503)).await;
    let client = eight.client();
    assert_eq!(read(&client).await, Ok(()));
    assert_eq!(write(&client).await, Ok(Outcome::Failed));
    assert_eq!(eight.requests(CHANGES).await.len(), 2);
    assert_eq!(eight.requests(BULK).await.len(), 1);
}

#[tokio::test]
async fn a_server_that_hangs_is_left_at_the_deadline() {
    let eight = Eight::start().await;
    eight.on("GET", CHANGES, no_changes().set_delay(Duration::from_secs(30))).await;
    let deadline = Duration::from_millis(200);
    let client =
        Client::new(Config { call_deadline: deadline, ..eight.config() }, Arc::new(eight.clock.clone())).unwrap();
    let began = Instant::now();
    assert_eq!(read(&client).await, Err(Error::Timeout { after: deadline }));
    assert!(began.elapsed() < Duration::from_secs(5));
}
