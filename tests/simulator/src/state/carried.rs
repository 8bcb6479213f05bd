//! What the way into 8x8 can carry for a person: everything with the partner contract, little with what is documented.
//!
//! With documented endpoints alone nobody's status can be published; calls are seen of people in call queues and of
//! agents of the Contact Center; do not disturb can reach the queues by an agent's status or the extension's flag.

use serde::{Deserialize, Serialize};

use super::person::Person;
use crate::{eight::agent::AgentStatus, map::eight_status_for, words::Status};

/// Which of 8x8's endpoints are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EightMode {
    /// All of them, the presence of the partner contract too.
    #[default]
    Partner,
    /// Those that 8x8 documents; `/presence/v1` is not found.
    Public,
}

/// What presync is set to do with documented endpoints; the truth expects that much and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PublicCarries {
    /// Agents who are available are set to working offline while Teams says do not disturb. Default on.
    pub agent_status: bool,
    /// The extension's `doNotDisturb` follows Teams. Default off: it means replacing the whole user.
    pub extension_dnd: bool,
}

impl Default for PublicCarries {
    fn default() -> Self {
        Self { agent_status: true, extension_dnd: false }
    }
}

/// What can be written for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Way {
    /// Every status, as a publication.
    #[default]
    Publication,
    /// Do not disturb, as the status of an agent.
    Agent,
    /// Do not disturb, as a flag of the extension.
    Extension,
    /// Nothing.
    None,
}

/// What can be carried for a person, both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Carried {
    pub(crate) status: Way,
    /// Whether calls in Work are seen, if the person can have any; and calls in the Contact Center.
    pub(crate) work_calls: bool,
    pub(crate) agent_calls: bool,
    /// Whether a call of theirs can go unseen.
    pub(crate) calls_unseen: bool,
    pub(crate) mode: EightMode,
}

impl Default for Carried {
    fn default() -> Self {
        let status = Way::Publication;
        Self { status, work_calls: true, agent_calls: true, calls_unseen: false, mode: EightMode::Partner }
    }
}

/// Why something cannot be carried, in a word for reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum NotCarried {
    /// No documented endpoint writes a status.
    StatusHasNoDocumentedWrite,
    /// Only do not disturb can be written.
    OnlyDoNotDisturb,
    /// A call in Work of somebody who is in no call queue cannot be seen.
    CallsAreNotSeen,
}

impl Carried {
    /// What can be carried for `person`.
    pub(crate) fn of(person: &Person, mode: EightMode, public: PublicCarries) -> Self {
        let Some(eight) = person.eight.as_ref().filter(|_| mode == EightMode::Public) else {
            return Self::default();
        };
        let (agent, uc) = (eight.profile.agent.is_some(), eight.profile.uc.is_some());
        let status = match () {
            () if agent && public.agent_status => Way::Agent,
            () if uc && public.extension_dnd => Way::Extension,
            () => Way::None,
        };
        let work_calls = uc && !eight.profile.queues.is_empty();
        Self { status, work_calls, agent_calls: agent, calls_unseen: uc && !work_calls, mode }
    }

    /// What cannot be carried.
    pub(crate) fn lacks(self) -> impl Iterator<Item = NotCarried> {
        let status = match self.status {
            Way::Publication => None,
            Way::Agent | Way::Extension => Some(NotCarried::OnlyDoNotDisturb),
            Way::None => Some(NotCarried::StatusHasNoDocumentedWrite),
        };
        status.into_iter().chain(self.calls_unseen.then_some(NotCarried::CallsAreNotSeen))
    }
}

impl Person {
    /// What should be held on the 8x8 side, of what can be; nothing if that cannot be judged.
    pub(crate) fn wanted_of(&self, mapped: Status) -> Option<Status> {
        let only_dnd = if mapped == Status::Dnd { Status::Dnd } else { Status::Available };
        match self.carried.status {
            Way::Publication => Some(mapped),
            Way::Extension => Some(only_dnd),
            Way::None => Some(Status::Available),
            // An agent at a break, in a call or logged out stays as they are.
            Way::Agent => {
                let moves =
                    self.held_on_eight() == Status::Dnd || self.agent_status() == Some(AgentStatus::WaitTransact);
                moves.then_some(only_dnd)
            }
        }
    }

    /// What is held on the 8x8 side: a publication, an agent working offline, a flag.
    pub(crate) fn held_on_eight(&self) -> Status {
        let Some(eight) = &self.eight else { return Status::Available };
        let dnd = match self.carried.status {
            Way::Publication | Way::None => return eight.layers.published(),
            Way::Extension => eight.layers.extension_dnd.is_some(),
            Way::Agent => {
                let by_api = eight.profile.agent.as_ref().is_some_and(|agent| agent.set_by_api);
                by_api && self.agent_status() == Some(AgentStatus::WorkOffline)
            }
        };
        if dnd { Status::Dnd } else { Status::Available }
    }

    /// What 8x8 should show of what can be carried, and does show.
    pub(crate) fn carried_to_eight(&self, now: i64) -> Option<(Status, Status)> {
        let teams = self.teams.as_ref()?;
        self.wanted_of(eight_status_for(teams.layers.own(now))).map(|wanted| (wanted, self.held_on_eight()))
    }

    fn agent_status(&self) -> Option<AgentStatus> {
        self.eight.as_ref()?.layers.cc.map(|cc| cc.status)
    }
}
