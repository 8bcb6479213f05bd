//! When everybody was last read, how long each change takes on its way, and who is read before others.

use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::id::{LinkId, TeamsUserId};
use presync_core::outage::is_present;
use presync_core::reconcile::{Command, Event, Input};
use presync_core::time::Timestamp;
use presync_core::words::{Direction, EightStatus, Side, TeamsActivity};

use super::{People, Person};
use crate::turns::{Candidate, Terms, pick};

/// Whoever changed so lately is likely to change again: people come out of a call and go on break.
const LATELY: Duration = Duration::from_secs(5 * 60);

/// The feed of 8x8 tells everybody's changes at once, so that reading it reads everybody.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FeedRead {
    /// When the newest reading was started.
    at: Timestamp,
    /// When the one before it was started.
    before: Timestamp,
}

/// What an input is to a change under way.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// Nothing.
    None,
    /// A side was read.
    Read { link: LinkId, side: Side, before: Timestamp, read_at: Timestamp },
    /// The rules have answered.
    Decided { link: LinkId, direction: Direction },
    /// A side has taken what was written.
    Written { link: LinkId, side: Side },
}

impl People {
    /// The feed of 8x8 was read, up to what it held when the reading was started.
    pub(crate) fn feed_was_read(&mut self, read_at: Timestamp) {
        self.feed_read = FeedRead { at: read_at.max(self.feed_read.at), before: self.feed_read.at };
    }

    /// Somebody's change is told by itself: the last reading of the feed did not show it yet.
    pub(crate) const fn feed_was_told(&mut self) {
        self.feed_read.before = self.feed_read.at;
    }

    /// When everybody's newest reading at 8x8 was started; the epoch before the first of this process.
    pub(crate) const fn eight_read_at(&self) -> Timestamp {
        self.feed_read.at
    }

    /// When somebody's newest reading in Teams was started; the epoch before the first of this process.
    pub(crate) fn teams_read_at(&self, link: LinkId) -> Timestamp {
        self.person(link).map_or(Timestamp::EPOCH, |person| person.teams_read_at)
    }

    /// When the oldest of the newest readings in Teams was started; `None` for nobody.
    pub(crate) fn oldest_in_teams(&self) -> Option<Timestamp> {
        self.persons().map(|person| person.teams_read_at).min()
    }

    /// Whom to read in Teams: everybody, or, where that takes more requests than there is room for, those whose turn it is.
    pub(crate) fn to_read(&self, terms: Option<&Terms>) -> Vec<TeamsUserId> {
        match terms {
            Some(terms) if !terms.take_all(self.persons.len()) => {
                let picked = pick(self.persons().map(|person| self.candidate(person, terms.now)).collect(), terms);
                picked.into_iter().filter_map(|link| Some(self.person(link)?.link.teams_id.clone())).collect()
            }
            _ => self.persons().map(|person| person.link.teams_id.clone()).collect(),
        }
    }

    fn candidate(&self, person: &Person, now: Timestamp) -> Candidate {
        let link = person.link.id;
        Candidate { link, read_at: person.teams_read_at, first: self.comes_first(person, now) }
    }

    /// Whether somebody is on a call, on shift (in a queue, and present on either side), or changed a moment ago.
    fn comes_first(&self, person: &Person, now: Timestamp) -> bool {
        let Some(view) = self.reconciler.view(person.link.id) else { return false };
        let in_call = view
            .teams
            .is_some_and(|teams| matches!(teams.activity, TeamsActivity::InACall | TeamsActivity::InAConferenceCall))
            || view.eight.is_some_and(|eight| eight.call_active);
        let present = view.teams.is_some_and(is_present)
            || view.eight.is_some_and(|eight| {
                !matches!(eight.own, EightStatus::Offline | EightStatus::Invisible | EightStatus::Unrecognised)
            });
        let on_shift = present && !person.shown.queues.is_empty();
        in_call || on_shift || now.since(view.teams_since.max(view.eight_since)) < LATELY
    }

    /// What an input is to a change under way. Called before the core has it.
    pub(super) fn step(&mut self, input: &Input) -> Step {
        match input {
            Input::TeamsObserved { link, reading } => {
                let Some(person) = self.persons.get_mut(link) else { return Step::None };
                let before = person.teams_read_at;
                person.teams_read_at = before.max(reading.read_at);
                // The first reading ever, or of this process, shows what is, and no change.
                match self.reconciler.teams_presence(*link) {
                    Some(_) if before > Timestamp::EPOCH => {
                        Step::Read { link: *link, side: Side::Teams, before, read_at: reading.read_at }
                    }
                    _ => Step::None,
                }
            }
            Input::EightObserved { link, reading } => {
                let before = self.feed_read.before;
                match self.reconciler.eight_presence(*link) {
                    Some(_) if before > Timestamp::EPOCH => {
                        Step::Read { link: *link, side: Side::Eight, before, read_at: reading.read_at }
                    }
                    _ => Step::None,
                }
            }
            Input::PublishDecided { link, stamp, .. } => self.answer(*link, Direction::TeamsToEight, *stamp),
            Input::SessionDecided { link, stamp, .. } => self.answer(*link, Direction::EightToTeams, *stamp),
            Input::Delivered { link, side, outcome: Outcome::Applied | Outcome::Masked, .. } => {
                Step::Written { link: *link, side: *side }
            }
            _ => Step::None,
        }
    }

    fn answer(&self, link: LinkId, direction: Direction, stamp: presync_core::reconcile::Stamp) -> Step {
        if self.reconciler.awaits(link, direction, stamp) { Step::Decided { link, direction } } else { Step::None }
    }

    /// Follows a change by one step; `commands` are what the core made of it.
    pub(super) fn trace(&mut self, now: Timestamp, step: Step, commands: &[Command]) {
        match step {
            Step::None => {}
            Step::Read { link, side, before, read_at } => {
                let shows_a_change = |command: &Command| {
                    matches!(command, Command::Record { event: Event::TeamsSaid { .. } | Event::EightSaid { .. }, .. })
                };
                if commands.iter().any(shows_a_change) {
                    self.freshness.read(now, link, side, before, read_at);
                }
            }
            Step::Decided { link, direction } => self.freshness.decided(now, link, direction),
            Step::Written { link, side } => self.freshness.written(now, link, side),
        }
    }

    /// Lets go of the changes that need no write, or none any more.
    pub(crate) fn let_go_of_settled(&mut self, now: Timestamp) {
        let Self { reconciler, freshness, .. } = self;
        freshness.settle(now, |link, direction| {
            reconciler.view(link).is_none_or(|view| match direction {
                Direction::TeamsToEight => {
                    !view.publication.unsettled && view.publication.wanted == view.publication.held
                }
                Direction::EightToTeams => !view.session.unsettled && view.session.wanted == view.session.held,
            })
        });
    }
}
