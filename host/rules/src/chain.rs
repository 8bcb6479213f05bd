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
use crate::fault::{Failure, Fault};
use crate::limits::BATCH;
use crate::question::{Needs, Question, Seen, Verdict};
use crate::reuse::{Key, NumberMap, Reuse};
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

#[derive(Debug)]
struct Link<V> {
    rule: LoadedRule,
    scope: Scope,
    reuse: Reuse<V>,
}

/// The answers of a chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided<V> {
    /// One verdict per subject, in order.
    pub verdicts: Vec<V>,
    /// Calls that failed; their answers fell back.
    pub faults: Vec<Fault>,
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
}

// === impl Chain ===

impl<V: Verdict> Chain<V> {
    /// A chain of rules for everyone: the default map first, then the overrides in order.
    pub fn new(rules: Vec<LoadedRule>) -> Result<Self, ChainError> {
        Self::of(rules.into_iter().map(Member::from))
    }

    /// A chain of rules, each for those whom its scope names: the default map first, then the overrides in order.
    pub fn of(members: impl IntoIterator<Item = Member>) -> Result<Self, ChainError> {
        let link = |Member { rule, scope }| Link { rule, scope, reuse: Reuse::new() };
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
        let mut decided = Decided {
            verdicts: Vec::new(),
            faults: Vec::new(),
            reused: 0,
            asked: 0,
            stages: if explain { vec![Vec::new(); subjects.len()] } else { Vec::new() },
        };
        for link in &self.links {
            link.pass(subjects, explain, &mut decided);
        }
        decided
    }
}

// === impl Member ===

impl From<LoadedRule> for Member {
    /// A rule for everyone.
    fn from(rule: LoadedRule) -> Self {
        Self { rule, scope: Scope::everyone() }
    }
}

// === impl Link ===

impl<V: Verdict> Link<V> {
    /// Asks this rule, and puts its verdicts where the proposals were.
    fn pass(&self, subjects: &[Subject], explain: bool, decided: &mut Decided<V>) {
        let proposals = std::mem::take(&mut decided.verdicts);
        let needs = self.rule.needs();
        let question = |index: usize| Question {
            seen: Seen::new(&subjects[index], needs, V::DIRECTION),
            proposal: proposals.get(index),
        };
        let Plan { mut verdicts, open, waiting, outside } = self.plan(subjects, question, explain);
        decided.reused += subjects.len() - open.len() - outside.len();
        decided.asked += open.len();

        // Answers of the open questions, in their order; none where the call failed.
        let mut answers: Vec<Option<V>> = Vec::with_capacity(open.len());
        for batch in open.chunks(BATCH) {
            let questions: Vec<_> = batch.iter().map(|(index, _)| question(*index)).collect();
            match self.rule.ask(&questions, explain) {
                Ok(verdicts) => answers.extend(verdicts.into_iter().map(Some)),
                Err(failure) => {
                    let failed = answers.len()..answers.len() + batch.len();
                    let cost = waiting.iter().filter(|(_, at)| failed.contains(at)).count();
                    decided.faults.push(self.fault(&failure, cost, proposals.is_empty()));
                    answers.resize_with(failed.end, || None);
                }
            }
        }
        let keyed = open.iter().zip(&answers);
        self.reuse
            .keep(keyed.filter_map(|((index, key), verdict)| Some(((*key)?, question(*index), verdict.as_ref()?))));

        let mut failed = vec![false; if explain { subjects.len() } else { 0 }];
        for (index, at) in waiting {
            match answers.get(at).cloned().flatten() {
                Some(answer) => verdicts[index] = answer,
                None => failed.iter_mut().skip(index).take(1).for_each(|failed| *failed = true),
            }
        }
        let mut outside = outside.into_iter().peekable();
        for (index, ((stages, verdict), failed)) in decided.stages.iter_mut().zip(&verdicts).zip(failed).enumerate() {
            if outside.next_if_eq(&index).is_some() {
                continue;
            }
            let (rule, version) = (self.rule.shared_name(), self.rule.shared_version());
            stages.push(Stage { rule, version, verdict: verdict.clone(), failed });
        }
        decided.verdicts = verdicts;
    }

    /// Where each answer comes from: kept, or an open question; equal open questions are one. An explanation asks everything.
    fn plan<'a>(&self, subjects: &[Subject], question: impl Fn(usize) -> Question<'a, V>, explain: bool) -> Plan<V> {
        let reuse = !explain && self.rule.compiled().is_pure();
        let needs = self.rule.needs();
        let everyone = self.scope.is_everyone();
        let verdicts = Vec::with_capacity(subjects.len());
        let mut plan = Plan { verdicts, open: Vec::new(), waiting: Vec::new(), outside: Vec::new() };
        // A map with a key as key, and the open question that has it with its subject as value.
        let mut first: NumberMap<Key, (usize, usize)> = NumberMap::default();
        let kept = self.reuse.look();
        for (index, subject) in subjects.iter().enumerate() {
            let asked = question(index);
            if !everyone && !self.scope.covers(subject) {
                plan.verdicts.push(asked.proposal.cloned().unwrap_or_else(V::hold));
                plan.outside.push(index);
                continue;
            }
            let key = if reuse { Reuse::key(&asked, needs) } else { None };
            if let Some(verdict) = key.and_then(|key| kept.verdict(key, &asked)) {
                plan.verdicts.push(verdict.clone());
                continue;
            }
            // Until it is answered, and if it never is, what was proposed before stands.
            plan.verdicts.push(asked.proposal.cloned().unwrap_or_else(V::hold));
            let equal = key.and_then(|key| first.get(&key)).filter(|(_, of)| question(*of).equals(&asked));
            let at = equal.map_or(plan.open.len(), |(at, _)| *at);
            if at == plan.open.len() {
                plan.open.push((index, key));
                // Of two different questions with one fingerprint, the first keeps the place.
                if let Some(key) = key {
                    first.entry(key).or_insert((at, index));
                }
            }
            plan.waiting.push((index, at));
        }
        plan
    }

    fn fault(&self, failure: &Failure, answers: usize, first: bool) -> Fault {
        let stands = if first { "what is shown is held as it is" } else { "what was proposed before it stands" };
        let message = format!("{}; {stands} (answers: {answers})", failure.what);
        let (rule, version) = (self.rule.shared_name(), self.rule.shared_version());
        Fault { rule, version, kind: failure.kind, message, answers }
    }
}

/// Where the answers of one pass come from.
struct Plan<V> {
    /// One per subject: the kept verdict of an equal question, or else what stands until there is an answer.
    verdicts: Vec<V>,
    /// The subjects whose question must be asked, and how its verdict is kept.
    open: Vec<(usize, Option<Key>)>,
    /// The subjects that wait for an answer, and for that of which open question.
    waiting: Vec<(usize, usize)>,
    /// The subjects that the rule is not asked about, in order.
    outside: Vec<usize>,
}
