//! How often a rule fails: three whole batches within a minute are too many.

use std::collections::HashMap;
use std::time::Duration;

use presync_core::time::Timestamp;

/// So many failed batches within [`WINDOW`] take a rule out. One may be bad luck, and a second one the same batch asked again.
pub(super) const TOO_MANY: usize = 3;

/// How long a fault counts.
pub(super) const WINDOW: Duration = Duration::from_secs(60);

/// Faults that still count.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// A map with a rule as key (its slot and digest), and when it failed as value, oldest first.
    of: HashMap<(usize, String), Vec<Timestamp>>,
    /// The last fault of all, as a sentence.
    last: Option<(Timestamp, String)>,
}

impl Faults {
    /// Counts a fault of a rule; says whether that was one too many. Then the count starts anew.
    pub(super) fn count(&mut self, slot: usize, digest: &str, now: Timestamp, what: &str) -> bool {
        self.last = Some((now, what.to_owned()));
        self.of.retain(|_, times| {
            // A moment that is yet to come was noted before the clock was set back.
            times.retain(|at| *at <= now && now.since(*at) < WINDOW);
            !times.is_empty()
        });
        let rule = (slot, digest.to_owned());
        let times = self.of.entry(rule.clone()).or_default();
        times.push(now);
        let too_many = times.len() >= TOO_MANY;
        if too_many {
            self.of.remove(&rule);
        }
        too_many
    }

    /// Notes a fault of a rule that cannot be taken out.
    pub(super) fn note(&mut self, now: Timestamp, what: &str) {
        self.last = Some((now, what.to_owned()));
    }

    /// The last fault, as long as it still counts.
    pub(super) fn recent(&self, now: Timestamp) -> Option<&str> {
        self.last.as_ref().filter(|(at, _)| *at <= now && now.since(*at) < WINDOW).map(|(_, what)| what.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_third_fault_within_a_minute_is_one_too_many() {
        let mut faults = Faults::default();
        assert!(!faults.count(0, "a", at(0), "it trapped"));
        assert!(!faults.count(0, "a", at(30), "it trapped"));
        assert!(faults.count(0, "a", at(59), "it trapped"));
        assert!(!faults.count(0, "a", at(59), "it trapped"), "the count starts anew");
    }

    #[test]
    fn faults_further_apart_are_not() {
        let mut faults = Faults::default();
        for seconds in (0..600).step_by(30) {
            assert!(!faults.count(0, "a", at(seconds), "it trapped"), "{seconds}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_forgets_what_is_yet_to_come() {
        let mut faults = Faults::default();
        assert!(!faults.count(0, "a", at(3_600), "it trapped"));
        assert!(!faults.count(0, "a", at(3_601), "it trapped"));
        assert!(!faults.count(0, "a", at(0), "it trapped"));
        assert_eq!(faults.recent(at(0)), Some("it trapped"));
    }

    #[test]
    fn each_rule_and_each_version_has_its_own_count() {
        let mut faults = Faults::default();
        for (slot, digest) in [(0, "a"), (0, "a"), (1, "a"), (1, "a"), (0, "b"), (0, "b")] {
            assert!(!faults.count(slot, digest, at(1), "it trapped"));
        }
    }

    #[test]
    fn a_fault_is_told_for_a_minute() {
        let mut faults = Faults::default();
        faults.note(at(0), "it trapped");
        assert_eq!(faults.recent(at(59)), Some("it trapped"));
        assert_eq!(faults.recent(at(60)), None);
    }
}
