//! What a verdict costs in presync, beside what it would cost elsewhere: same inputs, same answers, same run.
//!
//! # Layout
//! * [`inputs`]: the people who are asked about
//! * [`contestants`]: presync, a native function, Rhai, Extism; each goes from the host's subjects to the host's verdicts
//! * [`figures`]: what cannot be had from criterion, kept beside its estimates; and the table of all
//!
//! The benches are in `benches/`, a file for each question; the rivals' guests in `guests/`. `README.md` has the figures.

// The default map's own source file is compiled here over the host's words: the words have the same names in both crates.
extern crate presync_core as presync_rule;

pub mod contestants;
pub mod figures;
pub mod inputs;
