//! The Teams side of a person: the layers beneath a presence, and how it is written on the wire.

pub(crate) mod json;
mod layers;
pub(crate) mod message;

pub use layers::Device;
pub(crate) use layers::{Absence, OutOfOffice, Owner, Preferred, Session, TeamsLayers};
