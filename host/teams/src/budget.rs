//! The pace of presence requests: at most 1,500 in any 30 seconds, per app and tenant.
//!
//! Microsoft's method pages say 1,500 per 30 seconds, its page of limits says 10,000; the lower one is kept. A bucket of B that
//! refills R per 30 seconds lets B + R through in the worst 30 seconds, so the two together make 1,500, less a few for requests
//! that travel faster than those before them.
//!
//! Paced by the monotonic clock and not by the tenant's: a wall clock that is set back must not stop the requests.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout_at};

use crate::error::Error;

/// Requests that may go out at once: a sweep of 190,000 people.
const BURST: NonZeroU32 = NonZeroU32::new(290).unwrap();
/// One more every 25 milliseconds: 1,200 per 30 seconds.
const REFILL: Duration = Duration::from_millis(25);

#[derive(Debug)]
pub(crate) struct Budget<C: Clock = MonotonicClock> {
    limiter: RateLimiter<NotKeyed, InMemoryState, C, NoOpMiddleware<C::Instant>>,
    clock: C,
    /// Requests that were let out.
    made: AtomicU64,
    /// Those who wait stand in a line, so that nobody is overtaken until his deadline.
    line: Mutex<()>,
}

impl<C: Clock + Clone> Budget<C> {
    pub(crate) fn new(clock: C) -> Self {
        let quota = Quota::with_period(REFILL).unwrap_or(Quota::per_second(BURST)).allow_burst(BURST);
        let limiter = RateLimiter::direct_with_clock(quota, clock.clone());
        Self { limiter, clock, made: AtomicU64::new(0), line: Mutex::new(()) }
    }

    /// How many requests were let out so far.
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// Takes one request out of the budget, or says how long until there is one.
    fn take(&self) -> Result<(), Duration> {
        self.limiter.check().map_err(|early| early.wait_time_from(self.clock.now()))?;
        self.made.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Waits for `requests` requests, at most until `end`.
    pub(crate) async fn wait(&self, requests: u32, end: Instant) -> Result<(), Error> {
        if requests == 0 {
            return Ok(());
        }
        let turn = async {
            let _turn = self.line.lock().await;
            for _ in 0..requests {
                while let Err(wait) = self.take() {
                    sleep(wait).await;
                }
            }
        };
        // Whoever waited in vain stands behind a full line: a second is when half a hundred of it will have gone.
        timeout_at(end, turn).await.map_err(|_| Error::Throttled { retry_after: Duration::from_secs(1) })
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    /// Sends whenever the budget allows it, and gives the milliseconds of every request.
    fn greedy(clock: &FakeRelativeClock, budget: &Budget<FakeRelativeClock>, millis: u64) -> Vec<u64> {
        let mut sent = Vec::new();
        for now in 0..millis {
            while budget.take().is_ok() {
                sent.push(now);
            }
            clock.advance(Duration::from_millis(1));
        }
        sent
    }

    #[test]
    fn no_thirty_seconds_hold_more_than_fifteen_hundred_requests() {
        let clock = FakeRelativeClock::default();
        let budget = Budget::new(clock.clone());
        let sent = greedy(&clock, &budget, 100_000);
        assert_eq!(budget.made(), sent.len() as u64);
        assert!(sent.windows(1_501).all(|window| window[1_500] - window[0] > 30_000));
        assert!(sent.windows(1_480).any(|window| window[1_479] - window[0] < 30_000), "the budget is used up");
    }

    #[test]
    fn a_burst_after_a_pause_keeps_the_budget_too() {
        let clock = FakeRelativeClock::default();
        let budget = Budget::new(clock.clone());
        greedy(&clock, &budget, 10_000);
        clock.advance(Duration::from_secs(3));
        let sent = greedy(&clock, &budget, 60_000);
        assert!(sent.windows(1_501).all(|window| window[1_500] - window[0] > 30_000));
    }

    #[tokio::test]
    async fn a_batch_takes_as_much_as_its_items() {
        let clock = FakeRelativeClock::default();
        let budget = Budget::new(clock.clone());
        let end = Instant::now() + Duration::from_secs(60);
        for _ in 0..14 {
            budget.wait(20, end).await.unwrap();
        }
        budget.wait(0, end).await.unwrap();
        assert_eq!(greedy(&clock, &budget, 1).len(), 10, "280 of 290 are gone");
    }

    #[tokio::test]
    async fn a_wait_ends_with_the_deadline() {
        let clock = FakeRelativeClock::default();
        let budget = Budget::new(clock.clone());
        greedy(&clock, &budget, 1);
        let error = budget.wait(1, Instant::now() + Duration::from_millis(30)).await.unwrap_err();
        assert!(error.retry_after().is_some());
    }
}
