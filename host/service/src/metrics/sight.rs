//! What is read off one tenant when somebody asks: its status once, and what it counted.

use std::sync::Arc;

use presync_core::time::Timestamp;
use presync_rules::RuleHost;

use super::meters::{Counts, Meters};
use crate::readiness::Readiness;
use crate::status::TenantStatus;
use crate::tenant::Tenant;
use crate::warnings::Measured;

/// One tenant as it is now.
#[derive(Debug)]
pub(super) struct Sight {
    pub(super) now: Timestamp,
    pub(super) status: TenantStatus,
    pub(super) counts: Counts,
    pub(super) meters: Arc<Meters>,
    /// Requests to Graph's presence and to 8x8's, since the process started.
    pub(super) requests: [u64; 2],
    pub(super) ready: bool,
    pub(super) measured: Measured,
    /// Shared by all tenants.
    pub(super) host: RuleHost,
}

impl Tenant {
    pub(super) fn sight(&self, now: Timestamp) -> Sight {
        Sight {
            now,
            status: self.status(),
            counts: self.meters.counts(),
            meters: Arc::clone(&self.meters),
            requests: self.requests_made(),
            ready: matches!(self.readiness(), Readiness::Read),
            measured: self.measured(),
            host: self.rule_host(),
        }
    }
}
