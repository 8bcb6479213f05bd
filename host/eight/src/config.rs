//! What a client needs to know of a tenant. Plain data, filled from the settings file by the caller.
//!
//! * [`public`]: the ways in that 8x8 documents publicly, and which settings each needs

pub mod public;

use std::time::Duration;

use presync_core::id::TenantId;
use secrecy::SecretString;
use url::Url;

pub use public::{Agents, Directory, Public, Raw, RawAgents, RawRealtime, RawWork, Realtime, Region, Work, Wrong};

/// How a tenant's side in 8x8 is reached.
#[derive(Debug, Clone)]
pub enum Settings {
    /// By the partner API, which carries everything.
    Partner(Box<Config>),
    /// By what 8x8 documents publicly, which does not.
    Public(Box<Public>),
}

impl From<Config> for Settings {
    fn from(config: Config) -> Self {
        Self::Partner(Box::new(config))
    }
}

impl From<Public> for Settings {
    fn from(public: Public) -> Self {
        Self::Public(Box::new(public))
    }
}

/// One tenant's side in 8x8, reached by the partner API.
#[derive(Debug, Clone)]
pub struct Config {
    /// The API's root; `https://api.8x8.com`, or that with a region, such as `https://api.8x8.com/eu`.
    pub api: Url,
    /// The app's key from the Admin Console. It names the app; it is no secret by itself, but is not logged either.
    pub key: String,
    /// The app's secret.
    pub secret: SecretString,
    /// The tenant, as named in the settings file. Our publications are known again by it, so renaming a tenant orphans them
    /// until their leases run out.
    pub tenant: TenantId,
    /// How long one call may take, with its waiting, its token and its retry; usually [`Config::CALL_DEADLINE`].
    pub call_deadline: Duration,
    /// What 8x8 is to tell by itself.
    pub push: Push,
}

/// What 8x8 is to tell by itself, where its API offers that. Reading goes on beneath.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// Requests for changes wait for one to come. Left out while a stream tells them.
    pub wait: bool,
    /// A stream tells changes.
    pub stream: Option<Stream>,
    /// 8x8 delivers changes to this address, which has to be reached from the internet.
    pub webhook: Option<Url>,
}

/// Where a stream of changes is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// The tenant's name at 8x8, as the contact centre's Configuration Manager shows it.
    pub tenant: String,
    /// The region's host, `wss://pulsar-ws-euw2.8x8.com`; `None` for the one that the API names.
    pub host: Option<Url>,
}

impl Default for Push {
    fn default() -> Self {
        Self { wait: true, stream: None, webhook: None }
    }
}

impl Config {
    /// The usual deadline of a call, 8 seconds: longer than a slow answer, shorter than the usual poll of 10 seconds.
    pub const CALL_DEADLINE: Duration = Duration::from_secs(8);
}
