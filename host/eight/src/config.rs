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
    Partner(Config),
    /// By what 8x8 documents publicly, which does not.
    Public(Box<Public>),
}

impl From<Config> for Settings {
    fn from(config: Config) -> Self {
        Self::Partner(config)
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
}

impl Config {
    /// The usual deadline of a call, 8 seconds: longer than a slow answer, shorter than the usual poll of 10 seconds.
    pub const CALL_DEADLINE: Duration = Duration::from_secs(8);
}
