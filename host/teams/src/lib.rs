//! Microsoft Graph and Entra for presync: tokens, directory, presence, sessions.
//!
//! A [`Client`] speaks for one tenant with one or two apps: one that reads, one that holds sessions (two-way only). It decides
//! nothing: it gives back readings and outcomes, and stays inside Microsoft's limits while it does so.
//!
//! # Layout
//! * [`config`]: what a client needs to know; [`cloud`]: Microsoft's clouds, each by its word
//! * [`error`]: what can go wrong, each with its cause and what to do
//! * [`credential`]: how an app proves who it is: secret, certificate, federated assertion
//! * `token_endpoint`, [`refusal`]: how tokens are asked for, and what Entra's refusals mean
//! * [`sync_user`]: somebody signs in once; `keys`: tokens that Entra signed for us; `sign_in`: who signs in
//! * [`consent`]: the page for an administrator, and where the consent stands; `roles`: what a token carries
//! * `throttle`: how long Microsoft asked us to be quiet; `budget`: the pace that keeps us from being asked
//! * [`usage`]: what was asked so far, for whoever decides how soon to ask again
//! * `access`, `answer`, `batch`: one call of one app, with deadline, token, budget and retry, what comes back; 20 in one
//! * `directory`, `reading`, `session`, [`mailbox`]: the calls themselves; `untold`: of whom presence does not say all
//! * [`subscriptions`]: presence that is told instead of asked for; [`notification`]: what Microsoft posts when presence changes, checked and opened
//! * [`client`]: the door to all of it

mod access;
mod answer;
mod batch;
mod budget;
pub mod client;
pub mod cloud;
pub mod config;
pub mod consent;
pub mod credential;
mod directory;
pub mod error;
mod keys;
pub mod mailbox;
pub mod notification;
mod reading;
pub mod refusal;
mod roles;
mod session;
mod sign_in;
pub mod subscriptions;
pub mod sync_user;
mod throttle;
mod token_endpoint;
mod untold;
pub mod usage;

#[cfg(test)]
mod testing;

/// The most people that Graph takes in one request for presence.
pub const PEOPLE_PER_REQUEST: usize = reading::MOST;

/// The most sessions that Graph takes in one request.
pub const SESSIONS_PER_REQUEST: usize = batch::MOST;

pub use client::{Check, Client};
pub use cloud::Cloud;
pub use config::{App, Config};
pub use credential::{Certificate, Credential, CredentialError};
pub use directory::{Change, Changes, DeltaLink, Removal, User};
pub use error::Error;
pub use keys::TokenProblem;
pub use refusal::{Refusal, Remedy, SignInProblem};
pub use session::SessionWrite;
pub use usage::Usage;
