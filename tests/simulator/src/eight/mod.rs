//! The 8x8 side of a person: the layers beneath a status, the log of changes, and how both are written on the wire.

pub(crate) mod changes;
pub(crate) mod json;
mod layers;

pub(crate) use layers::{Call, EightLayers, External};
