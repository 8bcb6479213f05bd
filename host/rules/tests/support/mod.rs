//! What several test files start from: a host, a guest that is loaded, people in their states.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "a module of several test files, each of which uses some of it"
)]
#![allow(clippy::unwrap_used, reason = "a guest that does not build fails the test")]

use presync_core::rule::{EightSide, Subject, TeamsSide};
use presync_core::words::{EightStatus, TeamsActivity, TeamsAvailability};
pub use presync_guests::{Guest, WIT, hollow};
use presync_rules::{HostSettings, Limits, LoadedRule, RuleHost};
use serde_json::Value;

/// A host of its own.
pub fn host() -> RuleHost {
    RuleHost::new(HostSettings::default()).unwrap()
}

/// A guest, loaded.
pub fn load(host: &RuleHost, guest: &Guest) -> LoadedRule {
    host.load(&guest.component(), None, &Value::Null, Limits::default()).unwrap()
}

/// A person in Teams.
pub fn in_teams(availability: TeamsAvailability, activity: TeamsActivity) -> Subject {
    let side = TeamsSide { availability, activity, out_of_office: false, manual: false, since: None };
    Subject { teams: Some(side), ..Subject::default() }
}

/// A person in 8x8.
pub fn in_eight(status: EightStatus, call_active: bool) -> Subject {
    let side = EightSide { status, call_active, manual: false, since: None };
    Subject { eight: Some(side), ..Subject::default() }
}
