//! How fresh what is shown is: how long each change of a person's state took, hop by hop, until the other side had it.
//!
//! ```text
//!  read, old ──── the change, at some time ──── read, new ──── rules decided ──── the other side took it
//!      └──────────────── unseen ─────────────────┘└── deciding ──┘└──── writing ────┘
//!      └──────────────────────────────── whole ─────────────────────────────────────┘
//! ```
//!
//! Neither provider is asked when a change happened: Graph does not say it at all. What counts as unseen is therefore the time since the
//! reading before, which did not show the change yet: the most that it can have waited. On average it was half of that.
//!
//! A change that leads to no write is measured as far as it came; one that a later change of the same person overtakes is not followed
//! further.

mod recent;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use presync_core::id::LinkId;
use presync_core::time::Timestamp;
use presync_core::words::{Direction, Side};
use serde::Serialize;

use recent::Recent;
pub use recent::Spread;

/// A part of a change's way from one side to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hop {
    /// From the reading before, which did not show the change yet, to the start of the reading that did: the most that it can have
    /// waited to be read.
    Unseen,
    /// From the start of that reading to the verdict of the rules.
    Deciding,
    /// From the verdict to the other side's answer that it has taken it.
    Writing,
    /// From the reading before to the other side's answer: the most that the whole can have taken.
    Whole,
}

/// One hop in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HopSpread {
    /// Which way the change went.
    pub direction: Direction,
    /// Which part of its way.
    pub hop: Hop,
    /// How long it took.
    #[serde(flatten)]
    pub spread: Spread,
}

/// What has been measured of one direction.
#[derive(Debug, Default)]
struct Way {
    unseen: Recent,
    deciding: Recent,
    writing: Recent,
    whole: Recent,
}

/// A change that has been read and not written yet.
#[derive(Debug, Clone, Copy)]
struct Trace {
    /// When the reading that showed it was started.
    read_at: Timestamp,
    unseen: Duration,
    decided_at: Option<Timestamp>,
}

/// The changes under way, and how long those before them took.
#[derive(Debug, Default)]
pub(crate) struct Freshness {
    to_eight: Way,
    to_teams: Way,
    /// A map with whose change it is and which way it goes as key. Nobody has more than one each way.
    traces: HashMap<(LinkId, Direction), Trace>,
}

impl Freshness {
    /// A reading that was started at `read_at` showed a change; the one before it was started at `before`.
    pub(crate) fn read(&mut self, now: Timestamp, link: LinkId, side: Side, before: Timestamp, read_at: Timestamp) {
        let direction = from(side);
        let unseen = read_at.since(before);
        self.way(direction).unseen.record(now, unseen);
        self.traces.insert((link, direction), Trace { read_at, unseen, decided_at: None });
    }

    /// The rules have answered a question about somebody.
    pub(crate) fn decided(&mut self, now: Timestamp, link: LinkId, direction: Direction) {
        if let Some(trace) = self.traces.get_mut(&(link, direction)) {
            trace.decided_at = Some(now);
        }
    }

    /// A side has taken what was written to it.
    pub(crate) fn written(&mut self, now: Timestamp, link: LinkId, side: Side) {
        let direction = to(side);
        let Some(trace) = self.traces.get(&(link, direction)).copied() else { return };
        // An answer to what was written before this change was decided says nothing of it.
        let Some(decided_at) = trace.decided_at else { return };
        self.traces.remove(&(link, direction));
        let way = self.way(direction);
        way.deciding.record(now, decided_at.since(trace.read_at));
        way.writing.record(now, now.since(decided_at));
        way.whole.record(now, trace.unseen + now.since(trace.read_at));
    }

    /// What was decided and needs no write, as `is_done` knows, has come to its end.
    pub(crate) fn settle(&mut self, now: Timestamp, is_done: impl Fn(LinkId, Direction) -> bool) {
        let mut ended = Vec::new();
        self.traces.retain(|(link, direction), trace| match trace.decided_at {
            Some(decided_at) if is_done(*link, *direction) => {
                ended.push((*direction, decided_at.since(trace.read_at)));
                false
            }
            _ => true,
        });
        for (direction, deciding) in ended {
            self.way(direction).deciding.record(now, deciding);
        }
    }

    /// Forgets somebody.
    pub(crate) fn forget(&mut self, link: LinkId) {
        for direction in [Direction::TeamsToEight, Direction::EightToTeams] {
            self.traces.remove(&(link, direction));
        }
    }

    /// How long the hops take.
    pub(crate) fn hops(&self, now: Timestamp) -> Vec<HopSpread> {
        let of = |direction, way: &Way| {
            let hops = [
                (Hop::Unseen, &way.unseen),
                (Hop::Deciding, &way.deciding),
                (Hop::Writing, &way.writing),
                (Hop::Whole, &way.whole),
            ];
            hops.map(|(hop, recent)| HopSpread { direction, hop, spread: recent.spread(now) })
        };
        [of(Direction::TeamsToEight, &self.to_eight), of(Direction::EightToTeams, &self.to_teams)].concat()
    }

    fn way(&mut self, direction: Direction) -> &mut Way {
        match direction {
            Direction::TeamsToEight => &mut self.to_eight,
            Direction::EightToTeams => &mut self.to_teams,
        }
    }
}

const fn from(side: Side) -> Direction {
    match side {
        Side::Teams => Direction::TeamsToEight,
        Side::Eight => Direction::EightToTeams,
    }
}

const fn to(side: Side) -> Direction {
    match side {
        Side::Teams => Direction::EightToTeams,
        Side::Eight => Direction::TeamsToEight,
    }
}
