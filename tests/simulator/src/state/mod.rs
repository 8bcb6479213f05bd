//! What the simulator knows: the people of each tenant, their layers, tokens, budgets and what presync did to them.

pub(crate) mod access;
pub(crate) mod audit;
pub(crate) mod budget;
pub(crate) mod carried;
pub(crate) mod desk;
pub(crate) mod events;
pub(crate) mod grants;
pub(crate) mod measure;
pub(crate) mod operations;
pub(crate) mod person;
pub(crate) mod phone;
pub(crate) mod profile;
pub(crate) mod staff;
pub(crate) mod switchboard;
pub(crate) mod tenant;
pub(crate) mod truth;
pub(crate) mod users;
pub(crate) mod webhooks;
pub(crate) mod window;
pub(crate) mod world;
