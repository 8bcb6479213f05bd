//! What makes people be and move: the population, its working day, and what a test has a person do.

pub(crate) mod clients;
mod directory;
pub(crate) mod movement;
pub(crate) mod population;
pub(crate) mod script;
pub(crate) mod sign_ins;
mod subscribers;
