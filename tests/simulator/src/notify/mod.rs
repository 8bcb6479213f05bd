//! Change notifications: who subscribed to whose presence, what is sent to them, and what becomes of it.
//!
//! ```text
//!  a presence changes ─► Subscriptions, in the tenant ─► Outbox, of all tenants ─► POST to the notification URL
//!                        (who wants to know)             (delay, retries, slow      (sealed, with tokens)
//!                                                         and dropping endpoints)
//! ```
//!
//! * `subscription`: one subscription, and those of a tenant with what time does to them
//! * `resource`: which people a subscription's resource names
//! * `outbox`: what waits to be sent, and to which endpoints nothing is sent for now
//! * `courier`: the task that sends it
//! * `envelope`: the bodies
//! * `sealing`: the encryption of a presence for one subscriber
//! * `settings`: what can be switched

pub(crate) mod courier;
mod envelope;
pub(crate) mod outbox;
pub(crate) mod resource;
pub(crate) mod sealing;
pub(crate) mod settings;
pub(crate) mod subscription;
