//! Deliveries as Microsoft makes them, and as others might.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use presync_core::presence::Revision;
use presync_core::words::{TeamsActivity, TeamsAvailability};
use serde_json::{Value, json};
use url::Url;
use wiremock::ResponseTemplate;

use super::*;
use crate::keys::TokenProblem;
use crate::testing::{Microsoft, Signer};

const PUBLISHER: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";

struct Scene {
    microsoft: Microsoft,
    signer: Signer,
    receiver: Receiver,
    certificate: Value,
    wrap: OaepPublicEncryptingKey,
}

impl Scene {
    async fn new() -> Self {
        let microsoft = Microsoft::without_tokens().await;
        microsoft.clock.advance(Duration::from_secs(1_772_445_600));
        let signer = Signer::new("k1");
        let keys = ResponseTemplate::new(200).set_body_json(Signer::published(&[&signer]));
        microsoft.on("GET", "/common/discovery/v2.0/keys", keys).await;
        let login = Url::parse(&microsoft.server.uri()).unwrap();
        let clock = Arc::new(microsoft.clock.clone());
        let receiver = Receiver::new(vec!["app-1".to_owned()], login, clock, Duration::from_secs(5)).unwrap();
        receiver.watch("s1", Watched { directory: "t1".into(), client_state: "secret".into() });
        let made = receiver.certificate().await.unwrap();
        assert_eq!(receiver.certificate().await.unwrap().id(), made.id());
        let (certificate, wrap) = (json!(made.id()), public_key(&STANDARD.decode(made.public()).unwrap()));
        Self { microsoft, signer, receiver, certificate, wrap }
    }

    fn token(&self, claims: Value) -> String {
        let mut all = json!({ "aud": "app-1", "iss": "https://login.microsoftonline.com/t1/v2.0", "tid": "t1", "azp": PUBLISHER,
            "nbf": 1_772_445_600, "exp": 1_772_532_300, "ver": "2.0" });
        if let (Some(all), Value::Object(claims)) = (all.as_object_mut(), claims) {
            all.extend(claims);
        }
        self.signer.sign(&all)
    }

    /// Encrypts as Microsoft does.
    fn content(&self, plain: &Value) -> Value {
        let key: [u8; 32] = std::array::from_fn(|n| u8::try_from(n * 7).unwrap());
        let mut data = plain.to_string().into_bytes();
        let vector: [u8; 16] = key[..16].try_into().unwrap();
        PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_256, &key).unwrap())
            .unwrap()
            .less_safe_encrypt(&mut data, EncryptionContext::Iv128(FixedLength::from(vector)))
            .unwrap();
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &data);
        let mut wrapped = vec![0; self.wrap.ciphertext_size()];
        self.wrap.encrypt(&OAEP_SHA1_MGF1SHA1, &key, &mut wrapped, None).unwrap();
        json!({ "data": STANDARD.encode(data), "dataSignature": STANDARD.encode(signature), "dataKey": STANDARD.encode(wrapped),
            "encryptionCertificateId": self.certificate })
    }

    fn item(&self, more: Value) -> Value {
        let mut item = json!({ "subscriptionId": "s1", "clientState": "secret", "changeType": "updated", "tenantId": "t1",
            "organizationId": "t1", "resource": "communications/presences/u1",
            "subscriptionExpirationDateTime": "2026-03-02T10:59:00.0000000Z",
            "resourceData": { "@odata.id": "users/u1/presence", "@odata.type": "#microsoft.graph.presence", "id": "u1" } });
        if let (Some(item), Value::Object(more)) = (item.as_object_mut(), more) {
            item.extend(more);
        }
        item
    }

    fn rich(&self) -> Value {
        let presence = json!({ "@odata.type": "#microsoft.graph.presence", "id": "u1", "availability": "Busy",
            "activity": "InACall", "sequenceNumber": "A7" });
        self.item(json!({ "encryptedContent": self.content(&presence) }))
    }

    async fn open(&self, body: &Value) -> Result<Opened, Distrust> {
        match handle(None, body.to_string().as_bytes()) {
            Handled::Accepted(delivery) => self.receiver.open(&delivery).await,
            other => panic!("{other:?}"),
        }
    }

    async fn problem(&self, item: Value) -> ItemProblem {
        let opened = self.open(&json!({ "value": [item], "validationTokens": [self.token(json!({}))] })).await.unwrap();
        assert!(opened.events.is_empty());
        opened.rejected.into_iter().next().unwrap().problem
    }
}

/// The public key in a certificate's DER.
fn public_key(der: &[u8]) -> OaepPublicEncryptingKey {
    // A SubjectPublicKeyInfo of RSA begins with its algorithm's name, inside one sequence.
    let name = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let at = der.windows(name.len()).position(|window| window == name).unwrap() - 6;
    let length = usize::from(der[at + 2]) * 256 + usize::from(der[at + 3]) + 4;
    OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(&der[at..at + length]).unwrap()).unwrap()
}

#[test]
fn the_handshake_gives_the_decoded_token_back_as_plain_text() {
    let handled = handle(Some("tenant=acme&validationToken=Validation%3A+Testing+client%20application%3a1"), b"");
    let expected = Answer {
        status: 200,
        content_type: Some("text/plain"),
        body: "Validation: Testing client application:1".to_owned(),
    };
    assert_eq!(handled.answer(), expected);
}

#[test]
fn what_a_browser_could_take_for_a_page_is_not_given_back() {
    for query in ["validationToken=%3Cscript%3E", "validationToken=", "validationToken=a%26b", "validationToken=a%0Ab"]
    {
        let handled = handle(Some(query), b"");
        assert!(matches!(handled, Handled::Refused(_)), "{query}");
        assert_eq!(handled.answer().status, 400);
        assert!(!handled.answer().body.contains("<script"));
    }
    assert!(matches!(handle(Some(&format!("validationToken={}", "a".repeat(2049))), b""), Handled::Refused(_)));
}

#[test]
fn notifications_are_accepted_at_once_and_anything_else_is_refused() {
    let handled = handle(Some("tenant=acme"), br#"{"value":[{"subscriptionId":"s1","new":1}]}"#);
    assert_eq!(handled.answer(), Answer { status: 202, content_type: None, body: String::new() });
    assert!(matches!(handled, Handled::Accepted(delivery) if delivery.len() == 1));
    for body in ["", "[]", "<html>", r#"{"value":[{}]}"#] {
        assert_eq!(handle(None, body.as_bytes()).answer().status, 400, "{body}");
    }
}

#[tokio::test]
async fn a_rich_notification_is_a_presence_no_older_than_a_minute() {
    let scene = Scene::new().await;
    let opened =
        scene.open(&json!({ "value": [scene.rich()], "validationTokens": [scene.token(json!({}))] })).await.unwrap();
    assert!(opened.rejected.is_empty(), "{opened:?}");
    let [Event { subscription, happening: Happening::Presence { user, reading } }] = &opened.events[..] else {
        panic!("{opened:?}")
    };
    assert_eq!((&**subscription, user.as_str()), ("s1", "u1"));
    assert_eq!(reading.presence.availability, TeamsAvailability::Busy);
    assert_eq!(reading.presence.activity, TeamsActivity::InACall);
    assert_eq!(reading.revision, Some(Revision::Text("A7".into())));
    assert_eq!(reading.read_at.as_millis(), 1_772_445_540_000);
}

#[tokio::test]
async fn a_basic_notification_says_who_and_needs_no_token() {
    let scene = Scene::new().await;
    let opened = scene.open(&json!({ "value": [scene.item(json!({}))], "validationTokens": null })).await.unwrap();
    assert_eq!(opened.events[0].happening, Happening::Changed { user: "u1".into() });
}

#[tokio::test]
async fn lifecycle_events_are_told_by_their_words() {
    let scene = Scene::new().await;
    let words = ["reauthorizationRequired", "subscriptionRemoved", "missed", "slept"];
    let items: Vec<Value> = words.iter().map(|word| scene.item(json!({ "lifecycleEvent": word }))).collect();
    let opened = scene.open(&json!({ "value": items })).await.unwrap();
    let happenings: Vec<_> = opened.events.into_iter().map(|event| event.happening).collect();
    let expected = [
        Lifecycle::ReauthorizationRequired,
        Lifecycle::SubscriptionRemoved,
        Lifecycle::Missed,
        Lifecycle::Unrecognised("slept".into()),
    ];
    assert_eq!(happenings, expected.map(Happening::Lifecycle));
    assert!(Lifecycle::Missed.loses_changes() && !Lifecycle::ReauthorizationRequired.loses_changes());
}

#[tokio::test]
async fn each_notification_must_be_of_a_subscription_with_its_secret_in_its_directory() {
    let scene = Scene::new().await;
    for (more, problem) in [
        (json!({ "subscriptionId": "s2" }), ItemProblem::UnknownSubscription),
        (json!({ "clientState": "guess" }), ItemProblem::WrongClientState),
        (json!({ "clientState": null }), ItemProblem::WrongClientState),
        (json!({ "tenantId": "t2" }), ItemProblem::WrongDirectory),
        (json!({ "resourceData": null }), ItemProblem::Unreadable("it names nobody".into())),
    ] {
        assert_eq!(scene.problem(scene.item(more)).await, problem);
    }
    scene.receiver.unwatch("s1");
    assert_eq!(scene.problem(scene.item(json!({}))).await, ItemProblem::UnknownSubscription);
}

#[tokio::test]
async fn a_stranger_is_known_by_the_secret_without_anything_being_opened() {
    let scene = Scene::new().await;
    let known = |items: Value| match handle(None, json!({ "value": items }).to_string().as_bytes()) {
        Handled::Accepted(delivery) => scene.receiver.knows(&delivery),
        other => panic!("{other:?}"),
    };
    let guess = scene.item(json!({ "clientState": "guess" }));
    assert!(known(json!([guess, scene.item(json!({}))])));
    assert!(!known(json!([guess])));
    assert!(!known(json!([])));
}

#[tokio::test]
async fn one_notification_that_is_not_believed_does_not_harm_its_neighbours() {
    let scene = Scene::new().await;
    let mut touched = scene.rich();
    touched["encryptedContent"]["dataSignature"] = STANDARD.encode([0; 32]).into();
    let body = json!({ "value": [touched, scene.rich()], "validationTokens": [scene.token(json!({}))] });
    let opened = scene.open(&body).await.unwrap();
    assert_eq!(opened.rejected[0].problem, ItemProblem::Signature);
    assert_eq!(opened.events.len(), 1);
}

#[tokio::test]
async fn what_is_encrypted_for_somebody_else_stays_closed() {
    let scene = Scene::new().await;
    let change = |name: &str, value: Value| {
        let mut item = scene.rich();
        item["encryptedContent"][name] = value;
        item
    };
    let unknown = change("encryptionCertificateId", "old".into());
    assert_eq!(scene.problem(unknown).await, ItemProblem::UnknownCertificate("old".into()));
    let mismatch = change("encryptionCertificateThumbprint", "00FF".into());
    assert_eq!(scene.problem(mismatch).await, ItemProblem::CertificateMismatch);
    assert_eq!(scene.problem(change("dataKey", STANDARD.encode([1; 256]).into())).await, ItemProblem::Key);
    let empty = scene.item(json!({ "encryptedContent": scene.content(&json!({ "id": "u1" })) }));
    assert_eq!(scene.problem(empty).await, ItemProblem::Unreadable("it has no availability".into()));
}

#[tokio::test]
async fn one_bad_validation_token_spoils_the_delivery() {
    let scene = Scene::new().await;
    let good = scene.token(json!({}));
    for (claims, problem) in [
        (json!({ "azp": "somebody" }), TokenProblem::Publisher),
        (json!({ "azp": null }), TokenProblem::Publisher),
        (json!({ "aud": "app-2" }), TokenProblem::Audience),
        (json!({ "iss": "https://evil.example/t1/v2.0" }), TokenProblem::Issuer),
        (json!({ "exp": 1_772_400_000 }), TokenProblem::OutOfTime),
    ] {
        let body = json!({ "value": [scene.rich()], "validationTokens": [good, scene.token(claims)] });
        assert_eq!(scene.open(&body).await, Err(Distrust::Token(problem)));
    }
    let forged = Signer::new("k1").sign(&json!({ "aud": "app-1", "iss": "x", "tid": "t1", "exp": 1 }));
    let body = json!({ "value": [scene.rich()], "validationTokens": [forged] });
    assert_eq!(scene.open(&body).await, Err(Distrust::Token(TokenProblem::Signature)));
}

#[tokio::test]
async fn tokens_of_both_versions_are_believed() {
    let scene = Scene::new().await;
    let v1 = scene
        .signer
        .sign(&json!({ "aud": "app-1", "iss": "https://sts.windows.net/t1/", "tid": "t1", "appid": PUBLISHER,
        "nbf": 1_772_445_600, "exp": 1_772_532_300, "ver": "1.0" }));
    let opened = scene.open(&json!({ "value": [scene.rich()], "validationTokens": [v1] })).await.unwrap();
    assert_eq!(opened.events.len(), 1);
}

#[tokio::test]
async fn data_that_nobody_vouches_for_is_not_opened() {
    let scene = Scene::new().await;
    for tokens in [json!(null), json!([])] {
        let body = json!({ "value": [scene.rich()], "validationTokens": tokens });
        assert_eq!(scene.open(&body).await, Err(Distrust::NoTokens));
    }
    let other = scene.token(json!({ "tid": "t2", "iss": "https://login.microsoftonline.com/t2/v2.0" }));
    let body = json!({ "value": [scene.rich()], "validationTokens": [other] });
    assert_eq!(scene.open(&body).await, Err(Distrust::NotVouched));
    assert_eq!(scene.microsoft.requests("/common/discovery/v2.0/keys").await.len(), 1);
}
