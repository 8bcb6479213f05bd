//! What a delivery comes down to.

use presync_core::id::TeamsUserId;
use presync_core::presence::{Reading, TeamsPresence};
use presync_http::text::plain;

/// Something that a subscription told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The subscription.
    pub subscription: Box<str>,
    /// What happened.
    pub happening: Happening,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// Somebody's presence is this now. Its `read_at` is a minute before its arrival: Microsoft takes up to that long.
    Presence {
        /// Who.
        user: TeamsUserId,
        /// What.
        reading: Reading<TeamsPresence>,
    },
    /// Somebody's presence has changed; to which, a read tells.
    Changed {
        /// Who.
        user: TeamsUserId,
    },
    /// Something about the subscription itself.
    Lifecycle(Lifecycle),
}

/// What Microsoft says of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifecycle {
    /// It stops unless it is renewed, or reauthorized: its end or its token's is near, or a permission was revoked.
    ReauthorizationRequired,
    /// It is gone: create it again, and read everything.
    SubscriptionRemoved,
    /// Notifications were lost: read everything.
    Missed,
    /// A word that this version does not know.
    Unrecognised(Box<str>),
}

impl Lifecycle {
    /// The event that Microsoft's word stands for.
    pub fn of(word: &str) -> Self {
        match word {
            "reauthorizationRequired" => Self::ReauthorizationRequired,
            "subscriptionRemoved" => Self::SubscriptionRemoved,
            "missed" => Self::Missed,
            other => Self::Unrecognised(plain(other)),
        }
    }

    /// Whether everybody watched has to be read again.
    pub const fn loses_changes(&self) -> bool {
        matches!(self, Self::SubscriptionRemoved | Self::Missed)
    }
}
