//! The vocabulary of presence: every word that a rule may read or write, as `wit/rules.wit` has it.
//!
//! A word that the host does not know arrives as `Unrecognised`, so a `match` over a word is never surprised.

pub use crate::bindings::to_eight::presync::rules::vocabulary::{
    Calls, EightStatus, EightTarget, Note, TeamsActivity, TeamsAvailability, TeamsSession,
};
