//! The note beside a presence: its text, and when it ends.

use jiff::{Timestamp, civil::DateTime, fmt::strtime, tz::TimeZone};

/// The longest text.
const MOST_CHARACTERS: usize = 280;
/// When a message without an end ends, as its own author reads it.
const NEVER: &str = "9999-12-31T00:00:00.0000000";
/// Windows' names of the zones that the documentation and its readers use, and what the rest of the world calls them.
const ZONES: [(&str, &str); 16] = [
    ("AUS Eastern Standard Time", "Australia/Sydney"),
    ("Central Europe Standard Time", "Europe/Budapest"),
    ("Central European Standard Time", "Europe/Warsaw"),
    ("Central Standard Time", "America/Chicago"),
    ("China Standard Time", "Asia/Shanghai"),
    ("E. South America Standard Time", "America/Sao_Paulo"),
    ("Eastern Standard Time", "America/New_York"),
    ("FLE Standard Time", "Europe/Kyiv"),
    ("GMT Standard Time", "Europe/London"),
    ("India Standard Time", "Asia/Kolkata"),
    ("Mountain Standard Time", "America/Denver"),
    ("Pacific Standard Time", "America/Los_Angeles"),
    ("Romance Standard Time", "Europe/Paris"),
    ("Singapore Standard Time", "Asia/Singapore"),
    ("Tokyo Standard Time", "Asia/Tokyo"),
    ("W. Europe Standard Time", "Europe/Berlin"),
];

/// A status message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StatusMessage {
    pub(crate) content: Box<str>,
    pub(crate) published_ms: i64,
    pub(crate) expires_ms: Option<i64>,
}

impl StatusMessage {
    /// When it ends, in UTC.
    pub(crate) fn expiry(&self) -> String {
        self.expires_ms.map_or_else(|| String::from(NEVER), |ms| seven_digits(ms, ""))
    }

    /// When it was written.
    pub(crate) fn published(&self) -> String {
        seven_digits(self.published_ms, "Z")
    }
}

/// Whether a text is short enough.
pub(crate) fn fits(content: &str) -> bool {
    content.chars().count() <= MOST_CHARACTERS
}

/// The moment of a date and time without an offset, in a zone by its Windows or its IANA name.
pub(crate) fn moment(date_time: &str, zone: Option<&str>) -> Option<i64> {
    let zone = zone.unwrap_or("UTC");
    let zone = ZONES.iter().find(|(windows, _)| *windows == zone).map_or(zone, |(_, iana)| *iana);
    let zone = if zone == "UTC" { TimeZone::UTC } else { TimeZone::get(zone).ok()? };
    if date_time.ends_with('Z') {
        return None;
    }
    let local: DateTime = date_time.parse().ok()?;
    zone.to_timestamp(local).ok().map(Timestamp::as_millisecond)
}

/// `2026-03-02T15:00:00.0000000`, with seven digits as Graph writes them.
fn seven_digits(ms: i64, suffix: &str) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    let text = strtime::format("%Y-%m-%dT%H:%M:%S", time).unwrap_or_default();
    format!("{text}.{:03}0000{suffix}", ms.rem_euclid(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_understood_by_either_name() {
        let utc = moment("2022-10-19T00:05:33.207", Some("UTC")).unwrap();
        assert_eq!(moment("2022-10-18T17:05:33.2079781", Some("Pacific Standard Time")), Some(utc));
        assert_eq!(moment("2022-10-19T02:05:33.207", Some("Europe/Berlin")), Some(utc));
        assert_eq!(moment("2022-10-19T00:05:33.207", None), Some(utc));
        assert_eq!(moment("2022-10-19T00:05:33Z", None), None);
        assert_eq!(moment("2022-10-19T00:05:33", Some("Middle of Nowhere")), None);
        assert_eq!(moment("tomorrow", None), None);
    }

    #[test]
    fn times_have_seven_digits_and_no_end_is_the_end_of_time() {
        let mut message = StatusMessage { content: "".into(), published_ms: 1_767_608_102_123, expires_ms: None };
        assert_eq!(message.published(), "2026-01-05T10:15:02.1230000Z");
        assert_eq!(message.expiry(), "9999-12-31T00:00:00.0000000");
        message.expires_ms = Some(1_767_608_102_000);
        assert_eq!(message.expiry(), "2026-01-05T10:15:02.0000000");
    }
}
