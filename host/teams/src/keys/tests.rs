//! Signed tokens, from an Entra that rotates its keys.

use serde_json::json;
use wiremock::ResponseTemplate;

use super::*;
use crate::testing::{Microsoft, Signer};

const KEYS: &str = "/common/discovery/v2.0/keys";

fn keys(microsoft: &Microsoft) -> SigningKeys {
    let url = Url::parse(&format!("{}{KEYS}", microsoft.server.uri())).unwrap();
    let http = presync_http::transport::client().unwrap();
    SigningKeys::new(http, url, Arc::new(microsoft.clock.clone()), Duration::from_secs(5))
}

async fn publish(microsoft: &Microsoft, times: u64, signers: &[&Signer]) {
    let answer = ResponseTemplate::new(200).set_body_json(Signer::published(signers));
    microsoft.on_first(times, "GET", KEYS, answer).await;
}

fn token(signer: &Signer) -> String {
    signer.sign(&json!({ "aud": "app-1", "iss": "https://sts.windows.net/t1/", "exp": 100, "nbf": 10, "tid": "t1", "appid": "g1" }))
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_for_an_unknown_one_but_not_at_once() {
    let microsoft = Microsoft::without_tokens().await;
    let (old, new) = (Signer::new("k1"), Signer::new("k2"));
    publish(&microsoft, 1, &[&old]).await;
    publish(&microsoft, 1, &[&old, &new]).await;
    let keys = keys(&microsoft);
    assert!(keys.claims(&token(&old)).await.is_ok());
    assert!(keys.claims(&token(&old)).await.is_ok());
    assert_eq!(keys.claims(&token(&new)).await.unwrap_err(), TokenProblem::UnknownKey);
    assert_eq!(microsoft.requests(KEYS).await.len(), 1);
    microsoft.clock.advance(REST);
    assert!(keys.claims(&token(&new)).await.is_ok());
    assert_eq!(microsoft.requests(KEYS).await.len(), 2);
}

#[tokio::test]
async fn a_token_that_was_touched_is_not_believed() {
    let microsoft = Microsoft::without_tokens().await;
    let (signer, other) = (Signer::new("k1"), Signer::new("k1"));
    publish(&microsoft, 9, &[&signer]).await;
    let keys = keys(&microsoft);
    assert_eq!(keys.claims(&token(&other)).await.unwrap_err(), TokenProblem::Signature);
    let unsigned = "eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.e30.";
    for text in [unsigned, "", "a.b.c", "not a token"] {
        assert_eq!(keys.claims(text).await.unwrap_err(), TokenProblem::Malformed, "{text}");
    }
}

#[tokio::test]
async fn without_keys_nothing_is_believed() {
    let microsoft = Microsoft::without_tokens().await;
    microsoft.on("GET", KEYS, ResponseTemplate::new(503)).await;
    let problem = keys(&microsoft).claims(&token(&Signer::new("k1"))).await.unwrap_err();
    assert!(matches!(problem, TokenProblem::NoKeys(_)), "{problem:?}");
}

#[tokio::test]
async fn the_claims_answer_each_question_by_itself() {
    let microsoft = Microsoft::without_tokens().await;
    let signer = Signer::new("k1");
    publish(&microsoft, 1, &[&signer]).await;
    let claims = keys(&microsoft).claims(&token(&signer)).await.unwrap();
    let login = Url::parse("https://login.microsoftonline.com").unwrap();
    assert_eq!(claims.in_time(Timestamp::from_millis(50_000)), Ok(()));
    assert_eq!(claims.in_time(Timestamp::from_millis(500_000)), Err(TokenProblem::OutOfTime));
    assert_eq!(claims.meant_for(&["app-0", "APP-1"]), Ok(()));
    assert_eq!(claims.meant_for(&["app-2"]), Err(TokenProblem::Audience));
    assert_eq!(claims.issued_by(&login), Ok(()));
    assert_eq!((claims.sent_by("g1"), claims.sent_by("g2")), (Ok(()), Err(TokenProblem::Publisher)));
    assert_eq!(claims.answers("n1"), Err(TokenProblem::Nonce));
}

#[tokio::test]
async fn an_issuer_must_be_entra_for_the_directory_that_the_token_names() {
    let microsoft = Microsoft::without_tokens().await;
    let signer = Signer::new("k1");
    publish(&microsoft, 1, &[&signer]).await;
    let keys = keys(&microsoft);
    let login = Url::parse("https://login.microsoftonline.us").unwrap();
    for (issuer, expected) in [
        ("https://login.microsoftonline.us/t1/v2.0", Ok(())),
        ("https://login.microsoftonline.us/t2/v2.0", Err(TokenProblem::Issuer)),
        ("https://login.elsewhere.example/t1/v2.0", Err(TokenProblem::Issuer)),
        ("https://sts.windows.net/t1", Err(TokenProblem::Issuer)),
    ] {
        let token = signer.sign(&json!({ "aud": "a", "iss": issuer, "exp": 1, "tid": "t1" }));
        assert_eq!(keys.claims(&token).await.unwrap().issued_by(&login), expected, "{issuer}");
    }
}
