//! What is counted as it happens, and is in no status: lengths by size, writes by outcome, commits.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::reconcile::Input;
use presync_core::words::Side;
use prometheus_client::metrics::histogram::Histogram;

/// Bounds for lengths of time in seconds: from what a small tenant's cycle takes to what is promised, and past it.
const SECONDS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// One tenant's. Nothing here is held for longer than it takes to count.
#[derive(Debug)]
pub(crate) struct Meters {
    pub(super) cycle: Histogram,
    pub(super) late: Histogram,
    pub(super) commit: Histogram,
    counts: Mutex<Counts>,
}

/// Counts since the process started.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    /// A map with the side and the outcome as key.
    pub(super) writes: BTreeMap<(Side, &'static str), u64>,
    /// How often a side asked to be left alone.
    pub(super) throttled: BTreeMap<Side, u64>,
    /// How often a side went down.
    pub(super) outages: BTreeMap<Side, u64>,
    pub(super) commits: u64,
    pub(super) commits_failed: u64,
}

/// Every outcome that a write may have, so that those which have not come about are told as 0.
pub(super) const OUTCOMES: [&str; 9] =
    ["applied", "masked", "not-found", "stale", "refused", "throttled", "failed", "not-carried", "later"];

impl Default for Meters {
    fn default() -> Self {
        let seconds = || Histogram::new(SECONDS);
        Self { cycle: seconds(), late: seconds(), commit: seconds(), counts: Mutex::default() }
    }
}

impl Meters {
    /// A cycle has ended.
    pub(crate) fn cycle(&self, took: Duration, late: Duration) {
        self.cycle.observe(took.as_secs_f64());
        self.late.observe(late.as_secs_f64());
    }

    /// Writes were answered, those that were kept back left out.
    pub(crate) fn writes(&self, answers: &[Input]) {
        let mut counts = self.lock();
        for answer in answers {
            if let Input::Delivered { side, outcome, .. } = answer {
                *counts.writes.entry((*side, word(outcome))).or_default() += 1;
            }
        }
    }

    /// A side asked to be left alone.
    pub(crate) fn throttled(&self, side: Side) {
        *self.lock().throttled.entry(side).or_default() += 1;
    }

    /// A side went down.
    pub(crate) fn outage(&self, side: Side) {
        *self.lock().outages.entry(side).or_default() += 1;
    }

    /// States and events were written to disk, or not.
    pub(crate) fn commit(&self, took: Duration, done: bool) {
        self.commit.observe(took.as_secs_f64());
        let mut counts = self.lock();
        counts.commits += u64::from(done);
        counts.commits_failed += u64::from(!done);
    }

    pub(super) fn counts(&self) -> Counts {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "applied",
        Outcome::Masked => "masked",
        Outcome::NotFound => "not-found",
        Outcome::Stale => "stale",
        Outcome::Refused => "refused",
        Outcome::Throttled { .. } => "throttled",
        Outcome::Failed => "failed",
        Outcome::NotCarried { .. } => "not-carried",
        Outcome::Later { .. } => "later",
    }
}
