//! Taking up what the sources hold: at the start, when a file was saved, and again and again.

use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use presync_core::id::TenantId;
use presync_core::rule::Subject;
use presync_core::time::Clock;
use presync_store::{RuleVersion, TenantStore};
use sha2::{Digest as _, Sha256};
use tokio::sync::Notify;

use crate::config::{RuleConfig, RuleSource};
use crate::rules::base::RuleBase;
use crate::rules::chains::Chains;
use crate::rules::slot::{Refusal, Slot, Trial, Version};
use crate::rules::source::{self, Glance, Held, Look};
use crate::rules::{RuleError, TenantRules, lock, trial};

/// The people of now, as rules see them.
pub(crate) type People<'a> = dyn Fn() -> Vec<Subject> + 'a;

/// What was found in a source at the start.
struct Found {
    /// The digest of what it holds; `None` when it cannot be read.
    content: Option<String>,
    /// What is in force from now on, with its component unless it was in force before.
    stable: Option<(Version, Option<Arc<[u8]>>)>,
    refused: Option<String>,
}

impl TenantRules {
    /// Takes up a tenant's overrides on top of the default maps. One that is no good is left out, or its last good version comes back,
    /// and the reason is told; its source is looked at again.
    ///
    /// # Errors
    /// When the rules do not make a chain, or the stored state cannot be read or written.
    pub(crate) fn open(
        tenant: TenantId,
        base: RuleBase,
        configs: Vec<RuleConfig>,
        store: TenantStore,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, RuleError> {
        let stored = store.rules()?;
        let opened_at = clock.now();
        let slots = Slot::all(&configs, &stored.versions, &stored.aside);
        let saved = Arc::new(Notify::new());
        // Before the first look, so that nothing is missed in between.
        for config in &configs {
            if let RuleSource::File(path) = &config.source {
                base.watch().listen(path, &saved);
            }
        }
        let nothing = Chains::new(&base, &configs, &slots, stored.generation, opened_at, None)?;
        let rules = Self {
            tenant,
            base,
            store,
            clock,
            opened_at,
            chains: ArcSwap::from_pointee(nothing),
            glances: Mutex::new(configs.iter().map(|_| Glance::default()).collect()),
            configs,
            slots: Mutex::new(slots),
            faults: Mutex::default(),
            changed: Mutex::default(),
            saved,
            swapped: Notify::new(),
        };
        rules.begin()?;
        Ok(rules)
    }

    /// The first generation of this process: the settings, or the default maps, may be others than before.
    fn begin(&self) -> Result<(), RuleError> {
        let slots = lock(&self.slots).clone();
        let mut glances = lock(&self.glances);
        let found: Vec<Found> = self
            .configs
            .iter()
            .zip(&slots)
            .zip(glances.iter_mut())
            .map(|((config, slot), glance)| self.find(config, slot, glance))
            .collect();
        self.change(|draft| {
            draft.anew = true;
            for (at, found) in found.into_iter().enumerate() {
                match found.stable {
                    Some((version, Some(component))) => draft.put_in_force(at, version, Some(component)),
                    Some((version, None)) => draft.resume(at, version),
                    None => {}
                }
                match (found.refused, found.content) {
                    (Some(why), content) => draft.refuse(at, content, why),
                    (None, Some(content)) => draft.admit(at, &content),
                    (None, None) => {}
                }
            }
        })
    }

    fn find(&self, config: &RuleConfig, slot: &Slot, glance: &mut Glance) -> Found {
        let last_good = || self.last_good(config, slot, None).map(|version| (version, None));
        if let RuleSource::Registry(_) = config.source {
            // Nothing waits for the network here: the first look asks it.
            return Found { content: None, stable: last_good(), refused: None };
        }
        glance.look(&config.source, Look::Saved, self.opened_at);
        let bytes = match source::read(config, self.base.lock()) {
            Ok(bytes) => bytes,
            Err(error) => return Found { content: None, stable: None, refused: Some(error.to_string()) },
        };
        let digest = hex_digest(&bytes);
        if slot.is_aside(&digest) {
            return Found { content: Some(digest), stable: last_good(), refused: None };
        }
        if config.canary.is_some() && !slot.is_proven(&digest) {
            // It is tried first, which needs people: the next look takes it up.
            glance.forget();
            return Found { content: None, stable: last_good(), refused: None };
        }
        match self.base.load_bytes(config, &bytes) {
            Ok(rule) => {
                let stable = match slot.history.first().filter(|last| last.digest == digest) {
                    Some(RuleVersion { since, generation, .. }) => {
                        (Version { rule, since: *since, generation: *generation }, None)
                    }
                    None => (Version { rule, since: self.opened_at, generation: 0 }, Some(bytes)),
                };
                Found { content: Some(digest), stable: Some(stable), refused: None }
            }
            Err(error) => Found { content: Some(digest), stable: last_good(), refused: Some(error.to_string()) },
        }
    }

    /// The last version that was in force, may be again, and still can be; `but` is not meant.
    pub(super) fn last_good(&self, config: &RuleConfig, slot: &Slot, but: Option<&str>) -> Option<Version> {
        slot.good().filter(|version| Some(version.digest.as_str()) != but).find_map(|version| {
            let refused = |why: &dyn std::fmt::Display| {
                let (tenant, rule, digest) = (&self.tenant, &version.name, &version.digest);
                tracing::warn!(%tenant, rule, version = version.version, digest, %why, "an earlier version cannot come back");
            };
            let bytes = match self.store.component(&version.digest) {
                Ok(Some(bytes)) if hex_digest(&bytes) == version.digest => bytes,
                Ok(Some(_)) => {
                    refused(&"its kept component is not what it was");
                    return None;
                }
                Ok(None) => {
                    refused(&"its component is not kept any more");
                    return None;
                }
                Err(error) => {
                    refused(&error);
                    return None;
                }
            };
            match self.base.load_bytes(config, &bytes) {
                Ok(rule) => Some(Version { rule, since: version.since, generation: version.generation }),
                Err(error) => {
                    refused(&error);
                    None
                }
            }
        })
    }

    /// Looks whether sources hold something new, and puts what is good in force. Where it is no good, what was in force stays. Ends
    /// the trials whose time has come.
    ///
    /// # Errors
    /// When the rules do not make a chain, or a change cannot be stored: it is tried again in the next look.
    pub(crate) fn look(&self, look: Look, people: &People<'_>) -> Result<(), RuleError> {
        let mut glances = lock(&self.glances);
        for (at, (config, glance)) in self.configs.iter().zip(glances.iter_mut()).enumerate() {
            if glance.look(&config.source, look, self.clock.now())
                && let Err(error) = self.take(at, config, glance, people)
            {
                glance.forget();
                return Err(error);
            }
        }
        drop(glances);
        self.end_trials()
    }

    /// Takes up what a source holds now.
    pub(super) fn take(
        &self,
        at: usize,
        config: &RuleConfig,
        glance: &mut Glance,
        people: &People<'_>,
    ) -> Result<(), RuleError> {
        let bytes = match glance.read(config, self.base.lock()) {
            Ok(Held::Component(bytes)) => bytes,
            Ok(Held::Same) => return Ok(()),
            Err(error) => return self.change(|draft| draft.refuse(at, None, error.to_string())),
        };
        let digest = hex_digest(&bytes);
        let Some(slot) = self.slot(at) else { return Ok(()) };
        let is_known = |refused: &Refusal| refused.digest.as_ref() == Some(&digest);
        if slot.content.as_ref() == Some(&digest) && slot.refused.as_ref().is_none_or(is_known) {
            return Ok(());
        }
        if slot.is_aside(&digest) || slot.asked(&digest).is_some() {
            return self.change(|draft| {
                if slot.trial.as_ref().is_some_and(|trial| trial.version.digest() != digest) {
                    draft.end_trial(at, "its file was changed back");
                }
                draft.admit(at, &digest);
            });
        }
        let rule = match self.base.load_bytes(config, &bytes) {
            Ok(rule) => rule,
            Err(error) => return self.change(|draft| draft.refuse(at, Some(digest), error.to_string())),
        };
        let version = Version { rule, since: self.clock.now(), generation: 0 };
        let on_trial = config.canary.is_some() && !slot.is_proven(&digest);
        if on_trial && let Err(error) = self.weigh(at, config, &version, &bytes, people) {
            return self.change(|draft| draft.refuse(at, Some(digest), error.to_string()));
        }
        self.change(|draft| {
            draft.admit(at, &digest);
            draft.forgive(at);
            if on_trial {
                draft.try_out(at, version, bytes);
            } else {
                draft.end_trial(at, "another version took its place");
                draft.put_in_force(at, version, Some(bytes));
            }
        })
    }

    /// Whether a version may be tried at all.
    fn weigh(
        &self,
        at: usize,
        config: &RuleConfig,
        version: &Version,
        bytes: &Arc<[u8]>,
        people: &People<'_>,
    ) -> Result<(), RuleError> {
        if config.max_change.is_none() {
            return Ok(());
        }
        let before = self.chains();
        let mut slots = lock(&self.slots).clone();
        if let Some(slot) = slots.get_mut(at) {
            let (version, component) = (version.clone(), Arc::clone(bytes));
            slot.trial = Some(Trial { version, component, until: self.clock.now() });
        }
        let after = self.build(&slots, before.generation, Some(&before))?;
        trial::check(config, version, &before, &after, &people())
    }

    fn end_trials(&self) -> Result<(), RuleError> {
        let now = self.clock.now();
        let is_over = |slot: &Slot| slot.trial.as_ref().is_some_and(|trial| trial.until <= now);
        if !lock(&self.slots).iter().any(is_over) {
            return Ok(());
        }
        self.change(|draft| {
            let over: Vec<usize> =
                (0..).zip(&draft.slots).filter(|(_, slot)| is_over(slot)).map(|(at, _)| at).collect();
            for at in over {
                draft.let_on(at, "it was watched long enough and did not fail");
            }
        })
    }
}

/// SHA-256 in hexadecimal, as rules tell theirs.
fn hex_digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
