//! One person: a Teams user, an 8x8 user, or both, and what is remembered about them.

use std::collections::VecDeque;

use uuid::Uuid;

use super::measure::Track;
use crate::{
    eight::EightLayers,
    teams::{OutOfOffice, TeamsLayers},
    words::{Pair, Status},
};

/// A person of the population.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) teams: Option<TeamsSide>,
    pub(crate) eight: Option<EightSide>,
    /// Whether the two sides are one person beyond doubt: a member, enabled, matched by exactly one active 8x8 user.
    pub(crate) linked: bool,
    pub(crate) track: Track,
}

/// What Graph shows of a person: the words, and whether they are out of office.
pub(crate) type Shown = (Pair, OutOfOffice);
/// What was shown, each until a moment, oldest first.
pub(crate) type Past = VecDeque<(i64, Shown)>;

/// The Teams user.
#[derive(Debug)]
pub(crate) struct TeamsSide {
    pub(crate) id: Uuid,
    pub(crate) upn: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) enabled: bool,
    pub(crate) guest: bool,
    pub(crate) layers: TeamsLayers,
    /// What Graph showed last; a difference counts the sequence number up.
    pub(crate) shown: Shown,
    /// What it showed before, while Teams clients still show it.
    pub(crate) past: Option<Box<Past>>,
    pub(crate) sequence: u64,
    /// When a timer next looks at this side.
    pub(crate) due_ms: Option<i64>,
}

/// The 8x8 user.
#[derive(Debug)]
pub(crate) struct EightSide {
    pub(crate) id: Box<str>,
    pub(crate) email: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) active: bool,
    pub(crate) layers: EightLayers,
    pub(crate) revision: u64,
    pub(crate) updated_ms: i64,
    /// When the Teams presence behind the last publication was seen; an older one is stale.
    pub(crate) observed_ms: Option<i64>,
    /// The note of the last publication, also of one that cleared our layer.
    pub(crate) note: Option<Box<str>>,
    pub(crate) due_ms: Option<i64>,
}

impl Person {
    /// What should be published, judged by what Graph shows; nothing while that is only our own session.
    pub(crate) fn wanted_publication(&self, now: i64) -> Option<Status> {
        let teams = self.teams.as_ref().filter(|_| self.linked)?;
        (!teams.layers.is_echo(now)).then(|| crate::map::eight_status_for(teams.shown.0))
    }

    /// Whether a session should be held, judged by what 8x8 shows; nothing if there is no link.
    pub(crate) fn wanted_session(&self) -> Option<bool> {
        self.eight.as_ref().filter(|_| self.linked).map(|eight| eight.layers.shows_real_call())
    }

    /// What is published now.
    pub(crate) fn published(&self) -> Status {
        self.eight.as_ref().map_or(Status::Available, |eight| eight.layers.published())
    }

    /// Whether our session is held now.
    pub(crate) fn session_held(&self, now: i64) -> bool {
        self.teams.as_ref().is_some_and(|teams| teams.layers.app_session(now).is_some())
    }

    /// Whether a manual choice hides what we publish.
    pub(crate) fn masked(&self) -> bool {
        self.eight.as_ref().is_some_and(|eight| eight.layers.manual.is_some())
    }
}
