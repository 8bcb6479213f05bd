//! A change of a tenant's rules on its way: the slots as they will be, and what is to be stored with them.

use std::sync::Arc;

use presync_core::time::Timestamp;
use presync_store::{NewEvent, RuleAside, RuleVersion, RulesChange, VERSIONS_KEPT};

use crate::config::RuleConfig;
use crate::rules::event::RuleEvent;
use crate::rules::report::part;
use crate::rules::slot::{Refusal, Slot, Trial, Version};

/// See the module.
pub(super) struct Draft<'a> {
    pub(super) configs: &'a [RuleConfig],
    pub(super) slots: Vec<Slot>,
    /// The number that the change gets.
    pub(super) generation: u64,
    pub(super) now: Timestamp,
    /// The number rises even if the chains stay as they are.
    pub(super) anew: bool,
    events: Vec<RuleEvent>,
    stored: RulesChange,
}

impl<'a> Draft<'a> {
    pub(super) fn new(configs: &'a [RuleConfig], slots: Vec<Slot>, generation: u64, now: Timestamp) -> Self {
        let stored = RulesChange { generation, ..RulesChange::default() };
        Self { configs, slots, generation, now, anew: false, events: Vec::new(), stored }
    }

    /// What is to be stored, with the events as lines of the log; and the events.
    pub(super) fn finish(self) -> (Vec<Slot>, RulesChange, Vec<RuleEvent>) {
        let events: Vec<NewEvent> = self.events.iter().map(|event| event.line(self.now)).collect();
        (self.slots, RulesChange { events, ..self.stored }, self.events)
    }

    /// A version that comes from before the process started goes on as it was.
    pub(super) fn resume(&mut self, slot: usize, version: Version) {
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.stable = Some(version);
        }
    }

    /// Puts a version in force for everyone.
    pub(super) fn put_in_force(&mut self, at: usize, version: Version, component: Option<Arc<[u8]>>) {
        let (generation, now) = (self.generation, self.now);
        let Some(slot) = self.slots.get_mut(at) else { return };
        let version = Version { since: now, generation, ..version };
        let stored = RuleVersion {
            slot: slot.key.clone(),
            digest: version.digest().to_owned(),
            name: version.name().to_owned(),
            version: version.version().to_owned(),
            generation,
            since: now,
        };
        slot.history.retain(|known| known.digest != stored.digest);
        slot.history.insert(0, stored.clone());
        slot.history.truncate(VERSIONS_KEPT as usize);
        self.events.push(RuleEvent::RuleLive { rule: version.named(&slot.key), generation });
        self.stored.components.extend(component.map(|bytes| (stored.digest.clone(), bytes)));
        self.stored.in_force.push(stored);
        slot.trial = None;
        slot.stable = Some(version);
    }

    /// Puts a version in force for the part of the people that the settings name. Its component is
    /// stored once it is for all.
    pub(super) fn try_out(&mut self, at: usize, version: Version, component: Arc<[u8]>) {
        self.end_trial(at, "another version took its place");
        let (generation, now) = (self.generation, self.now);
        let (Some(slot), Some(config)) = (self.slots.get_mut(at), self.configs.get(at)) else { return };
        let Some(canary) = &config.canary else { return };
        let until = now + config.canary_for;
        let version = Version { since: now, generation, ..version };
        let rule = version.named(&slot.key);
        self.events.push(RuleEvent::TrialStarted { rule, part: part(canary), until, generation });
        slot.trial = Some(Trial { version, component, until });
    }

    /// A trial went well: its version is for all.
    pub(super) fn let_on(&mut self, at: usize, why: &str) {
        let generation = self.generation;
        let Some(slot) = self.slots.get_mut(at) else { return };
        let Some(Trial { version, component, .. }) = slot.trial.take() else { return };
        let (rule, why) = (version.named(&slot.key), why.to_owned());
        self.events.push(RuleEvent::TrialEnded { rule, for_all: true, why, generation });
        self.put_in_force(at, version, Some(component));
    }

    /// A trial is over, and what was in force before it is in force for everyone again.
    pub(super) fn end_trial(&mut self, at: usize, why: &str) {
        let generation = self.generation;
        let Some(slot) = self.slots.get_mut(at) else { return };
        let Some(Trial { version, .. }) = slot.trial.take() else { return };
        let (rule, why) = (version.named(&slot.key), why.to_owned());
        self.events.push(RuleEvent::TrialEnded { rule, for_all: false, why, generation });
    }

    /// What the source holds is not let in; said once.
    pub(super) fn refuse(&mut self, at: usize, digest: Option<String>, why: String) {
        let now = self.now;
        let Some(slot) = self.slots.get_mut(at) else { return };
        slot.content.clone_from(&digest);
        if slot.refused.as_ref().is_some_and(|known| known.digest == digest && known.why == why) {
            return;
        }
        slot.refused = Some(Refusal { digest: digest.clone(), why: why.clone(), since: now });
        self.events.push(RuleEvent::RuleRefused { source: slot.key.clone(), digest, why });
    }

    /// The source holds this now, and nothing is wrong with it.
    pub(super) fn admit(&mut self, at: usize, digest: &str) {
        if let Some(slot) = self.slots.get_mut(at) {
            slot.content = Some(digest.to_owned());
            slot.refused = None;
        }
    }

    /// What the source holds counts as new when it is read next.
    pub(super) fn reconsider(&mut self, at: usize) {
        if let Some(slot) = self.slots.get_mut(at) {
            slot.content = None;
        }
    }

    /// Versions that were set aside may come back.
    pub(super) fn forgive(&mut self, at: usize) {
        let Some(slot) = self.slots.get_mut(at) else { return };
        if !slot.aside.is_empty() {
            slot.aside.clear();
            self.stored.none_aside.push(slot.key.clone());
        }
    }

    /// A version does not come back until the slot has got another one.
    pub(super) fn set_aside(&mut self, at: usize, version: &Version, why: &str, by_hand: bool) {
        let now = self.now;
        let Some(slot) = self.slots.get_mut(at) else { return };
        let aside = RuleAside {
            slot: slot.key.clone(),
            digest: version.digest().to_owned(),
            name: version.name().to_owned(),
            version: version.version().to_owned(),
            why: why.to_owned(),
            by_hand,
            at: now,
        };
        slot.aside.retain(|known| known.digest != aside.digest);
        slot.aside.push(aside.clone());
        self.stored.aside.push(aside);
    }

    /// Takes the version in force back, for another one or for none.
    pub(super) fn replace(&mut self, at: usize, instead: Option<Version>, why: &str, by_hand: bool) {
        let generation = self.generation;
        let Some(slot) = self.slots.get_mut(at) else { return };
        let Some(back) = slot.stable.take() else { return };
        let rule = back.named(&slot.key);
        let instead_of_it = instead.as_ref().map(|version| version.version().to_owned());
        self.events.push(match by_hand {
            true => RuleEvent::RuleRolledBack { rule, instead: instead_of_it, generation },
            false => RuleEvent::RuleTakenOut { rule, why: why.to_owned(), instead: instead_of_it, generation },
        });
        self.set_aside(at, &back, why, by_hand);
        if let Some(version) = instead {
            self.put_in_force(at, version, None);
        }
    }
}
