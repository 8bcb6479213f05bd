//! 8x8 Work without the partner API.
//!
//! * `activity`: what members of call queues do, in all layouts that 8x8 has for it
//! * `analytics`: Work Analytics' PBXes, and when each is asked
//! * `extension`: do not disturb on a person's extension; `entry`: what is ours there, pure

pub(crate) mod activity;
pub(crate) mod analytics;
pub(crate) mod entry;
pub(crate) mod extension;
