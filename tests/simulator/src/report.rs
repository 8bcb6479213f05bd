//! The outcome of a run, as the binary writes it and tests assert on it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    drive::movement,
    faults::Endpoint,
    state::{
        carried::NotCarried,
        ledger::{Limited, Use},
        measure::Counters,
        tenant::Tenant,
        truth::{self, Truth},
        world::World,
    },
};

/// How long something took, in seconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Spread {
    /// How many were measured.
    pub samples: usize,
    /// Half were faster.
    pub p50: f64,
    /// Ninety-nine of a hundred were faster.
    pub p99: f64,
    /// The slowest.
    pub max: f64,
}

/// A run in numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SimReport {
    /// People, on all tenants, that can be linked.
    pub users: usize,
    /// Tenants.
    pub tenants: usize,
    /// How long people moved, in seconds of the simulator's clock.
    pub seconds: f64,
    /// Sides that show something else than they should.
    pub wrong_at_end: usize,
    /// Sessions of ours that nothing justifies.
    pub stuck_sessions_at_end: usize,
    /// Publications accepted, clears and renewals included.
    pub published: u64,
    /// Sessions set.
    pub sessions_set: u64,
    /// Sessions cleared.
    pub sessions_cleared: u64,
    /// Sessions that live now.
    pub sessions_held: usize,
    /// Writes that only repeated what held, long before its end.
    pub duplicates: u64,
    /// From a visible change to the write that answered it, both directions.
    pub change_to_publish_seconds: Spread,
    /// Teams to 8x8 alone.
    pub teams_to_eight_seconds: Spread,
    /// 8x8 to Teams alone.
    pub eight_to_teams_seconds: Spread,
    /// Whether both directions carried something.
    pub both_directions_used: bool,
    /// Every counter.
    pub counters: Counters,
    /// Answers by endpoint and status code.
    pub requests: BTreeMap<String, u64>,
    /// How many people something cannot be carried for, and why; only where 8x8 is reached by documented endpoints.
    pub not_carried: BTreeMap<NotCarried, usize>,
    /// The most Graph presence requests that one application made in one tenant within any 30 seconds.
    pub most_requests_in_30_seconds: usize,
    /// How each documented limit was used, by whoever used it most.
    pub limits: BTreeMap<Limited, Use>,
    /// How often somebody who had been asked to wait did not, by the limit.
    pub asked_too_early: BTreeMap<Limited, u64>,
}

/// Sums up the tenants.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    counters: Counters,
    requests: BTreeMap<String, u64>,
    publish_ms: Vec<i64>,
    session_ms: Vec<i64>,
    peak: usize,
    limits: BTreeMap<Limited, Use>,
    early: BTreeMap<Limited, u64>,
}

impl Summary {
    /// The report of the run so far.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a run fit a float")]
    pub(crate) fn of(world: &World) -> SimReport {
        let mut summary = Self::default();
        let moved = world.with_all(|tenant, now| {
            summary.add(tenant);
            movement::moved_ms(tenant, now)
        });
        let seconds = moved.into_iter().max().unwrap_or(0) as f64 / 1_000.0;
        summary.report(&truth::of(world), world.cells.len(), seconds)
    }

    fn add(&mut self, tenant: &Tenant) {
        let (sum, more) = (&mut self.counters, &tenant.meter.counters);
        sum.presences_read += more.presences_read;
        sum.publications += more.publications;
        sum.publication_renewals += more.publication_renewals;
        sum.sessions_set += more.sessions_set;
        sum.sessions_renewed += more.sessions_renewed;
        sum.sessions_cleared += more.sessions_cleared;
        sum.duplicates += more.duplicates;
        sum.throttled += more.throttled;
        sum.agent_statuses_set += more.agent_statuses_set;
        sum.directory_writes += more.directory_writes;
        for ((endpoint, status), count) in &tenant.meter.requests {
            *self.requests.entry(format!("{} {status}", name(*endpoint))).or_default() += count;
        }
        for (limited, used) in tenant.meter.ledger.uses() {
            let sum = self.limits.entry(limited).or_default();
            *sum = sum.and(used);
        }
        for (limited, count) in &tenant.meter.ledger.early {
            *self.early.entry(*limited).or_default() += count;
        }
        self.publish_ms.extend(&tenant.meter.publish_ms);
        self.session_ms.extend(&tenant.meter.session_ms);
        self.peak = tenant.graph_budgets.iter().map(|budget| budget.peak).fold(self.peak, usize::max);
    }

    fn report(self, truth: &Truth, tenants: usize, seconds: f64) -> SimReport {
        let all = self.publish_ms.iter().chain(&self.session_ms).copied().collect();
        SimReport {
            users: truth.people,
            tenants,
            seconds,
            wrong_at_end: truth.wrong.len(),
            stuck_sessions_at_end: truth.stuck_sessions.len(),
            published: self.counters.publications,
            sessions_set: self.counters.sessions_set,
            sessions_cleared: self.counters.sessions_cleared,
            sessions_held: truth.sessions_held,
            duplicates: self.counters.duplicates,
            change_to_publish_seconds: spread(all),
            both_directions_used: self.counters.to_eight() > 0 && self.counters.sessions_set > 0,
            teams_to_eight_seconds: spread(self.publish_ms),
            eight_to_teams_seconds: spread(self.session_ms),
            counters: self.counters,
            requests: self.requests,
            not_carried: truth.not_carried.clone(),
            most_requests_in_30_seconds: self.peak,
            limits: self.limits,
            asked_too_early: self.early,
        }
    }
}

/// The endpoint's name as it is written in faults.
fn name(endpoint: Endpoint) -> String {
    serde_json::to_value(endpoint).ok().and_then(|value| value.as_str().map(String::from)).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a run fit a float")]
fn spread(mut ms: Vec<i64>) -> Spread {
    ms.sort_unstable();
    let at = |share: usize| {
        let place = (ms.len() * share).div_ceil(100).saturating_sub(1);
        ms.get(place).map_or(0.0, |ms| *ms as f64 / 1_000.0)
    };
    Spread { samples: ms.len(), p50: at(50), p99: at(99), max: at(100) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_of_a_hundred_samples_is_read_off_their_places() {
        let spread = spread((1..=100).rev().map(|second| second * 1_000).collect());
        assert_eq!(spread, Spread { samples: 100, p50: 50.0, p99: 99.0, max: 100.0 });
    }

    #[test]
    fn nothing_measured_is_zero() {
        assert_eq!(spread(Vec::new()), Spread::default());
    }
}
