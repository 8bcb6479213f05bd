//! How long Microsoft asked us to be quiet, remembered per app.
//!
//! Requests made while throttled count against the limit and prolong it, so a call that comes too early is refused here,
//! without a request.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use presync_core::time::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::error::Error;

/// The longest pause that is believed. Graph asks for seconds; a mistaken header must not stop a tenant for a day.
const LONGEST: Duration = Duration::from_secs(600);
/// The first pause after a 429 without a header; it doubles with every further one in a row, up to 64 times this.
const UNSAID: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<Quiet>);

#[derive(Debug, Default)]
struct Quiet {
    until: Timestamp,
    /// 429 answers without a header since the last success.
    unsaid: u32,
}

impl Throttle {
    /// Lets a call through, or says how long it has to wait.
    pub(crate) fn pass(&self, now: Timestamp) -> Result<(), Error> {
        let left = self.left(now);
        if left.is_zero() { Ok(()) } else { Err(Error::Throttled { retry_after: left }) }
    }

    /// How long it has to be quiet from now on.
    pub(crate) fn left(&self, now: Timestamp) -> Duration {
        self.lock().until.since(now)
    }

    /// Takes note of a 429 and gives the pause that it asks for.
    pub(crate) fn note(&self, now: Timestamp, said: Option<Duration>) -> Duration {
        let mut quiet = self.lock();
        let pause = said.unwrap_or_else(|| {
            let pause = UNSAID * 2_u32.pow(quiet.unsaid.min(6));
            quiet.unsaid += 1;
            pause
        });
        quiet.until = quiet.until.max(now + pause);
        pause
    }

    /// Takes note of a success.
    pub(crate) fn clear(&self) {
        self.lock().unsaid = 0;
    }

    fn lock(&self) -> MutexGuard<'_, Quiet> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pause in a `Retry-After` header: seconds, whole or decimal, or an HTTP date; at most 10 minutes.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    pause(headers.get(RETRY_AFTER)?.to_str().ok()?, now)
}

/// The pause in the text of a `Retry-After`.
pub(crate) fn pause(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let pause = if let Ok(seconds) = text.parse::<f64>() {
        Duration::try_from_secs_f64(seconds).ok()?
    } else {
        let date = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
        date.saturating_sub(Duration::from_millis(now.as_millis()))
    };
    Some(pause.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(784_111_777_000); // Sun, 06 Nov 1994 08:49:37 GMT

    fn said(text: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, text.parse().unwrap());
        retry_after(&headers, NOW)
    }

    #[test]
    fn the_pause_is_read_in_each_of_its_spellings() {
        assert_eq!(said("2.128"), Some(Duration::from_millis(2128)));
        assert_eq!(said("10"), Some(Duration::from_secs(10)));
        assert_eq!(said("Sun, 06 Nov 1994 08:49:42 GMT"), Some(Duration::from_secs(5)));
        assert_eq!(said("Sun, 06 Nov 1994 08:49:00 GMT"), Some(Duration::ZERO));
        assert_eq!(said("1e9"), Some(LONGEST));
    }

    #[test]
    fn nonsense_is_no_pause() {
        for text in ["-1", "NaN", "inf", "soon", ""] {
            assert_eq!(said(text), None, "{text}");
        }
    }

    #[test]
    fn a_call_passes_only_after_the_pause() {
        let throttle = Throttle::default();
        throttle.note(NOW, Some(Duration::from_secs(3)));
        throttle.note(NOW, Some(Duration::from_secs(1)));
        let early = throttle.pass(NOW + Duration::from_secs(2));
        assert_eq!(early, Err(Error::Throttled { retry_after: Duration::from_secs(1) }));
        assert_eq!(throttle.pass(NOW + Duration::from_secs(3)), Ok(()));
    }

    #[test]
    fn pauses_that_were_not_said_double_until_a_success() {
        let throttle = Throttle::default();
        assert_eq!(throttle.note(NOW, None), UNSAID);
        assert_eq!(throttle.note(NOW, None), UNSAID * 2);
        throttle.clear();
        assert_eq!(throttle.note(NOW, None), UNSAID);
    }
}
