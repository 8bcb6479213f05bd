//! What is stored and read back: plain data, without behaviour.

use presync_core::id::{EightUserId, LinkId, TeamsUserId};
use presync_core::time::Timestamp;

/// A person to link: the pair of ids that makes the link, and the names to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// Entra object id.
    pub teams_id: TeamsUserId,
    /// 8x8 user id.
    pub eight_id: EightUserId,
    /// Teams user name.
    pub user_principal_name: String,
    /// 8x8 e-mail address.
    pub email: String,
    /// Display name.
    pub display_name: String,
}

/// A link that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLink {
    /// Its id: unique within the tenant, given by the store and never given to another pair.
    pub id: LinkId,
    /// Entra object id.
    pub teams_id: TeamsUserId,
    /// 8x8 user id.
    pub eight_id: EightUserId,
    /// Teams user name.
    pub user_principal_name: String,
    /// 8x8 e-mail address.
    pub email: String,
    /// Display name.
    pub display_name: String,
}

/// Something that happened, to be appended to the event log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// When it happened.
    pub at: Timestamp,
    /// Whom it concerns; `None` for the tenant as a whole.
    pub link: Option<LinkId>,
    /// Its kind, one word.
    pub kind: String,
    /// What there is to say of it, as JSON.
    pub detail: String,
}

/// One line of the event log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in the tenant's log: starts at 1, strictly rising, never used twice.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Whom it concerns; `None` for the tenant as a whole.
    pub link: Option<LinkId>,
    /// Its kind, one word.
    pub kind: String,
    /// What there is to say of it, as JSON.
    pub detail: String,
}

/// What one cycle leaves behind: stored as a whole or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Snapshots (JSON made by the core) that replace the former ones. One whose link has been removed meanwhile is left out.
    pub states: Vec<(LinkId, String)>,
    /// Events to append, in this order.
    pub events: Vec<NewEvent>,
}
