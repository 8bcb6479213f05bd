//! What may be seen of a tenant's notifications.

use presync_core::time::Timestamp;
use serde::Serialize;

/// A tenant's notifications at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotificationStatus {
    /// People whose changes are told.
    pub covered: usize,
    /// When the last notification came; `None` before the first of this process.
    pub last_heard: Option<Timestamp>,
    /// Notifications that were believed since the process started.
    pub heard: u64,
    /// Those that were not.
    pub rejected: u64,
    /// Why the last delivery was not believed as a whole, if it was not.
    pub distrust: Option<String>,
    /// The sync users, in the order of the settings.
    pub sync_users: Vec<SyncUserStatus>,
}

/// One sync user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncUserStatus {
    /// His user name, as in the settings.
    pub name: String,
    /// Since when he is signed in; `None` when he is not.
    pub signed_in_at: Option<Timestamp>,
    /// People whom his subscription watches; 0 when there is none.
    pub covers: usize,
    /// When his subscription ends, unless it is renewed before.
    pub until: Option<Timestamp>,
    /// Why there is no subscription, or why it could not be renewed: a sentence.
    pub off: Option<String>,
    /// Somebody has to do something about that: it does not pass by itself.
    pub needs_action: bool,
}
