//! One person at one moment, as a rule sees it.
//!
//! The side that a rule maps from is there whenever the host has read it. Everything else is filled only when
//! [`Descriptor::needs`](crate::Descriptor::needs) asks for it.

pub use crate::bindings::to_eight::presync::rules::subject::{
    EightSide, Identity, LocalTime, Person, Staffing, Subject, TeamsSide,
};

impl Subject {
    /// A subject of which nothing is known: the start of a test's question.
    pub const fn unknown() -> Self {
        Self { teams: None, eight: None, person: None, identity: None, time: None, staffing: None }
    }
}
