//! Lengths of time of late, for percentiles: two histograms that take turns, so that what is shown is of the last ten to twenty minutes
//! and the memory stays the same however much happens.

use std::time::Duration;

use hdrhistogram::Histogram;
use presync_core::time::Timestamp;
use serde::Serialize;

/// How long one of the two histograms takes everything in.
const TURN: Duration = Duration::from_secs(10 * 60);
/// Longer times count as this: an hour.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Two digits: a length is told to within a hundredth of itself. An hour in milliseconds takes some 8 KiB, a few seconds take 3.
const DIGITS: u8 = 2;

/// Lengths of time of late. Takes no memory before the first.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    now: Option<Histogram<u32>>,
    before: Option<Histogram<u32>>,
    turned_at: Timestamp,
    count: u64,
    sum: Duration,
}

/// Lengths of time, summed up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many were measured in the last ten to twenty minutes: those that the percentiles are of.
    pub measured: u64,
    /// Half of them were no longer.
    pub p50: Duration,
    /// Ninety-five of a hundred were no longer.
    pub p95: Duration,
    /// Ninety-nine of a hundred were no longer.
    pub p99: Duration,
    /// The longest of them.
    pub most: Duration,
    /// How many were measured since the process started.
    pub count: u64,
    /// All of those together.
    pub sum: Duration,
}

impl Recent {
    /// Takes one in. More than an hour counts as an hour.
    pub(crate) fn record(&mut self, now: Timestamp, length: Duration) {
        self.turn(now);
        let length = length.min(LONGEST);
        self.count += 1;
        self.sum += length;
        if self.now.is_none() {
            self.now = Histogram::new(DIGITS).ok();
        }
        let millis = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        // It grows by itself, so that it takes everything.
        if let Some(Err(error)) = self.now.as_mut().map(|histogram| histogram.record(millis)) {
            tracing::debug!(%error, "a length of time is left out of the percentiles");
        }
    }

    /// Sums up.
    pub(crate) fn spread(&self, now: Timestamp) -> Spread {
        let totals = Spread { count: self.count, sum: self.sum, ..Spread::default() };
        let age = now.since(self.turned_at);
        let newer = self.now.as_ref().filter(|_| age < 2 * TURN);
        let older = self.before.as_ref().filter(|_| age < TURN);
        let both = match (newer, older) {
            (Some(newer), Some(older)) => {
                let mut both = newer.clone();
                // Both have the same digits and grow by themselves: adding cannot fail.
                if both.add(older).is_err() {
                    tracing::debug!("two histograms do not fit together; the older one is left out");
                }
                both
            }
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => return totals,
        };
        let at = |share| Duration::from_millis(both.value_at_quantile(share).min(both.max()));
        let (p50, p95, p99) = (at(0.5), at(0.95), at(0.99));
        Spread { measured: both.len(), p50, p95, p99, most: Duration::from_millis(both.max()), ..totals }
    }

    fn turn(&mut self, now: Timestamp) {
        let age = now.since(self.turned_at);
        if age < TURN {
            return;
        }
        let last = self.now.take();
        self.before = if age < 2 * TURN { last } else { None };
        self.turned_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: u64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + minute * 60_000)
    }

    #[test]
    fn percentiles_are_told_to_within_a_hundredth() {
        let mut recent = Recent::default();
        for millis in 1..=1_000 {
            recent.record(at(0), Duration::from_millis(millis));
        }
        let spread = recent.spread(at(0));
        let near = |length: Duration, millis: u128| length.as_millis().abs_diff(millis) * 100 <= millis;
        assert!(near(spread.p50, 500) && near(spread.p95, 950) && near(spread.p99, 990), "{spread:?}");
        assert_eq!((spread.measured, spread.count), (1_000, 1_000));
        assert!(near(spread.most, 1_000), "{spread:?}");
        assert_eq!(spread.sum, Duration::from_millis(500_500));
    }

    #[test]
    fn what_is_long_past_is_forgotten_but_counted() {
        let mut recent = Recent::default();
        recent.record(at(0), Duration::from_secs(9));
        recent.record(at(11), Duration::from_secs(1));
        assert_eq!(recent.spread(at(11)).measured, 2);
        assert!(recent.spread(at(11)).most >= Duration::from_secs(9));
        recent.record(at(22), Duration::from_secs(2));
        let spread = recent.spread(at(22));
        assert_eq!((spread.measured, spread.count), (2, 3));
        assert!(spread.most < Duration::from_secs(3), "{spread:?}");
        assert_eq!(recent.spread(at(60)), Spread { count: 3, sum: Duration::from_secs(12), ..Spread::default() });
    }

    #[test]
    fn nothing_measured_is_nothing() {
        assert_eq!(Recent::default().spread(at(0)), Spread::default());
    }

    #[test]
    fn an_outlier_counts_as_an_hour() {
        let mut recent = Recent::default();
        recent.record(at(0), Duration::from_secs(1_000_000));
        let most = recent.spread(at(0)).most;
        assert!(most >= LONGEST && most < LONGEST + Duration::from_secs(60), "{most:?}");
    }
}
