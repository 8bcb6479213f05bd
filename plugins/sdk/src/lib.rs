//! Write a presync rule: one trait, one macro.
//!
//! A rule decides what one side shows for a person, from what the other side says. Implement [`TeamsToEight`] or [`EightToTeams`],
//! export it with [`export_teams_to_eight!`] or [`export_eight_to_teams!`], and build it with `cargo xtask rules DIR -o FILE`.
//! Natively nothing is exported, so a rule is tested like any other code.
//!
//! # Layout
//! * [`words`]: the vocabulary of presence
//! * [`subject`]: one person at one moment
//! * [`teams_to_eight`], [`eight_to_teams`]: question, verdict and the trait of one direction
//! * [`descriptor`]: what a rule says of itself
//! * [`settings`]: the tenant's table for a rule
//! * [`log`]: a line for the log
//! * `arena`: the allocator of a guest that lives for one batch
//! * `export`, `bindings`: how a rule reaches the host; nothing for authors to see
//!
#![doc = include_str!("../README.md")]

#[cfg(target_arch = "wasm32")]
mod arena;
#[doc(hidden)]
pub mod bindings;
pub mod descriptor;
pub mod eight_to_teams;
#[doc(hidden)]
pub mod export;
pub mod log;
pub mod settings;
pub mod subject;
pub mod teams_to_eight;
pub mod words;

pub use descriptor::{Descriptor, Needs};
pub use eight_to_teams::EightToTeams;
pub use settings::NoSettings;
pub use teams_to_eight::TeamsToEight;
