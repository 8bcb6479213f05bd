//! The chains as they would be with a rule that is not in force.

use presync_core::words::Direction;
use presync_rules::LoadedRule;
use serde_json::Value;

use crate::config::RuleConfig;
use crate::preview::Candidate;
use crate::rules::chains::Chains;
use crate::rules::slot::{Slot, Version};
use crate::rules::{RuleError, TenantRules, lock};

/// What a candidate's file is called in messages.
const NAME: &str = "the candidate";

/// A candidate in its place.
#[derive(Debug)]
pub(crate) struct Tried {
    pub(crate) rule: LoadedRule,
    /// The version that it replaces.
    pub(crate) replaces: Option<String>,
    /// The chains with it.
    pub(crate) chains: Chains,
}

impl TenantRules {
    /// Loads a candidate and puts it, in a copy of the chains, where the rule of its name is, or else after all others. Compiles:
    /// call it from a thread that may be busy.
    ///
    /// # Errors
    /// When the candidate is refused, as it would be in the settings.
    pub(crate) fn try_candidate(&self, candidate: &Candidate) -> Result<Tried, RuleError> {
        let refused = |source| RuleError::Refused { name: NAME.to_owned(), source: Box::new(source) };
        let compiled = self.base.host().compile(&candidate.component, None).map_err(refused)?;
        let mut slots = lock(&self.slots).clone();
        let mut configs = self.configs.clone();
        let same = |slot: &Slot| {
            let version = slot.stable.as_ref();
            version.is_some_and(|known| known.name() == compiled.name() && known.direction() == compiled.direction())
        };
        let at = slots.iter().position(same).unwrap_or(slots.len());
        if at == slots.len() {
            slots.push(Slot::new(NAME.to_owned()));
            configs.push(RuleConfig::of_file(NAME, Value::Null));
        }
        let (slot, config) = (&mut slots[at], &mut configs[at]);
        if let Some(settings) = &candidate.settings {
            config.settings.clone_from(settings);
        }
        // What the settings pin or try out is the version in force.
        (config.digest, config.canary) = (None, None);
        let rule = self.base.load_bytes(config, &candidate.component)?;
        let replaces = slot.stable.as_ref().map(|version| version.version().to_owned());
        slot.trial = None;
        slot.stable = Some(Version { rule: rule.clone(), since: self.clock.now(), generation: 0 });
        let generation = self.chains().generation;
        let chains = Chains::new(&self.base, &configs, &slots, generation, self.opened_at, None)?;
        Ok(Tried { rule, replaces, chains })
    }
}

impl Tried {
    pub(crate) fn direction(&self) -> Direction {
        self.rule.compiled().direction()
    }
}
