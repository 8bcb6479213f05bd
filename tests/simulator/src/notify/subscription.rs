//! One subscription, and those of a tenant: who may have one, what time does to them, what they are told.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::sealing::Certificate;
use crate::{clock::iso, state::access::AppKind, words::Pair};

/// The longest time that a presence subscription lasts.
pub(crate) const LONGEST_MS: i64 = 60 * 60_000;
/// A shorter time is made this long.
pub(crate) const SHORTEST_MS: i64 = 45 * 60_000;

/// Somebody who is told of presences.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub(crate) id: Uuid,
    pub(crate) owner: Owner,
    /// The client id of the owner's application.
    pub(crate) application_id: String,
    /// As it was given.
    pub(crate) resource: String,
    pub(crate) people: BTreeSet<Uuid>,
    pub(crate) url: Arc<str>,
    pub(crate) lifecycle_url: Option<Arc<str>>,
    pub(crate) client_state: Option<String>,
    pub(crate) tls_version: Option<String>,
    /// What to seal presences for; without it notifications say only whose presence changed.
    pub(crate) certificate: Option<Arc<Certificate>>,
    pub(crate) expires_ms: i64,
    /// When the token that it was last authorized with ends: nothing is delivered from then on.
    pub(crate) token_ends_ms: i64,
    /// When the owner was last asked to authorize again.
    pub(crate) asked_ms: Option<i64>,
}

/// An application and the user who signed in to it: together they have one presence subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Owner {
    pub(crate) app: AppKind,
    pub(crate) user: Uuid,
}

/// Something that a subscriber is told.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    pub(crate) subscription: Uuid,
    pub(crate) url: Arc<str>,
    pub(crate) at_ms: i64,
    pub(crate) event: Event,
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// This person shows this now.
    Presence(Uuid, Pair),
    Lifecycle(Lifecycle),
}

/// What can happen to a subscription itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Lifecycle {
    /// The token or the subscription is about to end, or consent was taken back.
    ReauthorizationRequired,
    /// It is gone. Not documented for presence.
    SubscriptionRemoved,
    /// Something was not delivered. Not documented for presence.
    Missed,
}

impl Subscription {
    /// The resource as the API shows it; the certificate itself is never shown.
    pub(crate) fn body(&self, context: &str) -> Value {
        let mut body = json!({
            "@odata.context": context,
            "id": self.id,
            "applicationId": self.application_id,
            "creatorId": self.owner.user,
            "changeType": "updated",
            "clientState": self.client_state,
            "notificationUrl": self.url,
            "lifecycleNotificationUrl": self.lifecycle_url,
            "resource": self.resource,
            "includeResourceData": self.certificate.is_some(),
            "encryptionCertificateId": self.certificate.as_ref().map(|certificate| &certificate.id),
            "expirationDateTime": without_fraction(self.expires_ms),
            "latestSupportedTlsVersion": self.tls_version.as_deref().unwrap_or("v1_2"),
        });
        if context.is_empty()
            && let Some(body) = body.as_object_mut()
        {
            body.remove("@odata.context");
        }
        body
    }

    fn notice(&self, at_ms: i64, event: Event) -> Option<Notice> {
        let url = match event {
            Event::Presence(..) => Some(&self.url),
            Event::Lifecycle(_) => self.lifecycle_url.as_ref(),
        };
        url.map(|url| Notice { subscription: self.id, url: Arc::clone(url), at_ms, event })
    }
}

/// `2026-03-02T10:59:00Z`
fn without_fraction(ms: i64) -> String {
    let mut text = iso(ms);
    text.truncate(19);
    text + "Z"
}

/// The subscriptions of one tenant.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    list: Vec<Subscription>,
    /// What subscribers are to be told and nobody has taken yet.
    fresh: Vec<Notice>,
    /// When each owner last deleted one.
    deleted: HashMap<Owner, i64>,
}

impl Subscriptions {
    pub(crate) fn add(&mut self, subscription: Subscription) {
        self.list.push(subscription);
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<&Subscription> {
        self.list.iter().find(|subscription| subscription.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: Uuid) -> Option<&mut Subscription> {
        self.list.iter_mut().find(|subscription| subscription.id == id)
    }

    pub(crate) fn of(&self, owner: Owner) -> impl Iterator<Item = &Subscription> {
        self.list.iter().filter(move |subscription| subscription.owner == owner)
    }

    /// Deletes an owner's subscription; whether there was one.
    pub(crate) fn delete(&mut self, owner: Owner, id: Uuid, now: i64) -> bool {
        let before = self.list.len();
        self.list.retain(|subscription| subscription.id != id || subscription.owner != owner);
        let deleted = self.list.len() < before;
        if deleted {
            self.deleted.insert(owner, now);
        }
        deleted
    }

    /// When an owner last deleted a subscription.
    pub(crate) fn deleted_at(&self, owner: Owner) -> Option<i64> {
        self.deleted.get(&owner).copied()
    }

    /// A person shows something else than before.
    pub(crate) fn presence_changed(&mut self, person: Uuid, pair: Pair, at: i64) {
        let told = self.list.iter().filter(|told| at < told.expires_ms && told.people.contains(&person));
        self.fresh.extend(told.filter_map(|told| told.notice(at, Event::Presence(person, pair))));
    }

    /// Everybody who subscribed is told this of their subscription.
    pub(crate) fn tell_all(&mut self, event: Lifecycle, at: i64) {
        self.fresh.extend(self.list.iter().filter_map(|told| told.notice(at, Event::Lifecycle(event))));
    }

    /// Consent was taken back: nothing more is delivered, and owners are asked to authorize again.
    pub(crate) fn unauthorize(&mut self, app: AppKind, now: i64) {
        for subscription in self.list.iter_mut().filter(|subscription| subscription.owner.app == app) {
            subscription.token_ends_ms = subscription.token_ends_ms.min(now);
            subscription.asked_ms = Some(now);
            self.fresh.extend(subscription.notice(now, Event::Lifecycle(Lifecycle::ReauthorizationRequired)));
        }
    }

    /// What time does: whoever is near an end is asked to authorize again, and what has expired is gone without a word.
    pub(crate) fn settle(&mut self, now: i64, every_ms: i64) {
        for subscription in &mut self.list {
            let end = subscription.expires_ms.min(subscription.token_ends_ms);
            let due = subscription.asked_ms.map_or(end - every_ms, |asked| asked + every_ms);
            let due = due.max(end - every_ms);
            if due <= now && due < subscription.expires_ms {
                subscription.asked_ms = Some(now);
                self.fresh.extend(subscription.notice(due, Event::Lifecycle(Lifecycle::ReauthorizationRequired)));
            }
        }
        self.list.retain(|subscription| now < subscription.expires_ms);
    }

    /// Takes what subscribers are to be told.
    pub(crate) fn take_fresh(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.fresh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription(expires_ms: i64, token_ends_ms: i64) -> Subscription {
        Subscription {
            id: Uuid::from_u128(1),
            owner: Owner { app: AppKind::Read, user: Uuid::from_u128(2) },
            application_id: String::from("app"),
            resource: String::new(),
            people: BTreeSet::from([Uuid::from_u128(3)]),
            url: "http://127.0.0.1/presence".into(),
            lifecycle_url: Some("http://127.0.0.1/lifecycle".into()),
            client_state: None,
            tls_version: None,
            certificate: None,
            expires_ms,
            token_ends_ms,
            asked_ms: None,
        }
    }

    #[test]
    fn an_owner_is_asked_before_the_first_end_and_again_until_the_subscription_is_gone() {
        let mut all = Subscriptions::default();
        all.add(subscription(10_000, 6_000));
        let mut asked_at = Vec::new();
        for now in (0..12_000).step_by(500) {
            all.settle(now, 2_000);
            asked_at.extend(all.take_fresh().iter().map(|notice| notice.at_ms));
        }
        assert_eq!(asked_at, [4_000, 6_000, 8_000]);
        assert!(all.list.is_empty());
    }

    #[test]
    fn only_those_who_subscribed_to_a_person_are_told_and_only_until_they_expire() {
        let mut all = Subscriptions::default();
        all.add(subscription(10_000, 10_000));
        all.presence_changed(Uuid::from_u128(4), Pair::AWAY, 1);
        all.presence_changed(Uuid::from_u128(3), Pair::AWAY, 2);
        all.presence_changed(Uuid::from_u128(3), Pair::BUSY, 10_000);
        let told: Vec<Event> = all.take_fresh().iter().map(|notice| notice.event).collect();
        assert_eq!(told, [Event::Presence(Uuid::from_u128(3), Pair::AWAY)]);
    }
}
