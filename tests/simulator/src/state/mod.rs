//! What the simulator knows: the people of each tenant, their layers, tokens, budgets and what presync did to them.

pub(crate) mod access;
pub(crate) mod budget;
pub(crate) mod measure;
pub(crate) mod person;
pub(crate) mod quirks;
pub(crate) mod tenant;
pub(crate) mod truth;
pub(crate) mod world;
