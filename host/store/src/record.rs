//! What is stored and read back: plain data.

use std::sync::Arc;

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

/// A note of something that was set at 8x8 and does not end by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAtEight {
    /// What kind of thing, one word.
    pub kind: String,
    /// Of whom: an id at 8x8.
    pub key: String,
    /// What there is to know, as JSON.
    pub note: String,
}

/// A version of a rule that was in force for everyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleVersion {
    /// Which override of the settings.
    pub slot: String,
    /// The component's digest, in hexadecimal.
    pub digest: String,
    /// The rule's name.
    pub name: String,
    /// The rule's version.
    pub version: String,
    /// The generation of the tenant's rules that put it in force last.
    pub generation: u64,
    /// Since when.
    pub since: Timestamp,
}

/// A version of a rule that is not put in force again until its slot has got another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleAside {
    /// Which override of the settings.
    pub slot: String,
    /// The component's digest, in hexadecimal.
    pub digest: String,
    /// The rule's name.
    pub name: String,
    /// The rule's version.
    pub version: String,
    /// Why it was set aside, as a sentence.
    pub why: String,
    /// Somebody did so; otherwise it failed too often.
    pub by_hand: bool,
    /// When it was.
    pub at: Timestamp,
}

/// What is known of a tenant's rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredRules {
    /// The number of the last change; 0 before the first.
    pub generation: u64,
    /// Versions that were in force, the one that was put in force last first.
    pub versions: Vec<RuleVersion>,
    /// Versions that are kept out.
    pub aside: Vec<RuleAside>,
}

/// A change of a tenant's rules: stored as a whole or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RulesChange {
    /// Its number.
    pub generation: u64,
    /// Versions that are in force for everyone by it.
    pub in_force: Vec<RuleVersion>,
    /// Components to keep, by digest.
    pub components: Vec<(String, Arc<[u8]>)>,
    /// Slots of which nothing is set aside any longer.
    pub none_aside: Vec<String>,
    /// Versions that are set aside by it.
    pub aside: Vec<RuleAside>,
    /// Events to append, in this order.
    pub events: Vec<NewEvent>,
}

impl RulesChange {
    /// Whether nothing but its number is to be stored.
    pub fn is_empty(&self) -> bool {
        *self == Self { generation: self.generation, ..Self::default() }
    }
}

/// Who signed in: the only names of an account that never change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SignInAccount {
    /// The directory's id.
    pub directory: String,
    /// The user's object id there.
    pub user: String,
}

/// A sign-in that is kept. Its refresh token is read by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSignIn {
    /// Whose it is.
    pub account: SignInAccount,
    /// Which sync user of the settings that is, and since when; `None` for a sign-in that did not come to its end.
    pub sync_user: Option<(String, Timestamp)>,
}
