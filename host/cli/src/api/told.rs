//! What a running service says of what its providers tell it by themselves.

use presync_core::time::Timestamp;
use serde::Deserialize;

/// How a tenant is told of changes.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Notifications {
    pub(crate) covered: usize,
    pub(crate) last_heard: Option<Timestamp>,
    pub(crate) heard: u64,
    pub(crate) rejected: u64,
    /// Why the last delivery was not believed.
    pub(crate) distrust: Option<String>,
    pub(crate) sync_users: Vec<SyncUser>,
}

/// A sync user.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SyncUser {
    pub(crate) name: String,
    pub(crate) signed_in_at: Option<Timestamp>,
    pub(crate) covers: usize,
    pub(crate) until: Option<Timestamp>,
    /// Why it watches nobody, or is not renewed.
    pub(crate) off: Option<String>,
    pub(crate) needs_action: bool,
}

/// What 8x8 tells by itself.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Listening {
    /// `stream` or `wait`; `None` when nothing is open.
    pub(crate) by: Option<String>,
    pub(crate) since: Option<Timestamp>,
    pub(crate) webhook: bool,
    pub(crate) told_at: Option<Timestamp>,
}
