//! Subscriptions: who may have one, for whom, for how long, and what proves an endpoint.

use super::{
    hook::{Hook, Manner},
    *,
};
use crate::{AppKind, Cloud, Quirks};

/// A world, an endpoint, and a token of somebody who signed in.
pub(super) struct Subscribing {
    pub(super) world: World,
    pub(super) hook: Hook,
    pub(super) token: String,
    pub(super) people: Vec<PersonRef>,
}

pub(super) const HOUR: Duration = Duration::from_secs(3_600);

impl Subscribing {
    pub(super) async fn with(config: Config) -> Self {
        let world = World::with(config).await;
        let mut people = world.sim.people(0);
        people.retain(|person| person.linkable);
        let token = world.sim.signed_in(&people[0], AppKind::Read, 4 * HOUR).unwrap();
        Self { world, hook: Hook::start().await, token, people }
    }

    pub(super) async fn new() -> Self {
        Self::with(Config { clock: SimClock::driven(START_MS), ..Config::default() }).await
    }

    pub(super) fn quirks(&self, change: impl FnOnce(&mut Quirks)) {
        let mut quirks = self.world.sim.quirks();
        change(&mut quirks);
        self.world.sim.set_quirks(quirks);
    }

    pub(super) fn until(&self, minutes: i64) -> String {
        let at = self.world.sim.clock().now_ms() + minutes * 60_000;
        jiff::Timestamp::from_millisecond(at).unwrap().to_string()
    }

    pub(super) fn resource(people: &[PersonRef]) -> String {
        let ids: Vec<_> = people.iter().map(|person| format!("'{}'", person.teams_id.as_ref().unwrap())).collect();
        format!("/communications/presences?$filter=id in ({})", ids.join(","))
    }

    /// A good body for these people.
    pub(super) fn wanted(&self, people: &[PersonRef]) -> Value {
        json!({"changeType": "updated", "notificationUrl": format!("{}/presence?a=b", self.hook.url),
            "lifecycleNotificationUrl": format!("{}/lifecycle", self.hook.url), "resource": Self::resource(people),
            "expirationDateTime": self.until(59), "clientState": "a secret", "includeResourceData": true,
            "encryptionCertificate": self.hook.certificate, "encryptionCertificateId": "cert-1"})
    }

    pub(super) fn call(&self, method: &str, path: &str, token: &str) -> RequestBuilder {
        let url = format!("{}/subscriptions{path}", self.world.sim.graph_url());
        self.world.http.request(method.parse().unwrap(), url).bearer_auth(token)
    }

    pub(super) async fn create(&self, body: &Value) -> (u16, Value) {
        self.create_as(&self.token, body).await
    }

    pub(super) async fn create_as(&self, token: &str, body: &Value) -> (u16, Value) {
        let answer = send(self.call("POST", "", token).json(body)).await;
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// A subscription to these people, which there has to be.
    pub(super) async fn subscribe(&self, people: &[PersonRef]) -> String {
        let (status, body) = self.create(&self.wanted(people)).await;
        assert_eq!(status, 201, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

fn message(body: &Value) -> &str {
    body["error"]["message"].as_str().unwrap()
}

#[tokio::test]
async fn an_application_by_itself_cannot_subscribe() {
    let s = Subscribing::new().await;
    let (status, body) = s.create_as(&s.world.read, &s.wanted(&s.people[..1])).await;
    assert_eq!(status, 403);
    assert!(message(&body).contains("The request is not authorized for this user or application."), "{body}");
}

#[tokio::test]
async fn a_user_has_one_presence_subscription_per_application() {
    let s = Subscribing::new().await;
    s.subscribe(&s.people[..2]).await;
    let (status, body) = s.create(&s.wanted(&s.people[..3])).await;
    assert_eq!((status, body["error"]["code"].as_str()), (409, Some("ExtensionError")));
    assert!(message(&body).contains("A subscripton already exists. It must be deleted before a another can be made."));
    let (status, body) = s.create(&s.wanted(&s.people[..2])).await;
    assert_eq!(status, 409);
    assert_eq!(message(&body), "Subscription Id <> already exists for the requested combination");
    let another = s.world.sim.signed_in(&s.people[1], AppKind::Read, HOUR).unwrap();
    assert_eq!(s.create_as(&another, &s.wanted(&s.people[..2])).await.0, 201);
}

#[tokio::test]
async fn only_quoted_ids_at_most_650_and_only_updates_can_be_subscribed_to() {
    let s = Subscribing::new().await;
    let good = s.wanted(&s.people[..1]);
    let unquoted = Subscribing::resource(&s.people[..1]).replace('\'', "");
    let (status, body) = s.create(&with(good.clone(), "resource", json!(unquoted))).await;
    assert_eq!((status, body["error"]["code"].as_str()), (400, Some("BadRequest")));
    assert_eq!(message(&body), "Invalid filter clause");
    s.quirks(|quirks| quirks.deleted_user_fails_subscription = false);
    let many = |count: u128| {
        let ids: Vec<_> = (1..=count).map(|id| format!("'{}'", uuid::Uuid::from_u128(id))).collect();
        json!(format!("/communications/presences?$filter=id in ({})", ids.join(",")))
    };
    assert_eq!(s.create(&with(good.clone(), "resource", many(651))).await.0, 400);
    for wrong in ["created", "deleted", "updated,created"] {
        assert_eq!(s.create(&with(good.clone(), "changeType", json!(wrong))).await.0, 400, "{wrong}");
    }
    assert_eq!(s.create(&with(good, "resource", many(650))).await.0, 201);
}

#[tokio::test]
async fn a_body_that_lacks_what_it_needs_is_refused() {
    let s = Subscribing::new().await;
    let good = s.wanted(&s.people[..1]);
    let cases = [
        ("notificationUrl", json!("http://hook.example/presence"), "HTTPS"),
        ("notificationUrl", Value::Null, "NotificationUrl must be a URL"),
        ("resource", json!("/users"), "/users"),
        ("clientState", json!("x".repeat(129)), "128"),
        ("encryptionCertificate", Value::Null, "EncryptionCertificate is required"),
        ("encryptionCertificate", json!("AAAA"), "X.509"),
        ("encryptionCertificateId", Value::Null, "EncryptionCertificateId is required"),
        ("expirationDateTime", Value::Null, "ExpirationDateTime is required"),
        ("expirationDateTime", json!("2020-01-01T00:00:00Z"), "past"),
    ];
    for (field, value, says) in cases {
        let (status, body) = s.create(&with(good.clone(), field, value)).await;
        assert!(status == 400 && message(&body).contains(says), "{field}: {status} {body}");
    }
    assert_eq!(status(s.call("POST", "", &s.token).body("no JSON")).await, 400);
}

#[tokio::test]
async fn a_subscription_lasts_45_to_60_minutes() {
    let s = Subscribing::new().await;
    let good = s.wanted(&s.people[..1]);
    let asked = |minutes| with(good.clone(), "expirationDateTime", json!(s.until(minutes)));
    assert_eq!(s.create(&asked(61)).await.0, 400);
    let (status, short) = s.create(&asked(5)).await;
    assert_eq!((status, short["expirationDateTime"].as_str()), (201, Some("2026-01-05T11:00:00Z")));
    let path = format!("/{}", short["id"].as_str().unwrap());
    assert_eq!(send(s.call("DELETE", &path, &s.token)).await.status(), 204);
    s.quirks(|quirks| quirks.refuse_long_subscriptions = false);
    let (status, long) = s.create(&asked(90)).await;
    assert_eq!((status, long["expirationDateTime"].as_str()), (201, Some("2026-01-05T11:15:00Z")));
}

#[tokio::test]
async fn a_subscription_is_renewed_listed_and_deleted_by_its_owner_alone() {
    let s = Subscribing::new().await;
    let id = s.subscribe(&s.people[..1]).await;
    let (path, stranger) = (format!("/{id}"), s.world.sim.signed_in(&s.people[1], AppKind::Read, HOUR).unwrap());
    s.world.step(1_800);
    let renewal = json!({"expirationDateTime": s.until(50)});
    let renewed = json(s.call("PATCH", &path, &s.token).json(&renewal)).await;
    assert_eq!(renewed["expirationDateTime"], "2026-01-05T11:35:00Z");
    assert_eq!(json(s.call("GET", &path, &s.token)).await["applicationId"], s.world.access.read_app.client_id);
    let count = async |token: &str| json(s.call("GET", "", token)).await["value"].as_array().unwrap().len();
    assert_eq!((count(&s.token).await, count(&stranger).await, count(&s.world.read).await), (1, 0, 0));
    for method in ["GET", "PATCH", "DELETE"] {
        assert_eq!(status(s.call(method, &path, &stranger).json(&renewal)).await, 404, "{method}");
        assert_eq!(status(s.call(method, &path, &s.world.read).json(&renewal)).await, 403, "{method}");
    }
    assert_eq!(
        status(s.call("PATCH", &path, &s.token).json(&json!({"lifecycleNotificationUrl": "https://x"}))).await,
        400
    );
    s.quirks(|quirks| quirks.subscriptions_renew = false);
    assert_eq!(status(s.call("PATCH", &path, &s.token).json(&renewal)).await, 400);
    assert_eq!(status(s.call("DELETE", &path, &s.token)).await, 204);
    assert_eq!(status(s.call("GET", &path, &s.token)).await, 404);
}

#[tokio::test]
async fn what_was_created_is_told_without_its_certificate() {
    let s = Subscribing::new().await;
    let (status, body) = s.create(&s.wanted(&s.people[..1])).await;
    assert_eq!(status, 201);
    assert!(body.get("encryptionCertificate").is_none());
    assert_eq!(body["creatorId"].as_str(), s.people[0].teams_id.as_deref());
    let said =
        ["changeType", "clientState", "encryptionCertificateId", "latestSupportedTlsVersion", "includeResourceData"];
    assert_eq!(
        said.map(|field| body[field].clone()),
        [json!("updated"), json!("a secret"), json!("cert-1"), json!("v1_2"), json!(true)]
    );
}

#[tokio::test]
async fn both_endpoints_are_validated_while_the_creation_waits() {
    let s = Subscribing::new().await;
    s.subscribe(&s.people[..1]).await;
    let asked = s.hook.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[0].0.starts_with("/presence?a=b&validationToken=") && asked[0].0.contains("%3A"), "{asked:?}");
    assert!(asked[1].0.starts_with("/lifecycle?validationToken="), "{asked:?}");
    assert!(asked.iter().all(|(_, content)| content == "text/plain; charset=utf-8"), "{asked:?}");
}

#[tokio::test]
async fn an_endpoint_that_does_not_repeat_the_token_gets_no_subscription() {
    let s = Subscribing::new().await;
    for manner in [Manner::Status(404), Manner::Status(202), Manner::Html, Manner::Undecoded, Manner::Chatty] {
        s.hook.behave(manner);
        let (status, body) = s.create(&s.wanted(&s.people[..1])).await;
        assert_eq!(status, 400, "{manner:?}");
        assert!(message(&body).starts_with("Subscription validation request failed."), "{body}");
    }
    s.hook.behave(Manner::Good);
    let nobody = with(s.wanted(&s.people[..1]), "notificationUrl", json!("http://127.0.0.1:1/"));
    assert_eq!(s.create(&nobody).await.0, 400);
    assert_eq!(json(s.call("GET", "", &s.token)).await["value"], json!([]));
}

#[tokio::test]
async fn an_endpoint_has_ten_seconds_to_repeat_the_token() {
    let s = Subscribing::new().await;
    s.hook.behave(Manner::Silent);
    let wanted = s.wanted(&s.people[..1]);
    let clock = s.world.sim.clock();
    let create = async { s.create(&wanted).await };
    // The clock moves on only while the handshake waits.
    let time = async {
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            clock.advance(Duration::from_millis(200));
        }
    };
    let (status, body) = tokio::select! { answer = create => answer, () = time => unreachable!() };
    assert_eq!(status, 400);
    assert!(message(&body).contains("timed out"), "{body}");
    assert!(clock.now_ms() >= START_MS + 10_000);
}

#[tokio::test]
async fn a_new_subscription_can_fail_for_a_while_after_one_was_deleted() {
    let s = Subscribing::new().await;
    s.quirks(|quirks| quirks.create_after_delete_fails_ms = 20_000);
    let id = s.subscribe(&s.people[..1]).await;
    assert_eq!(status(s.call("DELETE", &format!("/{id}"), &s.token)).await, 204);
    assert_eq!(s.create(&s.wanted(&s.people[..1])).await.0, 500);
    s.world.step(20);
    s.subscribe(&s.people[..1]).await;
}

#[tokio::test]
async fn a_deleted_user_fails_a_whole_subscription_and_is_named() {
    let s = Subscribing::new().await;
    s.world.sim.delete_teams_user(&s.people[1]);
    let (status, body) = s.create(&s.wanted(&s.people[..3])).await;
    assert_eq!(status, 500);
    assert!(message(&body).contains(s.people[1].teams_id.as_deref().unwrap()), "{body}");
    s.quirks(|quirks| quirks.deleted_user_fails_subscription = false);
    s.subscribe(&s.people[..3]).await;
}

#[tokio::test]
async fn a_subscription_is_gone_when_it_expires_and_nobody_is_told() {
    let s = Subscribing::new().await;
    let id = s.subscribe(&s.people[..1]).await;
    s.world.step(59 * 60 - 1);
    s.world.sim.notified().await;
    s.hook.told();
    s.world.step(1);
    s.world.sim.teams_client(&s.people[0], "Busy", "InACall");
    s.world.sim.notified().await;
    assert_eq!(s.hook.told(), Vec::<Value>::new());
    assert_eq!(status(s.call("GET", &format!("/{id}"), &s.token)).await, 404);
}

#[tokio::test]
async fn presence_cannot_be_subscribed_to_in_national_clouds() {
    let s = Subscribing::new().await;
    for cloud in [Cloud::UsGovL4, Cloud::UsGovL5, Cloud::China] {
        s.quirks(|quirks| quirks.cloud = cloud);
        let (status, body) = s.create(&s.wanted(&s.people[..1])).await;
        assert!(status == 400 && message(&body).contains("in this cloud"), "{cloud:?} {body}");
    }
}
