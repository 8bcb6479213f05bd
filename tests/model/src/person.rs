//! One person: the truth at both sides, what the reconciler knows of it, and what is on its way between them.

use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::id::LinkId;
use presync_core::presence::{EightPresence, TeamsPresence};
use presync_core::reconcile::{LinkState, Stamp};
use presync_core::rule::{PublishVerdict, SessionVerdict};
use presync_core::time::Timestamp;
use presync_core::words::{Direction, EightTarget, Side, TeamsSession};
use serde::Serialize;

use crate::sides::{Eight, Teams};

/// A value for each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerSide<T> {
    /// Of Teams.
    pub teams: T,
    /// Of 8x8.
    pub eight: T,
}

impl<T> PerSide<T> {
    pub(crate) const fn of(&self, side: Side) -> &T {
        match side {
            Side::Teams => &self.teams,
            Side::Eight => &self.eight,
        }
    }

    pub(crate) const fn of_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Teams => &mut self.teams,
            Side::Eight => &mut self.eight,
        }
    }
}

/// A reading on its way, with the truth that it does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sighting<P> {
    /// What was read.
    pub presence: P,
    /// What would have been read without anything of ours.
    pub truth: P,
    /// How the side counts it.
    pub revision: u64,
    /// When it was read.
    pub read_at: Timestamp,
    /// It shows a session that presync had given up, so nobody can tell it from the person's own.
    pub late: bool,
}

/// An answer of the rules on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// To which question.
    pub stamp: Stamp,
    /// What it says.
    pub answer: Answer,
}

/// What the rules answer in one direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Answer {
    /// From Teams to 8x8.
    Publish(PublishVerdict),
    /// From 8x8 to Teams.
    Session(SessionVerdict),
}

impl Answer {
    /// Which way it maps.
    pub const fn direction(&self) -> Direction {
        match self {
            Self::Publish(_) => Direction::TeamsToEight,
            Self::Session(_) => Direction::EightToTeams,
        }
    }
}

/// A write, as the provider gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Write {
    /// Show this status at 8x8 for so long.
    Publish(EightTarget, Option<Duration>),
    /// Take our publication back.
    Unpublish,
    /// Hold this session in Teams for so long.
    Hold(TeamsSession, Duration),
    /// Clear our session.
    Clear,
}

impl Write {
    /// Where it goes.
    pub const fn side(self) -> Side {
        match self {
            Self::Publish(..) | Self::Unpublish => Side::Eight,
            Self::Hold(..) | Self::Clear => Side::Teams,
        }
    }
}

/// A write in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Flight {
    /// What is written.
    pub write: Write,
    /// It has arrived, and this answer is on its way back.
    pub landed: Option<Landed>,
}

/// The answer of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Landed {
    /// What became of the write.
    pub outcome: Outcome,
    /// How the side counts it (8x8).
    pub revision: Option<u64>,
}

/// A write that was given up and may arrive all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Late {
    /// What was written.
    pub write: Write,
    /// It arrives by this moment or never.
    pub until: Timestamp,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their link.
    pub link: LinkId,
    /// The directory has them on both sides.
    pub linked: bool,
    /// What the reconciler knows; `None` when it knows nothing.
    pub state: Option<LinkState>,
    /// What was put on disk before the last write of this step was sent; `None` when all is on disk, or nothing was written since it
    /// was.
    pub stored: Option<LinkState>,
    /// The truth at Teams.
    pub teams: Teams,
    /// The truth at 8x8.
    pub eight: Eight,
    /// Readings of Teams on their way.
    pub teams_wire: Vec<Sighting<TeamsPresence>>,
    /// Readings of 8x8 on their way.
    pub eight_wire: Vec<Sighting<EightPresence>>,
    /// Answers of the rules on their way.
    pub verdicts: Vec<Verdict>,
    /// The stamp of the newest question about what is to be shown on each side; `None` when none was asked by this process.
    pub newest: PerSide<Option<Stamp>>,
    /// Whether that question has no answer yet.
    pub open: PerSide<bool>,
    /// Writes in flight, by where they go.
    pub flights: PerSide<Option<Flight>>,
    /// Writes that were given up, by where they go.
    pub late: PerSide<Option<Late>>,
    /// The highest revision that this process has heard of each side.
    pub heard: PerSide<u64>,
    /// Since when something of ours has been shown on each side though its cause is known to be over.
    pub uncaused: PerSide<Option<Timestamp>>,
}

impl Person {
    pub(crate) fn new(link: LinkId) -> Self {
        Self {
            link,
            linked: true,
            state: None,
            stored: None,
            teams: Teams::new(),
            eight: Eight::new(),
            teams_wire: Vec::new(),
            eight_wire: Vec::new(),
            verdicts: Vec::new(),
            newest: PerSide::default(),
            open: PerSide::default(),
            flights: PerSide::default(),
            late: PerSide::default(),
            heard: PerSide::default(),
            uncaused: PerSide::default(),
        }
    }

    /// Whether a verdict answers the newest question in its direction.
    pub(crate) fn is_newest(&self, verdict: &Verdict) -> bool {
        *self.newest.of(verdict.answer.direction().target()) == Some(verdict.stamp)
    }

    /// How many readings of a side are on their way.
    pub(crate) fn on_the_wire(&self, side: Side) -> usize {
        match side {
            Side::Teams => self.teams_wire.len(),
            Side::Eight => self.eight_wire.len(),
        }
    }

    /// Leases that have run out end by themselves.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        if self.teams.app.is_some_and(|app| now >= app.until) {
            self.teams.change(|teams| teams.app = None);
        }
        if self.eight.external.is_some_and(|external| now >= external.until) {
            self.eight.change(|eight| eight.external = None);
        }
    }
}
