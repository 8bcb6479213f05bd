//! What all tenants' rules share: the engine, the threads that rules run on, the watch over files, and the default maps.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use presync_core::words::Direction;
use presync_registry::{TrustedKeys, signature};
use presync_rules::{HostSettings, LoadError, LoadedRule, RuleHost, defaults};

use crate::config::{RuleConfig, RuleSource};
use crate::digest::Digest;
use crate::executor::{Executor, Share};
use crate::rules::RuleError;
use crate::rules::source;
use crate::rules::watch::Watch;

/// The engine, the threads that rules run on, and the default maps, compiled once for all tenants. Cloning shares them.
#[derive(Debug, Clone)]
pub struct RuleBase {
    host: RuleHost,
    executor: Executor,
    watch: Arc<Watch>,
    trusted: Arc<TrustedKeys>,
    lock: Option<Arc<Path>>,
    pub(super) publish: LoadedRule,
    pub(super) session: LoadedRule,
}

/// How rules are let in and run.
#[derive(Debug, Clone, Default)]
pub struct RuleSettings {
    /// The engine.
    pub host: HostSettings,
    /// Whose signature a component needs; with none, no component needs any.
    pub trusted: TrustedKeys,
    /// The file that says which versions were chosen of rules in registries. What does not stand there follows its tag.
    pub lock: Option<PathBuf>,
}

impl RuleBase {
    /// Sets up everything as usual, and compiles the default maps.
    ///
    /// # Errors
    /// As [`Self::with`].
    pub fn new() -> Result<Self, RuleError> {
        Self::with(RuleSettings::default())
    }

    /// Sets up the engine and compiles the default maps.
    ///
    /// # Errors
    /// When the engine or an embedded rule cannot be loaded: a broken build or a machine without address space.
    pub fn with(settings: RuleSettings) -> Result<Self, RuleError> {
        let RuleSettings { host, trusted, lock } = settings;
        let host = RuleHost::new(host)?;
        let embedded = |direction: Direction| {
            let refused = |source| RuleError::Refused { name: direction.to_string(), source: Box::new(source) };
            defaults::load(&host, direction).map_err(refused)
        };
        let publish = embedded(Direction::TeamsToEight)?;
        let session = embedded(Direction::EightToTeams)?;
        let executor = Executor::start().map_err(RuleError::Threads)?;
        let watch = Arc::new(Watch::start().map_err(RuleError::Threads)?);
        Ok(Self { host, executor, watch, trusted: trusted.into(), lock: lock.map(Arc::from), publish, session })
    }

    /// The engine.
    pub const fn host(&self) -> &RuleHost {
        &self.host
    }

    /// One more tenant's share of the threads.
    pub(crate) fn share(&self) -> Share {
        self.executor.share()
    }

    pub(super) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Which versions were chosen of rules in registries.
    pub(super) fn lock(&self) -> Option<&Path> {
        self.lock.as_deref()
    }

    /// Loads one override from where it is, and checks that what it needs can be supplied.
    ///
    /// # Errors
    /// When the file cannot be read, is refused, or needs what cannot be supplied.
    pub fn load(&self, config: &RuleConfig) -> Result<LoadedRule, RuleError> {
        self.load_bytes(config, &source::read(config, self.lock())?)
    }

    /// Loads a component for an override.
    ///
    /// # Errors
    /// When it is not the one that the settings name, is refused, needs what cannot be supplied, or fails when it is tried out.
    pub(super) fn load_bytes(&self, config: &RuleConfig, bytes: &[u8]) -> Result<LoadedRule, RuleError> {
        let name = || config.source.name();
        if let Some(wanted) = config.digest
            && wanted != Digest::of(bytes)
        {
            return Err(RuleError::Digest { name: name(), found: Digest::of(bytes), wanted });
        }
        if config.source != RuleSource::Table {
            let unsigned = |source| RuleError::Signature { name: name(), source };
            signature::check(bytes, &self.trusted).map_err(unsigned)?;
        }
        let refused = |source: LoadError| RuleError::Refused { name: name(), source: Box::new(source) };
        let rule = self.host.load(bytes, config.direction, &config.settings, config.limits).map_err(refused)?;
        // With its settings: what else its descriptor would let it see is not shown to it.
        if rule.needs().identity && !config.sees_identity {
            return Err(RuleError::Identity { name: name() });
        }
        rule.try_out().map_err(refused)?;
        Ok(rule)
    }
}
