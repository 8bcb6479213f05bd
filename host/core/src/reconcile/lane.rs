//! One lane: everything about our writes for one person on one side. What is wanted, what is held and until when, what is in
//! flight, and which traces of ours a read may still show.
//!
//! ```text
//!            want                     start                     delivered
//!   rules ─────────► want ≠ held? ─────────────► in flight ───────────────► held ──(lapse)──► trace
//!                                                   └─ failed: in doubt, a read of the target or a repeat settles it
//! ```

use serde::{Deserialize, Serialize};
use std::time::Duration;

use crate::delivery::Outcome;
use crate::id::LinkId;
use crate::obstacle::Obstacle;
use crate::reconcile::policy::{LONGEST_READ, Policy};
use crate::time::Timestamp;

/// What the rules want of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Want<V> {
    /// Nobody has decided yet: leave what is there, and renew it.
    Undecided,
    /// Nothing of ours is to be there.
    Nothing,
    /// This is to be there.
    Value(V),
}

/// What the provider took from us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held<V> {
    pub(super) value: V,
    /// When the write that set or renewed it was sent: the lease cannot end before `sent_at + lease`.
    sent_at: Timestamp,
    /// When the answer came: a read started later shows it, if nothing of higher rank does.
    pub(super) acked_at: Timestamp,
    /// When it has certainly expired, counted from the answer; `NEVER` without a lease.
    until: Timestamp,
}

/// Something of ours that a read may show though we do not count on it: cleared, replaced, lapsed, or sent without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Trace<V> {
    value: V,
    /// When it was written.
    sent_at: Timestamp,
    /// A read started later than this, plus the settle time, cannot show it any more.
    until: Timestamp,
}

/// A write without an answer yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Flight<V> {
    /// `None` is a clear.
    pub(super) value: Option<V>,
    sent_at: Timestamp,
    lease: Option<Duration>,
    /// The same value was held already.
    pub(super) renewal: bool,
    /// Its answer is the one that was given before: nothing came of it, for the same reason.
    #[serde(skip)]
    pub(super) repeated: bool,
}

/// The next write of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<V> {
    Put(V),
    Clear,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lane<V> {
    pub(super) want: Want<V>,
    pub(super) held: Option<Held<V>>,
    flight: Option<Flight<V>>,
    /// A write went out and nobody knows what became of it: what is held is not certain.
    in_doubt: bool,
    /// The last clear did not find what is held.
    #[serde(skip)]
    missed: bool,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    traces: Vec<Trace<V>>,
    /// No write before this.
    retry_at: Timestamp,
    failures: u8,
    /// How many of the last ones were refusals.
    #[serde(skip)]
    refusals: u8,
    /// What was not carried, or not yet, and why. Not kept over a restart: settings may have changed with it.
    #[serde(skip, default = "unhindered")]
    hindered: Option<Hindrance<V>>,
}

/// A write that came to nothing because something is in its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hindrance<V> {
    /// `None` is a clear.
    value: Option<V>,
    reason: Obstacle,
    /// It does not pass: asking again is useless until something else is wanted.
    lasting: bool,
}

const fn unhindered<V>() -> Option<Hindrance<V>> {
    None
}

/// What an answer means for somebody who is no longer linked: whoever has left a side took along what was ours there, and it need not be asked
/// about again. Were it a mishap, the lease ends it.
pub(super) const fn parting(outcome: Outcome, leaving: bool) -> Outcome {
    match outcome {
        Outcome::NotFound if leaving => Outcome::Applied,
        other => other,
    }
}

impl<V: Copy + PartialEq> Lane<V> {
    pub(super) const fn new() -> Self {
        Self {
            want: Want::Undecided,
            held: None,
            flight: None,
            in_doubt: false,
            missed: false,
            traces: Vec::new(),
            retry_at: Timestamp::EPOCH,
            failures: 0,
            refusals: 0,
            hindered: None,
        }
    }

    /// The write that is due now, if any. `frozen`: the decision behind it is too old to be renewed.
    pub(super) fn next(
        &self,
        now: Timestamp,
        frozen: bool,
        renew_at: impl Fn(&V, Timestamp) -> Timestamp,
    ) -> Option<Step<V>> {
        if self.flight.is_some() || now < self.retry_at {
            return None;
        }
        let renewal = || match &self.held {
            Some(held) if !frozen && now >= renew_at(&held.value, held.sent_at) => Some(Step::Put(held.value)),
            _ => None,
        };
        match &self.want {
            Want::Nothing => (self.held.is_some() || self.in_doubt).then_some(Step::Clear),
            Want::Value(value) if self.in_doubt || self.value() != Some(*value) => {
                (!frozen && !self.is_not_carried(value)).then_some(Step::Put(*value))
            }
            Want::Value(_) | Want::Undecided => renewal(),
        }
    }

    /// Notes that a write went out. Returns whether it only renews what is held.
    pub(super) fn start(&mut self, now: Timestamp, step: Step<V>, lease: Option<Duration>) -> bool {
        let value = match step {
            Step::Put(value) => Some(value),
            Step::Clear => None,
        };
        let renewal = value.is_some() && value == self.value() && !self.in_doubt;
        self.flight = Some(Flight { value, sent_at: now, lease, renewal, repeated: false });
        renewal
    }

    /// Takes the answer to the write in flight; `None` when nothing was in flight (an answer that came twice).
    pub(super) fn delivered(&mut self, now: Timestamp, outcome: Outcome, policy: &Policy) -> Option<Flight<V>> {
        let mut flight = self.flight.take()?;
        let hindered = match outcome {
            Outcome::NotCarried { reason } => Some(Hindrance { value: flight.value, reason, lasting: true }),
            Outcome::Later { reason, .. } => Some(Hindrance { value: flight.value, reason, lasting: false }),
            _ => None,
        };
        flight.repeated = hindered.is_some() && hindered == self.hindered;
        self.hindered = hindered;
        match (outcome, flight.value) {
            (Outcome::Applied | Outcome::Masked, Some(value)) => {
                self.settle_traces(now);
                if self.value().is_some_and(|held| held != value) {
                    self.drop_held(now);
                }
                let until = flight.lease.map_or(Timestamp::NEVER, |lease| now + lease);
                self.held = Some(Held { value, sent_at: flight.sent_at, acked_at: now, until });
                self.succeeded();
            }
            (Outcome::NotFound, None) if self.may_be_there(now) && !self.missed => {
                // What may be there is not found: taken for its end only when that is said twice.
                (self.missed, self.in_doubt) = (true, true);
                self.retry_at = now + policy.retry_first;
            }
            (Outcome::Applied | Outcome::Masked | Outcome::NotFound | Outcome::NotCarried { .. }, None) => {
                self.drop_held(now);
                self.settle_traces(now);
                self.succeeded();
            }
            (Outcome::NotFound, Some(_)) => {
                self.drop_held(now);
                self.in_doubt = false;
                self.refused(now, policy);
            }
            (Outcome::NotCarried { .. }, Some(_)) => {
                // What was there of ours has given way to it.
                self.drop_held(now);
                self.settle_traces(now);
                self.succeeded();
            }
            (Outcome::Refused, _) => self.refused(now, policy),
            (Outcome::Throttled { retry_after } | Outcome::Later { retry_after, .. }, _) => {
                self.retry_at = now + retry_after;
            }
            (Outcome::Stale, _) => self.back_off(now, policy),
            (Outcome::Failed, _) => self.doubt(now, flight, policy),
        }
        Some(flight)
    }

    /// The answer will never come: the process that waited for it is gone.
    pub(super) fn abandon_flight(&mut self, now: Timestamp, policy: &Policy) {
        if let Some(flight) = self.flight.take() {
            self.doubt(now, flight, policy);
        }
    }

    /// Lets go of a lease that has certainly run out. Returns whether one had.
    pub(super) fn lapse(&mut self, now: Timestamp, policy: &Policy) -> bool {
        // A trace matters only to reads that are still under way.
        self.traces.retain(|trace| now <= trace.until + policy.settle + LONGEST_READ);
        match self.held {
            Some(held) if now >= held.until => {
                self.drop_held(held.until);
                true
            }
            _ => false,
        }
    }

    /// Whether a read started at `read_at` may show `same` because of us.
    pub(super) fn may_show(&self, read_at: Timestamp, settle: Duration, same: impl Fn(&V) -> bool) -> bool {
        let held = self.held.is_some_and(|held| same(&held.value) && read_at < held.until + settle);
        let flight = self.flight.and_then(|flight| flight.value).is_some_and(|value| same(&value));
        held || flight || self.traces.iter().any(|trace| same(&trace.value) && read_at < trace.until + settle)
    }

    /// A read shows what a write in doubt was to bring: it did arrive, and need not be repeated. A renewal in doubt is not
    /// settled so, since what it renewed looks the same. Returns whether the doubt is gone.
    pub(super) fn adopt(&mut self, now: Timestamp, read_at: Timestamp, same: impl Fn(&V) -> bool) -> bool {
        if !self.in_doubt || self.value().is_some_and(|held| same(&held)) {
            return false;
        }
        // What was cleared, replaced or has run out may look the same to a read that began before, and is not what is in doubt.
        let arrived = |trace: &Trace<V>| same(&trace.value) && trace.sent_at < read_at && now < trace.until;
        let Some(place) = self.traces.iter().rposition(arrived) else { return false };
        let trace = self.traces.remove(place);
        self.drop_held(read_at);
        self.settle_traces(read_at);
        self.held = Some(Held { value: trace.value, sent_at: trace.sent_at, acked_at: read_at, until: trace.until });
        self.succeeded();
        true
    }

    /// The same where a read does not tell whose it is: a renewal is due at once, since the person may have begun the same, and ours
    /// never have arrived.
    pub(super) fn adopt_unsure(&mut self, now: Timestamp, read_at: Timestamp, same: impl Fn(&V) -> bool) -> bool {
        let adopted = self.adopt(now, read_at, same);
        if let Some(held) = self.held.as_mut().filter(|_| adopted) {
            held.sent_at = Timestamp::EPOCH;
        }
        adopted
    }

    /// A read of the target shows something of ours that we do not count on: from now on we do.
    pub(super) fn found(&mut self, read_at: Timestamp, value: V, lease: Option<Duration>) {
        self.drop_held(read_at);
        self.settle_traces(read_at);
        let until = lease.map_or(Timestamp::NEVER, |lease| read_at + lease);
        // Nobody knows how much of its lease is left, so a renewal is due at once.
        self.held = Some(Held { value, sent_at: Timestamp::EPOCH, acked_at: read_at, until });
        self.in_doubt = false;
    }

    /// A read of the target shows nothing of ours.
    pub(super) fn found_nothing(&mut self, read_at: Timestamp) {
        self.drop_held(read_at);
        self.settle_traces(read_at);
        self.in_doubt = false;
    }

    /// Nothing of ours can be left on this side, and nothing is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_none() && self.flight.is_none() && !self.in_doubt
    }

    /// Whether this value was not carried, and nothing else has been written since.
    fn is_not_carried(&self, value: &V) -> bool {
        let same = |hindrance: Hindrance<V>| hindrance.lasting && hindrance.value == Some(*value);
        self.held.is_none() && !self.in_doubt && self.hindered.is_some_and(same)
    }

    /// What keeps what is wanted from being there, by the provider's last answer, and whether it stays so.
    pub(super) fn hindrance(&self) -> Option<(Obstacle, bool)> {
        let wanted = match self.want {
            Want::Value(value) => Some(value),
            Want::Nothing => None,
            Want::Undecided => return None,
        };
        self.hindered
            .filter(|hindrance| hindrance.value == wanted)
            .map(|hindrance| (hindrance.reason, hindrance.lasting))
    }

    pub(super) const fn is_in_doubt(&self) -> bool {
        self.in_doubt
    }

    pub(super) const fn is_in_flight(&self) -> bool {
        self.flight.is_some()
    }

    pub(super) fn value(&self) -> Option<V> {
        self.held.map(|held| held.value)
    }

    /// Whether something of ours may be there whose lease has not run out: what is held, or what was sent without an answer.
    fn may_be_there(&self, now: Timestamp) -> bool {
        let lasts = |until| until != Timestamp::NEVER && now < until;
        self.held.is_some_and(|held| lasts(held.until)) || self.traces.iter().any(|trace| lasts(trace.until))
    }

    fn doubt(&mut self, now: Timestamp, flight: Flight<V>, policy: &Policy) {
        if let Some(value) = flight.value {
            let until = flight.lease.map_or(Timestamp::NEVER, |lease| now + lease);
            self.traces.retain(|trace| trace.value != value);
            self.traces.push(Trace { value, sent_at: flight.sent_at, until });
        }
        self.in_doubt = true;
        self.back_off(now, policy);
    }

    fn back_off(&mut self, now: Timestamp, policy: &Policy) {
        self.failures = self.failures.saturating_add(1);
        self.refusals = 0;
        self.retry_at = now + policy.backoff(self.failures);
    }

    fn refused(&mut self, now: Timestamp, policy: &Policy) {
        self.failures = self.failures.saturating_add(1);
        self.refusals = self.refusals.saturating_add(1);
        self.retry_at = now + policy.after_refusal(self.refusals, self.failures);
    }

    fn succeeded(&mut self) {
        (self.missed, self.in_doubt) = (false, false);
        (self.failures, self.refusals) = (0, 0);
        self.retry_at = Timestamp::EPOCH;
    }

    fn drop_held(&mut self, now: Timestamp) {
        if let Some(held) = self.held.take() {
            self.traces.push(Trace { value: held.value, sent_at: held.sent_at, until: now });
        }
    }

    /// Whatever else of ours was there has been replaced or cleared at `now`.
    fn settle_traces(&mut self, now: Timestamp) {
        for trace in &mut self.traces {
            trace.until = trace.until.min(now);
        }
    }
}

/// When a held value is to be renewed, given its lease; never without one.
pub(super) fn renewal_time(policy: &Policy, link: LinkId, sent_at: Timestamp, lease: Option<Duration>) -> Timestamp {
    lease.map_or(Timestamp::NEVER, |lease| policy.renew_at(link, sent_at, lease))
}
