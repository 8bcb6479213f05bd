//! The Teams side of a person: the layers beneath a presence, and how it is written on the wire.

pub(crate) mod json;
mod layers;

pub(crate) use layers::{Owner, Preferred, Session, TeamsLayers};
