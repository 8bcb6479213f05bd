//! What a side says of a person, and how a client hands it over.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;
use crate::words::{EightStatus, EightTarget, TeamsActivity, TeamsAvailability};

/// Teams presence, as a read of Graph gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TeamsPresence {
    /// Coarse state.
    pub availability: TeamsAvailability,
    /// What the person does.
    pub activity: TeamsActivity,
    /// `outOfOfficeSettings.isOutOfOffice`; false where Graph leaves it out.
    pub out_of_office: bool,
}

impl TeamsPresence {
    /// What Graph says of a person of whom it knows nothing.
    pub const UNKNOWN: Self = Self {
        availability: TeamsAvailability::PresenceUnknown,
        activity: TeamsActivity::PresenceUnknown,
        out_of_office: false,
    };

    /// Whether only the person's own hand can have set this. Graph does not say which layer a presence comes from; these
    /// activities exist in the preferred layer alone.
    pub const fn is_manual(self) -> bool {
        matches!(self.activity, TeamsActivity::DoNotDisturb | TeamsActivity::BeRightBack | TeamsActivity::OffWork)
    }
}

/// 8x8 presence, with our own publication told apart from what 8x8 itself would show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EightPresence {
    /// What a colleague sees.
    pub shown: EightStatus,
    /// What would be shown without our publication: the side's own state, and all that rules get to see.
    pub own: EightStatus,
    /// A real 8x8 call is on.
    pub call_active: bool,
    /// The person chose the own state by hand.
    pub manual: bool,
    /// Our publication as 8x8 reports it, whether shown or masked; `None` when 8x8 holds none of ours.
    pub publication: Option<EightTarget>,
}

/// How new a reading is, as the provider counts: readings of one person on one side are ordered by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Revision {
    /// A number, strictly rising per person (8x8).
    Number(u64),
    /// Text, compared as text (Graph's `sequenceNumber`).
    Text(Box<str>),
}

/// One presence as read from a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading<P> {
    /// What was read.
    pub presence: P,
    /// The provider's own order; `None` where it gives none.
    pub revision: Option<Revision>,
    /// When the request that brought it was *started*: what it shows is no older than this.
    pub read_at: Timestamp,
    /// Words that this version does not know, raw, for the event log.
    pub unknown_words: Option<Box<str>>,
}
