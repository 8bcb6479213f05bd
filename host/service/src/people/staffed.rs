//! Asking again when the staffing of a queue has changed, so that no two answers rest on the same last colleague.
//!
//! ```text
//!  answers of a batch ─► one that takes nobody away from a queue: counts
//!                     └► one that takes somebody away: counts if its numbers still hold, else it is asked again on the new ones
//!  then: everybody whose numbers are no longer those they were told is asked again
//! ```
//!
//! So of people who would leave a queue together the first leaves, and each further one is asked knowing of those before. A rule
//! that never comes to rest is asked only so many times in a cycle; what it said last stands until the next.

use std::collections::HashSet;

use presync_core::id::LinkId;
use presync_core::reconcile::{Command, Input};
use presync_core::time::Timestamp;
use presync_core::words::Direction;

use super::People;
use crate::staffing::{is_offered, keeps_away};

/// Rounds of asking again in one cycle. Each takes one person more out of a queue that several want to leave at once.
const MOST_ROUNDS: u32 = 64;

/// Which chains look at the staffing, and how often they were asked again for it.
#[derive(Debug, Default)]
pub(super) struct Asking {
    pub(super) publish: bool,
    pub(super) session: bool,
    rounds: u32,
    /// An answer was not taken, and asked for again.
    again: bool,
}

/// Whose part in the staffing an input may have changed.
pub(super) enum Touched {
    Nobody,
    One(LinkId),
    Everybody,
}

impl Asking {
    pub(super) const fn any(&self) -> bool {
        self.publish || self.session
    }
}

impl People {
    /// Looks at an input before the core does: the same, another in its place, or none when it must wait for the next cycle.
    pub(super) fn heed(&mut self, input: Input) -> Option<Input> {
        match input {
            Input::PublishDecided { link, stamp, ref verdict, .. }
                if self.reconciler.awaits(link, Direction::TeamsToEight, stamp) =>
            {
                let Some(person) = self.persons.get_mut(&link) else { return Some(input) };
                let away = keeps_away(verdict, person.kept_away);
                if away && self.asking.publish && self.queues.counts(link) && self.queues.is_outdated(link) {
                    // Without an answer it stays open, and the core asks again with the next tick.
                    let again = self.asking.rounds < MOST_ROUNDS;
                    self.asking.again |= again;
                    return again.then_some(Input::AskAgain { link, direction: Direction::TeamsToEight });
                }
                person.kept_away = away;
                Some(input)
            }
            Input::LinkRemoved(link) => {
                self.queues.drop(link);
                Some(input)
            }
            Input::LinkAdded(link) => {
                // Somebody who was leaving counts again.
                if let Some(person) = self.persons.get(&link) {
                    self.queues.place(link, &person.shown.queues);
                }
                Some(input)
            }
            Input::Tick => {
                self.asking.rounds = 0;
                Some(input)
            }
            other => Some(other),
        }
    }

    /// Brings the count of the queues up to date with what the core knows now.
    pub(super) fn recount(&mut self, touched: &Touched) {
        if !self.asking.any() {
            return;
        }
        match touched {
            Touched::Nobody => {}
            Touched::One(link) => self.recount_one(*link),
            Touched::Everybody => {
                let everybody: Vec<LinkId> = self.persons.keys().copied().collect();
                everybody.into_iter().for_each(|link| self.recount_one(link));
            }
        }
    }

    fn recount_one(&mut self, link: LinkId) {
        let status = self.reconciler.eight_presence(link).map(|presence| presence.own);
        let away = self.persons.get(&link).is_none_or(|person| person.kept_away);
        self.queues.set_offered(link, !away && status.is_some_and(is_offered));
    }

    /// Asks everybody again who was told other numbers than those of now.
    pub(super) fn ask_outdated(&mut self, now: Timestamp, commands: &mut Vec<Command>) {
        if !self.asking.any() || self.asking.rounds >= MOST_ROUNDS {
            return;
        }
        let asked: HashSet<_> = commands
            .iter()
            .filter_map(|command| match command {
                Command::Ask { link, direction, .. } => Some((*link, *direction)),
                _ => None,
            })
            .collect();
        let looks = [(self.asking.publish, Direction::TeamsToEight), (self.asking.session, Direction::EightToTeams)];
        let outdated = self.queues.outdated();
        let again = std::mem::take(&mut self.asking.again) | !outdated.is_empty();
        self.asking.rounds += u32::from(again);
        for link in outdated {
            for (_, direction) in
                looks.into_iter().filter(|(looks, direction)| *looks && !asked.contains(&(link, *direction)))
            {
                self.reconciler.apply(now, Input::AskAgain { link, direction }, commands);
            }
        }
    }
}

/// Whose part in the staffing this changes.
pub(super) const fn touched(input: &Input) -> Touched {
    match input {
        Input::EightObserved { link, .. } | Input::PublishDecided { link, .. } | Input::LinkAdded(link) => {
            Touched::One(*link)
        }
        Input::RulesChanged(_) => Touched::Everybody,
        _ => Touched::Nobody,
    }
}
