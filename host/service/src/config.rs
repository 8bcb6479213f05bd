//! What a tenant and a fleet are made of: plain data, already checked.

use std::path::PathBuf;
use std::time::Duration;

use presync_core::id::TenantId;
use presync_core::words::Direction;
use presync_rules::{Canary, Limits, Scope};

use crate::digest::Digest;
use crate::groups::Memberships;
use crate::links::LinkSettings;
use crate::pace::Limit;
use crate::time::TimeZones;

/// One tenant.
#[derive(Debug, Clone)]
pub struct TenantConfig {
    /// Its name.
    pub id: TenantId,
    /// Its Microsoft side.
    pub teams: presync_teams::Config,
    /// Its 8x8 side.
    pub eight: presync_eight::Settings,
    /// Overrides, in order; the default maps are always there beneath.
    pub rules: Vec<RuleConfig>,
    /// What rules may learn of people beside what the providers say.
    pub supply: Supply,
    /// How its people are paired.
    pub link: LinkSettings,
}

/// What rules may learn of a tenant's people beside what the providers say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Supply {
    /// Groups.
    pub groups: Memberships,
    /// Queues, in addition to those of the 8x8 directory.
    pub queues: Memberships,
    /// Where people are.
    pub zones: TimeZones,
    /// Mailboxes are asked who is out of office, where presence does not say it.
    pub automatic_replies: bool,
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
    /// How long a new version is watched on the part of `canary` before it is for all.
    pub canary_for: Duration,
    /// The most people in a hundred of those tried for whom a new version may say something else than the one before it;
    /// `None` for no limit.
    pub max_change: Option<u8>,
    /// Names and addresses of people may be shown to it.
    pub sees_identity: bool,
    /// The only component that is let in; `None` for any.
    pub digest: Option<Digest>,
    /// Its budget.
    pub limits: Limits,
}

/// Where a rule's component comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleSource {
    /// A file, which is watched.
    File(PathBuf),
    /// An artifact in a registry, by its whole reference: `oci://registry.example/acme/dnd-routing:1.2`.
    Registry(String),
    /// The embedded rule without code; its lines are the settings.
    Table,
}

/// How long a new version is watched on a part of the people, unless the settings say otherwise.
pub const CANARY_FOR: Duration = Duration::from_secs(10 * 60);

impl RuleConfig {
    /// A rule for everyone, in force at once, with the usual budget.
    pub fn new(source: RuleSource, settings: serde_json::Value) -> Self {
        Self {
            source,
            direction: None,
            settings,
            scope: Scope::everyone(),
            canary: None,
            canary_for: CANARY_FOR,
            max_change: None,
            sees_identity: false,
            digest: None,
            limits: Limits::default(),
        }
    }

    /// The rule of a file, for everyone, in force at once, with the usual budget.
    pub fn of_file(path: impl Into<PathBuf>, settings: serde_json::Value) -> Self {
        Self::new(RuleSource::File(path.into()), settings)
    }
}

impl RuleSource {
    /// Its name in messages: the file's path, the reference, or `table`.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Registry(reference) => reference.clone(),
            Self::Table => "table".to_owned(),
        }
    }
}

/// How often things are done.
///
/// What has to do with waiting goes by `poll`, however fast the cycles come: the deadline of a call, the time that a cycle may take to
/// write, when a side that fails counts as down, within what time a loss of most people is one loss, and when a state is stale (after
/// two of it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cadence {
    /// How old a person's state may become before it is read again: what is promised. A cycle follows another at the latest after
    /// this, unless it takes longer itself.
    pub poll: Duration,
    /// From the start of one cycle to the start of the next at the soonest: it goes so fast while that uses half of the limits below
    /// at most. No slower than `poll`; what is more counts as `poll`.
    pub fastest: Duration,
    /// Microsoft's limit on presence requests, for each application in each tenant.
    pub teams_limit: Limit,
    /// 8x8's limit on presence requests, for each tenant; `None` when none is known: then what 8x8 answers counts alone.
    pub eight_limit: Option<Limit>,
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
            fastest: Duration::from_secs(1),
            teams_limit: Limit::GRAPH_PRESENCE,
            eight_limit: None,
            // Somebody new is live within a minute: this, the reading, and the cycle that takes it up.
            directory: Duration::from_secs(30),
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
