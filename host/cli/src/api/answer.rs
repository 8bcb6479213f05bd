//! What the service answers, as far as the pages show it. These are the readers' own types: what a newer service says beside
//! them is passed over, and what is missing is an error that names it.

use std::collections::BTreeMap;
use std::time::Duration;

use presync_core::presence::{EightPresence, TeamsPresence};
use presync_core::rule::{PublishVerdict, SessionVerdict};
use presync_core::time::Timestamp;
use presync_core::words::{Direction, EightTarget, Side, TeamsSession};
use serde::Deserialize;
use serde_json::Value;

use super::told::{Listening, Notifications};

/// Every tenant at a glance.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Overview {
    pub(crate) now: Timestamp,
    pub(crate) totals: Counters,
    pub(crate) tenants: Vec<Tenant>,
}

/// What was done since the service started.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Counters {
    pub(crate) cycles: u64,
    pub(crate) presences_read: u64,
    pub(crate) decisions: u64,
    pub(crate) decisions_reused: u64,
    pub(crate) published: u64,
    pub(crate) unpublished: u64,
    pub(crate) sessions_held: u64,
    pub(crate) sessions_cleared: u64,
    pub(crate) renewed: u64,
    pub(crate) echoes_ignored: u64,
    pub(crate) writes_failed: u64,
    pub(crate) rule_faults: u64,
    pub(crate) guarded: u64,
    /// On the processor.
    pub(crate) guest_time: Duration,
}

/// One tenant at a glance.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Tenant {
    pub(crate) tenant: String,
    pub(crate) linked: usize,
    /// The reason as key, how many people as value.
    pub(crate) unlinked: BTreeMap<String, usize>,
    pub(crate) publish_rules: String,
    /// `None` for a tenant that syncs one way.
    pub(crate) session_rules: Option<String>,
    /// Every version of its rules.
    pub(crate) rules: Vec<Rule>,
    /// Questions that a rule in force fails on.
    pub(crate) poison: Vec<Poison>,
    pub(crate) down: Vec<Side>,
    pub(crate) last_cycle: Option<Timestamp>,
    pub(crate) last_cycle_took: Option<Duration>,
    /// How fresh everything is.
    pub(crate) freshness: Freshness,
    /// How far what the rules decided is carried to 8x8.
    pub(crate) carrying: CarryingOverall,
    /// The place as key.
    pub(crate) troubles: BTreeMap<String, Trouble>,
    /// `None` for a tenant that is told nothing of changes.
    pub(crate) notifications: Option<Notifications>,
    pub(crate) warnings: Vec<Warning>,
}

/// How fresh a tenant's states are, and what keeps them from being fresher.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Freshness {
    /// How old a state may become.
    pub(crate) promised: Duration,
    pub(crate) tempo: Option<Tempo>,
    pub(crate) requests: Vec<Requests>,
    /// Until when a side asked to be left alone.
    pub(crate) quiet: BTreeMap<Side, Timestamp>,
    /// The oldest of everybody's newest readings.
    pub(crate) teams_read_at: Option<Timestamp>,
    pub(crate) eight_read_at: Option<Timestamp>,
    /// What 8x8 tells by itself; not said by a service that does not listen.
    #[serde(default)]
    pub(crate) listening: Option<Listening>,
    pub(crate) hops: Vec<HopSpread>,
}

/// How soon one cycle follows the other.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Tempo {
    pub(crate) every: Duration,
    /// Why not sooner: `fastest`, `teams-budget`, `eight-budget`, `length`, `strain`, `trouble`, `throttled` or `promise`.
    pub(crate) bound: String,
}

/// What was asked of a provider of late.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Requests {
    /// `teams` or `eight`.
    pub(crate) provider: String,
    pub(crate) made: u32,
    pub(crate) half: u32,
    pub(crate) limit: Limit,
}

/// A provider's limit on requests.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Limit {
    pub(crate) within: Duration,
}

/// How long a part of a change's way takes.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct HopSpread {
    pub(crate) direction: Direction,
    /// `unseen`, `deciding`, `writing` or `whole`.
    pub(crate) hop: String,
    /// How many changes the percentiles are of.
    pub(crate) measured: u64,
    pub(crate) p50: Duration,
    pub(crate) p95: Duration,
    pub(crate) p99: Duration,
}

/// One version of a rule, as it stands.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Rule {
    /// Where it comes from; `default` for a default map.
    pub(crate) source: String,
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) digest: Option<String>,
    /// `live`, `trial`, `refused`, `taken-out` or `rolled-back`.
    pub(crate) state: String,
    /// Of a trial: for whom.
    pub(crate) part: Option<String>,
    /// Of a trial: when it is for all.
    pub(crate) until: Option<Timestamp>,
    pub(crate) since: Timestamp,
    /// Of what is in force: the generation that put it there.
    pub(crate) generation: Option<u64>,
}

/// A question that a rule fails on.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Poison {
    pub(crate) fault: Fault,
    /// In words.
    pub(crate) question: String,
}

/// How a rule failed.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Fault {
    pub(crate) rule: String,
    pub(crate) version: String,
    pub(crate) message: String,
}

/// What was done to a rule by hand.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Steered {
    pub(crate) rule: String,
    /// The version that was in force.
    pub(crate) from: Option<String>,
    /// The version that is in force now.
    pub(crate) to: Option<String>,
    pub(crate) on_trial: bool,
    /// Why the version that was meant is not in force.
    pub(crate) refused: Option<String>,
    pub(crate) generation: u64,
}

/// Something that is wrong now.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Trouble {
    pub(crate) since: Timestamp,
    pub(crate) what: String,
    pub(crate) needs_action: bool,
}

/// Something that may become wrong, or looks well and is not.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Warning {
    pub(crate) warning: String,
    pub(crate) about: Option<String>,
    pub(crate) since: Timestamp,
    pub(crate) what: String,
    pub(crate) advice: String,
    pub(crate) needs_action: bool,
}

/// An account that is not kept in step.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Alone {
    pub(crate) side: Side,
    pub(crate) id: String,
    pub(crate) address: String,
    pub(crate) name: String,
    pub(crate) reason: String,
    pub(crate) advice: String,
    /// The likeliest first.
    pub(crate) suggestions: Vec<Suggested>,
}

/// An account that might be meant.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Suggested {
    pub(crate) id: String,
    pub(crate) address: String,
    pub(crate) name: String,
    pub(crate) score: u8,
    pub(crate) likeness: String,
    /// The pair that would link them: one side, and the other.
    pub(crate) teams: String,
    pub(crate) eight: String,
}

/// Somebody who is linked.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Linked {
    pub(crate) name: String,
    pub(crate) user_principal_name: String,
    pub(crate) teams_id: String,
    pub(crate) email: String,
    pub(crate) eight_id: String,
    /// What pairs the two; `None` until the directories have been read.
    pub(crate) by: Option<String>,
}

/// Why a person is shown as they are.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Why {
    pub(crate) user: String,
    pub(crate) name: String,
    pub(crate) now: Timestamp,
    pub(crate) view: View,
    pub(crate) age: Age,
    /// How far what the rules decided is carried to 8x8.
    pub(crate) carrying: Carrying,
    pub(crate) down: Vec<Side>,
    /// Of the rules that gave what follows.
    pub(crate) generation: u64,
    pub(crate) publish: Vec<Stage<PublishVerdict>>,
    pub(crate) session: Vec<Stage<SessionVerdict>>,
    /// Newest first.
    pub(crate) events: Vec<Logged>,
}

/// How far what the rules decided for a person is carried to 8x8.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Carrying {
    /// `partner` or `public`.
    pub(crate) mode: String,
    /// `nothing`, `carried`, `partly`, `not-carried` or `waits`.
    pub(crate) extent: String,
    pub(crate) done: Vec<Told>,
    /// The gravest first.
    pub(crate) missing: Vec<Told>,
    pub(crate) waits: Option<Told>,
    pub(crate) abilities: Vec<Can>,
}

/// A stable code and its sentence.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Told {
    pub(crate) code: String,
    pub(crate) sentence: String,
}

/// What can be carried for a person.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Can {
    pub(crate) sentence: String,
}

/// How far what the rules decided for all of a tenant's people is carried.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CarryingOverall {
    /// `partner` or `public`.
    pub(crate) mode: String,
    /// How far as key, how many people as value.
    pub(crate) people: BTreeMap<String, usize>,
    /// The stable code of what is in the way as key.
    pub(crate) reasons: BTreeMap<String, Reason>,
}

/// One thing that is in the way of some people's.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Reason {
    pub(crate) sentence: String,
    pub(crate) people: usize,
    /// A few of them.
    pub(crate) some: Vec<String>,
}

/// How old what is known of a person is.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Age {
    pub(crate) teams_read_at: Option<Timestamp>,
    pub(crate) eight_read_at: Option<Timestamp>,
}

/// Both sides of a person.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct View {
    pub(crate) teams: Option<TeamsPresence>,
    pub(crate) teams_since: Timestamp,
    pub(crate) eight: Option<EightPresence>,
    pub(crate) eight_since: Timestamp,
    pub(crate) publication: Lane<EightTarget>,
    pub(crate) session: Lane<TeamsSession>,
}

/// What presync writes to one side.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Lane<V> {
    pub(crate) wanted: Option<V>,
    pub(crate) held: Option<V>,
    pub(crate) unsettled: bool,
}

/// One rule's part in a decision.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Stage<V> {
    pub(crate) rule: String,
    pub(crate) version: String,
    pub(crate) verdict: V,
    pub(crate) failed: bool,
    /// The guardrail that it crossed.
    #[serde(default)]
    pub(crate) guarded: Option<String>,
}

/// One line of the event log.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Logged {
    pub(crate) at: Timestamp,
    pub(crate) kind: String,
    /// An event of the core, unless the service is newer than this program.
    pub(crate) detail: Value,
}

/// What a rule that is not in force would change.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Preview {
    pub(crate) rule: String,
    pub(crate) version: String,
    pub(crate) direction: String,
    pub(crate) replaces: Option<String>,
    pub(crate) since: Option<Timestamp>,
    pub(crate) cut_at: Option<Timestamp>,
    pub(crate) people: usize,
    pub(crate) people_changed: usize,
    pub(crate) comparison: Comparison,
    pub(crate) changes: Vec<PersonChange>,
}

/// The changes, counted.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Comparison {
    pub(crate) asked: usize,
    /// What is shown now and what would be as key.
    pub(crate) changes: BTreeMap<String, usize>,
    pub(crate) lose_queue_calls: usize,
    pub(crate) gain_queue_calls: usize,
    pub(crate) faults: Vec<Fault>,
    pub(crate) poison: Vec<Poison>,
    pub(crate) guarded: Vec<Guarded>,
}

/// Answers that would not be obeyed.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Guarded {
    pub(crate) guardrail: String,
    pub(crate) answers: usize,
}

/// What would change for one person.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PersonChange {
    pub(crate) user: String,
    pub(crate) at: Option<Timestamp>,
    pub(crate) now: String,
    pub(crate) then: String,
    pub(crate) loses_queue_calls: bool,
}
