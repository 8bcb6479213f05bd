//! What the simulator knows: the people of each tenant, their layers, tokens, budgets and what presync did to them.

pub(crate) mod access;
pub(crate) mod budget;
pub(crate) mod directory;
pub(crate) mod entra;
pub(crate) mod keys;
pub(crate) mod measure;
pub(crate) mod patch;
pub(crate) mod permission;
pub(crate) mod person;
pub(crate) mod quirks;
pub(crate) mod registration;
pub(crate) mod requests;
pub(crate) mod tenant;
pub(crate) mod truth;
pub(crate) mod world;
