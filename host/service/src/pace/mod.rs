//! How soon a tenant's next cycle comes: as soon as the providers' limits, the machine and the settings let it.
//!
//! ```text
//!  due + fastest ─┐
//!  due + floor ───┤  a cycle that went badly doubles it, one that began late adds a quarter; each good one takes a quarter off
//!  due + 2 × took ┤  a tenant is at work for half of the time at most
//!  room at Graph ─┼─ latest of these ─┐
//!  room at 8x8 ───┤                   ├─ earlier one ─► next due
//!  quiet is over ─┘                   │
//!  the oldest reading turns `slowest` old ─┘   unless a side cannot be read: then due + slowest
//! ```
//!
//! The setting is what is promised: that everybody is read so often. Going faster uses half of a provider's limit at most; keeping the
//! promise may use all of it. A provider that asks to be left alone is left alone by its own client, however often the cycles come: they
//! go on at the pace of the setting for the other side's sake, and for the leases'.
//!
//! Nothing here reads a clock: moments come in with what happened.

mod purse;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use serde::Serialize;

pub use purse::Limit;
pub(crate) use purse::Purse;

/// A cycle that begins later than this tells of a machine that has too much to do. It is half of the lateness that is promised of a
/// cycle while rules are swapped.
const LATE: Duration = Duration::from_millis(25);

/// From one cycle to the next: at the latest, and at the soonest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    slowest: Duration,
    fastest: Duration,
}

impl Bounds {
    /// `fastest` counts as far as it is not slower than `slowest`.
    pub(crate) fn new(slowest: Duration, fastest: Duration) -> Self {
        Self { slowest, fastest: fastest.min(slowest) }
    }
}

/// What keeps the cycles from coming sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// The settings: it goes as fast as they let it.
    Fastest,
    /// Half of Microsoft's limit on requests.
    TeamsBudget,
    /// Half of 8x8's limit on requests.
    EightBudget,
    /// The length of the cycles themselves.
    Length,
    /// Cycles that began late: the machine has too much to do.
    Strain,
    /// A side that cannot be read, or could not until a moment ago.
    Trouble,
    /// A provider that asked to be left alone.
    Throttled,
    /// What is promised: it would go slower still.
    Promise,
}

impl Bound {
    /// Its word, as the status has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fastest => "fastest",
            Self::TeamsBudget => "teams-budget",
            Self::EightBudget => "eight-budget",
            Self::Length => "length",
            Self::Strain => "strain",
            Self::Trouble => "trouble",
            Self::Throttled => "throttled",
            Self::Promise => "promise",
        }
    }
}

/// What there is to say of a cycle that has ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    /// When it was due.
    pub(crate) due: Instant,
    /// When it began.
    pub(crate) started: Instant,
    /// When it ended.
    pub(crate) ended: Instant,
    /// Requests to Graph that count against the reading application's limit.
    pub(crate) teams: u32,
    /// Requests to 8x8's presence.
    pub(crate) eight: u32,
    /// Both sides could be read, and were believed.
    pub(crate) well: bool,
    /// How long a provider asks to be left alone from now on.
    pub(crate) quiet: Duration,
    /// How old the oldest reading was that was not renewed.
    pub(crate) oldest: Duration,
}

/// One tenant's pace.
#[derive(Debug)]
pub(crate) struct Pace {
    bounds: Bounds,
    pub(crate) teams: Purse,
    /// `None` where nobody knows a limit: then what 8x8 answers counts alone.
    pub(crate) eight: Option<Purse>,
    floor: Duration,
    /// What raised the floor last.
    raised_by: Bound,
    tempo: Tempo,
}

/// How soon a cycle follows the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tempo {
    /// From one to the next.
    pub every: Duration,
    /// Why not sooner.
    pub bound: Bound,
}

impl Pace {
    pub(crate) fn new(bounds: Bounds, teams: Limit, eight: Option<Limit>) -> Self {
        let tempo = Tempo { every: bounds.fastest, bound: Bound::Fastest };
        let (teams, eight) = (Purse::new(teams), eight.map(Purse::new));
        Self { bounds, teams, eight, floor: bounds.fastest, raised_by: Bound::Fastest, tempo }
    }

    /// The pace as of the last cycle.
    pub(crate) const fn tempo(&self) -> Tempo {
        self.tempo
    }

    /// How long after its beginning the cycle that is about to begin will be followed by another, as far as one can tell.
    pub(crate) const fn expected(&self) -> Duration {
        self.tempo.every
    }

    /// Takes note of a cycle, and says when the next one is due: after this one's end.
    pub(crate) fn next(&mut self, cycle: &Ended) -> Instant {
        self.teams.spend(cycle.started, cycle.teams);
        if let Some(eight) = &mut self.eight {
            eight.spend(cycle.started, cycle.eight);
        }
        self.set_floor(cycle);
        let Ended { due, started, ended, .. } = *cycle;
        let took = ended.saturating_duration_since(started);
        // Of equals the first counts.
        let mut soonest = (due + self.bounds.fastest, Bound::Fastest);
        let mut not_before = |moment: Instant, bound: Bound| {
            if moment > soonest.0 {
                soonest = (moment, bound);
            }
        };
        not_before(due + self.floor, self.raised_by);
        not_before(due + 2 * took, Bound::Length);
        not_before(self.teams.room_at(1, ended), Bound::TeamsBudget);
        if let Some(eight) = &self.eight {
            not_before(eight.room_at(cycle.eight, ended), Bound::EightBudget);
        }
        if !cycle.quiet.is_zero() {
            not_before(ended + cycle.quiet, Bound::Throttled);
        }
        let promised = if cycle.well { self.bounds.slowest.saturating_sub(cycle.oldest) } else { self.bounds.slowest };
        let latest = due + promised.max(self.bounds.fastest);
        let (next, bound) = if soonest.0 <= latest { soonest } else { (latest, in_place_of(soonest.1)) };
        let every = next.saturating_duration_since(due).max(self.bounds.fastest);
        self.tempo = Tempo { every, bound };
        after(due, every, ended)
    }

    /// A cycle that could not go well is not asked to go sooner; one that was late is not either.
    fn set_floor(&mut self, cycle: &Ended) {
        let late = cycle.started.saturating_duration_since(cycle.due) > LATE;
        let raised_by = if !cycle.quiet.is_zero() {
            Some(Bound::Throttled)
        } else if !cycle.well {
            Some(Bound::Trouble)
        } else if late {
            Some(Bound::Strain)
        } else {
            None
        };
        match raised_by {
            Some(bound) => {
                let raised = if bound == Bound::Strain { self.floor * 5 / 4 } else { self.floor * 2 };
                self.floor = raised.min(self.bounds.slowest);
                self.raised_by = bound;
            }
            None => self.floor = (self.floor * 3 / 4).max(self.bounds.fastest),
        }
    }
}

/// What to say where the promise cuts a longer wait short. That somebody asked for quiet stays worth saying.
const fn in_place_of(bound: Bound) -> Bound {
    match bound {
        Bound::Throttled | Bound::Trouble => bound,
        _ => Bound::Promise,
    }
}

/// The first beat of this length, counted from `due`, that is not over yet: a start that was missed is skipped, the beat stays.
fn after(due: Instant, every: Duration, ended: Instant) -> Instant {
    let passed = ended.saturating_duration_since(due);
    let beats = passed.as_nanos() / every.as_nanos().max(1);
    // Where it ends on the beat, the next one is meant.
    due + every * u32::try_from(beats).unwrap_or(u32::MAX - 1).saturating_add(1)
}
