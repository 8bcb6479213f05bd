//! What makes people be and move: the population, its working day, and what a test has a person do.

pub(crate) mod clients;
mod directory;
mod furnish;
pub(crate) mod movement;
pub(crate) mod newcomers;
mod odd_directory;
pub(crate) mod population;
pub(crate) mod script;
pub(crate) mod script_calls;
pub(crate) mod script_eight;
pub(crate) mod sign_ins;
mod subscribers;
