//! The rule without code: lines of `when` and `then` from the tenant's settings. The first line that fits wins; when none fits, what
//! was proposed stands.
//!
//! The settings are `{ "lines": [{ "when": {…}, "then": {…} }, …] }`. They are read once per instance into masks and sorted names, and
//! refused with the number of the line when they say something that cannot be meant: a misspelt word, contradictory effects, a
//! condition that never holds, a line that is never reached. A question is then answered without allocating.
//!
//! A component has one world, so two crates beside this one export the two rules: `table-teams-to-8x8` and `table-8x8-to-teams`.
//!
//! # Layout
//! * `words`: the vocabulary, and the word that may have been meant
//! * `names`: names of people, departments, groups and queues
//! * `clock`: time of day and days of the week
//! * `when`: the conditions of a line
//! * `then`: the effect of a line
//! * `read`: from JSON to conditions and effects, with every problem
//! * `reach`: which lines can never be reached
//! * `table`: the lines, checked; which one fits
//! * `to_eight`, `to_teams`: the rule of each direction

mod clock;
mod names;
mod reach;
mod read;
mod table;
mod then;
mod to_eight;
mod to_teams;
mod when;
mod words;

pub use to_eight::TableToEight;
pub use to_teams::TableToTeams;
