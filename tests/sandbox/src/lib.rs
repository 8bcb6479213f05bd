//! Hostile rules, and what presync does with each of them.
//!
//! A rule may come from somebody whom the operator does not trust, so each way in which one could do harm is a component here that
//! tries it. The tests load and ask them all, and keep the table in `README.md`: what was met, where, in which words, what stood instead.
//!
//! # Layout
//! * [`case`]: one hostile rule, and what is expected of the host
//! * [`families`]: the collection, one file for each kind of misbehaviour
//! * [`outcome`]: what the host did
//! * [`table`]: the collection as the table of the README
//! * [`hearing`]: the log lines that got out
//! * [`resident`]: the memory that the process holds

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a collection that cannot be built fails its test")]

pub mod case;
pub mod families;
pub mod hearing;
pub mod outcome;
pub mod resident;
pub mod table;

pub use case::{Case, Expected};
pub use families::collection;
pub use outcome::{Outcome, Ward};
