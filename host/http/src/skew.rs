//! How far a provider's clock is from ours, from the `Date` of its answers (RFC 9110, section 6.6.1).
//!
//! `Date` is cut to whole seconds and was written at some moment between our question and the end of its answer, so one answer says it
//! to within a second or so. Of the last few the one in the middle counts: a cached or a slow answer does not.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use presync_core::time::Timestamp;
use reqwest::header::{DATE, HeaderMap};

/// How many answers are kept.
const KEPT: usize = 9;
/// What took longer says too little.
const QUICK: Duration = Duration::from_secs(5);
/// `Date` is cut to seconds: half of one was lost on average.
const CUT: i64 = 500;

/// What the answers of one provider said.
#[derive(Debug, Default)]
pub struct ClockSkew(Mutex<VecDeque<i64>>);

impl ClockSkew {
    /// Takes note of an answer's headers.
    pub fn note(&self, headers: &HeaderMap, sent_at: Timestamp, received_at: Timestamp) {
        if received_at.since(sent_at) > QUICK {
            return;
        }
        let Some(date) = headers.get(DATE).and_then(|date| date.to_str().ok()) else { return };
        let Ok(date) = httpdate::parse_http_date(date) else { return };
        let Ok(date) = date.duration_since(UNIX_EPOCH) else { return };
        let theirs = i64::try_from(date.as_millis()).unwrap_or(i64::MAX);
        let ours = |at: Timestamp| i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
        let middle = ours(sent_at) + (ours(received_at) - ours(sent_at)) / 2;
        let mut kept = self.lock();
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(theirs.saturating_add(CUT).saturating_sub(middle));
    }

    /// By how many milliseconds the provider's clock is ahead of ours; negative when it is behind. `None` before the third answer.
    pub fn millis(&self) -> Option<i64> {
        let mut kept: Vec<i64> = self.lock().iter().copied().collect();
        kept.sort_unstable();
        (kept.len() >= 3).then(|| kept.get(kept.len() / 2).copied()).flatten()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT
    const DATED: u64 = 784_111_777_000;

    fn noted(ours: &[u64]) -> Option<i64> {
        let (skew, mut headers) = (ClockSkew::default(), HeaderMap::new());
        headers.insert(DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        for millis in ours {
            let at = Timestamp::from_millis(*millis);
            skew.note(&headers, at, at);
        }
        skew.millis()
    }

    #[test]
    fn the_middle_of_the_last_answers_counts() {
        assert_eq!(noted(&[DATED + 500; 3]), Some(0));
        assert_eq!(noted(&[DATED + 60_500; 3]), Some(-60_000), "theirs is behind");
        assert_eq!(
            noted(&[DATED - 59_500, DATED - 59_500, DATED + 9_000_000]),
            Some(60_000),
            "one that is odd does not"
        );
    }

    #[test]
    fn too_few_or_undated_or_slow_answers_say_nothing() {
        assert_eq!(noted(&[DATED; 2]), None);
        let (skew, at) = (ClockSkew::default(), Timestamp::from_millis(DATED));
        for _ in 0..3 {
            skew.note(&HeaderMap::new(), at, at);
            let mut headers = HeaderMap::new();
            headers.insert(DATE, "yesterday".parse().unwrap());
            skew.note(&headers, at, at);
            headers.insert(DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
            skew.note(&headers, at, at + Duration::from_secs(6));
        }
        assert_eq!(skew.millis(), None);
    }
}
