//! An author's way, with the real binary: from nothing to a tested rule in three languages, and the examples that people copy.
//!
//! What is missing is fetched once, with npm and pip, into a folder that stays: `authoring-tools` in the target folder.
//!
//! # Layout
//! * `author`: the binary, run as an author would
//! * `languages`: new, build, test, inspect
//! * `examples`: every example passes its tests, and the rule that exists four times is one rule
//! * `million`: a million presences through an example, against a table written out here
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

mod author;
mod examples;
mod languages;
mod million;
