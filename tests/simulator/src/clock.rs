//! The one clock that everything timed obeys: session and lease expiry, tokens, budgets, fade, movement.
//!
//! It is either the real one, or driven: it then stands still until a test advances it, so that an hour of leases
//! runs in no time. Times are Unix milliseconds throughout the simulator.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use jiff::Timestamp;
use tokio::sync::watch;

/// A shared clock; clones tell the same time.
#[derive(Debug, Clone)]
pub struct SimClock(Arc<Source>);

#[derive(Debug)]
enum Source {
    Real { start: Instant, start_ms: i64 },
    Driven { now: watch::Sender<i64> },
}

impl SimClock {
    /// The clock on the wall; it never goes backwards.
    pub fn real() -> Self {
        let start_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, whole_ms);
        Self(Arc::new(Source::Real { start: Instant::now(), start_ms }))
    }

    /// A clock that shows `start_ms` until [`SimClock::advance`] moves it.
    pub fn driven(start_ms: i64) -> Self {
        Self(Arc::new(Source::Driven { now: watch::Sender::new(start_ms) }))
    }

    /// Milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        match &*self.0 {
            Source::Real { start, start_ms } => start_ms + whole_ms(start.elapsed()),
            Source::Driven { now } => *now.borrow(),
        }
    }

    /// Moves a driven clock forward; the real one cannot be moved and stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Source::Driven { now } = &*self.0 {
            now.send_modify(|ms| *ms += whole_ms(by));
        }
    }

    /// Whether this clock only moves when told to.
    pub fn is_driven(&self) -> bool {
        matches!(&*self.0, Source::Driven { .. })
    }

    /// Returns once the clock shows `due_ms` or later.
    pub async fn sleep_until(&self, due_ms: i64) {
        match &*self.0 {
            Source::Real { .. } => {
                let left = u64::try_from(due_ms - self.now_ms()).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(left)).await;
            }
            Source::Driven { now } => {
                // An error would mean that the sender is gone, and `self` holds it.
                let _ = now.subscribe().wait_for(|ms| *ms >= due_ms).await;
            }
        }
    }

    /// Something to wait on, again and again, until it is worth looking at what has come due.
    pub(crate) fn ticker(&self, every: Duration) -> Ticker {
        match &*self.0 {
            Source::Real { .. } => Ticker::Real(every),
            Source::Driven { now } => Ticker::Driven(now.subscribe()),
        }
    }
}

/// Ticks evenly on the real clock, and at each advance of a driven one; it misses none.
#[derive(Debug)]
pub(crate) enum Ticker {
    Real(Duration),
    Driven(watch::Receiver<i64>),
}

impl Ticker {
    pub(crate) async fn tick(&mut self) {
        match self {
            Self::Real(every) => tokio::time::sleep(*every).await,
            Self::Driven(now) => {
                // An error means that the clock is gone, and with it everything that could come due.
                if now.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}

/// A duration in whole milliseconds, as the clock counts.
pub(crate) fn whole_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// `2026-01-05T10:15:02.123Z`, as 8x8 writes times.
pub(crate) fn iso(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| String::from("1970-01-01T00:00:00.000Z"), |t| format!("{t:.3}"))
}

/// `2026-01-05T10:15:02`, without a zone, as Graph dates its errors.
pub(crate) fn iso_without_zone(ms: i64) -> String {
    let mut text = iso(ms);
    text.truncate(19);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driven_clock_moves_only_when_advanced() {
        let clock = SimClock::driven(1_000);
        assert_eq!(clock.now_ms(), 1_000);
        let same = clock.clone();
        same.advance(Duration::from_millis(250));
        assert_eq!((clock.now_ms(), same.now_ms()), (1_250, 1_250));
    }

    #[tokio::test]
    async fn a_sleeper_on_a_driven_clock_wakes_at_its_time() {
        let clock = SimClock::driven(0);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(500).await }
        });
        clock.advance(Duration::from_millis(500));
        sleeper.await.unwrap();
    }

    #[test]
    fn times_are_written_as_each_provider_writes_them() {
        assert_eq!(iso(1_767_608_102_123), "2026-01-05T10:15:02.123Z");
        assert_eq!(iso(1_767_608_102_000), "2026-01-05T10:15:02.000Z");
        assert_eq!(iso_without_zone(1_767_608_102_123), "2026-01-05T10:15:02");
    }
}
