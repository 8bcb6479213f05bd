//! The core of presync: words, ids, links, verdicts and the reconcile state machine.
//!
//! Pure: no I/O, no clock, no threads, no async. Every input carries its own time.
//!
//! # Layout
//! * [`words`]: the vocabularies of Teams, 8x8 and the rules, with their labels and wire spellings
//! * [`id`]: names of tenants, people and links
//! * [`time`]: moments, and the trait of a clock
//! * [`presence`]: what a side says of a person
//! * [`rule`]: what a rule is asked and what it answers
//! * [`delivery`]: what became of a write
//! * [`obstacle`]: why something cannot be carried, or not yet
//! * [`linking`]: who is whom on the other side
//! * [`outage`]: telling an outage from people going home
//! * [`reconcile`]: what is to be written, and when

pub mod delivery;
pub mod id;
pub mod linking;
pub mod obstacle;
pub mod outage;
pub mod presence;
pub mod reconcile;
pub mod rule;
pub mod time;
pub mod words;
