//! A limit as 8x8 publishes it: so many requests in any minute, and fewer of them in any ten seconds.

use std::collections::VecDeque;

use super::budget::{Limit, Spent};

const MINUTE_MS: i64 = 60_000;
const BURST_MS: i64 = 10_000;

/// What is left of such a limit.
#[derive(Debug)]
pub(crate) struct Window {
    /// Requests in any ten seconds, and in any minute.
    burst: usize,
    minute: usize,
    passed: VecDeque<i64>,
    /// The most requests, refused ones included, that came in any minute.
    pub(crate) peak: usize,
    came: VecDeque<i64>,
}

impl Window {
    pub(crate) fn new(burst: usize, minute: usize) -> Self {
        Self { burst, minute, passed: VecDeque::new(), peak: 0, came: VecDeque::new() }
    }

    /// `burst` in ten seconds, and the rate over a minute.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small whole numbers")]
    pub(crate) fn of(limit: Limit) -> Self {
        let (burst, minute) = (limit.burst as usize, (limit.per_second * 60.0).round() as usize);
        Self::new(burst, minute.max(burst))
    }

    /// How many requests are allowed in a minute.
    pub(crate) fn limit(&self) -> usize {
        self.minute
    }

    /// One request; a refused one does not count against the limit.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a minute fit a float")]
    pub(crate) fn spend(&mut self, now: i64) -> Spent {
        for times in [&mut self.passed, &mut self.came] {
            while times.front().is_some_and(|first| *first <= now - MINUTE_MS) {
                times.pop_front();
            }
        }
        self.came.push_back(now);
        self.peak = self.peak.max(self.came.len());
        match self.full_until(now) {
            Some(until) => Spent::Refused((until - now) as f64 / 1_000.0),
            None => {
                self.passed.push_back(now);
                let lately = self.passed.len() - self.passed.partition_point(|at| *at <= now - BURST_MS);
                let left = (self.minute - self.passed.len()).min(self.burst.saturating_sub(lately));
                Spent::Passes(left as u64)
            }
        }
    }

    /// When the next request may pass, if not now.
    pub(crate) fn full_until(&self, now: i64) -> Option<i64> {
        let full = |most: usize, span: i64| {
            let first = self.passed.len().checked_sub(most)?;
            self.passed.get(first).map(|at| at + span).filter(|until| *until > now)
        };
        full(self.minute, MINUTE_MS).max(full(self.burst, BURST_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_refused_until_ten_seconds_are_over_and_a_full_minute_until_it_is() {
        let mut window = Window::new(2, 3);
        assert_eq!(window.spend(0), Spent::Passes(1));
        assert_eq!(window.spend(1_000), Spent::Passes(0));
        assert_eq!(window.spend(2_000), Spent::Refused(8.0));
        assert_eq!(window.spend(10_000), Spent::Passes(0));
        assert_eq!(window.spend(30_000), Spent::Refused(30.0));
        assert_eq!(window.spend(60_000), Spent::Passes(0));
        assert_eq!(window.peak, 5);
    }
}
