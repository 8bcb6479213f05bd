//! The calls of a sync user's subscriptions, and each of their refusals.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::*;
use crate::sync_user::StoreError;
use crate::testing::Microsoft;

const AT: &str = "/v1.0/subscriptions";
const ONE: &str = "/v1.0/subscriptions/s1";
const ENDS: Timestamp = Timestamp::from_millis(1_772_449_140_000);

/// A store with one token that never changes.
#[derive(Debug)]
struct Fixed;

impl TokenStore for Fixed {
    fn load(&self, _: &Account) -> Result<Option<SecretString>, StoreError> {
        Ok(Some("rt-1".into()))
    }

    fn replace(&self, _: &Account, token: &SecretString) -> Result<(), StoreError> {
        Err(StoreError(format!("no successor was granted, but came: {}", token.expose_secret().len()).into()))
    }

    fn forget(&self, _: &Account) -> Result<(), StoreError> {
        Ok(())
    }
}

struct Scene {
    microsoft: Microsoft,
    subscriptions: Subscriptions,
    certificate: EncryptionCertificate,
}

impl Scene {
    async fn new() -> Self {
        let microsoft = Microsoft::start().await;
        let subscriptions = subscriptions(&microsoft, &microsoft.config()).unwrap();
        Self { microsoft, subscriptions, certificate: EncryptionCertificate::generate(ENDS).unwrap() }
    }

    async fn create(&self, people: &[&str]) -> Result<Subscription, SubscriptionError> {
        let people: Vec<TeamsUserId> = people.iter().copied().map(TeamsUserId::from).collect();
        let delivery = Delivery {
            notification_url: Url::parse("https://presync.example/graph/presence").unwrap(),
            lifecycle_url: Url::parse("https://presync.example/graph/lifecycle").unwrap(),
            client_state: "secret".into(),
        };
        self.subscriptions.create(&people, &delivery, &self.certificate, ENDS).await
    }

    /// What a creation meets that is refused with this.
    async fn refused(&self, status: u16, code: &str, message: &str) -> SubscriptionError {
        let body = json!({ "error": { "code": code, "message": message, "innerError": {} } });
        self.microsoft.on_first(1, "POST", AT, ResponseTemplate::new(status).set_body_json(body)).await;
        self.create(&["u1", "u2"]).await.unwrap_err()
    }
}

fn subscriptions(microsoft: &Microsoft, config: &Config) -> Result<Subscriptions, SubscriptionError> {
    let account = Account { directory: "t1".into(), user: "o1".into() };
    let clock = Arc::new(microsoft.clock.clone());
    Subscriptions::new(config, "reader", Some("s3cret".into()), account, Arc::new(Fixed), clock)
}

fn written(id: &str) -> Value {
    json!({ "id": id, "applicationId": "reader", "changeType": "updated", "resource": "/communications/presences?$filter=id in ('u1')",
        "expirationDateTime": "2026-03-02T10:59:00Z" })
}

#[tokio::test]
async fn a_subscription_is_asked_for_with_all_that_microsoft_wants() {
    let scene = Scene::new().await;
    scene.microsoft.on("POST", AT, ResponseTemplate::new(201).set_body_json(written("s1"))).await;
    let made = scene.create(&["u2", "u1"]).await.unwrap();
    assert_eq!((&*made.id, made.expires, made.is_of_presence()), ("s1", ENDS, true));
    let sent: Value = scene.microsoft.requests(AT).await[0].body_json().unwrap();
    let expected = json!({
        "changeType": "updated",
        "notificationUrl": "https://presync.example/graph/presence",
        "lifecycleNotificationUrl": "https://presync.example/graph/lifecycle",
        "resource": "/communications/presences?$filter=id in ('u1','u2')",
        "expirationDateTime": "2026-03-02T10:59:00Z",
        "clientState": "secret",
        "includeResourceData": true,
        "encryptionCertificate": scene.certificate.public(),
        "encryptionCertificateId": scene.certificate.id(),
        "latestSupportedTlsVersion": "v1_2",
    });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn every_refusal_of_a_creation_has_its_own_name() {
    let scene = Scene::new().await;
    let conflict = "Operation: Create; Exception: [Status Code: Conflict; Reason: A subscripton already exists. It must be deleted \
        before a another can be made.]";
    assert_eq!(scene.refused(409, "ExtensionError", conflict).await, SubscriptionError::AlreadyExists);
    let unreachable = "Subscription validation request failed. HTTP status code is 'NotFound'.";
    assert_eq!(scene.refused(400, "ValidationError", unreachable).await, SubscriptionError::NotValidated);
    assert_eq!(scene.refused(400, "InvalidRequest", unreachable).await, SubscriptionError::NotValidated);
    let far = "Subscription expiration can only be 60 minutes in the future.";
    assert_eq!(scene.refused(400, "ExtensionError", far).await, SubscriptionError::TooLong);
    assert_eq!(
        scene.refused(403, "Forbidden", "The limit of 100 subscriptions has been reached").await,
        SubscriptionError::Quota("The limit of 100 subscriptions has been reached".into())
    );
    let alone = "Operation: Create; Exception: [Status Code: Forbidden; Reason: The request is not authorized for this user or application.]";
    assert_eq!(
        scene.refused(403, "ExtensionError", alone).await,
        Error::NotDelegated { client_id: "reader".into(), permission: "Presence.Read.All" }.into()
    );
    assert_eq!(
        scene.refused(500, "ExtensionError", "Users not found: U2").await,
        SubscriptionError::PeopleGone(vec!["u2".into()])
    );
    let busy = scene.refused(500, "", "").await;
    assert_eq!(busy, Error::Unavailable { status: 500, retry_after: None }.into());
    assert!(matches!(
        scene.refused(400, "BadRequest", "Invalid filter clause").await,
        SubscriptionError::Call(Error::Refused { .. })
    ));
}

#[tokio::test]
async fn a_renewal_sends_the_current_certificate_and_finds_out_what_is_gone() {
    let scene = Scene::new().await;
    scene.microsoft.on_first(1, "PATCH", ONE, ResponseTemplate::new(200).set_body_json(written("s1"))).await;
    scene.microsoft.on("PATCH", ONE, ResponseTemplate::new(404)).await;
    let renewed = scene.subscriptions.renew("s1", &scene.certificate, ENDS).await.unwrap();
    assert_eq!(renewed.expires, ENDS);
    let sent: Value = scene.microsoft.requests(ONE).await[0].body_json().unwrap();
    assert_eq!(sent["encryptionCertificateId"], scene.certificate.id());
    let gone = scene.subscriptions.renew("s1", &scene.certificate, ENDS).await;
    assert_eq!(gone, Err(SubscriptionError::Gone));
}

#[tokio::test]
async fn one_that_is_to_end_and_is_not_there_has_ended() {
    let scene = Scene::new().await;
    scene.microsoft.on_first(1, "DELETE", ONE, ResponseTemplate::new(204)).await;
    scene.microsoft.on_first(1, "DELETE", ONE, ResponseTemplate::new(404)).await;
    scene.microsoft.on("DELETE", ONE, ResponseTemplate::new(503)).await;
    assert_eq!(scene.subscriptions.delete("s1").await, Ok(()));
    assert_eq!(scene.subscriptions.delete("s1").await, Ok(()));
    assert!(scene.subscriptions.delete("s1").await.is_err());
}

#[tokio::test]
async fn a_fresh_token_can_be_given_without_a_longer_life() {
    let scene = Scene::new().await;
    let at = "/v1.0/subscriptions/s1/reauthorize";
    scene.microsoft.on_first(1, "POST", at, ResponseTemplate::new(200)).await;
    scene.microsoft.on("POST", at, ResponseTemplate::new(404)).await;
    assert_eq!(scene.subscriptions.reauthorize("s1").await, Ok(()));
    assert_eq!(scene.subscriptions.reauthorize("s1").await, Err(SubscriptionError::Gone));
}

#[tokio::test]
async fn all_of_ours_are_listed_page_by_page() {
    let scene = Scene::new().await;
    let next = format!("{}/v1.0/more", scene.microsoft.server.uri());
    let first = json!({ "value": [written("s1")], "@odata.nextLink": next });
    scene.microsoft.on("GET", AT, ResponseTemplate::new(200).set_body_json(first)).await;
    let second = json!({ "value": [written("s2")] });
    scene.microsoft.on("GET", "/v1.0/more", ResponseTemplate::new(200).set_body_json(second)).await;
    let ids: Vec<Box<str>> = scene.subscriptions.list().await.unwrap().into_iter().map(|s| s.id).collect();
    assert_eq!(ids, ["s1".into(), "s2".into()]);
}

#[tokio::test]
async fn a_limit_keeps_the_sync_user_quiet() {
    let scene = Scene::new().await;
    scene.microsoft.on("POST", AT, ResponseTemplate::new(429).insert_header("retry-after", "7")).await;
    let pause = Duration::from_secs(7);
    assert_eq!(scene.create(&["u1"]).await, Err(Error::Throttled { retry_after: pause }.into()));
    assert_eq!(scene.create(&["u1"]).await, Err(Error::Throttled { retry_after: pause }.into()));
    assert_eq!(scene.microsoft.requests(AT).await.len(), 1);
}

#[tokio::test]
async fn a_cloud_without_subscriptions_says_so_at_once() {
    let microsoft = Microsoft::without_tokens().await;
    let graph = Url::parse(Cloud::UsGovL4.graph()).unwrap();
    let refused = subscriptions(&microsoft, &Config { graph, ..microsoft.config() }).unwrap_err();
    assert_eq!(refused, SubscriptionError::NotInThisCloud("us-gov-l4"));
}
