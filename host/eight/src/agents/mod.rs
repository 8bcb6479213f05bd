//! Agents of the contact centre.
//!
//! * [`status`]: the twelve states
//! * [`transition`]: which of them can be set from which
//! * [`desk`]: who is held out of the queues, pure
//! * `wire`: reading all, setting some
//! * `realtime`: the same states as the realtime metrics tell them

pub mod desk;
pub(crate) mod realtime;
pub mod status;
pub mod transition;
pub(crate) mod wire;

use serde::{Deserialize, Serialize};

use status::AgentStatus;

/// An agent's Internal Id in Configuration Manager, such as `ag64oyEUb_Sk6bxVB9P5yaaa`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgentId(Box<str>);

impl AgentId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for AgentId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// Why an agent is in a state: an entry of one of the contact centre's lists of status codes. The same short code may stand in
/// two lists, so the two numbers tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusCode {
    /// The list's id.
    pub list: i64,
    /// The entry's id.
    pub item: i64,
    /// What agents and supervisors see of it.
    pub short: Box<str>,
}

impl StatusCode {
    /// Whether an agent's state carries this code.
    pub fn is(&self, list: i64, item: i64) -> bool {
        (self.list, self.item) == (list, item)
    }
}

/// What 8x8 says of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The state.
    pub status: AgentStatus,
    /// It carries the status code that is ours alone: we put the agent there.
    pub ours: bool,
}
