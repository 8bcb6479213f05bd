//! Answers that a registry of one's own does not give on demand: tokens, throttling, trouble, nonsense.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use presync_registry::oci::{Calls, LARGEST};
use presync_registry::{Access, Digest, OciError, Remote};
use serde_json::json;
use wiremock::matchers::{basic_auth, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const MANIFEST: &str = "/v2/acme/rule/manifests/1.0";

fn remote(server: &MockServer, access: Access) -> Remote {
    let reference = format!("oci://{}/acme/rule:1.0", server.address()).parse().unwrap();
    Remote::new(reference, access, Calls::default()).unwrap()
}

/// What comes of asking a registry that answers so to everything.
async fn told(answer: ResponseTemplate) -> OciError {
    let server = MockServer::start().await;
    Mock::given(path("/v2/")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    Mock::given(path(MANIFEST)).respond_with(answer).mount(&server).await;
    remote(&server, Access::Anonymous).pull(LARGEST).await.unwrap_err()
}

fn said(code: &str, message: &str) -> serde_json::Value {
    json!({"errors": [{"code": code, "message": message}]})
}

#[tokio::test]
async fn a_password_is_exchanged_for_a_token_that_opens_the_registry() {
    let server = MockServer::start().await;
    let challenge = format!(r#"Bearer realm="{}/token",service="rules""#, server.uri());
    let closed = ResponseTemplate::new(401).insert_header("www-authenticate", &*challenge);
    let digest = Digest::of(b"a manifest");
    Mock::given(path("/v2/")).respond_with(closed.clone()).mount(&server).await;
    Mock::given(path("/token"))
        .and(basic_auth("ann", "pass-word"))
        .and(query_param("scope", "repository:acme/rule:pull"))
        .and(query_param("service", "rules"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"token": "ticket"})))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("HEAD"))
        .and(path(MANIFEST))
        .and(header("authorization", "Bearer ticket"))
        .respond_with(ResponseTemplate::new(200).insert_header("docker-content-digest", digest.as_str()))
        .mount(&server)
        .await;
    Mock::given(path(MANIFEST)).respond_with(closed).with_priority(6).mount(&server).await;

    let ann = Access::Basic { user: "ann".into(), password: "pass-word".to_owned().into() };
    let ann = remote(&server, ann);
    assert_eq!(ann.resolve().await.unwrap(), digest);
    assert_eq!(ann.resolve().await.unwrap(), digest, "and the token is used again");
    let nobody = remote(&server, Access::Anonymous).resolve().await.unwrap_err();
    assert!(matches!(nobody, OciError::Unauthorised { .. }), "{nobody}");
}

#[tokio::test]
async fn a_registry_that_asks_for_patience_is_quoted() {
    let error =
        told(ResponseTemplate::new(429).set_body_json(said("TOOMANYREQUESTS", "pull limit\u{7} reached"))).await;
    assert!(matches!(&error, OciError::Throttled { said, .. } if said == "pull limit reached"), "{error:?}");
    assert!(matches!(told(ResponseTemplate::new(429)).await, OciError::Throttled { .. }));
}

#[tokio::test]
async fn a_registry_in_trouble_is_told_from_one_that_refuses() {
    assert!(matches!(told(ResponseTemplate::new(503)).await, OciError::Unavailable { status: 503, .. }));
    let denied = told(ResponseTemplate::new(403).set_body_json(said("DENIED", "no"))).await;
    assert!(matches!(denied, OciError::Unauthorised { .. }), "{denied:?}");
    assert!(matches!(told(ResponseTemplate::new(403)).await, OciError::Unauthorised { .. }));
    let locked = told(ResponseTemplate::new(412).set_body_json(said("ARTIFACT_LOCKED", "in quarantine"))).await;
    assert!(locked.to_string().ends_with("refused (ARTIFACT_LOCKED): in quarantine"), "{locked}");
}

#[tokio::test]
async fn what_is_no_registry_is_said_to_be_none() {
    let page = told(ResponseTemplate::new(200).set_body_string("<html>Welcome</html>")).await;
    assert!(page.to_string().ends_with("is it an OCI registry?"), "{page}");
    assert!(matches!(told(ResponseTemplate::new(404)).await, OciError::NoSuchVersion { .. }));
}

#[tokio::test]
async fn a_manifest_that_leads_elsewhere_is_not_followed() {
    let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
    let component = wat::parse_str("(component)").unwrap();
    let digest = Digest::of(&component);
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.wasm.config.v0+json", "digest": digest, "size": 1},
        "layers": [{
            "mediaType": "application/wasm", "digest": digest, "size": component.len(),
            "urls": [format!("{}/component", elsewhere.uri())],
        }],
    });
    Mock::given(path("/v2/")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    Mock::given(path(MANIFEST)).respond_with(ResponseTemplate::new(200).set_body_json(manifest)).mount(&server).await;
    Mock::given(path("/component"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(component))
        .expect(0)
        .mount(&elsewhere)
        .await;
    let error = remote(&server, Access::Anonymous).pull(LARGEST).await.unwrap_err();
    assert!(matches!(error, OciError::NoSuchVersion { .. }), "{error}");
}
