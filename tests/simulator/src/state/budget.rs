//! How many requests are allowed, and how many came.
//!
//! The limit is a token bucket: it holds a window's worth of requests and fills evenly. The peak is counted beside it,
//! over a true sliding window, for the report.

use std::collections::VecDeque;

/// The window in which Graph counts requests.
pub(crate) const WINDOW_MS: i64 = 30_000;

/// A limit on requests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// How many may come at once.
    pub burst: f64,
    /// How many more may come in each second.
    pub per_second: f64,
}

/// What is left of a limit.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: Limit,
    left: f64,
    at_ms: i64,
    recent: VecDeque<i64>,
    /// The most requests that any window saw.
    pub(crate) peak: usize,
}

/// What a request finds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Spent {
    /// It may pass; so many whole requests are left.
    Passes(u64),
    /// It may not; so many seconds until one may.
    Refused(f64),
}

impl Budget {
    pub(crate) fn new(limit: Limit, now: i64) -> Self {
        Self { limit, left: limit.burst, at_ms: now, recent: VecDeque::new(), peak: 0 }
    }

    /// One request at `now`. A refused one counts towards the peak, not against the bucket.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small whole numbers"
    )]
    pub(crate) fn spend(&mut self, now: i64) -> Spent {
        while self.recent.front().is_some_and(|first| *first <= now - WINDOW_MS) {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
        self.peak = self.peak.max(self.recent.len());

        let gained = (now - self.at_ms).max(0) as f64 / 1_000.0 * self.limit.per_second;
        self.left = (self.left + gained).min(self.limit.burst);
        self.at_ms = now;
        if self.left >= 1.0 {
            self.left -= 1.0;
            Spent::Passes(self.left as u64)
        } else {
            Spent::Refused((1.0 - self.left) / self.limit.per_second)
        }
    }

    /// One request at `now`, which counts against the bucket even when it is refused: whoever goes on asking waits
    /// longer, though never for more than two whole buckets.
    pub(crate) fn charge(&mut self, now: i64) -> Spent {
        match self.spend(now) {
            Spent::Refused(_) => {
                self.left = (self.left - 1.0).max(-self.limit.burst);
                Spent::Refused((1.0 - self.left) / self.limit.per_second)
            }
            passes => passes,
        }
    }

    /// How many may come at once, in whole requests.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number")]
    pub(crate) fn burst(&self) -> u64 {
        self.limit.burst as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { burst: 3.0, per_second: 2.0 };

    #[test]
    fn a_burst_passes_and_the_next_request_waits_for_the_refill() {
        let mut budget = Budget::new(LIMIT, 0);
        assert_eq!(budget.spend(0), Spent::Passes(2));
        assert_eq!(budget.spend(0), Spent::Passes(1));
        assert_eq!(budget.spend(0), Spent::Passes(0));
        assert_eq!(budget.spend(0), Spent::Refused(0.5));
        assert_eq!(budget.spend(500), Spent::Passes(0));
    }

    #[test]
    fn a_charged_request_counts_even_when_it_is_refused() {
        let mut budget = Budget::new(LIMIT, 0);
        for _ in 0..3 {
            budget.charge(0);
        }
        assert_eq!(budget.charge(0), Spent::Refused(1.0));
        assert_eq!(budget.charge(0), Spent::Refused(1.5));
        assert_eq!(budget.charge(1_500), Spent::Passes(0));
        for _ in 0..10 {
            budget.charge(1_500);
        }
        assert_eq!(budget.charge(1_500), Spent::Refused(2.0));
    }

    #[test]
    fn the_peak_is_that_of_the_busiest_window() {
        let mut budget = Budget::new(LIMIT, 0);
        for now in [0, 1, 29_999, 30_000, 60_000] {
            budget.spend(now);
        }
        assert_eq!(budget.peak, 3);
    }
}
