//! The 8x8 side of a person: the layers beneath a status, the log of changes, and how both are written on the wire;
//! the Contact Center's states; what the documents contradict each other in.

pub(crate) mod agent;
pub(crate) mod changes;
pub(crate) mod contact;
pub(crate) mod json;
mod layers;
pub(crate) mod quirks;
pub(crate) mod routing;
pub(crate) mod rsql;
pub(crate) mod signing;
pub(crate) mod user;

pub(crate) use layers::{Call, EightLayers, External};
