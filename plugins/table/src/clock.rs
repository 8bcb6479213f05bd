//! Time of day and days of the week on the person's wall clock.
//!
//! ```text
//!   22:00-06:00     00:00 ▇▇▇▇▇▇ 06:00 ················ 22:00 ▇▇ 24:00      the end is not part of it
//! ```
//! `days` is the day that it is, so the hours after midnight belong to the next day's name.

use presync_rule::subject::LocalTime;

/// Minutes of a day.
pub(crate) const DAY: u16 = 24 * 60;

/// Every day of the week.
pub(crate) const WEEK: u8 = 0b111_1111;

/// The condition on the wall clock of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clock {
    /// A bit per day, Monday first.
    pub(crate) days: u8,
    /// Times of day, any of which will do. Empty: the whole day.
    pub(crate) windows: Vec<Window>,
}

/// A time of day, in minutes since midnight; crosses midnight when it ends before it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: u16,
    /// Up to here, and not the minute itself; at most [`DAY`].
    pub(crate) to: u16,
}

// === impl Clock ===

impl Clock {
    pub(crate) fn holds(&self, now: LocalTime) -> bool {
        self.at(now.day_of_week, now.minute_of_day)
    }

    fn at(&self, day_of_week: u8, minute: u16) -> bool {
        let day = day_of_week.wrapping_sub(1);
        day < 7
            && self.days & 1 << day != 0
            && (self.windows.is_empty() || self.windows.iter().any(|w| w.holds(minute)))
    }

    /// Minutes until the condition holds no longer, or holds again. `None` when it never changes.
    pub(crate) fn changes_in(&self, now: LocalTime) -> Option<u32> {
        let holds = self.holds(now);
        let edges = || self.windows.iter().flat_map(|window| [window.from, window.to]).chain([0]);
        (0..=7_u8).find_map(|ahead| {
            let day = now.day_of_week.wrapping_sub(1).wrapping_add(ahead) % 7 + 1;
            let changes = edges().filter(|edge| *edge < DAY && self.at(day, *edge) != holds);
            let wait =
                |edge: u16| (u32::from(ahead) * u32::from(DAY) + u32::from(edge)).checked_sub(now.minute_of_day.into());
            changes.filter_map(wait).filter(|minutes| *minutes > 0).min()
        })
    }
}

// === impl Window ===

impl Window {
    /// Reads `22:00-06:00`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no time of day; write it as `22:00-06:00`");
        let (from, to) = text.split_once('-').ok_or_else(wrong)?;
        let (from, to) = minute(from).zip(minute(to)).ok_or_else(wrong)?;
        if from % DAY == to {
            return Err(format!("`{text}` has no length; for the whole day leave `time` out"));
        }
        if from == DAY {
            return Err(format!("`{text}` starts at 24:00; write 00:00"));
        }
        Ok(Self { from, to })
    }

    pub(crate) const fn holds(self, minute: u16) -> bool {
        if self.from < self.to {
            self.from <= minute && minute < self.to
        } else {
            self.from <= minute || minute < self.to
        }
    }
}

/// `06:30` in minutes since midnight, up to `24:00`.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim_ascii().split_once(':')?;
    let number =
        |text: &str| text.parse::<u16>().ok().filter(|_| text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit()));
    let (hours, minutes) = (number(hours)?, number(minutes).filter(|_| minutes.len() == 2)?);
    (minutes < 60 && hours * 60 + minutes <= DAY).then(|| hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day_of_week: u8, minute_of_day: u16) -> LocalTime {
        LocalTime { year: 2026, month: 3, day: 2, day_of_week, minute_of_day, utc_offset_minutes: 60 }
    }

    fn clock(days: u8, windows: &[&str]) -> Clock {
        Clock { days, windows: windows.iter().map(|text| Window::parse(text).unwrap()).collect() }
    }

    #[test]
    fn a_window_has_its_first_minute_and_not_its_last() {
        let lunch = clock(WEEK, &["12:00-13:00"]);
        assert!(lunch.holds(at(1, 720)) && lunch.holds(at(1, 779)));
        assert!(!lunch.holds(at(1, 719)) && !lunch.holds(at(1, 780)));
    }

    #[test]
    fn a_window_may_cross_midnight() {
        let night = clock(WEEK, &["22:00-6:00"]);
        assert!(night.holds(at(1, 1320)) && night.holds(at(2, 0)) && night.holds(at(2, 359)));
        assert!(!night.holds(at(2, 360)) && !night.holds(at(2, 1319)));
    }

    #[test]
    fn after_midnight_it_is_the_next_day() {
        let friday_night = clock(0b001_0000, &["22:00-06:00"]);
        assert!(friday_night.holds(at(5, 1400)) && friday_night.holds(at(5, 100)));
        assert!(!friday_night.holds(at(6, 100)));
    }

    #[test]
    fn the_next_change_is_the_nearest_edge_that_changes_anything() {
        let night = clock(WEEK, &["22:00-06:00"]);
        assert_eq!(night.changes_in(at(1, 1319)), Some(1));
        assert_eq!(night.changes_in(at(1, 1320)), Some(480));
        assert_eq!(night.changes_in(at(2, 0)), Some(360));
        let weekend = clock(0b110_0000, &[]);
        assert_eq!(weekend.changes_in(at(5, 1439)), Some(1));
        assert_eq!(weekend.changes_in(at(6, 0)), Some(2880));
        assert_eq!(weekend.changes_in(at(1, 0)), Some(5 * 1440));
        let mondays = clock(1, &["08:00-09:00"]);
        assert_eq!(mondays.changes_in(at(1, 540)), Some(7 * 1440 - 60));
    }

    #[test]
    fn what_always_holds_never_changes() {
        assert_eq!(clock(WEEK, &[]).changes_in(at(3, 100)), None);
        assert_eq!(clock(WEEK, &["00:00-24:00"]).changes_in(at(3, 100)), None);
        assert_eq!(clock(WEEK, &["06:00-18:00", "18:00-06:00"]).changes_in(at(3, 100)), None);
    }

    #[test]
    fn what_is_no_time_of_day_is_refused() {
        for text in ["22:00", "22-06", "25:00-26:00", "8:60-9:00", "8:5-9:00", "+8:00-9:00", "24:00-06:00", "a:b-c:d"] {
            assert!(Window::parse(text).is_err(), "{text}");
        }
        assert!(Window::parse("08:00-08:00").unwrap_err().contains("no length"));
        assert!(Window::parse("24:00-00:00").unwrap_err().contains("no length"));
    }
}
