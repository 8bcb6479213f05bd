//! The default map and the overrides of one direction, asked in order; each sees the proposal so far.
//!
//! ```text
//! subjects ─► default map ─proposal─► override 1 ─proposal─► override 2 ─► verdicts
//!                 │ fails: hold           │ fails: the proposal stands
//! ```

use std::sync::Arc;

use presync_core::rule::{PublishVerdict, SessionVerdict, Subject};
use presync_core::words::Direction;
use serde::Serialize;

use crate::error::ChainError;
use crate::fault::Fault;
use crate::guard::{Guarded, Guardrail};
use crate::link::Link;
use crate::poison::Poison;
use crate::question::{Needs, Verdict};
use crate::rule::LoadedRule;
use crate::scope::Scope;

/// A chain from Teams to 8x8.
pub type PublishChain = Chain<PublishVerdict>;

/// A chain from 8x8 to Teams.
pub type SessionChain = Chain<SessionVerdict>;

/// Rules of one direction, in order. Share it between threads; replace it as a whole to change a rule.
#[derive(Debug)]
pub struct Chain<V> {
    links: Vec<Link<V>>,
}

/// A rule and whom it is asked about.
#[derive(Debug, Clone)]
pub struct Member {
    /// The rule.
    pub rule: LoadedRule,
    /// Whom it is asked about.
    pub scope: Scope,
}

/// The answers of a chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided<V> {
    /// One verdict per subject, in order.
    pub verdicts: Vec<V>,
    /// Calls that failed; their answers fell back.
    pub faults: Vec<Fault>,
    /// Questions that a rule newly failed on while it answers others; theirs fell back, and they are not put to it again.
    pub poison: Vec<Poison>,
    /// Answers that were not obeyed.
    pub guarded: Vec<Guarded>,
    /// Answers that needed no call: an equal question had been answered, or stood in the same batch. Counted per rule.
    pub reused: usize,
    /// Questions that were put to a rule. Counted per rule.
    pub asked: usize,
    /// Per subject, what each rule made of it, in order; empty unless an explanation was asked for.
    pub stages: Vec<Vec<Stage<V>>>,
}

/// What one rule made of one subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage<V> {
    /// The rule's name.
    pub rule: Arc<str>,
    /// The rule's version.
    pub version: Arc<str>,
    /// What stands after it, with its reason.
    pub verdict: V,
    /// It failed, and what stood before it stands.
    pub failed: bool,
    /// It crossed this line, and what stood before it stands.
    pub guarded: Option<Guardrail>,
}

// === impl Chain ===

impl<V: Verdict> Chain<V> {
    /// A chain of rules for everyone: the default map first, then the overrides in order.
    pub fn new(rules: Vec<LoadedRule>) -> Result<Self, ChainError> {
        Self::of(rules.into_iter().map(Member::from))
    }

    /// A chain of rules, each for those whom its scope names: the default map first, then the overrides in order.
    pub fn of(members: impl IntoIterator<Item = Member>) -> Result<Self, ChainError> {
        let link = |Member { rule, scope }| Link::new(rule, scope);
        let links: Vec<Link<V>> = members.into_iter().map(link).collect();
        if links.is_empty() {
            return Err(ChainError::Empty);
        }
        if let Some(rule) = links.iter().map(|link| link.rule.compiled()).find(|rule| rule.direction() != V::DIRECTION)
        {
            let (rule, found) = (rule.name().to_owned(), rule.direction());
            return Err(ChainError::Direction { rule, found, wanted: V::DIRECTION });
        }
        Ok(Self { links })
    }

    /// The way it maps.
    pub fn direction(&self) -> Direction {
        V::DIRECTION
    }

    /// The rules, in order.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &LoadedRule> {
        self.links.iter().map(|link| &link.rule)
    }

    /// What any of its rules wants to see.
    pub fn needs(&self) -> Needs {
        self.rules().fold(Needs::default(), |needs, rule| needs.union(rule.needs()))
    }

    /// The rules and their versions: `teams-to-8x8 1.0.0, dnd-routing 1.4.0`.
    pub fn versions(&self) -> String {
        let named = |rule: &LoadedRule| format!("{} {}", rule.compiled().name(), rule.compiled().version());
        self.rules().map(named).collect::<Vec<_>>().join(", ")
    }

    /// One verdict per subject, in order. `explain` asks every rule afresh, for reasons and stages.
    pub fn decide(&self, subjects: &[Subject], explain: bool) -> Decided<V> {
        self.decide_upon(subjects, &[], explain)
    }

    /// The same where something else may have been proposed than the default map does, as by an override that is not in this chain:
    /// for the tests of a rule. `proposals` go with the subjects in order; none takes the default map's.
    pub fn decide_upon(&self, subjects: &[Subject], proposals: &[Option<V>], explain: bool) -> Decided<V> {
        let mut decided = Decided {
            verdicts: Vec::new(),
            faults: Vec::new(),
            poison: Vec::new(),
            guarded: Vec::new(),
            reused: 0,
            asked: 0,
            stages: if explain { vec![Vec::new(); subjects.len()] } else { Vec::new() },
        };
        let Some((default, overrides)) = self.links.split_first() else { return decided };
        default.pass(subjects, explain, None, &mut decided);
        if !overrides.is_empty() {
            let defaults = decided.verdicts.clone();
            for (verdict, proposal) in decided.verdicts.iter_mut().zip(proposals) {
                if let Some(proposal) = proposal {
                    verdict.clone_from(proposal);
                }
            }
            for link in overrides {
                link.pass(subjects, explain, Some(&defaults), &mut decided);
            }
        }
        decided
    }

    /// The questions that its rules fail on, rule by rule.
    pub fn poison(&self) -> Vec<Poison> {
        self.links.iter().flat_map(Link::poison).collect()
    }
}

// === impl Member ===

impl From<LoadedRule> for Member {
    /// A rule for everyone.
    fn from(rule: LoadedRule) -> Self {
        Self { rule, scope: Scope::everyone() }
    }
}
