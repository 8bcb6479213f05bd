//! What a tenant and a fleet are made of: plain data, already checked.

use std::path::PathBuf;
use std::time::Duration;

use presync_core::id::TenantId;
use presync_core::words::Direction;
use presync_rules::{Canary, Limits, Scope};

/// One tenant.
#[derive(Debug, Clone)]
pub struct TenantConfig {
    /// Its name.
    pub id: TenantId,
    /// Its Microsoft side.
    pub teams: presync_teams::Config,
    /// Its 8x8 side.
    pub eight: presync_eight::Config,
    /// Overrides, in order; the default maps are always there beneath.
    pub rules: Vec<RuleConfig>,
}

/// One override.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleConfig {
    /// Where the component comes from.
    pub source: RuleSource,
    /// The way it must map; `None` takes what the component says.
    pub direction: Option<Direction>,
    /// The tenant's table for it; null for none.
    pub settings: serde_json::Value,
    /// Whom it is asked about.
    pub scope: Scope,
    /// Whom a new version is tried on before everyone of `scope`; `None` puts it in force for all at once.
    pub canary: Option<Canary>,
    /// Its budget.
    pub limits: Limits,
}

/// Where a rule's component comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleSource {
    /// A file, which is watched.
    File(PathBuf),
}

impl RuleConfig {
    /// A file for everyone, in force at once, with the usual budget.
    pub fn of_file(path: impl Into<PathBuf>, settings: serde_json::Value) -> Self {
        Self {
            source: RuleSource::File(path.into()),
            direction: None,
            settings,
            scope: Scope::everyone(),
            canary: None,
            limits: Limits::default(),
        }
    }
}

impl RuleSource {
    /// Its name in messages: the file's path.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
        }
    }
}

/// How often things are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    /// From the start of one cycle to the start of the next.
    pub poll: Duration,
    /// From one reading of both directories to the next.
    pub directory: Duration,
    /// How long the event log is kept.
    pub events: Duration,
    /// How long a mass loss of presences is taken for an outage before it is believed.
    pub patience: Duration,
}

impl Default for Cadence {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(10),
            directory: Duration::from_secs(60),
            events: Duration::from_secs(30 * 24 * 3600),
            patience: Duration::from_secs(15 * 60),
        }
    }
}

impl Cadence {
    /// The deadline of each call: so that reading and writing together fit into a cycle, and no more than 8 seconds.
    pub fn call_deadline(&self) -> Duration {
        (self.poll * 9 / 20).clamp(Duration::from_millis(500), Duration::from_secs(8))
    }
}
