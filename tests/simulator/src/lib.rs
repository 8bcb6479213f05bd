//! Microsoft Entra, Microsoft Graph and 8x8 as real HTTP servers, with a made-up population that lives a working day.
//!
//! The simulator knows what each person really does and what each provider really shows, so it can say at any moment
//! what is wrong ([`Simulator::truth`]) and how long presync took ([`Simulator::report`]). It is on purpose independent
//! of presync: its words, its table of what maps to what and its layers are its own.
//!
//! ```
//! # async fn story() -> anyhow::Result<()> {
//! use std::time::Duration;
//!
//! use presync_simulator::{Config, SimClock, Simulator};
//!
//! let sim = Simulator::start(Config { clock: SimClock::driven(0), ..Config::default() }).await?;
//! let person = &sim.people(0)[0];
//! sim.start_eight_call(person);
//! // … presync runs against sim.entra_url(), sim.graph_url() and sim.eight_url() …
//! sim.step(Duration::from_secs(10));
//! assert!(sim.truth().wrong.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # Layout
//! * [`clock`](SimClock): the real clock or a driven one; everything timed obeys it
//! * `words`, `map`: the providers' words, the published table
//! * `teams`, `eight`: the layers beneath a presence, as pure functions
//! * `state`: people, tenants, tokens, budgets, measurements, the truth
//! * `notify`: change notifications of presence
//! * `drive`: the population, its movement, scripted people
//! * `faults`: failures on demand
//! * `http`: the four servers
//! * `tls`: certificates for the servers, if wanted
//! * `replay`: a recording of a real tenant in place of all that, told again
//! * `report`: a run in numbers
//! * `simulator`: all of it together

mod clock;
mod drive;
mod eight;
mod faults;
mod http;
mod map;
mod notify;
mod replay;
mod report;
mod simulator;
mod state;
mod teams;
#[cfg(test)]
mod tests;
mod tls;
mod words;

pub use clock::SimClock;
pub use drive::{
    script::{PersonRef, Shown},
    script_calls::{GroupSettings, RingOutcome},
    script_eight::{CcToken, DirectoryRow, StreamFaults},
    sign_ins::RegistrationError,
};
pub use eight::{
    agent::AgentStatus,
    quirks::{
        ActivityLayout, AgentHost, AgentsKey, BadFilter, BulkVerb, ContactsPath, EightQuirks, Numbering, SiteUrn,
        TooMany, UsersBase, UsersProduct, UsersPut,
    },
};
pub use faults::{Endpoint, Fault, Faults, Rule, route::Route, rule::RuleError};
pub use map::eight_status_for;
pub use notify::{
    outbox::{Delivery, Outcome},
    settings::{Damage, Notifications, TokenForm},
    subscription::Lifecycle,
};
pub use replay::{Pace, Replay, ReplayConfig, ReplayReport, WriteDifference};
pub use report::{SimReport, Spread};
pub use simulator::{Config, Simulator};
pub use state::{
    access::{App, AppKind, TenantAccess},
    budget::Limit,
    carried::{EightMode, NotCarried, PublicCarries},
    entra::ConsentAnswer,
    grants::Product,
    ledger::{Limited, Use},
    measure::{Counters, Write, WriteKind},
    permission::Permission,
    quirks::{Cloud, Faded, ForeignSessionId, OptionalFields, Quirks, UnknownUsers, UserConsent, WordCase},
    registration::{Federated, Registration},
    requests::{Request, Server},
    truth::{StuckSession, Truth, Wrong},
};
pub use teams::{Device, WorkLocation, WorkPlace};
pub use words::{Pair, Side, Status};
