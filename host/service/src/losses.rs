//! People who are lost a few at a time, when a tenant is read more often than the setting says: an outage that takes a few seconds to
//! spread is one outage, though no single cycle sees most of it.

use std::collections::VecDeque;
use std::time::Duration;

use presync_core::outage::{MassLoss, is_mass_loss};
use presync_core::time::Timestamp;

/// Judges the losses of each reading together with those within a poll interval before it.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    judge: MassLoss,
    /// How many were lost and believed to be, of late, oldest first.
    recent: VecDeque<(Timestamp, usize)>,
}

/// A reading, as far as people were lost in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loss {
    /// People who were read.
    pub(crate) read: usize,
    /// People who are linked.
    pub(crate) linked: usize,
    /// Of those read: who was present before and is not any more.
    pub(crate) lost: usize,
}

impl Losses {
    /// Returns whether the reading is to be held back: most of those who were read are lost, or most of the tenant within `interval`.
    /// A loss that lasts longer than `patience` is believed.
    pub(crate) fn judge(&mut self, now: Timestamp, loss: Loss, interval: Duration, patience: Duration) -> bool {
        let Loss { read, linked, lost } = loss;
        while self.recent.front().is_some_and(|(at, _)| now.since(*at) >= interval) {
            self.recent.pop_front();
        }
        let before: usize = self.recent.iter().map(|(_, lost)| lost).sum();
        let (people, gone) = if is_mass_loss(read, lost) || lost == 0 { (read, lost) } else { (linked, lost + before) };
        if self.judge.judge(now, people, gone, patience) {
            return true;
        }
        if is_mass_loss(people, gone) {
            // Believed in the end: those who are gone do not speak against whoever goes next.
            self.recent.clear();
        } else if lost > 0 {
            self.recent.push_back((now, lost));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(10);
    const PATIENCE: Duration = Duration::from_secs(900);

    fn at(second: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + second * 1_000)
    }

    fn of(read: usize, lost: usize) -> Loss {
        Loss { read, linked: 1_000, lost }
    }

    #[test]
    fn an_outage_that_spreads_over_seconds_is_one_outage() {
        let mut losses = Losses::default();
        let held: Vec<bool> =
            (0..5).map(|second| losses.judge(at(second), of(1_000, 250), INTERVAL, PATIENCE)).collect();
        assert_eq!(held, [false, false, true, true, true]);
    }

    #[test]
    fn people_who_go_home_over_an_hour_are_believed() {
        let mut losses = Losses::default();
        assert!((0..100).all(|tenth| !losses.judge(at(tenth * 30), of(1_000, 10), INTERVAL, PATIENCE)));
        assert!((0..100).all(|tenth| !losses.judge(at(5_000 + tenth), of(1_000, 30), INTERVAL, PATIENCE)));
    }

    #[test]
    fn most_of_those_who_were_read_are_an_outage_though_few_of_the_tenant_were() {
        let mut losses = Losses::default();
        assert!(losses.judge(at(0), of(100, 90), INTERVAL, PATIENCE));
        assert!(!losses.judge(at(1), of(100, 0), INTERVAL, PATIENCE), "and well again");
    }

    #[test]
    fn what_is_believed_in_the_end_holds_nothing_back_afterwards() {
        let mut losses = Losses::default();
        assert!((0..=900).all(|second| losses.judge(at(second), of(1_000, 700), INTERVAL, PATIENCE)));
        assert!(!losses.judge(at(901), of(1_000, 700), INTERVAL, PATIENCE));
        assert!(!losses.judge(at(902), of(1_000, 5), INTERVAL, PATIENCE));
        assert!(!losses.judge(at(903), of(1_000, 0), INTERVAL, PATIENCE));
    }
}
