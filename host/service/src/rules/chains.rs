//! A tenant's two chains as they are in force: made anew as a whole, put in force by one pointer.

use std::sync::Arc;

use presync_core::rule::{PublishVerdict, SessionVerdict};
use presync_core::time::Timestamp;
use presync_core::words::Direction;
use presync_rules::{Canary, Chain, Member, Portion, Verdict};

use crate::config::RuleConfig;
use crate::rules::base::RuleBase;
use crate::rules::report::{self, part};
use crate::rules::slot::{Slot, Version};
use crate::rules::{RuleError, RuleStatus};

/// A tenant's rules in force.
#[derive(Debug)]
pub(crate) struct Chains {
    /// Rises with every change; every verdict is stamped with it.
    pub(crate) generation: u64,
    /// From Teams to 8x8.
    pub(crate) publish: Half<PublishVerdict>,
    /// From 8x8 to Teams.
    pub(crate) session: Half<SessionVerdict>,
    /// What there is to show of every version.
    pub(crate) rules: Vec<RuleStatus>,
    /// What an administrator has to look after, as sentences.
    pub(crate) troubles: Vec<String>,
}

/// One direction.
#[derive(Debug)]
pub(crate) struct Half<V> {
    /// The rules, in order.
    pub(crate) chain: Arc<Chain<V>>,
    /// Their names and versions: `teams-to-8x8 1.0.0, dnd-routing 1.4.0`.
    pub(crate) versions: Arc<str>,
    /// The same with the generation: what verdicts are stamped with.
    pub(crate) stamp: Arc<str>,
    /// The overrides among them, in order.
    pub(super) parts: Vec<Part>,
}

/// A version in a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(super) slot: usize,
    pub(super) digest: String,
    pub(super) name: String,
    pub(super) version: String,
    portion: Portion,
    /// The generation that put it there.
    pub(super) generation: u64,
}

// === impl Chains ===

impl Chains {
    /// The chains of these slots; a direction in which nothing changes goes on with what it had.
    pub(super) fn new(
        base: &RuleBase,
        configs: &[RuleConfig],
        slots: &[Slot],
        generation: u64,
        opened_at: Timestamp,
        before: Option<&Self>,
    ) -> Result<Self, RuleError> {
        let publish =
            Half::new(Member::from(base.publish.clone()), configs, slots, before.map(|chains| &chains.publish))?;
        let session =
            Half::new(Member::from(base.session.clone()), configs, slots, before.map(|chains| &chains.session))?;
        let rules = report::rules(base, configs, slots, opened_at);
        let chains = Self { generation, publish, session, rules, troubles: report::troubles(slots) };
        Ok(chains.of_generation(generation))
    }

    /// The same chains, whose verdicts are stamped with this number.
    pub(super) fn of_generation(mut self, generation: u64) -> Self {
        let stamp = |versions: &str| Arc::from(format!("{versions} (generation {generation})"));
        (self.publish.stamp, self.session.stamp) = (stamp(&self.publish.versions), stamp(&self.session.versions));
        Self { generation, ..self }
    }

    /// The directions in which other versions are asked than by `before`, or other people asked about.
    pub(super) fn differ_from(&self, before: &Self) -> Vec<Direction> {
        let publish = (self.publish.parts != before.publish.parts).then_some(Direction::TeamsToEight);
        let session = (self.session.parts != before.session.parts).then_some(Direction::EightToTeams);
        publish.into_iter().chain(session).collect()
    }

    /// The overrides of a direction, in order.
    pub(super) fn parts(&self, direction: Direction) -> &[Part] {
        match direction {
            Direction::TeamsToEight => &self.publish.parts,
            Direction::EightToTeams => &self.session.parts,
        }
    }
}

// === impl Half ===

impl<V: Verdict> Half<V> {
    fn new(default: Member, configs: &[RuleConfig], slots: &[Slot], before: Option<&Self>) -> Result<Self, RuleError> {
        let mut parts = Vec::new();
        let mut versions = vec![format!("{} {}", default.rule.compiled().name(), default.rule.compiled().version())];
        let mut members = vec![default];
        for (slot, (config, held)) in configs.iter().zip(slots).enumerate() {
            for (version, portion) in asked(held, config.canary.as_ref()) {
                if version.direction() != V::DIRECTION {
                    continue;
                }
                versions.push(match &portion {
                    Portion::Within(canary) => format!("{} (trial: {})", version.label(), part(canary)),
                    Portion::All | Portion::Outside(_) => version.label(),
                });
                members
                    .push(Member { rule: version.rule.clone(), scope: config.scope.clone().portion(portion.clone()) });
                parts.push(Part {
                    slot,
                    digest: version.digest().to_owned(),
                    name: version.name().to_owned(),
                    version: version.version().to_owned(),
                    portion,
                    generation: version.generation,
                });
            }
        }
        let versions = versions.join(", ").into();
        let chain = match before.filter(|before| before.parts == parts) {
            Some(before) => Arc::clone(&before.chain),
            None => Arc::new(Chain::of(members)?),
        };
        Ok(Self { chain, stamp: Arc::clone(&versions), versions, parts })
    }
}

/// The versions of a slot that are asked, each with the part of the people it is asked about.
fn asked<'a>(slot: &'a Slot, canary: Option<&Canary>) -> Vec<(&'a Version, Portion)> {
    let stable = slot.stable.as_ref();
    match (&slot.trial, canary) {
        (Some(trial), Some(canary)) => {
            let outside = stable.map(|stable| (stable, Portion::Outside(canary.clone())));
            std::iter::once((&trial.version, Portion::Within(canary.clone()))).chain(outside).collect()
        }
        _ => stable.map(|stable| (stable, Portion::All)).into_iter().collect(),
    }
}
