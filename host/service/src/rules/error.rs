//! Why a tenant's rules could not be put in force, taken back, or let on.

use std::path::PathBuf;

use presync_registry::SignatureError;
use presync_rules::{ChainError, HostError, LoadError};
use presync_store::StoreError;

use crate::digest::Digest;

/// Why a tenant's rules could not be put in force.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The engine cannot be set up.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The threads that rules run on cannot be started.
    #[error("the threads that rules run on cannot be started: {0}. Allow more processes and threads (ulimit -u)")]
    Threads(std::io::Error),
    /// A rule file cannot be read.
    #[error("rule {}: cannot be read: {source}. Check the path in the settings", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A registry does not give the rule.
    #[error("rule {reference}: {why}")]
    Registry {
        /// The whole reference.
        reference: String,
        /// Why.
        why: String,
    },
    /// A component is not signed by anybody who is trusted.
    #[error("rule {name}: {source}")]
    Signature {
        /// Its path or reference.
        name: String,
        /// Why.
        source: SignatureError,
    },
    /// The component is not the one that the settings name.
    #[error(
        "rule {name}: its digest is {found}, and the settings want {wanted}. Give the component that is meant, or change `digest`"
    )]
    Digest {
        /// Its path or reference.
        name: String,
        /// The digest of what is there.
        found: Digest,
        /// The digest in the settings.
        wanted: Digest,
    },
    /// A rule was refused.
    #[error("rule {name}: {source}")]
    Refused {
        /// Its path, or the name of an embedded one.
        name: String,
        /// Why.
        source: Box<LoadError>,
    },
    /// A rule wants to see names and addresses, and the settings do not allow it.
    #[error(
        "rule {name}: it wants to see the names and addresses of people, and rules of this tenant may not. Set `rules_see_identity = true` in \
         [[tenant]] if it may, or give a rule without that need"
    )]
    Identity {
        /// Its path, or the name of an embedded one.
        name: String,
    },
    /// On trial it would have changed more than the settings allow.
    #[error(
        "rule {name}: version {version} would change what is shown of {changed} of the {tried} people it is tried on, and `max_change` \
         allows {allowed} %. Look at it with `presync rule preview`, or raise `max_change`"
    )]
    ChangesTooMuch {
        /// Its path or reference.
        name: String,
        /// The version.
        version: String,
        /// People for whom it says something else than what is in force.
        changed: usize,
        /// People who are tried.
        tried: usize,
        /// So many in a hundred may change.
        allowed: u8,
    },
    /// The rules do not make a chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A change cannot be stored, so it is not made.
    #[error("what is in force stays, since a change cannot be stored: {0}")]
    Store(#[from] StoreError),
}

/// Why a rule was neither taken back nor let on.
#[derive(Debug, thiserror::Error)]
pub enum SteerError {
    /// No rule of the tenant has that name.
    #[error("no rule of this tenant is called \"{rule}\"; its rules are {}", if known.is_empty() { "the default maps alone".to_owned() } else { known.join(", ") })]
    Unknown {
        /// What was asked for.
        rule: String,
        /// The rules' names, or where they come from when they have none yet.
        known: Vec<String>,
    },
    /// Two rules have that name.
    #[error("more than one rule is called \"{rule}\"; give one by where it comes from: {}", sources.join(", "))]
    Ambiguous {
        /// What was asked for.
        rule: String,
        /// Where those rules come from, as the settings say.
        sources: Vec<String>,
    },
    /// There is nothing to go back to.
    #[error(
        "there is no earlier version of {rule} to go back to: the last {} that were in force are kept, and what was set aside does not \
         come back. Put another file in its place, or take the rule out of the settings",
        presync_store::VERSIONS_KEPT
    )]
    NoneBefore {
        /// The rule.
        rule: String,
    },
    /// Nothing of it is in force.
    #[error("no version of {rule} is in force, so there is nothing to take back")]
    NoneInForce {
        /// The rule.
        rule: String,
    },
    /// Nothing waits to be let on.
    #[error(
        "no version of {rule} is on trial, and what its source holds was not set aside: there is nothing to promote"
    )]
    NothingWaits {
        /// The rule.
        rule: String,
    },
    /// It could not be done.
    #[error(transparent)]
    Rules(#[from] RuleError),
}
