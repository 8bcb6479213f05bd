//! What the event log tells of somebody, for the words of a run that ended wrong.

use presync_service::Tenant;
use presync_service::status::WhyEvent;

use crate::Bench;

impl Bench {
    /// The last events of somebody, newest first, a line each.
    ///
    /// # Panics
    /// When the event log cannot be read.
    pub fn history(&self, tenant: &Tenant, user: &str) -> String {
        let why = tenant.why(user).expect("the event log can be read");
        let line = |event: &WhyEvent| format!("\n    {} {} {}", event.at.as_millis(), event.kind, event.detail);
        let events: String = why.iter().flat_map(|why| &why.events).map(line).collect();
        format!("  {user}{events}")
    }
}
