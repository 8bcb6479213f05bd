//! One override of the settings: the version in force, one on trial perhaps, and what is not let in.

use std::sync::Arc;

use presync_core::time::Timestamp;
use presync_core::words::Direction;
use presync_rules::LoadedRule;
use presync_store::{RuleAside, RuleVersion};

use crate::config::RuleConfig;
use crate::rules::event::RuleName;

/// A version of a slot's rule, ready to be asked.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) rule: LoadedRule,
    pub(super) since: Timestamp,
    /// The generation that put it in force, for all or on trial.
    pub(super) generation: u64,
}

/// A version that is in force for a part of the people.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    pub(super) version: Version,
    pub(super) component: Arc<[u8]>,
    /// When it is for all, unless it fails.
    pub(super) until: Timestamp,
}

/// What a source holds, and why that is not in force.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) digest: Option<String>,
    pub(super) why: String,
    pub(super) since: Timestamp,
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// Where its component comes from, as the settings say; with a number where two come from the same place.
    pub(super) key: String,
    /// In force for everyone, or for everyone beside the trial; `None`: the chain does without.
    pub(super) stable: Option<Version>,
    pub(super) trial: Option<Trial>,
    pub(super) refused: Option<Refusal>,
    /// The digest of what its source held when that was last read; `None` when it could not be.
    pub(super) content: Option<String>,
    /// Versions that are not put in force again until another one is.
    pub(super) aside: Vec<RuleAside>,
    /// Versions that were in force for everyone, the last one first.
    pub(super) history: Vec<RuleVersion>,
}

// === impl Version ===

impl Version {
    pub(super) fn digest(&self) -> &str {
        self.rule.compiled().digest()
    }

    pub(super) fn direction(&self) -> Direction {
        self.rule.compiled().direction()
    }

    pub(super) fn name(&self) -> &str {
        self.rule.compiled().name()
    }

    pub(super) fn version(&self) -> &str {
        self.rule.compiled().version()
    }

    /// Its name and version: `dnd-routing 1.4.0`.
    pub(super) fn label(&self) -> String {
        format!("{} {}", self.name(), self.version())
    }

    pub(super) fn named(&self, slot: &str) -> RuleName {
        RuleName {
            source: slot.to_owned(),
            name: self.name().to_owned(),
            version: self.version().to_owned(),
            digest: self.digest().to_owned(),
        }
    }
}

// === impl Slot ===

impl Slot {
    pub(super) fn new(key: String) -> Self {
        Self { key, stable: None, trial: None, refused: None, content: None, aside: Vec::new(), history: Vec::new() }
    }

    /// A slot for each override, with what is known of it from before.
    pub(super) fn all(configs: &[RuleConfig], versions: &[RuleVersion], aside: &[RuleAside]) -> Vec<Self> {
        let mut slots: Vec<Self> = Vec::with_capacity(configs.len());
        for config in configs {
            let name = config.source.name();
            let same = configs.iter().take(slots.len()).filter(|earlier| earlier.source == config.source).count();
            let key = if same == 0 { name } else { format!("{name} ({})", same + 1) };
            let history = versions.iter().filter(|version| version.slot == key).cloned().collect();
            let aside = aside.iter().filter(|aside| aside.slot == key).cloned().collect();
            slots.push(Self { history, aside, ..Self::new(key) });
        }
        slots
    }

    pub(super) fn is_aside(&self, digest: &str) -> bool {
        self.aside.iter().any(|aside| aside.digest == digest)
    }

    /// Whether this version was in force for everyone before.
    pub(super) fn is_proven(&self, digest: &str) -> bool {
        self.history.iter().any(|version| version.digest == digest)
    }

    /// Versions that may come back, the last one first.
    pub(super) fn good(&self) -> impl Iterator<Item = &RuleVersion> {
        self.history.iter().filter(|version| !self.is_aside(&version.digest))
    }

    /// The name by which people know it: the rule's own, or else where it comes from.
    pub(super) fn name(&self) -> &str {
        let version = self.trial.as_ref().map(|trial| &trial.version).or(self.stable.as_ref());
        version.map_or(&self.key, Version::name)
    }

    /// The version with this digest that is asked now.
    pub(super) fn asked(&self, digest: &str) -> Option<&Version> {
        let trial = self.trial.as_ref().map(|trial| &trial.version);
        trial.into_iter().chain(&self.stable).find(|version| version.digest() == digest)
    }
}
