//! How many requests are sent in a stretch of time, so that 8x8 need not refuse any: the published limits, less some room, since
//! the customer's other tools draw on the same ones.

use std::collections::VecDeque;
use std::time::Duration;

use presync_core::time::Timestamp;

/// At most so many requests in a stretch of this length, wherever it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) most: usize,
    pub(crate) within: Duration,
}

/// The Administration suite takes 100 a minute and 20 in ten seconds, for each key.
pub(crate) const ADMINISTRATION: &[Limit] = &[limit(18, 10), limit(80, 60)];
/// Contact Search takes 60 a minute, for all keys of a customer together.
pub(crate) const CONTACTS: &[Limit] = &[limit(45, 60)];
/// Work Analytics publishes no limit; this is a guess on the safe side.
pub(crate) const ANALYTICS: &[Limit] = &[limit(48, 60)];
/// The contact centre's agent statuses have no published limit either.
pub(crate) const AGENTS: &[Limit] = &[limit(48, 60)];
/// Realtime metrics are new every five seconds: asking more often tells nothing.
pub(crate) const REALTIME: &[Limit] = &[limit(48, 60)];

const fn limit(most: usize, seconds: u64) -> Limit {
    Limit { most, within: Duration::from_secs(seconds) }
}

/// The requests of late, against some limits. Without limits nothing is counted.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    limits: &'static [Limit],
    /// When requests were sent, oldest first; no more than the widest limit needs.
    sent: VecDeque<Timestamp>,
}

impl Budget {
    pub(crate) fn of(limits: &'static [Limit]) -> Self {
        Self { limits, sent: VecDeque::new() }
    }

    /// Counts a request in, if there is room for it.
    ///
    /// # Errors
    /// How long until there is room.
    pub(crate) fn take(&mut self, now: Timestamp) -> Result<(), Duration> {
        let Some(widest) = self.limits.iter().map(|limit| limit.within).max() else { return Ok(()) };
        while self.sent.front().is_some_and(|sent| now.since(*sent) >= widest) {
            self.sent.pop_front();
        }
        let wait = self.limits.iter().filter_map(|limit| self.wait(*limit, now)).max();
        match wait {
            Some(wait) => Err(wait),
            None => {
                self.sent.push_back(now);
                Ok(())
            }
        }
    }

    /// How long a limit asks to wait; `None` when there is room.
    fn wait(&self, limit: Limit, now: Timestamp) -> Option<Duration> {
        // The request that has to leave the stretch first.
        let blocking = self.sent.get(self.sent.len().checked_sub(limit.most)?)?;
        Some(limit.within.saturating_sub(now.since(*blocking))).filter(|wait| !wait.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000_000 + seconds * 1000)
    }

    #[test]
    fn a_burst_is_bounded_by_the_short_limit_and_a_minute_by_the_long_one() {
        let mut budget = Budget::of(ADMINISTRATION);
        let mut sent = Vec::new();
        for second in 0..120 {
            while budget.take(at(second)).is_ok() {
                sent.push(second);
            }
        }
        for begin in 0..120 {
            let within = |length: u64| sent.iter().filter(|second| (begin..begin + length).contains(*second)).count();
            assert!(within(10) <= 20 && within(60) <= 100, "from {begin}: {} {}", within(10), within(60));
        }
        assert_eq!(sent.iter().filter(|second| **second < 60).count(), 80, "and it is used up");
    }

    #[test]
    fn who_finds_no_room_learns_when_there_will_be() {
        let mut budget = Budget::of(CONTACTS);
        for _ in 0..45 {
            assert_eq!(budget.take(at(0)), Ok(()));
        }
        assert_eq!(budget.take(at(20)), Err(Duration::from_secs(40)));
        assert_eq!(budget.take(at(60)), Ok(()));
    }

    #[test]
    fn without_limits_there_is_always_room() {
        let mut budget = Budget::default();
        assert!((0..10_000).all(|_| budget.take(at(0)).is_ok()));
    }
}
