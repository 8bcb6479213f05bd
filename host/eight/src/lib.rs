//! 8x8 for presync: tokens, directory, presence, publications, calls.
//!
//! A [`Provider`] speaks for one tenant. It decides nothing: it gives back readings and outcomes, and stays inside 8x8's limits
//! while it does so. There are two kinds: a [`Client`] speaks to the partner API, which carries everything; a [`public::Client`]
//! speaks to what 8x8 documents publicly, which does not, and says for each person and each write what it cannot.
//!
//! # Layout
//! * [`config`]: what either kind needs to know
//! * [`error`]: what can go wrong, each with its cause and what to do
//! * `problem`: the dozen shapes of an error body, read by one parser
//! * `product`: 8x8's APIs, and what to do when one lets us not in
//! * `budget`, `gate`: the rate that 8x8 allows, and how long it asked us to be quiet
//! * `sign_in`: how a token is asked for
//! * `access`: one call, with deadline, credentials, gate and retry
//! * `scroll`: lists that come page by page
//! * `item`: what the status of one item of a bulk means
//! * `directory`: the users
//! * [`calls`]: what is done about a person's calls, pure
//! * [`ability`]: what can be carried for a person, in words; [`carried`]: what is, of one decision
//!
//! The partner API:
//! * `layers`: what a person's presence would be without our publication
//! * `publication_id`: how our publications are known again
//! * `presence`: one presence, from 8x8's words to ours
//! * [`feed`]: the snapshot of all presences, and what has changed since
//! * [`publish`]: writing presence, in bulk
//! * [`offer`]: what it says of itself
//! * [`stream`]: one connection to the stream of changes
//! * [`hooks`]: having changes delivered, and taking deliveries in
//! * [`client`]: the door to all of it
//!
//! The documented services:
//! * `people`: a directory kept by its changes
//! * `work`: what members of call queues do; do not disturb on an extension
//! * [`agents`]: the contact centre's agents
//! * [`ledger`]: what is to be known after a restart
//! * [`public`]: the door to all of it
//!
//! What 8x8 tells by itself, in either way: [`frames`]. And [`provider`]: either of the two.

pub mod ability;
mod access;
pub mod agents;
mod budget;
pub mod calls;
pub mod carried;
pub mod client;
pub mod config;
mod directory;
pub mod error;
pub mod feed;
pub mod frames;
mod gate;
pub mod hooks;
mod item;
mod layers;
pub mod ledger;
pub mod offer;
mod people;
mod presence;
mod problem;
mod product;
pub mod provider;
pub mod public;
mod publication_id;
pub mod publish;
mod scroll;
mod sign_in;
pub mod stream;
mod work;

#[cfg(test)]
mod testing;

pub use ability::Ability;
pub use carried::{Carried, Deed, Extent};
pub use client::{Check, Client};
pub use config::{Config, Settings};
pub use directory::User;
pub use error::Error;
pub use feed::{Changes, Cursor, Snapshot};
pub use ledger::{Ledger, LedgerError, Noted};
pub use provider::Provider;
pub use publication_id::publication_id;
pub use publish::{Publication, Published};
