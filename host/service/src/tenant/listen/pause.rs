//! How long to wait before something that went wrong is tried again: longer each time, never quite the same.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

/// The first pause, and the longest.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);

/// Failures in a row that are worth an administrator's look; fewer pass unseen.
const WORTH_SAYING: u32 = 3;

/// Failures in a row, and when to try again.
#[derive(Debug)]
pub(super) struct Pause {
    next: ExponentialBackoff,
    failures: u32,
    until: Instant,
}

impl Pause {
    pub(super) fn new() -> Self {
        Self { next: backoff(), failures: 0, until: Instant::now() }
    }

    /// When to try again.
    pub(super) const fn until(&self) -> Instant {
        self.until
    }

    /// How long that is from now.
    pub(super) fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// It went wrong: it is tried again after a pause, `asked` at the least. Returns whether that is worth saying.
    pub(super) fn lengthen(&mut self, asked: Option<Duration>) -> bool {
        let length = self.next.next().unwrap_or(LONGEST).max(asked.unwrap_or_default());
        self.until = Instant::now() + length;
        self.failures = self.failures.saturating_add(1);
        self.failures >= WORTH_SAYING
    }

    /// It went well.
    pub(super) fn end(&mut self) {
        if self.failures > 0 {
            *self = Self::new();
        }
    }
}

fn backoff() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(FIRST)
        .with_max_delay(LONGEST)
        .with_jitter()
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_grows_up_to_a_minute_and_a_success_ends_it() {
        let mut pause = Pause::new();
        let said: Vec<bool> = (0..20).map(|_| pause.lengthen(None)).collect();
        assert_eq!(said.iter().position(|said| *said), Some(2), "the third is worth saying");
        // The jitter adds as much again at most.
        assert!(pause.left() > LONGEST / 2 && pause.left() <= 2 * LONGEST, "{:?}", pause.left());
        pause.end();
        assert!(pause.left().is_zero());
        assert!(!pause.lengthen(None), "counted anew");
        assert!(pause.left() <= 2 * FIRST);
    }

    #[test]
    fn whoever_asks_for_more_is_given_it() {
        let mut pause = Pause::new();
        pause.lengthen(Some(Duration::from_secs(100)));
        assert!(pause.left() > Duration::from_secs(90));
    }
}
