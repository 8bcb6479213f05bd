//! Microsoft Graph and Entra for presync: tokens, directory, presence, sessions.
//!
//! A [`Client`] speaks for one tenant with one or two apps: one that reads, one that holds sessions (two-way only). It decides
//! nothing: it gives back readings and outcomes, and stays inside Microsoft's limits while it does so.
//!
//! # Layout
//! * [`config`]: what a client needs to know
//! * [`error`]: what can go wrong, each with its cause and what to do
//! * `throttle`: how long Microsoft asked us to be quiet
//! * `budget`: the pace that keeps us from being asked
//! * `sign_in`: how a token is asked for, and what the refusals mean
//! * `access`: one call of one app, with deadline, token, budget and retry
//! * `directory`, `reading`, `session`: the calls themselves
//! * [`client`]: the door to all of it

mod access;
mod budget;
pub mod client;
pub mod config;
mod directory;
pub mod error;
mod reading;
mod session;
mod sign_in;
mod throttle;

#[cfg(test)]
mod testing;

pub use client::{Check, Client};
pub use config::{App, Config};
pub use directory::User;
pub use error::{Error, SignInProblem};
