//! A side that says nothing in a busy hour: it can be read, and answers what it answered before, though its people are at work.
//!
//! What to expect is taken from the tenant itself. Of the hour before the last change, the minutes in which anything changed are counted;
//! if changes came by chance, fifteen times the usual pause would pass without one once in three million times. Changes come in bursts, at
//! full hours, which is why minutes are counted and not changes. A tenant that has gone home is silent too, so some must be there.

use std::collections::VecDeque;
use std::time::Duration;

use presync_core::time::Timestamp;

/// What is looked back upon.
const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);
/// An hour in which anything changed in fewer minutes than this is not busy.
const BUSY_MINUTES: u32 = 20;
/// So many usual pauses without a change are no chance.
const PAUSES: u32 = 15;
/// With fewer people present than this, nobody can say.
pub(crate) const PRESENT: usize = 20;

/// One side's changes, and whether they have stopped.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    /// Minutes with a change, oldest first: none is older than an hour before the last.
    minutes: VecDeque<u64>,
    last: Option<Timestamp>,
    /// How many changes there had been when it was looked at last.
    seen: u64,
}

impl Silence {
    /// Takes note of how many changes there have been so far.
    pub(crate) fn note(&mut self, now: Timestamp, changes: u64) {
        if changes == std::mem::replace(&mut self.seen, changes) {
            return;
        }
        let minute = now.as_millis() / MINUTE.as_millis() as u64;
        if self.minutes.back() != Some(&minute) {
            self.minutes.push_back(minute);
        }
        self.last = Some(now);
        let oldest = minute.saturating_sub(HOUR.as_secs() / MINUTE.as_secs() - 1);
        while self.minutes.front().is_some_and(|minute| *minute < oldest) {
            self.minutes.pop_front();
        }
    }

    /// Forgets everything: the side could not be read, so what it did meanwhile is not known.
    pub(crate) fn forget(&mut self) {
        self.minutes.clear();
        self.last = None;
    }

    /// Since when it has been silent, if that is no chance; `present` people are there.
    pub(crate) fn since(&self, now: Timestamp, present: usize) -> Option<Timestamp> {
        let last = self.last?;
        let busy = u32::try_from(self.minutes.len()).unwrap_or(u32::MAX);
        if present < PRESENT || busy < BUSY_MINUTES {
            return None;
        }
        let usual = HOUR / busy;
        (now.since(last) >= usual * PAUSES).then_some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: u64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + minute * 60_000)
    }

    /// An hour with a change every so many minutes.
    fn hour(every: usize) -> Silence {
        let mut silence = Silence::default();
        for (changes, minute) in (1..).zip((0..60).step_by(every)) {
            silence.note(at(minute), changes);
        }
        silence
    }

    #[test]
    fn silence_in_a_busy_hour_is_told_after_fifteen_usual_pauses() {
        let silence = hour(1);
        assert_eq!(silence.since(at(59 + 14), 50), None);
        assert_eq!(silence.since(at(59 + 15), 50), Some(at(59)));
        let silence = hour(3);
        assert_eq!(silence.since(at(57 + 44), 50), None);
        assert_eq!(silence.since(at(57 + 45), 50), Some(at(57)));
    }

    #[test]
    fn a_quiet_hour_few_people_and_a_burst_are_no_alarm() {
        assert_eq!(hour(4).since(at(600), 50), None, "a quiet hour");
        assert_eq!(hour(1).since(at(600), 19), None, "most have gone home");
        let mut burst = Silence::default();
        (1..500).for_each(|changes| burst.note(at(0), changes));
        assert_eq!(burst.since(at(600), 50), None, "everybody came at nine");
    }

    #[test]
    fn one_change_ends_it_and_an_outage_forgets_it() {
        let mut silence = hour(1);
        silence.note(at(80), 1_000);
        assert_eq!(silence.since(at(81), 50), None);
        let mut silence = hour(1);
        silence.forget();
        assert_eq!(silence.since(at(600), 50), None);
    }

    #[test]
    fn looking_without_a_change_is_no_change() {
        let mut silence = hour(1);
        for minute in 60..80 {
            silence.note(at(minute), 60);
        }
        assert_eq!(silence.since(at(80), 50), Some(at(59)));
    }
}
