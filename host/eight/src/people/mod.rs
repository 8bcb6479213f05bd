//! Who there is, without the partner API: a directory that is read once in full and then kept by its changes.
//!
//! * `book`: everybody known, and how a person is found by what the other services call them
//! * `contacts`: Contact Search, the directory that every customer has
//! * `audit`: who was deleted
//! * `directory`: when which of them is read

pub(crate) mod audit;
pub(crate) mod book;
pub(crate) mod contacts;
pub(crate) mod directory;
