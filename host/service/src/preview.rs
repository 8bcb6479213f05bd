//! What a rule that is not in force would change: asked beside the rules in force, and nothing is written.

use std::time::Duration;

use presync_core::time::Timestamp;
use presync_core::words::Direction;
use presync_rules::Comparison;
use presync_store::StoreError;
use serde::Serialize;

use crate::rules::RuleError;

/// A rule to be tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The component.
    pub component: Vec<u8>,
    /// Its settings; `None` takes those of the rule in force that it would replace, or none.
    pub settings: Option<serde_json::Value>,
}

/// What a candidate would change for the people of now, or would have changed in a time that is past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// The candidate's name.
    pub rule: String,
    /// The candidate's version.
    pub version: String,
    /// The way it maps.
    pub direction: Direction,
    /// The version in force that it would replace; `None`: it would come after all others.
    pub replaces: Option<String>,
    /// From when on, for a replay.
    pub since: Option<Timestamp>,
    /// The replay ends here, since there was more than one goes through at a time.
    pub cut_at: Option<Timestamp>,
    /// People who were asked about.
    pub people: usize,
    /// People for whom something would change.
    pub people_changed: usize,
    /// All that would change, counted.
    pub comparison: Comparison,
    /// Who would change and how, the first of them.
    pub changes: Vec<PersonChange>,
}

/// What would change for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonChange {
    /// Teams user name.
    pub user: String,
    /// When, in a replay.
    pub at: Option<Timestamp>,
    /// What is shown now.
    pub now: String,
    /// What would be.
    pub then: String,
    /// The person would no longer be offered calls of their queues.
    pub loses_queue_calls: bool,
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// The candidate is no good.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The event log cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It maps the way that the tenant does not go.
    #[error("the rule maps 8x8-to-teams, and the tenant syncs one way: it has no write_app")]
    OneWay,
    /// A batch ended in a panic.
    #[error("asking the rules ended in a panic: {0}")]
    Panicked(String),
}

/// The longest time that a replay goes back: as long as the event log is kept.
pub const LONGEST_REPLAY: Duration = Duration::from_secs(30 * 24 * 3600);
