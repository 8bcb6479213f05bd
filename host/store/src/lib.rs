//! Durable state of presync: links, what was last written and under which lease, versions of rules, the event log.
//!
//! One SQLite file holds all tenants. The calls are synchronous: an async caller makes them from a blocking thread. What a state or
//! an event *means* is the core's business; here both are text.
//!
//! # Layout
//! * [`record`]: what is stored and read back
//! * [`error`]: what can go wrong, and what to do about it
//! * `migration`: the schema, one file per version
//! * `database`: the connections: one writer, several readers; `flush`: commits onto the disk; `identity`: which file is open
//! * `components`: components of rules, as files beside the database
//! * `vault`: secrets, sealed with a key beside the database
//! * [`tenant`]: the calls of one tenant, a file per kind of record
//! * [`checkup`]: looks a database over; [`backup`]: copies one
//! * [`Store`]: opens the database and hands out tenants

#![forbid(unsafe_code)]

mod backup;
mod checkup;
mod components;
mod database;
pub mod error;
mod flush;
mod identity;
mod migration;
pub mod record;
mod store;
pub mod tenant;
#[cfg(test)]
mod tests;
mod vault;

pub use backup::backup;
pub use checkup::{Checkup, Contents, Problem, checkup};
pub use error::StoreError;
pub use record::{
    Batch, NewEvent, NewLink, RuleAside, RuleVersion, RulesChange, SetAtEight, SignInAccount, StoredEvent, StoredLink,
    StoredRules, StoredSignIn,
};
pub use store::Store;
pub use tenant::{TenantStore, VERSIONS_KEPT};
