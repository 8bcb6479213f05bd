//! Lengths, times and words as the pages write them.

use std::time::Duration;

use presync_core::time::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A length of time in its two largest units, which is as exact as a reader wants it: "2 h 5 min".
pub(crate) fn length(length: Duration) -> String {
    match length.as_secs() {
        seconds if seconds < MINUTE => format!("{seconds} s"),
        seconds if seconds < HOUR => format!("{} min", seconds / MINUTE),
        seconds if seconds < DAY => format!("{} h {} min", seconds / HOUR, seconds % HOUR / MINUTE),
        seconds => format!("{} d {} h", seconds / DAY, seconds % DAY / HOUR),
    }
}

/// The time of day in UTC, with the date in front unless it is today's.
pub(crate) fn time(at: Timestamp, now: Timestamp) -> String {
    let today = at.as_millis() / 1_000 / DAY == now.as_millis() / 1_000 / DAY;
    format(at, if today { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" })
}

/// The date and the time of day in UTC.
pub(crate) fn date_and_time(at: Timestamp) -> String {
    format(at, "%Y-%m-%d %H:%M:%S UTC")
}

fn format(at: Timestamp, format: &str) -> String {
    let moment = i64::try_from(at.as_millis()).ok().and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    moment.map_or_else(|| "at no time".to_owned(), |moment| moment.strftime(format).to_string())
}

/// A label as words of a sentence: `do-not-disturb` is "do not disturb".
pub(crate) fn words(label: &str) -> String {
    label.replace('-', " ")
}

/// The number and the noun: "1 tenant", "2 tenants".
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The first few of many names: "a, b and 7 more".
pub(crate) fn names(names: &[&str], shown: usize) -> String {
    let first = names.iter().take(shown).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(shown) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
