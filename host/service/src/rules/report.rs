//! What may be seen of a tenant's rules: a line for every version that is in force, on trial, or kept out.

use presync_core::time::Timestamp;
use presync_core::words::Direction;
use presync_rules::{Canary, LoadedRule};
use presync_store::RuleAside;
use serde::Serialize;

use crate::config::RuleConfig;
use crate::rules::base::RuleBase;
use crate::rules::slot::{Slot, Version};

/// One version of one rule, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleStatus {
    /// Where it comes from, as the settings say; `default` for a default map.
    pub source: String,
    /// The way it maps, as far as that is known.
    pub direction: Option<Direction>,
    /// Its own name; `None` for what could not be read.
    pub name: Option<String>,
    /// Its own version.
    pub version: Option<String>,
    /// SHA-256 of the component, in hexadecimal.
    pub digest: Option<String>,
    /// What becomes of it.
    #[serde(flatten)]
    pub state: RuleState,
    /// Since when.
    pub since: Timestamp,
    /// The generation that put it in force; `None` for what is not.
    pub generation: Option<u64>,
}

/// What becomes of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum RuleState {
    /// In force.
    Live,
    /// In force for a part of the people, to see how it does.
    Trial {
        /// Which part: `10 %`, or a group.
        part: String,
        /// Until when it is watched; then it is for all.
        until: Timestamp,
    },
    /// Not let in.
    Refused {
        /// Why.
        why: String,
    },
    /// It failed too often: in force no longer, and not again until the slot has got another version.
    TakenOut {
        /// Why.
        why: String,
    },
    /// Taken back by hand: in force no longer, and not again until the slot has got another version.
    RolledBack,
}

fn set_aside(aside: &RuleAside) -> RuleState {
    if aside.by_hand { RuleState::RolledBack } else { RuleState::TakenOut { why: aside.why.clone() } }
}

/// The part of the people that a trial is for, in words.
pub(super) fn part(canary: &Canary) -> String {
    match canary {
        Canary::Share(percent) => format!("{percent} %"),
        Canary::Group(group) => format!("group {group}"),
    }
}

/// A line for every version.
pub(super) fn rules(base: &RuleBase, configs: &[RuleConfig], slots: &[Slot], since: Timestamp) -> Vec<RuleStatus> {
    let mut lines: Vec<_> = [&base.publish, &base.session].map(|rule| default_map(rule, since)).into();
    for (config, slot) in configs.iter().zip(slots) {
        if let (Some(trial), Some(canary)) = (&slot.trial, &config.canary) {
            let state = RuleState::Trial { part: part(canary), until: trial.until };
            lines.push(in_force(slot, &trial.version, state));
        }
        lines.extend(slot.stable.iter().map(|version| in_force(slot, version, RuleState::Live)));
        lines.extend(slot.refused.iter().map(|refused| {
            let state = RuleState::Refused { why: refused.why.clone() };
            RuleStatus { digest: refused.digest.clone(), ..kept_out(slot, state, refused.since) }
        }));
        lines.extend(slot.aside.iter().map(|aside| RuleStatus {
            name: Some(aside.name.clone()),
            version: Some(aside.version.clone()),
            digest: Some(aside.digest.clone()),
            ..kept_out(slot, set_aside(aside), aside.at)
        }));
    }
    lines
}

/// What an administrator has to look after.
pub(super) fn troubles(slots: &[Slot]) -> Vec<String> {
    let stands = |slot: &Slot| match &slot.stable {
        Some(stable) => format!("{} stays in force", stable.label()),
        None => "the chain does without".to_owned(),
    };
    let refused = |slot: &Slot| slot.refused.as_ref().map(|refused| format!("{}; {}", refused.why, stands(slot)));
    let aside = |slot: &Slot| {
        slot.aside.iter().find(|aside| !aside.by_hand).map(|aside| {
            format!(
                "rule {} {} was taken out: {}; {}. It is not asked again until its file changes",
                aside.name,
                aside.version,
                aside.why,
                stands(slot)
            )
        })
    };
    slots.iter().flat_map(|slot| refused(slot).into_iter().chain(aside(slot))).collect()
}

fn default_map(rule: &LoadedRule, since: Timestamp) -> RuleStatus {
    RuleStatus {
        source: "default".to_owned(),
        direction: Some(rule.compiled().direction()),
        name: Some(rule.compiled().name().to_owned()),
        version: Some(rule.compiled().version().to_owned()),
        digest: Some(rule.compiled().digest().to_owned()),
        state: RuleState::Live,
        since,
        generation: None,
    }
}

fn in_force(slot: &Slot, version: &Version, state: RuleState) -> RuleStatus {
    RuleStatus {
        source: slot.key.clone(),
        direction: Some(version.direction()),
        name: Some(version.name().to_owned()),
        version: Some(version.version().to_owned()),
        digest: Some(version.digest().to_owned()),
        state,
        since: version.since,
        generation: Some(version.generation),
    }
}

fn kept_out(slot: &Slot, state: RuleState, since: Timestamp) -> RuleStatus {
    let (name, version, digest) = (None, None, None);
    RuleStatus { source: slot.key.clone(), direction: None, name, version, digest, state, since, generation: None }
}
