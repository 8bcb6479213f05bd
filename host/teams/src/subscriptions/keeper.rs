//! When a subscription is created, renewed, replaced: a state machine over moments, without a clock and without calls.
//!
//! ```text
//!            create            half its life, or Microsoft asks
//!   nothing ────────► held ◄──────────────────────────────┐
//!      ▲               │ └──────────── renew ─────────────┘
//!      └── delete ◄────┘ other people, silence, refused renewal
//! ```

use std::time::Duration;

use presync_core::time::Timestamp;

use super::{Subscription, SubscriptionError};

/// How long a subscription is asked for: under the hour that Microsoft allows at most, with room for clocks that differ; an end
/// less than 45 minutes off would be made 45.
const LIFE: Duration = Duration::from_secs(58 * 60);
/// When it is renewed. The token that Microsoft delivers with lives about an hour, too.
const RENEWAL: Duration = Duration::from_secs(30 * 60);
/// After a renewal, Microsoft's wish for another is not followed so soon.
const SETTLED: Duration = Duration::from_secs(10 * 60);
/// The pause after a first failure; it doubles up to 5 minutes. A creation right after a deletion fails for a while.
const PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// What is to be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duty {
    /// Nothing until that moment, or until something happens.
    Wait {
        /// The moment.
        until: Timestamp,
    },
    /// Create one that ends at `expires`; afterwards everybody watched is to be read.
    Create {
        /// Its end.
        expires: Timestamp,
    },
    /// Renew it until `expires`.
    Renew {
        /// Which.
        id: Box<str>,
        /// Its new end.
        expires: Timestamp,
    },
    /// Delete it, as another is to take its place.
    Delete {
        /// Which.
        id: Box<str>,
    },
}

/// Keeps one subscription. It is told what happened and says what to do.
#[derive(Debug)]
pub struct Keeper {
    held: Option<Held>,
    /// Something that is to be deleted before the next creation.
    stale: Option<Box<str>>,
    /// No call before this.
    not_before: Timestamp,
    failures: u32,
}

#[derive(Debug)]
struct Held {
    id: Box<str>,
    renewed: Timestamp,
    renewal: Timestamp,
    expires: Timestamp,
}

impl Default for Keeper {
    fn default() -> Self {
        Self { held: None, stale: None, not_before: Timestamp::EPOCH, failures: 0 }
    }
}

impl Keeper {
    /// What to do at `now`.
    pub fn duty(&mut self, now: Timestamp) -> Duty {
        if self.held.as_ref().is_some_and(|held| held.expires <= now) {
            self.held = None;
        }
        if now < self.not_before {
            return Duty::Wait { until: self.not_before };
        }
        if let Some(id) = &self.stale {
            return Duty::Delete { id: id.clone() };
        }
        match &self.held {
            None => Duty::Create { expires: now + LIFE },
            Some(held) if now >= held.renewal => Duty::Renew { id: held.id.clone(), expires: now + LIFE },
            Some(held) => Duty::Wait { until: held.renewal },
        }
    }

    /// The subscription that is held, if there is one.
    pub fn id(&self) -> Option<&str> {
        self.held.as_ref().map(|held| &*held.id)
    }

    /// One was created or renewed.
    pub fn done(&mut self, subscription: &Subscription, now: Timestamp) {
        let left = subscription.expires.since(now);
        self.held = Some(Held {
            id: subscription.id.clone(),
            renewed: now,
            renewal: now + RENEWAL.min(left / 2),
            expires: subscription.expires,
        });
        self.recovered();
    }

    /// The stale one was deleted.
    pub fn deleted(&mut self) {
        self.stale = None;
        self.recovered();
    }

    /// What was to be done failed. A renewal that is refused makes room for a new subscription; trouble is waited out.
    pub fn failed(&mut self, error: &SubscriptionError, now: Timestamp) {
        let pause = PAUSE * 2_u32.pow(self.failures.min(6));
        self.failures += 1;
        let asked = if let SubscriptionError::Call(error) = error { error.retry_after() } else { None };
        self.not_before = now + pause.min(LONGEST_PAUSE).max(asked.unwrap_or_default());
        match error {
            SubscriptionError::Gone => self.held = None,
            SubscriptionError::Call(error) if error.is_passing_trouble() => {}
            _ => self.replace(),
        }
    }

    /// There is a subscription of ours that we do not hold: from before a restart, or the one that a creation ran into.
    pub fn found(&mut self, id: &str) {
        if self.id() != Some(id) {
            self.stale = Some(id.into());
        }
    }

    /// Other people are to be watched, or nothing is heard: the one that is held is replaced.
    pub fn replace(&mut self) {
        if let Some(held) = self.held.take() {
            self.stale = Some(held.id);
        }
    }

    /// Microsoft says that it is gone.
    pub fn removed(&mut self) {
        self.held = None;
    }

    /// Microsoft wants it renewed; not so soon after the last time.
    pub fn wanted(&mut self, now: Timestamp) {
        if let Some(held) = &mut self.held {
            held.renewal = held.renewal.min(now.max(held.renewed + SETTLED));
        }
    }

    fn recovered(&mut self) {
        (self.failures, self.not_before) = (0, Timestamp::EPOCH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_millis(minutes * 60_000)
    }

    fn subscription(id: &str, expires: Timestamp) -> Subscription {
        Subscription { id: id.into(), expires, resource: "".into() }
    }

    fn holding(now: Timestamp) -> Keeper {
        let mut keeper = Keeper::default();
        keeper.done(&subscription("s1", now + LIFE), now);
        keeper
    }

    #[test]
    fn it_is_created_then_renewed_after_half_an_hour_again_and_again() {
        let mut keeper = Keeper::default();
        assert_eq!(keeper.duty(at(0)), Duty::Create { expires: at(58) });
        keeper.done(&subscription("s1", at(58)), at(0));
        assert_eq!(keeper.duty(at(1)), Duty::Wait { until: at(0) + Duration::from_secs(29 * 60) });
        assert_eq!(keeper.duty(at(29)), Duty::Renew { id: "s1".into(), expires: at(87) });
        keeper.done(&subscription("s1", at(87)), at(29));
        assert_eq!(keeper.duty(at(57)), Duty::Wait { until: at(58) });
        assert_eq!(keeper.id(), Some("s1"));
    }

    #[test]
    fn one_that_has_ended_unrenewed_is_created_again() {
        let mut keeper = holding(at(0));
        keeper.failed(&Error::Unavailable { status: 503, retry_after: None }.into(), at(29));
        assert_eq!(keeper.duty(at(30)), Duty::Renew { id: "s1".into(), expires: at(88) }, "trouble is waited out");
        assert_eq!(keeper.duty(at(58)), Duty::Create { expires: at(116) });
    }

    #[test]
    fn a_refused_renewal_makes_room_for_a_new_one() {
        let mut keeper = holding(at(0));
        let refused = Error::Refused { status: 400, code: "".into(), message: "".into() };
        keeper.failed(&refused.into(), at(29));
        assert_eq!(keeper.duty(at(30)), Duty::Delete { id: "s1".into() });
        keeper.deleted();
        assert_eq!(keeper.duty(at(30)), Duty::Create { expires: at(88) });
    }

    #[test]
    fn one_that_is_gone_needs_no_deletion() {
        let mut keeper = holding(at(0));
        keeper.failed(&SubscriptionError::Gone, at(29));
        assert_eq!(keeper.duty(at(30)), Duty::Create { expires: at(88) });
        let mut keeper = holding(at(0));
        keeper.removed();
        assert_eq!(keeper.duty(at(1)), Duty::Create { expires: at(59) });
    }

    #[test]
    fn failures_are_repeated_ever_more_slowly_and_no_sooner_than_asked() {
        let mut keeper = Keeper::default();
        let trouble = |retry_after| SubscriptionError::from(Error::Unavailable { status: 500, retry_after });
        let mut pauses = Vec::new();
        for _ in 0..8 {
            keeper.failed(&trouble(None), at(0));
            match keeper.duty(at(0)) {
                Duty::Wait { until } => pauses.push(until.since(at(0)).as_secs()),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300]);
        keeper.failed(&trouble(Some(Duration::from_secs(600))), at(0));
        assert_eq!(keeper.duty(at(0)), Duty::Wait { until: at(10) });
        assert_eq!(keeper.duty(at(10)), Duty::Create { expires: at(68) });
    }

    #[test]
    fn one_that_nobody_knew_of_is_deleted_before_the_next_is_created() {
        let mut keeper = Keeper::default();
        keeper.found("old");
        assert_eq!(keeper.duty(at(0)), Duty::Delete { id: "old".into() });
        keeper.deleted();
        assert!(matches!(keeper.duty(at(0)), Duty::Create { .. }));
        let mut keeper = holding(at(0));
        keeper.found("s1");
        assert!(matches!(keeper.duty(at(1)), Duty::Wait { .. }), "the one that is held is no find");
    }

    #[test]
    fn microsofts_wish_is_followed_but_not_twice_in_ten_minutes() {
        let mut keeper = holding(at(0));
        keeper.wanted(at(3));
        assert_eq!(keeper.duty(at(3)), Duty::Wait { until: at(10) });
        assert!(matches!(keeper.duty(at(10)), Duty::Renew { .. }));
        let mut keeper = holding(at(0));
        keeper.wanted(at(20));
        assert!(matches!(keeper.duty(at(20)), Duty::Renew { .. }));
    }

    #[test]
    fn other_people_mean_another_subscription() {
        let mut keeper = holding(at(0));
        keeper.replace();
        assert_eq!(keeper.duty(at(1)), Duty::Delete { id: "s1".into() });
        assert_eq!(keeper.id(), None);
    }
}
