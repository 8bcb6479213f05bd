//! The rate that 8x8 allows. Every answer says how many requests are left and when the count starts anew; a 429 says more.
//!
//! When the count is spent, a call waits for the reset if that is soon. After a 429, calls are refused here without a request,
//! except the later pages of a list: giving up there would lose the pages before, and a large directory could never be read.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use presync_core::time::{Clock, Timestamp};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use tokio::time::{sleep, timeout};

use crate::budget::{Budget, Limit};
use crate::error::Error;

/// What 8x8's own sample waits when nothing is said.
const UNSAID: Duration = Duration::from_secs(60);
/// The longest pause that is believed: the published windows are a minute, the rest is for clocks that differ.
const LONGEST: Duration = Duration::from_secs(300);
/// How often a waiting call looks at the clock.
const LOOK: Duration = Duration::from_millis(100);

/// How long a call is ready to wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For the reset, when the count is spent.
    pub(crate) spent: Duration,
    /// After a 429.
    pub(crate) throttled: Duration,
}

#[derive(Debug, Default)]
pub(crate) struct Gate(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    closed: Closed,
    budget: Budget,
}

#[derive(Debug, Default, Clone, Copy)]
struct Closed {
    until: Timestamp,
    /// By a 429, and not just because the count is spent.
    throttled: bool,
}

impl Gate {
    /// One that never lets more through than these limits allow, whatever 8x8 says.
    pub(crate) fn within(limits: &'static [Limit]) -> Self {
        Self(Mutex::new(State { closed: Closed::default(), budget: Budget::of(limits) }))
    }

    /// Waits until the gate is open, if that is soon enough, and counts the request.
    pub(crate) async fn pass(&self, clock: &dyn Clock, patience: Patience) -> Result<(), Error> {
        let Err((left, throttled)) = self.enter(clock.now()) else { return Ok(()) };
        let ready = if throttled { patience.throttled } else { patience.spent };
        if left > ready {
            return Err(Error::Throttled { retry_after: left });
        }
        let open = async {
            // The clock is looked at again and again, since it need not run as fast as this machine's.
            loop {
                sleep(LOOK).await;
                if self.enter(clock.now()).is_ok() {
                    break;
                }
            }
        };
        let late = |_| Error::Throttled { retry_after: self.enter_later(clock.now()) };
        timeout(ready, open).await.map_err(late)
    }

    /// Goes through, or says how long the gate is closed, and whether by a 429.
    fn enter(&self, now: Timestamp) -> Result<(), (Duration, bool)> {
        let mut state = self.lock();
        let left = state.closed.until.since(now);
        if !left.is_zero() {
            return Err((left, state.closed.throttled));
        }
        state.budget.take(now).map_err(|wait| (wait, false))
    }

    /// How long the gate is closed, without going through.
    fn enter_later(&self, now: Timestamp) -> Duration {
        self.lock().closed.until.since(now).max(LOOK)
    }

    /// Takes note of what an answer says about the count.
    pub(crate) fn note(&self, headers: &HeaderMap, now: Timestamp) {
        // Nothing left of nothing is no count: a gateway that knows no such place, or nobody, says so.
        if number(headers, "x-ratelimit-limit") != Some(0)
            && number(headers, "x-ratelimit-remaining") == Some(0)
            && let Some(pause) = until_reset(headers, now)
        {
            self.close(now + pause.min(LONGEST), false);
        }
    }

    /// Takes note of a 429 and gives the pause that it asks for: until the reset, else `Retry-After`, else a minute.
    pub(crate) fn throttle(&self, headers: &HeaderMap, now: Timestamp) -> Duration {
        let pause = until_reset(headers, now).or_else(|| retry_after(headers, now)).unwrap_or(UNSAID).min(LONGEST);
        self.close(now + pause, true);
        pause
    }

    fn close(&self, until: Timestamp, throttled: bool) {
        let mut state = self.lock();
        if until >= state.closed.until {
            state.closed = Closed { until, throttled };
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Time until `x-ratelimit-reset` (Unix seconds); `None` when it is not said or has passed.
fn until_reset(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let reset = Timestamp::from_millis(number(headers, "x-ratelimit-reset")?.saturating_mul(1000));
    Some(reset.since(now)).filter(|pause| !pause.is_zero())
}

/// The pause in a `Retry-After` header: seconds, whole or decimal, or an HTTP date.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(date.saturating_sub(Duration::from_millis(now.as_millis())))
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ManualClock;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);
    const QUICK: Patience = Patience { spent: Duration::from_secs(2), throttled: Duration::ZERO };

    fn headers(said: &[(&'static str, &str)]) -> HeaderMap {
        said.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_429_asks_for_the_reset_else_retry_after_else_a_minute() {
        let gate = Gate::default();
        let reset = ("x-ratelimit-reset", "1000007");
        let pause = |said: &[(&'static str, &str)]| gate.throttle(&headers(said), NOW);
        assert_eq!(pause(&[reset, ("retry-after", "3")]), Duration::from_secs(7));
        assert_eq!(pause(&[("x-ratelimit-reset", "999999"), ("retry-after", "2.5")]), Duration::from_millis(2500));
        assert_eq!(pause(&[]), UNSAID);
        assert_eq!(pause(&[("x-ratelimit-reset", "99999999999")]), LONGEST);
    }

    #[tokio::test]
    async fn a_call_after_a_429_fails_fast_until_the_pause_is_over() {
        let (gate, clock) = (Gate::default(), ManualClock::at(NOW));
        gate.throttle(&headers(&[("retry-after", "1")]), NOW);
        assert_eq!(gate.pass(&clock, QUICK).await, Err(Error::Throttled { retry_after: Duration::from_secs(1) }));
        clock.advance(Duration::from_secs(1));
        assert_eq!(gate.pass(&clock, QUICK).await, Ok(()));
    }

    #[tokio::test]
    async fn a_spent_count_holds_calls_back_until_the_reset() {
        let (gate, clock) = (Gate::default(), ManualClock::at(NOW));
        gate.note(&headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000001")]), NOW);
        let (passed, ()) = tokio::join!(gate.pass(&clock, QUICK), async {
            sleep(Duration::from_millis(5)).await;
            clock.advance(Duration::from_secs(1));
        });
        assert_eq!(passed, Ok(()));
    }

    #[tokio::test]
    async fn nothing_left_of_a_limit_of_nothing_holds_nobody_back() {
        let (gate, clock) = (Gate::default(), ManualClock::at(NOW));
        let none = [("x-ratelimit-limit", "0"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000060")];
        gate.note(&headers(&none), NOW);
        assert_eq!(gate.pass(&clock, QUICK).await, Ok(()));
    }

    #[tokio::test]
    async fn a_spent_count_with_a_far_reset_fails_fast() {
        let (gate, clock) = (Gate::default(), ManualClock::at(NOW));
        gate.note(&headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000030")]), NOW);
        assert!(gate.pass(&clock, QUICK).await.is_err());
        gate.note(&headers(&[("x-ratelimit-remaining", "5"), ("x-ratelimit-reset", "1000090")]), NOW);
        clock.advance(Duration::from_secs(30));
        assert_eq!(gate.pass(&clock, QUICK).await, Ok(()));
    }
}
