//! What a real tenant's providers say, written down so that it can be told again, without saying whose it is.
//!
//! A [`Recorder`] looks on at what the clients exchange with Microsoft and 8x8 and writes a line for each exchange. Whatever belongs to
//! somebody (ids, names, addresses, numbers, sentences) has another of the same shape in its place, the same everywhere; tokens, keys
//! and passwords are left out. What nobody knows is replaced. A last pass looks for everything that was replaced, and no file is handed
//! over in which something is found.
//!
//! # Layout
//! * [`bases`]: the services, and the hosts that stand for them
//! * `shape`: what a value looks like; `pseudonym`: what stands for it
//! * `names`: what the documents call things, and what to expect of each
//! * `anonymise`: an exchange, value by value
//! * `withhold`: which requests write, and what is said when they are not sent
//! * [`format`]: the file
//! * [`search`]: the last pass
//! * [`recorder`]: all of it together

#![forbid(unsafe_code)]

mod anonymise;
pub mod bases;
pub mod format;
mod names;
mod pseudonym;
pub mod recorder;
pub mod search;
mod shape;
mod withhold;

pub use anonymise::{PublicationId, Whose};
pub use bases::{Bases, Service};
pub use format::{Totals, Writes};
pub use recorder::{Plan, Recorded, Recorder, RecorderError};
