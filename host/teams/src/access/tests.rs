//! What an app's calls do when Microsoft does not: refusals, limits, troubles and silence.

use presync_core::id::TeamsUserId;
use presync_core::words::TeamsSession;
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use super::*;
use crate::refusal::{Refusal, SignInProblem};
use crate::testing::{Microsoft, PRESENCES, TOKEN, busy};
use crate::{Client, Config};

const SET: &str = "/v1.0/users/u1/presence/setPresence";

async fn read(client: &Client) -> Result<(), Error> {
    client.presences(&["p1".into()]).await.map(|_| ())
}

async fn write(client: &Client) -> Result<(), Error> {
    client.hold_session(&TeamsUserId::from("u1"), TeamsSession::InACall, Duration::from_secs(300)).await
}

#[tokio::test]
async fn a_401_is_answered_with_one_new_token() {
    let microsoft = Microsoft::start().await;
    microsoft.on_first(1, "POST", PRESENCES, ResponseTemplate::new(401)).await;
    microsoft.on("POST", PRESENCES, busy).await;
    assert_eq!(read(&microsoft.client()).await, Ok(()));
    let sent: Vec<_> = microsoft
        .requests(PRESENCES)
        .await
        .iter()
        .map(|r| r.headers["authorization"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(sent, ["Bearer token-1", "Bearer token-2"]);
}

#[tokio::test]
async fn a_401_that_stays_is_an_error_after_one_new_token_and_a_pause() {
    let microsoft = Microsoft::start().await;
    microsoft.on("POST", PRESENCES, ResponseTemplate::new(401)).await;
    let error = read(&microsoft.client()).await.unwrap_err();
    assert!(error.is_credential_problem(), "{error:?}");
    assert_eq!(microsoft.requests(PRESENCES).await.len(), 3);
    assert_eq!(microsoft.requests(TOKEN).await.len(), 2);
}

#[tokio::test]
async fn a_401_that_passes_by_itself_is_not_noticed() {
    let microsoft = Microsoft::start().await;
    microsoft.on_first(2, "POST", PRESENCES, ResponseTemplate::new(401)).await;
    microsoft.on("POST", PRESENCES, busy).await;
    assert_eq!(read(&microsoft.client()).await, Ok(()));
    assert_eq!(microsoft.requests(TOKEN).await.len(), 2);
}

#[tokio::test]
async fn a_403_names_the_role_that_is_missing() {
    let microsoft = Microsoft::start().await;
    let body = json!({ "error": { "code": "Forbidden", "message": "", "innerError": {} } });
    for (verb, at) in [("GET", "/v1.0/users"), ("POST", PRESENCES), ("POST", SET)] {
        microsoft.on(verb, at, ResponseTemplate::new(403).set_body_json(&body)).await;
    }
    let client = microsoft.client();
    let role = |answer: Result<(), Error>| match answer {
        Err(Error::Forbidden { client_id, role }) => (client_id.into_string(), role),
        other => panic!("{other:?}"),
    };
    assert_eq!(role(client.users().await.map(|_| ())), ("reader".into(), "User.Read.All"));
    assert_eq!(role(read(&client).await), ("reader".into(), "Presence.Read.All"));
    assert_eq!(role(write(&client).await), ("writer".into(), "Presence.ReadWrite.All"));
}

#[tokio::test]
async fn after_a_429_calls_of_that_app_fail_fast_until_the_pause_is_over() {
    let microsoft = Microsoft::start().await;
    let throttled = ResponseTemplate::new(429).insert_header("retry-after", "2.128");
    microsoft.on_first(1, "POST", PRESENCES, throttled).await;
    microsoft.on("POST", PRESENCES, busy).await;
    microsoft.on("POST", SET, ResponseTemplate::new(200)).await;
    let client = microsoft.client();
    let pause = Duration::from_millis(2128);
    assert_eq!(read(&client).await, Err(Error::Throttled { retry_after: pause }));
    microsoft.clock.advance(Duration::from_secs(2));
    assert_eq!(read(&client).await, Err(Error::Throttled { retry_after: Duration::from_millis(128) }));
    assert_eq!(microsoft.requests(PRESENCES).await.len(), 1, "the second was not sent");
    assert_eq!(write(&client).await, Ok(()), "the other app is not concerned");
    microsoft.clock.advance(Duration::from_millis(128));
    assert_eq!(read(&client).await, Ok(()));
}

#[tokio::test]
async fn a_503_is_asked_again_once_on_a_read() {
    let microsoft = Microsoft::start().await;
    microsoft.on_first(1, "POST", PRESENCES, ResponseTemplate::new(503)).await;
    microsoft.on_first(1, "POST", PRESENCES, busy).await;
    microsoft.on("POST", PRESENCES, ResponseTemplate::new(503)).await;
    let client = microsoft.client();
    assert_eq!(read(&client).await, Ok(()));
    assert_eq!(read(&client).await, Err(Error::Unavailable { status: 503, retry_after: None }));
    assert_eq!(microsoft.requests(PRESENCES).await.len(), 4);
}

#[tokio::test]
async fn a_503_is_not_asked_again_on_a_write_or_when_a_long_pause_is_asked_for() {
    let microsoft = Microsoft::start().await;
    let long = ResponseTemplate::new(503).insert_header("retry-after", "30");
    microsoft.on("POST", SET, ResponseTemplate::new(503)).await;
    microsoft.on("POST", PRESENCES, long).await;
    let client = microsoft.client();
    assert!(write(&client).await.is_err());
    assert_eq!(read(&client).await.unwrap_err().retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(microsoft.requests(SET).await.len(), 1);
    assert_eq!(microsoft.requests(PRESENCES).await.len(), 1);
}

#[tokio::test]
async fn a_server_that_hangs_is_left_at_the_deadline() {
    let microsoft = Microsoft::start().await;
    microsoft.on("POST", PRESENCES, ResponseTemplate::new(200).set_delay(Duration::from_secs(30))).await;
    let deadline = Duration::from_millis(200);
    let config = Config { call_deadline: deadline, ..microsoft.config() };
    let client = Client::new(config, Arc::new(microsoft.clock.clone())).unwrap();
    let began = Instant::now();
    assert_eq!(read(&client).await, Err(Error::Timeout { after: deadline }));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_sign_in_that_hangs_is_left_at_the_deadline() {
    let microsoft = Microsoft::without_tokens().await;
    microsoft.on("POST", TOKEN, ResponseTemplate::new(200).set_delay(Duration::from_secs(30))).await;
    let deadline = Duration::from_millis(200);
    let config = Config { call_deadline: deadline, ..microsoft.config() };
    let client = Client::new(config, Arc::new(microsoft.clock.clone())).unwrap();
    assert_eq!(read(&client).await, Err(Error::Timeout { after: deadline }));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_network_error() {
    let microsoft = Microsoft::start().await;
    let config = Config { graph: Url::parse("http://127.0.0.1:1/v1.0").unwrap(), ..microsoft.config() };
    let client = Client::new(config, Arc::new(microsoft.clock.clone())).unwrap();
    let error = read(&client).await.unwrap_err();
    assert!(matches!(error, Error::Network(_)), "{error:?}");
}

#[tokio::test]
async fn a_wrong_secret_is_told_in_words() {
    let microsoft = Microsoft::without_tokens().await;
    let body = json!({ "error": "invalid_client", "error_codes": [7_000_215],
        "error_description": "AADSTS7000215: Invalid client secret provided. Trace ID: 1" });
    microsoft.on("POST", TOKEN, ResponseTemplate::new(401).set_body_json(body)).await;
    let ids: Vec<TeamsUserId> = (0..2000).map(|n| TeamsUserId::from(format!("p{n}"))).collect();
    let error = microsoft.client().presences(&ids).await.unwrap_err();
    assert_eq!(
        error,
        Error::SignIn {
            client_id: "reader".into(),
            refusal: Refusal { problem: SignInProblem::WrongSecret, code: Some(7_000_215) }
        }
    );
    let sentence = error.to_string();
    assert!(sentence.contains("the client secret is wrong") && !sentence.contains("Trace"), "{sentence}");
    assert_eq!(microsoft.requests(TOKEN).await.len(), 1, "the chunks share one refusal");
}

#[tokio::test]
async fn a_sign_in_sends_the_apps_credentials_and_the_default_scope() {
    let microsoft = Microsoft::start().await;
    microsoft.on("POST", PRESENCES, busy).await;
    read(&microsoft.client()).await.unwrap();
    let requests: Vec<Request> = microsoft.requests(TOKEN).await;
    let form = std::str::from_utf8(&requests[0].body).unwrap();
    assert_eq!(
        form,
        "grant_type=client_credentials&client_id=reader&client_secret=s3cret&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
    );
}
