//! A demo run in numbers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use presync_service::Tenant;
use presync_service::status::Counters;
use presync_simulator::{Simulator, Wrong};
use serde::Serialize;

use super::process;

/// How many wrong people are listed; their number is always whole.
const WRONG_LISTED: usize = 20;

/// A run in numbers. `wrong_at_end`, `stuck_sessions_at_end` and `change_to_publish_seconds` are the simulator's, who knows what
/// people really did; the rest is what presync counted.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    users: usize,
    tenants: usize,
    /// How long people moved.
    seconds: u64,
    cycles: u64,
    presences_read: u64,
    decisions: u64,
    decisions_reused: u64,
    /// Publications taken by 8x8, renewals left out.
    published: u64,
    /// Sessions taken by Teams, renewals left out.
    sessions_held: u64,
    sessions_cleared: u64,
    renewed: u64,
    echoes_ignored: u64,
    writes_failed: u64,
    /// Writes that repeated what was there long before it would have ended.
    duplicate_writes: u64,
    both_directions_used: bool,
    wrong_at_end: usize,
    stuck_sessions_at_end: usize,
    /// From a change that can be seen to the arrival of the write that it called for.
    change_to_publish_seconds: Spread,
    cycle_seconds: Spread,
    /// Processor time of everything but the simulator; null where the system does not tell.
    host_cpu_seconds: Option<f64>,
    /// Resident memory of the whole process, the simulator's included; null where the system does not tell.
    rss_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wrong: Vec<Wrong>,
}

#[derive(Debug, Serialize)]
struct Spread {
    p50: f64,
    p99: f64,
    max: f64,
}

impl Report {
    pub(super) fn of(tenants: &[Arc<Tenant>], simulator: &Simulator, seconds: u64) -> Self {
        let mut counters = Counters::default();
        let mut cycles = Vec::new();
        for tenant in tenants {
            counters.add(&tenant.counters());
            cycles.extend(tenant.cycle_lengths());
        }
        let mut truth = simulator.truth();
        let seen = simulator.report();
        let lag = &seen.change_to_publish_seconds;
        let wrong_at_end = truth.wrong.len();
        truth.wrong.truncate(WRONG_LISTED);
        Self {
            users: seen.users,
            tenants: tenants.len(),
            seconds,
            cycles: counters.cycles,
            presences_read: counters.presences_read,
            decisions: counters.decisions,
            decisions_reused: counters.decisions_reused,
            published: counters.published,
            sessions_held: counters.sessions_held,
            sessions_cleared: counters.sessions_cleared,
            renewed: counters.renewed,
            echoes_ignored: counters.echoes_ignored,
            writes_failed: counters.writes_failed,
            duplicate_writes: seen.duplicates,
            both_directions_used: seen.both_directions_used,
            wrong_at_end,
            stuck_sessions_at_end: truth.stuck_sessions.len(),
            change_to_publish_seconds: Spread { p50: lag.p50, p99: lag.p99, max: lag.max },
            cycle_seconds: Spread::of(cycles),
            host_cpu_seconds: process::host_cpu_seconds(),
            rss_bytes: process::rss_bytes(),
            wrong: truth.wrong,
        }
    }

    /// Everybody is shown as they should be, and nothing of ours is left behind.
    pub(super) const fn is_right(&self) -> bool {
        self.wrong_at_end == 0 && self.stuck_sessions_at_end == 0
    }
}

impl Spread {
    fn of(mut lengths: Vec<Duration>) -> Self {
        lengths.sort_unstable();
        // The nearest rank: the smallest length that the given share does not exceed.
        let rank = |percent: usize| (lengths.len() * percent).div_ceil(100).saturating_sub(1);
        let at = |percent| lengths.get(rank(percent)).map_or(0.0, Duration::as_secs_f64);
        Self { p50: at(50), p99: at(99), max: at(100) }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Spread { p50, p99, max } = &self.change_to_publish_seconds;
        writeln!(f, "{} people in {} tenants moved for {} s", self.users, self.tenants, self.seconds)?;
        writeln!(f, "  shown wrong at the end      {:>8}", self.wrong_at_end)?;
        writeln!(f, "  sessions stuck at the end   {:>8}", self.stuck_sessions_at_end)?;
        writeln!(f, "  published to 8x8            {:>8}", self.published)?;
        writeln!(f, "  sessions held in Teams      {:>8}", self.sessions_held)?;
        writeln!(f, "  sessions cleared            {:>8}", self.sessions_cleared)?;
        writeln!(f, "  echoes ignored              {:>8}", self.echoes_ignored)?;
        writeln!(f, "  writes repeated needlessly  {:>8}", self.duplicate_writes)?;
        writeln!(f, "  change to publish           {p50:>8.2} s p50, {p99:.2} s p99, {max:.2} s at most")?;
        let Spread { p50, p99, .. } = &self.cycle_seconds;
        writeln!(f, "  cycle                       {p50:>8.3} s p50, {p99:.3} s p99")?;
        for wrong in &self.wrong {
            writeln!(f, "  wrong: {wrong:?}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let spread = Spread::of((1..=200).map(Duration::from_secs).collect());
        assert_eq!((spread.p50, spread.p99, spread.max), (100.0, 198.0, 200.0));
        let one = Spread::of(vec![Duration::from_secs(3)]);
        assert_eq!((one.p50, one.p99, one.max), (3.0, 3.0, 3.0));
        assert_eq!(Spread::of(Vec::new()).max, 0.0);
    }
}
