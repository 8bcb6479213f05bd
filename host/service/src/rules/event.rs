//! What the event log keeps of a tenant's rules.

use std::fmt;

use presync_core::id::TenantId;
use presync_core::time::Timestamp;
use presync_store::NewEvent;
use serde::Serialize;

/// One version of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleName {
    /// Where it comes from, as the settings say.
    pub source: String,
    /// Its own name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// SHA-256 of the component, in hexadecimal.
    pub digest: String,
}

/// Something that happened to a tenant's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum RuleEvent {
    /// A version is in force for everyone it is meant for.
    RuleLive {
        /// Which.
        rule: RuleName,
        /// The generation by which it is.
        generation: u64,
    },
    /// What a source holds is not put in force.
    RuleRefused {
        /// Where it comes from, as the settings say.
        source: String,
        /// SHA-256 of the component, in hexadecimal; `None` when it could not be read.
        digest: Option<String>,
        /// Why.
        why: String,
    },
    /// A version failed too often and is in force no longer.
    RuleTakenOut {
        /// Which.
        rule: RuleName,
        /// Why.
        why: String,
        /// The version that is in force instead; `None` for none: the chain does without.
        instead: Option<String>,
        /// The generation by which it is.
        generation: u64,
    },
    /// A version was taken back by hand.
    RuleRolledBack {
        /// Which.
        rule: RuleName,
        /// The version that is in force instead.
        instead: Option<String>,
        /// The generation by which it is.
        generation: u64,
    },
    /// A version is in force for a part of the people first.
    TrialStarted {
        /// Which.
        rule: RuleName,
        /// Which part.
        part: String,
        /// Until when it is watched.
        until: Timestamp,
        /// The generation by which it is.
        generation: u64,
    },
    /// A trial is over.
    TrialEnded {
        /// Of which version.
        rule: RuleName,
        /// It is in force for everyone now; otherwise for nobody.
        for_all: bool,
        /// Why.
        why: String,
        /// The generation by which it is.
        generation: u64,
    },
}

impl RuleEvent {
    /// The stable name of this kind of event, as the log files it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::RuleLive { .. } => "rule-live",
            Self::RuleRefused { .. } => "rule-refused",
            Self::RuleTakenOut { .. } => "rule-taken-out",
            Self::RuleRolledBack { .. } => "rule-rolled-back",
            Self::TrialStarted { .. } => "trial-started",
            Self::TrialEnded { .. } => "trial-ended",
        }
    }

    /// Tells the operator.
    pub(super) fn log(&self, tenant: &TenantId) {
        match self {
            Self::RuleLive { rule, generation } => tracing::info!(%tenant, %rule, generation, "in force"),
            Self::RuleRefused { source, why, .. } => tracing::warn!(%tenant, source, why, "refused"),
            Self::RuleTakenOut { rule, why, instead, generation } => {
                tracing::warn!(%tenant, %rule, why, ?instead, generation, "taken out");
            }
            Self::RuleRolledBack { rule, instead, generation } => {
                tracing::info!(%tenant, %rule, ?instead, generation, "rolled back");
            }
            Self::TrialStarted { rule, part, generation, .. } => {
                tracing::info!(%tenant, %rule, part, generation, "on trial");
            }
            Self::TrialEnded { rule, for_all, why, generation } => {
                tracing::info!(%tenant, %rule, for_all, why, generation, "the trial is over");
            }
        }
    }

    /// The line of the event log.
    pub(super) fn line(&self, at: Timestamp) -> NewEvent {
        let detail = serde_json::to_string(self).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
        NewEvent { at, link: None, kind: self.kind().to_owned(), detail }
    }
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} of {}", self.name, self.version, self.source)
    }
}
