//! One tenant's cycle and the fleet of tenants: the shell around the core.
//!
//! ```text
//!  cycle, every 1 to 10 s and per tenant:
//!  read both sides ─► core ─► ask the rules ─► core ─► store what will be written ─► write ─► core ─► store what became of it
//! ```
//!
//! # Layout
//! * [`config`]: what a tenant and a fleet are made of
//! * [`digest`]: the digest of a component
//! * `brake`: how often one person may be written to
//! * [`clock`]: the system's time
//! * [`pace`]: how soon the next cycle comes
//! * `turns`: whose turn it is to be read, where not everybody's is
//! * [`freshness`]: how long changes take from one side to the other
//! * [`health`]: when a side counts as down
//! * `losses`: people who are lost a few at a time
//! * [`status`]: what may be seen from outside; [`carrying`]: how far decisions are carried to 8x8
//! * [`readiness`]: whether there has been a first good read
//! * [`metrics`]: what can be measured; [`traces`]: what takes how long within a cycle; [`warnings`]: what should be known before it hurts
//! * `executor`: the threads that rules run on, shared fairly between tenants
//! * [`rules`]: a tenant's rules, and every change of them
//! * [`groups`]: who is in which group or queue, [`time`]: what time it is where a person is, as the settings say
//! * [`preview`]: what a rule that is not in force would change
//! * [`listening`]: what 8x8 tells by itself, between the cycles
//! * [`links`]: who is whom by hand; [`sheet`]: tables of two columns in files
//! * [`notifications`]: being told of changes in Teams instead of asking
//! * `staffing`: how the queues are staffed
//! * `people`: who is linked, and the core's state of them
//! * [`tenant`]: one tenant and its cycle
//! * [`fleet`]: all tenants, each at its own pace

#![forbid(unsafe_code)]

mod brake;
pub mod carrying;
pub mod clock;
pub mod config;
pub mod digest;
mod executor;
pub mod fleet;
pub mod freshness;
pub mod groups;
pub mod health;
pub mod links;
pub mod listening;
mod losses;
pub mod metrics;
pub mod notifications;
pub mod pace;
mod people;
pub mod preview;
pub mod readiness;
pub mod rules;
pub mod sheet;
mod staffing;
pub mod status;
pub mod tenant;
pub mod time;
pub mod traces;
mod turns;
pub mod warnings;

pub use config::{Cadence, RuleConfig, RuleSource, Supply, TenantConfig};
pub use fleet::Fleet;
pub use links::LinkSettings;
pub use notifications::NotificationSettings;
pub use pace::Limit;
pub use tenant::{Cleared, Tenant, TenantError};
