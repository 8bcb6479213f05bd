//! Taking versions back, because they fail or by hand, and letting them on.

use presync_core::words::Direction;
use presync_rules::{Fault, FaultKind};
use serde::Serialize;

use crate::rules::chains::{Chains, Part};
use crate::rules::faults::{TOO_MANY, WINDOW};
use crate::rules::slot::Slot;
use crate::rules::{People, RuleError, SteerError, TenantRules, lock};

/// A version that has failed too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suspect {
    slot: usize,
    digest: String,
    why: String,
}

/// What was done to a rule by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Steered {
    /// The rule's name, or where it comes from.
    pub rule: String,
    /// The version that was in force, for all or on trial.
    pub from: Option<String>,
    /// The version that is in force now.
    pub to: Option<String>,
    /// It is on trial: in force for a part of the people.
    pub on_trial: bool,
    /// Why the version that was meant is not in force.
    pub refused: Option<String>,
    /// The generation of the tenant's rules since then.
    pub generation: u64,
}

impl TenantRules {
    /// Counts whole batches that failed under these chains; gives the versions that have failed too often. Never waits.
    pub(crate) fn count_faults(&self, chains: &Chains, direction: Direction, faults: &[Fault]) -> Vec<Suspect> {
        let own = faults.iter().filter(|fault| fault.kind != FaultKind::Host);
        let count = |fault: &Fault| {
            // Of two with the same name and version the younger one is meant, since the older has proved itself.
            let parts = chains.parts(direction).iter();
            let same = parts.filter(|part| *part.name == *fault.rule && *part.version == *fault.version);
            self.count(same.max_by_key(|part| part.generation), &fault.to_string())
        };
        own.filter_map(count).collect()
    }

    /// Counts a batch that ended in a panic. Nobody knows which rule was asked: the one that came last is blamed. Never waits.
    pub(crate) fn count_panic(&self, chains: &Chains, direction: Direction, what: &str) -> Option<Suspect> {
        let youngest = chains.parts(direction).iter().max_by_key(|part| part.generation);
        self.count(youngest, &format!("asking the rules ended in a panic: {what}"))
    }

    fn count(&self, part: Option<&Part>, what: &str) -> Option<Suspect> {
        let now = self.clock.now();
        let mut faults = lock(&self.faults);
        let Some(part) = part else {
            faults.note(now, what);
            return None;
        };
        let too_many = faults.count(part.slot, &part.digest, now, what);
        let why = format!("it failed {TOO_MANY} times within {} s, the last time so: {what}", WINDOW.as_secs());
        too_many.then(|| Suspect { slot: part.slot, digest: part.digest.clone(), why })
    }

    /// The last fault, for a minute. Never waits.
    pub(crate) fn recent_fault(&self) -> Option<String> {
        lock(&self.faults).recent(self.clock.now()).map(str::to_owned)
    }

    /// Takes a version out, for the last good one or for none; it does not come back until its source holds another one. Does
    /// nothing when it is in force no longer.
    ///
    /// # Errors
    /// When that cannot be stored; the next fault tries again.
    pub(crate) fn take_out(&self, suspect: &Suspect) -> Result<(), RuleError> {
        let Suspect { slot: at, digest, why } = suspect;
        let (Some(slot), Some(config)) = (self.slot(*at), self.configs.get(*at)) else { return Ok(()) };
        if is_tried(&slot, digest) {
            return self.end_trial(*at, digest, why, false);
        }
        let instead = self.last_good(config, &slot, Some(digest));
        self.change(|draft| {
            if draft.slots.get(*at).is_some_and(|slot| is_stable(slot, digest)) {
                draft.replace(*at, instead, why, false);
            }
        })
    }

    /// Takes a rule back by hand: the trial, if there is one, or else the version in force, for the one before it.
    ///
    /// # Errors
    /// When there is no such rule, nothing to go back to, or it cannot be stored.
    pub(crate) fn roll_back(&self, rule: &str) -> Result<Steered, SteerError> {
        let (at, slot) = self.find_slot(rule)?;
        let name = slot.name().to_owned();
        if let Some(trial) = &slot.trial {
            self.end_trial(at, trial.version.digest(), "it was taken back by hand", true)?;
            return Ok(self.steered(at, name, Some(trial.version.version().to_owned())));
        }
        let Some(stable) = &slot.stable else { return Err(SteerError::NoneInForce { rule: name }) };
        let config = self.configs.get(at);
        let Some(before) = config.and_then(|config| self.last_good(config, &slot, Some(stable.digest()))) else {
            return Err(SteerError::NoneBefore { rule: name });
        };
        self.change(|draft| {
            if draft.slots.get(at).is_some_and(|slot| is_stable(slot, stable.digest())) {
                draft.replace(at, Some(before), "it was taken back by hand", true);
            }
        })?;
        Ok(self.steered(at, name, Some(stable.version().to_owned())))
    }

    /// Lets a rule on by hand: what is on trial is for all; or else, what its source holds may come back though it was set aside.
    ///
    /// # Errors
    /// When there is no such rule, nothing waits, or it cannot be stored.
    pub(crate) fn promote(&self, rule: &str, people: &People<'_>) -> Result<Steered, SteerError> {
        // Nobody looks meanwhile.
        let mut glances = lock(&self.glances);
        let (at, slot) = self.find_slot(rule)?;
        let name = slot.name().to_owned();
        let from = slot.stable.as_ref().map(|stable| stable.version().to_owned());
        if let Some(trial) = &slot.trial {
            self.change(|draft| {
                if draft.slots.get(at).is_some_and(|slot| is_tried(slot, trial.version.digest())) {
                    draft.let_on(at, "it was let on by hand");
                }
            })?;
        } else if slot.content.as_ref().is_some_and(|content| slot.is_aside(content)) {
            self.change(|draft| {
                draft.forgive(at);
                draft.reconsider(at);
            })?;
            if let (Some(config), Some(glance)) = (self.configs.get(at), glances.get_mut(at)) {
                glance.forget();
                self.take(at, config, glance, people)?;
            }
        } else {
            return Err(SteerError::NothingWaits { rule: name });
        }
        Ok(self.steered(at, name, from))
    }

    fn end_trial(&self, at: usize, digest: &str, why: &str, by_hand: bool) -> Result<(), RuleError> {
        self.change(|draft| {
            let trial = draft.slots.get(at).and_then(|slot| slot.trial.clone());
            if let Some(trial) = trial.filter(|trial| trial.version.digest() == digest) {
                draft.end_trial(at, why);
                draft.set_aside(at, &trial.version, why, by_hand);
            }
        })
    }

    /// The one slot that is meant: by where it comes from, or by the rule's name.
    fn find_slot(&self, rule: &str) -> Result<(usize, Slot), SteerError> {
        let slots = lock(&self.slots).clone();
        let all = slots.iter().enumerate();
        let by_source = all.clone().find(|(_, slot)| slot.key == rule);
        let by_name: Vec<_> = all.filter(|(_, slot)| slot.name() == rule).collect();
        let rule = || rule.to_owned();
        match (by_source, &by_name[..]) {
            (Some((at, slot)), _) => Ok((at, slot.clone())),
            (None, [(at, slot)]) => Ok((*at, (*slot).clone())),
            (None, []) => {
                let known = slots.iter().map(|slot| slot.name().to_owned()).collect();
                Err(SteerError::Unknown { rule: rule(), known })
            }
            (None, several) => {
                let sources = several.iter().map(|(_, slot)| slot.key.clone()).collect();
                Err(SteerError::Ambiguous { rule: rule(), sources })
            }
        }
    }

    fn steered(&self, at: usize, rule: String, from: Option<String>) -> Steered {
        let generation = self.chains().generation;
        let slot = self.slot(at);
        let trial = slot.as_ref().and_then(|slot| slot.trial.as_ref()).map(|trial| &trial.version);
        let now = trial.or(slot.as_ref().and_then(|slot| slot.stable.as_ref()));
        let to = now.map(|version| version.version().to_owned());
        let refused = slot.as_ref().and_then(|slot| slot.refused.as_ref()).map(|refused| refused.why.clone());
        Steered { rule, from, to, on_trial: trial.is_some(), refused, generation }
    }
}

fn is_tried(slot: &Slot, digest: &str) -> bool {
    slot.trial.as_ref().is_some_and(|trial| trial.version.digest() == digest)
}

fn is_stable(slot: &Slot, digest: &str) -> bool {
    slot.stable.as_ref().is_some_and(|version| version.digest() == digest)
}
