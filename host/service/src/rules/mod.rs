//! A tenant's two chains: the default maps with the tenant's overrides on top, and their reload when a file changes.
//!
//! Everything here may compile or run a rule: call it from threads that may be busy, never from an async worker.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use presync_core::words::Direction;
use presync_rules::{
    ChainError, HostError, HostSettings, LoadError, LoadedRule, Member, PublishChain, RuleHost, SessionChain, defaults,
};

use crate::config::{RuleConfig, RuleSource};
use crate::digest::Digest;
use crate::executor::{Executor, Share};

/// Why a tenant's rules could not be put in force.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The engine cannot be set up.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The threads that rules run on cannot be started.
    #[error("the threads that rules run on cannot be started: {0}. Allow more processes and threads (ulimit -u)")]
    Threads(std::io::Error),
    /// A rule file cannot be read.
    #[error("rule {}: cannot be read: {source}. Check the path in the settings", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A registry is named, and nothing here asks one.
    #[error(
        "rule {reference}: rules are not fetched from a registry by this version. Give the path of a component file"
    )]
    Registry {
        /// The whole reference.
        reference: String,
    },
    /// A table, and there is no embedded rule to read it.
    #[error("rule table: this build has no table rule in it. Give the path of a component file")]
    Table,
    /// The component is not the one that the settings name.
    #[error(
        "rule {name}: its digest is {found}, and the settings want {wanted}. Give the component that is meant, or change `digest`"
    )]
    Digest {
        /// Its path or reference.
        name: String,
        /// The digest of what is there.
        found: Digest,
        /// The digest in the settings.
        wanted: Digest,
    },
    /// A rule was refused.
    #[error("rule {name}: {source}")]
    Refused {
        /// Its path, or the name of an embedded one.
        name: String,
        /// Why.
        source: Box<LoadError>,
    },
    /// A rule wants to see names and addresses, and the settings do not allow it.
    #[error(
        "rule {name}: it wants to see the names and addresses of people, and rules of this tenant may not. Set `rules_see_identity = true` in \
         [[tenant]] if it may, or give a rule without that need"
    )]
    Identity {
        /// Its path, or the name of an embedded one.
        name: String,
    },
    /// The rules do not make a chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// The engine, the threads that rules run on, and the default maps, compiled once for all tenants.
#[derive(Debug, Clone)]
pub struct RuleBase {
    host: RuleHost,
    executor: Executor,
    publish: LoadedRule,
    session: LoadedRule,
}

/// A tenant's rules in force.
#[derive(Debug)]
pub struct Chains {
    /// From Teams to 8x8.
    pub publish: PublishChain,
    /// From 8x8 to Teams.
    pub session: SessionChain,
    /// The names and versions of `publish`.
    pub publish_versions: Arc<str>,
    /// The names and versions of `session`.
    pub session_versions: Arc<str>,
}

/// A tenant's rules: what is in force, and the files that it comes from.
#[derive(Debug)]
pub struct TenantRules {
    base: RuleBase,
    configs: Vec<RuleConfig>,
    current: Mutex<Arc<Chains>>,
    files: Mutex<Vec<File>>,
}

/// An override as last loaded, with what its file looked like when it was last tried.
#[derive(Debug, Clone)]
struct File {
    seen: Seen,
    /// `None` when no version of it has been good yet: the chain does without.
    member: Option<Member>,
    /// Why the file as it is now is not in force.
    refused: Option<String>,
}

/// What looking at the rule files brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reload {
    /// Some file is not what it was, whether it could be put in force or not.
    pub news: bool,
    /// The directions whose rules were replaced.
    pub changed: Vec<Direction>,
    /// Why files are not in force as they are now, newly or still.
    pub refused: Vec<String>,
}

/// What tells cheaply that a file may have changed.
type Seen = Option<(SystemTime, u64)>;

// === impl RuleBase ===

impl RuleBase {
    /// Sets up the engine and compiles the default maps.
    ///
    /// # Errors
    /// When the engine or an embedded rule cannot be loaded: a broken build or a machine without address space.
    pub fn new() -> Result<Self, RuleError> {
        let host = RuleHost::new(HostSettings::default())?;
        let embedded = |direction: Direction| {
            let refused = |source| RuleError::Refused { name: direction.to_string(), source: Box::new(source) };
            defaults::load(&host, direction).map_err(refused)
        };
        let publish = embedded(Direction::TeamsToEight)?;
        let session = embedded(Direction::EightToTeams)?;
        let executor = Executor::start().map_err(RuleError::Threads)?;
        Ok(Self { host, executor, publish, session })
    }

    /// One more tenant's share of the threads.
    pub(crate) fn share(&self) -> Share {
        self.executor.share()
    }

    /// The engine.
    pub const fn host(&self) -> &RuleHost {
        &self.host
    }

    /// Loads one override, and checks that what it needs can be supplied.
    ///
    /// # Errors
    /// When the file cannot be read, is refused, or needs what cannot be supplied.
    pub fn load(&self, config: &RuleConfig) -> Result<LoadedRule, RuleError> {
        let name = || config.source.name();
        let bytes = component(&config.source)?;
        if let Some(wanted) = config.digest
            && wanted != Digest::of(&bytes)
        {
            return Err(RuleError::Digest { name: name(), found: Digest::of(&bytes), wanted });
        }
        let rule = self
            .host
            .load(&bytes, config.direction, &config.settings, config.limits)
            .map_err(|source| RuleError::Refused { name: name(), source: Box::new(source) })?;
        // With its settings: what else its descriptor would let it see is not shown to it.
        if rule.needs().identity && !config.sees_identity {
            return Err(RuleError::Identity { name: name() });
        }
        Ok(rule)
    }

    fn chains(&self, overrides: &[File]) -> Result<Chains, RuleError> {
        let with = |base: &LoadedRule, direction: Direction| {
            let overrides = overrides.iter().filter_map(|file| file.member.as_ref());
            let of_direction = overrides.filter(|member| member.rule.compiled().direction() == direction).cloned();
            std::iter::once(Member::from(base.clone())).chain(of_direction).collect::<Vec<_>>()
        };
        let publish = PublishChain::of(with(&self.publish, Direction::TeamsToEight))?;
        let session = SessionChain::of(with(&self.session, Direction::EightToTeams))?;
        let (publish_versions, session_versions) = (publish.versions().into(), session.versions().into());
        Ok(Chains { publish, session, publish_versions, session_versions })
    }
}

// === impl TenantRules ===

impl TenantRules {
    /// Loads a tenant's overrides on top of the default maps. An override that is no good is left out, and the reason comes back;
    /// its file is tried again when it changes.
    ///
    /// # Errors
    /// When the rules do not make a chain.
    pub fn load(base: RuleBase, configs: Vec<RuleConfig>) -> Result<(Self, Vec<String>), RuleError> {
        let files: Vec<File> = configs.iter().map(|config| File::load(&base, config, look(&config.source))).collect();
        let refused = files.iter().filter_map(|file| file.refused.clone()).collect();
        let current = Mutex::new(Arc::new(base.chains(&files)?));
        Ok((Self { base, configs, current, files: Mutex::new(files) }, refused))
    }

    /// The chains in force. Whoever holds them goes on with them through a reload.
    pub fn current(&self) -> Arc<Chains> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks whether rule files have changed, and puts what is good in force. Where a file is no good, what was in force stays.
    ///
    /// # Errors
    /// When the rules do not make a chain.
    pub fn reload(&self) -> Result<Reload, RuleError> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reload = Reload::default();
        for (config, file) in self.configs.iter().zip(files.iter_mut()) {
            let seen = look(&config.source);
            if seen == file.seen {
                continue;
            }
            reload.news = true;
            let new = File::load(&self.base, config, seen);
            if new.refused.is_none() && new.digest() != file.digest() {
                reload.changed.extend([&*file, &new].into_iter().filter_map(File::direction));
                *file = new;
            } else {
                *file = File { member: file.member.take(), ..new };
            }
        }
        reload.refused = files.iter().filter_map(|file| file.refused.clone()).collect();
        if !reload.changed.is_empty() {
            let chains = self.base.chains(&files)?;
            *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(chains);
            reload.changed.sort_unstable();
            reload.changed.dedup();
        }
        Ok(reload)
    }
}

impl File {
    fn load(base: &RuleBase, config: &RuleConfig, seen: Seen) -> Self {
        match base.load(config) {
            Ok(rule) => Self { seen, member: Some(Member { rule, scope: config.scope.clone() }), refused: None },
            Err(error) => Self { seen, member: None, refused: Some(error.to_string()) },
        }
    }

    fn digest(&self) -> Option<&str> {
        self.member.as_ref().map(|member| member.rule.compiled().digest())
    }

    fn direction(&self) -> Option<Direction> {
        self.member.as_ref().map(|member| member.rule.compiled().direction())
    }
}

/// The bytes of a rule's component.
fn component(source: &RuleSource) -> Result<Vec<u8>, RuleError> {
    match source {
        RuleSource::File(path) => {
            std::fs::read(path).map_err(|source| RuleError::Unreadable { path: path.clone(), source })
        }
        RuleSource::Registry(reference) => Err(RuleError::Registry { reference: reference.clone() }),
        RuleSource::Table => Err(RuleError::Table),
    }
}

fn look(source: &RuleSource) -> Seen {
    let RuleSource::File(path) = source else { return None };
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
