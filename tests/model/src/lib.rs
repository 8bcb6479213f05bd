//! The reconcile state machine of presync in a world of all possible mishaps.
//!
//! A `stateright` model whose transitions are those of the real reconciler: every state holds what `presync-core` knows of each person,
//! and every step feeds it one input more. The world around it (Teams, 8x8, the wires, the rules, the disk) is the model's. What must
//! hold is checked in every state:
//!
//! * I1 after inputs stop and leases run, each side shows exactly what the rules say of the other side's own state
//! * I2 no state survives the known end of its cause by more than one lease
//! * I3 a change made by nobody causes no write
//! * I4 no older observation, and no verdict on an older question, overrides a newer one
//! * I5 at most one delivery is in flight for each link and side
//! * and two that these rest on: what we put on a side is never taken for its own state, and an input about one person changes nothing
//!   of another
//!
//! # Layout
//! * [`sides`]: the truth about one person at Teams and at 8x8
//! * [`rules`]: the rules that decide, and those that they are exchanged for
//! * [`scenario`]: who takes part, what may happen how often, which rule is taken away
//! * [`person`]: one person: the truth, what the reconciler knows, what is on its way between them
//! * [`action`]: one thing that happens
//! * [`state`]: everybody at one moment; when two moments are the same
//! * `canon`: what makes two states alike
//! * `turn`: one thing happens, to the real reconciler; `readings`, `commands`, `writes`, `process`: the kinds of things
//! * [`calm`]: whether all comes right when nothing more happens (I1, I3)
//! * [`walk`]: the model and its properties
//! * [`walks`]: which walks are made
//! * [`story`]: a history, told
//! * [`histories`]: long histories at random

pub mod action;
pub mod calm;
mod canon;
mod commands;
pub mod histories;
pub mod person;
mod process;
mod readings;
pub mod rules;
pub mod scenario;
pub mod sides;
pub mod state;
pub mod story;
mod turn;
pub mod walk;
pub mod walks;
mod writes;

pub use scenario::{Scenario, Weakness};
pub use walk::{Walk, Walked};
