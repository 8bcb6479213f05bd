//! What subscribers are told, in what form, how often, and when nothing reaches them.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    hook::Manner,
    subscriptions::{HOUR, Subscribing},
    *,
};
use crate::{AppKind, Damage, Lifecycle, Notifications, Outcome, TokenForm};

const CHANGE_TRACKING: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";

impl Subscribing {
    fn notifications(&self, change: impl FnOnce(&mut Notifications)) {
        self.quirks(|quirks| change(&mut quirks.notifications));
    }

    fn busy(&self, person: usize) {
        self.world.sim.teams_client(&self.people[person], "Busy", "InACall");
    }

    fn available(&self, person: usize) {
        self.world.sim.teams_client(&self.people[person], "Available", "Available");
    }

    /// What comes because somebody is busy now.
    async fn told_of_a_call(&self) -> Vec<Value> {
        self.busy(1);
        self.world.sim.notified().await;
        let told = self.hook.told();
        self.available(1);
        self.world.sim.notified().await;
        self.hook.told();
        told
    }

    fn outcomes(&self) -> Vec<Outcome> {
        self.world.sim.deliveries().iter().map(|delivery| delivery.outcome).collect()
    }

    /// The claims of a token, if its signature is that of a published key.
    fn claims(&self, token: &Value) -> Option<Value> {
        let published = self.world.sim.world.keys.published(self.world.sim.clock().now_ms()).unwrap();
        let (signed, signature) = token.as_str().unwrap().rsplit_once('.').unwrap();
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
        let parts: Vec<Value> = signed.split('.').map(|part| serde_json::from_slice(&decode(part)).unwrap()).collect();
        let key = published["keys"].as_array().unwrap().iter().find(|key| key["kid"] == parts[0]["kid"])?;
        let number = |name: &str| decode(key[name].as_str().unwrap());
        let key = RsaPublicKeyComponents { n: number("n"), e: number("e") };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &decode(signature)).ok()?;
        Some(parts[1].clone())
    }
}

#[tokio::test]
async fn a_change_of_words_is_told_and_nothing_else_is() {
    let s = Subscribing::new().await;
    let id = s.subscribe(&s.people[..2]).await;
    s.world.sim.teams_client(&s.people[1], "Available", "Available");
    s.busy(5);
    s.busy(1);
    // Out of office changes neither word of a call.
    s.world.sim.set_out_of_office(&s.people[1], true);
    s.world.sim.notified().await;
    let told = s.hook.told();
    assert_eq!(told.len(), 1, "{told:?}");
    let items = told[0]["value"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    let (item, teams_id) = (&items[0], s.people[1].teams_id.as_deref().unwrap());
    assert_eq!(item["subscriptionId"], id);
    assert_eq!(item["clientState"], "a secret");
    assert_eq!(item["changeType"], "updated");
    assert_eq!(item["tenantId"], s.world.access.directory);
    assert_eq!(item["resource"], format!("communications/presences/{teams_id}"));
    assert_eq!(item["subscriptionExpirationDateTime"], "2026-01-05T11:14:00.0000000Z");
    assert_eq!(
        item["resourceData"],
        json!({"@odata.id": format!("users/{teams_id}/presence"),
        "@odata.type": "#microsoft.graph.presence", "id": teams_id})
    );
}

#[tokio::test]
async fn changes_wait_for_their_delay_and_then_go_out_together() {
    let s = Subscribing::new().await;
    s.notifications(|n| (n.delay_ms, n.spread_ms) = (5_000, 5_000));
    s.subscribe(&s.people[..10]).await;
    (0..10).for_each(|person| s.busy(person));
    s.world.step(4);
    s.world.sim.notified().await;
    assert!(s.hook.told().is_empty());
    s.world.step(6);
    s.world.sim.notified().await;
    let told = s.hook.told();
    assert_eq!((told.len(), told[0]["value"].as_array().unwrap().len()), (1, 10));
}

#[tokio::test]
async fn one_post_can_hold_notifications_of_several_tenants() {
    let config = Config { tenants: 2, clock: SimClock::driven(START_MS), ..Config::default() };
    let s = Subscribing::with(config).await;
    s.notifications(|n| n.delay_ms = 1_000);
    s.subscribe(&s.people[..2]).await;
    let others = s.world.sim.people(1);
    let token = s.world.sim.signed_in(&others[0], AppKind::Read, HOUR).unwrap();
    assert_eq!(s.create_as(&token, &s.wanted(&others[..1])).await.0, 201);
    s.busy(1);
    s.world.sim.teams_client(&others[0], "Busy", "InACall");
    s.world.step(1);
    s.world.sim.notified().await;
    let told = s.hook.told();
    assert_eq!(told.len(), 1);
    let directories: Vec<_> =
        told[0]["value"].as_array().unwrap().iter().map(|item| item["tenantId"].clone()).collect();
    let tenants = s.world.sim.tenants();
    assert_eq!(directories, [json!(tenants[0].directory), json!(tenants[1].directory)]);
    // One token for each application and directory.
    assert_eq!(told[0]["validationTokens"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn notifications_can_be_repeated_and_out_of_order() {
    let s = Subscribing::new().await;
    s.subscribe(&s.people[..2]).await;
    s.notifications(|n| (n.repeated, n.reversed, n.delay_ms) = (true, true, 1_000));
    s.busy(1);
    s.available(1);
    s.world.step(1);
    s.world.sim.notified().await;
    let told = s.hook.told();
    let activities: Vec<_> = told[0]["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| s.hook.open(item).unwrap()["activity"].clone())
        .collect();
    assert_eq!(activities, ["Available", "Available", "InACall", "InACall"]);
}

#[tokio::test]
async fn without_resource_data_only_whose_presence_changed_is_told() {
    let s = Subscribing::new().await;
    let mut wanted = s.wanted(&s.people[..2]);
    wanted["includeResourceData"] = json!(false);
    assert_eq!(s.create(&wanted).await.0, 201);
    let told = s.told_of_a_call().await;
    assert!(told[0]["value"][0].get("encryptedContent").is_none());
    assert!(told[0].get("validationTokens").is_none());
}

#[tokio::test]
async fn a_rich_notification_can_be_opened_with_the_subscribers_key_alone() {
    let s = Subscribing::new().await;
    s.subscribe(&s.people[..2]).await;
    s.busy(0);
    s.busy(1);
    s.world.sim.notified().await;
    let items: Vec<Value> = s.hook.told().iter().flat_map(|body| body["value"].as_array().unwrap().clone()).collect();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["encryptedContent"]["encryptionCertificateId"], "cert-1");
    assert_eq!(items[0]["encryptedContent"]["encryptionCertificateThumbprint"].as_str().unwrap().len(), 40);
    assert_ne!(items[0]["encryptedContent"]["dataKey"], items[1]["encryptedContent"]["dataKey"]);
    let presence = s.hook.open(&items[1]).unwrap();
    let id = s.people[1].teams_id.as_deref().unwrap();
    assert_eq!(
        presence,
        json!({"@odata.id": format!("users/{id}/presence"), "id": id,
        "@odata.type": "#microsoft.graph.presence", "availability": "Busy", "activity": "InACall"})
    );
}

#[tokio::test]
async fn a_rich_notification_can_be_damaged_on_demand() {
    let s = Subscribing::new().await;
    s.subscribe(&s.people[..2]).await;
    for damage in [Damage::Signature, Damage::Ciphertext] {
        s.notifications(|n| n.damage = damage);
        assert_eq!(s.hook.open(&s.told_of_a_call().await[0]["value"][0]), None, "{damage:?}");
    }
    s.notifications(|n| n.damage = Damage::UnknownCertificate);
    let told = s.told_of_a_call().await;
    assert_ne!(told[0]["value"][0]["encryptedContent"]["encryptionCertificateId"], "cert-1");
}

#[tokio::test]
async fn validation_tokens_are_signed_by_a_published_key_in_both_versions() {
    let s = Subscribing::new().await;
    s.subscribe(&s.people[..2]).await;
    let (directory, now) = (&s.world.access.directory, START_MS / 1_000);
    for (form, issuer, publisher) in [
        (TokenForm::V2, format!("https://login.microsoftonline.com/{directory}/v2.0"), "azp"),
        (TokenForm::V1, format!("https://sts.windows.net/{directory}/"), "appid"),
    ] {
        s.notifications(|n| n.tokens = form);
        let told = s.told_of_a_call().await;
        let claims = s.claims(&told[0]["validationTokens"][0]).unwrap();
        assert_eq!((claims["iss"].as_str(), claims["tid"].as_str()), (Some(&*issuer), Some(&**directory)));
        assert_eq!(claims[publisher], CHANGE_TRACKING);
        assert_eq!(claims["aud"], s.world.access.read_app.client_id);
        assert_eq!((claims["nbf"].as_i64(), claims["exp"].as_i64()), (Some(now), Some(now + 86_700)));
    }
}

#[tokio::test]
async fn validation_tokens_can_be_wrong_in_each_way_or_missing() {
    let s = Subscribing::new().await;
    s.subscribe(&s.people[..2]).await;
    let (app, directory) = (json!(s.world.access.read_app.client_id), s.world.access.directory.clone());
    for form in [TokenForm::WrongPublisher, TokenForm::WrongAudience, TokenForm::WrongIssuer, TokenForm::Expired] {
        s.notifications(|n| n.tokens = form);
        let claims = s.claims(&s.told_of_a_call().await[0]["validationTokens"][0]).unwrap();
        assert_eq!(claims["azp"] != CHANGE_TRACKING, form == TokenForm::WrongPublisher);
        assert_eq!(claims["aud"] != app, form == TokenForm::WrongAudience);
        assert_eq!(!claims["iss"].as_str().unwrap().contains(&directory), form == TokenForm::WrongIssuer);
        assert_eq!(claims["exp"].as_i64().unwrap() * 1_000 < START_MS, form == TokenForm::Expired);
    }
    s.notifications(|n| n.tokens = TokenForm::UnknownKey);
    assert_eq!(s.claims(&s.told_of_a_call().await[0]["validationTokens"][0]), None);
    s.notifications(|n| n.tokens = TokenForm::Null);
    assert_eq!(s.told_of_a_call().await[0]["validationTokens"], Value::Null);
}

#[tokio::test]
async fn what_is_not_accepted_is_sent_again_and_again_for_four_hours() {
    let s = Subscribing::new().await;
    s.subscribe(&s.people[..2]).await;
    s.hook.behave(Manner::Status(500));
    s.busy(1);
    s.world.sim.notified().await;
    s.world.step(9);
    s.world.sim.notified().await;
    assert_eq!(s.hook.told().len(), 1);
    s.world.step(1);
    s.world.sim.notified().await;
    s.world.step(19);
    s.world.sim.notified().await;
    assert_eq!(s.hook.told().len(), 1);
    s.hook.behave(Manner::Good);
    s.world.step(1);
    s.world.sim.notified().await;
    assert_eq!(s.outcomes(), [Outcome::Retried, Outcome::Retried, Outcome::Delivered]);

    s.hook.behave(Manner::Status(503));
    s.available(1);
    // The subscription is renewed, or nobody would be there any more.
    let id = json(s.call("GET", "", &s.token)).await["value"][0]["id"].as_str().unwrap().to_owned();
    let token = s.world.sim.signed_in(&s.people[0], AppKind::Read, 10 * HOUR).unwrap();
    for _ in 0..15 {
        let renewal = json!({"expirationDateTime": s.until(60)});
        assert_eq!(status(s.call("PATCH", &format!("/{id}"), &token).json(&renewal)).await, 200);
        s.world.step(20 * 60);
        s.world.sim.notified().await;
    }
    assert_eq!(s.outcomes().last(), Some(&Outcome::Lost));
}

/// Moves the clock on until nothing is on its way any more.
async fn wait_it_out(s: &Subscribing) {
    let time = async {
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            s.world.step(1);
        }
    };
    tokio::select! { () = s.world.sim.notified() => {}, () = time => {} }
}

#[tokio::test]
async fn an_endpoint_that_is_mostly_silent_loses_what_comes_in_the_next_ten_minutes() {
    let s = Subscribing::new().await;
    s.subscribe(&s.people[..2]).await;
    s.hook.behave(Manner::Silent);
    s.busy(1);
    wait_it_out(&s).await;
    assert_eq!(s.outcomes()[0], Outcome::Retried);
    s.hook.behave(Manner::Good);
    s.world.step(600);
    s.world.sim.notified().await;
    s.available(1);
    s.world.sim.notified().await;
    assert_eq!(s.outcomes().last(), Some(&Outcome::Dropped));
    // The window after that saw good answers only.
    s.world.step(600);
    s.busy(1);
    s.world.sim.notified().await;
    assert_eq!(s.outcomes().last(), Some(&Outcome::Delivered));
}

#[tokio::test]
async fn whoever_does_not_authorize_again_gets_nothing_until_they_do() {
    let s = Subscribing::new().await;
    // This token ends long before the subscription does.
    let token = s.world.sim.signed_in(&s.people[0], AppKind::Read, HOUR / 2).unwrap();
    let (status_, body) = s.create_as(&token, &s.wanted(&s.people[..2])).await;
    assert_eq!(status_, 201, "{body}");
    s.world.step(15 * 60);
    s.world.sim.notified().await;
    let told = s.hook.told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["value"][0]["lifecycleEvent"], "reauthorizationRequired");
    assert_eq!(told[0]["value"][0]["clientState"], "a secret");
    s.world.step(15 * 60);
    s.world.sim.notified().await;
    s.hook.told();
    s.busy(1);
    s.world.sim.notified().await;
    assert_eq!(s.hook.told(), Vec::<Value>::new());
    assert_eq!(s.outcomes().last(), Some(&Outcome::Withheld));
    let path = format!("/{}/reauthorize", body["id"].as_str().unwrap());
    assert_eq!(status(s.call("POST", &path, &s.token)).await, 204);
    s.world.sim.notified().await;
    let told = s.hook.told();
    assert_eq!(s.hook.open(&told[0]["value"][0]).unwrap()["activity"], "InACall");
}

#[tokio::test]
async fn a_renewal_authorizes_again_too() {
    let s = Subscribing::new().await;
    let id = s.subscribe(&s.people[..2]).await;
    s.world.sim.set_roles(0, AppKind::Read, false);
    s.world.sim.notified().await;
    assert_eq!(s.hook.told()[0]["value"][0]["lifecycleEvent"], "reauthorizationRequired");
    assert!(s.told_of_a_call().await.is_empty());
    s.world.sim.set_roles(0, AppKind::Read, true);
    let renewal = json!({"expirationDateTime": s.until(60)});
    assert_eq!(status(s.call("PATCH", &format!("/{id}"), &s.token).json(&renewal)).await, 200);
    s.world.sim.notified().await;
    assert_eq!(s.hook.told().len(), 1);
    assert_eq!(s.told_of_a_call().await.len(), 1);
}

#[tokio::test]
async fn events_that_presence_is_not_documented_to_have_can_be_sent() {
    let s = Subscribing::new().await;
    s.subscribe(&s.people[..2]).await;
    for (event, word) in [(Lifecycle::SubscriptionRemoved, "subscriptionRemoved"), (Lifecycle::Missed, "missed")] {
        s.world.sim.tell_subscribers(0, event);
        s.world.sim.notified().await;
        assert_eq!(s.hook.told()[0]["value"][0]["lifecycleEvent"], word);
    }
}
