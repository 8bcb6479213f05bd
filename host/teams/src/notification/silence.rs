//! Whether a subscription is still heard: a state machine, fed by what polling finds.
//!
//! A subscription can die without a word, and a quiet office looks the same. Polling tells them apart: a change that it finds
//! should have been announced, before or within a minute after. When several in a row were not, nobody speaks any more.

use std::collections::HashMap;
use std::time::Duration;

use presync_core::id::TeamsUserId;
use presync_core::time::Timestamp;

use super::receiver::LATENCY;

/// Changes in a row that were not announced before a subscription counts as silent. One can be lost, or be a change back and
/// forth that Microsoft did not think worth a word.
const PATIENCE: u32 = 3;
/// How long an announcement counts as that of a change which polling finds later: the slowest poll, with room.
const REMEMBERED: Duration = Duration::from_secs(300);

/// Whether a subscription is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearing {
    /// Nothing speaks against it.
    Well,
    /// Some changes were not announced.
    Doubtful,
    /// It is to be created again.
    Silent,
}

/// What was heard of the people of one subscription, and what should have been.
#[derive(Debug, Default)]
pub struct Silence {
    /// When somebody was last announced.
    announced: HashMap<TeamsUserId, Timestamp>,
    /// Changes that polling found and nobody has announced yet, with the end of the time for it.
    awaited: HashMap<TeamsUserId, Timestamp>,
    missed: u32,
}

impl Silence {
    /// A notification came about somebody.
    pub fn announced(&mut self, user: &TeamsUserId, now: Timestamp) {
        self.awaited.remove(user);
        self.announced.insert(user.clone(), now);
        self.missed = 0;
    }

    /// Polling found that the presence of somebody watched has changed, by somebody else than us.
    pub fn found(&mut self, user: &TeamsUserId, now: Timestamp) {
        let known = self.announced.get(user).is_some_and(|announced| now.since(*announced) < REMEMBERED);
        if !known {
            self.awaited.entry(user.clone()).or_insert(now + LATENCY);
        }
    }

    /// Whether it is still heard.
    pub fn hearing(&mut self, now: Timestamp) -> Hearing {
        let before = self.awaited.len();
        self.awaited.retain(|_, end| now < *end);
        self.missed = self.missed.saturating_add(u32::try_from(before - self.awaited.len()).unwrap_or(u32::MAX));
        self.announced.retain(|_, announced| now.since(*announced) < REMEMBERED);
        match self.missed {
            0 => Hearing::Well,
            missed if missed < PATIENCE => Hearing::Doubtful,
            _ => Hearing::Silent,
        }
    }

    /// The subscription is a new one: it starts with a good name.
    pub fn begin_anew(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn user(name: &str) -> TeamsUserId {
        name.into()
    }

    #[test]
    fn a_quiet_office_is_no_silence() {
        let mut silence = Silence::default();
        assert_eq!(silence.hearing(at(0)), Hearing::Well);
        assert_eq!(silence.hearing(at(100_000)), Hearing::Well);
    }

    #[test]
    fn three_changes_that_nobody_announced_are() {
        let mut silence = Silence::default();
        for (n, hearing) in [(0, Hearing::Doubtful), (1, Hearing::Doubtful), (2, Hearing::Silent)] {
            let found = 1000 * n;
            silence.found(&user(&format!("u{n}")), at(found));
            assert_eq!(silence.hearing(at(found + 60)), hearing, "{n}");
        }
        silence.begin_anew();
        assert_eq!(silence.hearing(at(3000)), Hearing::Well);
    }

    #[test]
    fn an_announcement_in_time_clears_every_doubt() {
        let mut silence = Silence::default();
        for n in 0..2 {
            silence.found(&user(&format!("u{n}")), at(0));
        }
        silence.found(&user("late"), at(30));
        assert_eq!(silence.hearing(at(60)), Hearing::Doubtful);
        silence.announced(&user("late"), at(61));
        assert_eq!(silence.hearing(at(1000)), Hearing::Well);
    }

    #[test]
    fn a_change_that_was_announced_before_the_poll_found_it_is_not_awaited() {
        let mut silence = Silence::default();
        silence.announced(&user("u"), at(0));
        silence.found(&user("u"), at(9));
        assert_eq!(silence.hearing(at(100)), Hearing::Well);
        silence.found(&user("u"), at(400));
        assert_eq!(silence.hearing(at(500)), Hearing::Doubtful, "but an old announcement is not that of a new change");
    }

    #[test]
    fn one_person_who_changes_often_counts_once_at_a_time() {
        let mut silence = Silence::default();
        for second in 0..50 {
            silence.found(&user("u"), at(second));
        }
        assert_eq!(silence.hearing(at(61)), Hearing::Doubtful);
    }
}
