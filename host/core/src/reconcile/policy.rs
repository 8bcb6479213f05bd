//! How long things last: leases, renewals, retries, patience with an outage.

use std::time::Duration;

use crate::id::LinkId;
use crate::time::Timestamp;
use crate::words::EightTarget;

/// A reading that took longer than this to come in is ignored: what it may show of ours is no longer remembered. Every deadline
/// of a read is far shorter.
pub(super) const LONGEST_READ: Duration = Duration::from_secs(60);

/// So many refusals in a row may be mishaps: with the usual pauses they take five minutes.
const MISHAPS: u8 = 8;

/// The lengths that the reconciler works with. The defaults are those that product and providers settle on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Life of a Teams app session. Graph takes 5 minutes to 4 hours; the shortest bounds what a crash can leave behind.
    pub session_lease: Duration,
    /// Life of an 8x8 publication that does harm when stale: on call and do not disturb.
    pub urgent_lease: Duration,
    /// Life of every other 8x8 publication; long, so that a million quiet people cost few renewals.
    pub calm_lease: Duration,
    /// How long after a clear or an expiry a read may still show the old state.
    pub settle: Duration,
    /// How long leases are still renewed while the side that they rest on cannot be read.
    pub hold_stale: Duration,
    /// Pause after the first failed write; doubled with each further one.
    pub retry_first: Duration,
    /// The longest pause between failed writes.
    pub retry_most: Duration,
    /// The pause between writes that the provider will not take, and may never take.
    pub retry_refused: Duration,
    /// A rule from Teams to 8x8 also looks at the 8x8 side, so a change there asks it again.
    pub publish_looks_at_eight: bool,
    /// A rule from 8x8 to Teams also looks at the Teams side, so a change there asks it again.
    pub session_looks_at_teams: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            session_lease: Duration::from_secs(5 * 60),
            urgent_lease: Duration::from_secs(5 * 60),
            calm_lease: Duration::from_secs(60 * 60),
            settle: Duration::from_secs(2),
            hold_stale: Duration::from_secs(15 * 60),
            retry_first: Duration::from_secs(5),
            retry_most: Duration::from_secs(60),
            retry_refused: Duration::from_secs(5 * 60),
            publish_looks_at_eight: false,
            session_looks_at_teams: false,
        }
    }
}

impl Policy {
    /// The lease for a publication; `None` for available, which clears our layer at 8x8 and so has nothing to expire.
    pub fn publication_lease(&self, target: EightTarget) -> Option<Duration> {
        match target {
            EightTarget::Available => None,
            EightTarget::OnCall | EightTarget::DoNotDisturb => Some(self.urgent_lease),
            EightTarget::Busy | EightTarget::Away | EightTarget::Offline => Some(self.calm_lease),
        }
    }

    /// When to renew a lease: at 60 % of its life, less up to a tenth by person, so that renewals spread out.
    pub fn renew_at(&self, link: LinkId, sent_at: Timestamp, lease: Duration) -> Timestamp {
        // Fibonacci hashing spreads neighbouring ids evenly over the tenth.
        let spread = link.0.wrapping_mul(2_654_435_769) >> 22;
        sent_at + (lease * 6 / 10 - lease / 10 * spread / 1024)
    }

    /// The pause after the given number of failures in a row.
    pub fn backoff(&self, failures: u8) -> Duration {
        let doubled = self.retry_first * 2u32.saturating_pow(u32::from(failures.saturating_sub(1)).min(16));
        doubled.min(self.retry_most)
    }

    /// The pause after the given number of refusals in a row, the last of so many `failures` of any kind. The first ones may be
    /// mishaps, and pause as failures do; what is refused for minutes and by nothing else hindered is left alone for longer.
    pub fn after_refusal(&self, refusals: u8, failures: u8) -> Duration {
        if refusals > MISHAPS { self.retry_refused } else { self.backoff(failures) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renewals_fall_between_half_and_six_tenths_of_the_lease() {
        let policy = Policy::default();
        let sent = Timestamp::from_millis(1_000_000);
        let lease = Duration::from_secs(300);
        for id in 0..10_000 {
            let at = policy.renew_at(LinkId(id), sent, lease);
            assert!(at >= sent + lease / 2 && at <= sent + lease * 6 / 10, "link {id}: {at:?}");
        }
    }

    #[test]
    fn backoff_doubles_up_to_its_bound() {
        let policy = Policy::default();
        let pauses: Vec<u64> = (1..=6).map(|failures| policy.backoff(failures).as_secs()).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
        assert_eq!(policy.backoff(u8::MAX), policy.retry_most);
        let pauses: Vec<u64> = (1..=10).map(|refusals| policy.after_refusal(refusals, refusals).as_secs()).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60, 60, 60, 300, 300]);
        assert_eq!(policy.after_refusal(1, 20), policy.retry_most, "one refusal among failures");
    }
}
