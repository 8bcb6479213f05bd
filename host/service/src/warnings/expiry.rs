//! What ends by itself: told thirty days, seven days and one day before, and when it has ended.

use std::time::Duration;

use presync_core::time::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A credential, and when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// Which: `read-app`, `write-app`, `8x8`.
    pub credential: String,
    /// When: the end of its certificate, or what the settings say.
    pub at: Timestamp,
}

/// How near the end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Stage {
    /// Thirty days at most.
    Month = 1,
    /// Seven days at most.
    Week,
    /// One day at most.
    Day,
    /// It is over.
    Over,
}

impl Stage {
    /// How near `at` is; `None` for more than thirty days.
    pub(crate) fn of(at: Timestamp, now: Timestamp) -> Option<Self> {
        let left = at.since(now);
        if at <= now {
            Some(Self::Over)
        } else if left <= DAY {
            Some(Self::Day)
        } else if left <= DAY * 7 {
            Some(Self::Week)
        } else if left <= DAY * 30 {
            Some(Self::Month)
        } else {
            None
        }
    }
}

/// A moment to the minute, in UTC; `at an unknown time` beyond the years that calendars have.
pub(crate) fn day(at: Timestamp) -> String {
    let moment = i64::try_from(at.as_millis()).ok().and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    moment.map_or_else(|| "at an unknown time".to_owned(), |moment| moment.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_thirty_days_seven_days_and_one_day_before_and_when_it_is_over() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let stage = |days: u32| Stage::of(now + DAY * days, now);
        assert_eq!(
            [31, 30, 8, 7, 2, 1, 0].map(stage),
            [
                None,
                Some(Stage::Month),
                Some(Stage::Month),
                Some(Stage::Week),
                Some(Stage::Week),
                Some(Stage::Day),
                Some(Stage::Over),
            ]
        );
        assert_eq!(day(now), "2027-01-15 08:00 UTC");
    }
}
