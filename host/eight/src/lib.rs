//! 8x8 for presync: tokens, directory, presence feed, publications.
//!
//! A [`Client`] speaks for one tenant to the partner API. It decides nothing: it gives back readings and outcomes, and stays
//! inside 8x8's limits while it does so.
//!
//! # Layout
//! * [`config`]: what a client needs to know
//! * [`error`]: what can go wrong, each with its cause and what to do
//! * `problem`: the dozen shapes of an error body, read by one parser
//! * `gate`: the rate that 8x8 allows, and how long it asked us to be quiet
//! * `sign_in`: how a token is asked for
//! * `access`: one call, with deadline, token, gate and retry
//! * `scroll`: lists that come page by page
//! * `directory`: the users
//! * `layers`: what a person's presence would be without our publication
//! * `publication_id`: how our publications are known again
//! * `presence`: one presence, from 8x8's words to ours
//! * [`feed`]: the snapshot of all presences, and what has changed since
//! * [`publish`]: writing presence, in bulk
//! * [`client`]: the door to all of it

mod access;
pub mod client;
pub mod config;
mod directory;
pub mod error;
pub mod feed;
mod gate;
mod layers;
mod presence;
mod problem;
mod publication_id;
pub mod publish;
mod scroll;
mod sign_in;

#[cfg(test)]
mod testing;

pub use client::{Check, Client};
pub use config::Config;
pub use directory::User;
pub use error::Error;
pub use feed::{Changes, Cursor, Snapshot};
pub use publish::{Publication, Published};
