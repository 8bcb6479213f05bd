//! One person: a Teams user, an 8x8 user, or both, and what is remembered about them.

use std::collections::VecDeque;

use uuid::Uuid;

use super::{
    carried::{Carried, EightMode},
    measure::Track,
    profile::{Desk, Profile},
};
use crate::{
    eight::{EightLayers, agent::CcLayer},
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
    /// What the way into 8x8 can carry for them.
    pub(crate) carried: Carried,
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
    /// The mailbox's addresses, the primary one first; none: the principal name is the only one.
    pub(crate) addresses: Vec<Box<str>>,
    /// Teams is among the licences.
    pub(crate) licensed: bool,
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
    pub(crate) profile: Profile,
    pub(crate) desk: Desk,
    /// What was collected last, while presence is collected rather than told at once.
    pub(crate) collected: Option<EightLayers>,
}

impl EightSide {
    /// The layers as they are told to the outside.
    pub(crate) fn told(&self) -> &EightLayers {
        self.collected.as_ref().unwrap_or(&self.layers)
    }
}

impl Person {
    /// What should be published, judged by what Graph shows; nothing while that is only our own session.
    pub(crate) fn wanted_publication(&self, now: i64) -> Option<Status> {
        let teams = self.teams.as_ref().filter(|_| self.linked)?;
        if teams.layers.is_echo(now) {
            return None;
        }
        self.wanted_of(crate::map::eight_status_for(teams.shown.0))
    }

    /// Whether a session should be held, judged by what 8x8 shows; nothing if there is no link, or if documented
    /// endpoints cannot tell: they do not say whether the status of somebody in a call was chosen by hand.
    pub(crate) fn wanted_session(&self) -> Option<bool> {
        let layers = &self.eight.as_ref().filter(|_| self.linked)?.layers;
        if self.carried.mode == EightMode::Partner {
            return Some(layers.shows_real_call());
        }
        let in_work = self.carried.work_calls && layers.call.is_some();
        let as_agent = self.carried.agent_calls && layers.cc.is_some_and(CcLayer::in_call);
        // A status chosen by hand goes before a call, and an agent who is busy otherwise may have chosen that.
        let busy_agent = layers.cc.is_some_and(|cc| cc.status.seen_as() == Some(Status::Busy)) && !as_agent;
        match in_work || as_agent {
            true if layers.manual.is_some() || busy_agent => None,
            seen => Some(seen),
        }
    }

    /// What is published now, or held in its place.
    pub(crate) fn published(&self) -> Status {
        self.held_on_eight()
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
