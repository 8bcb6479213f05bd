//! One rule of a chain: whom it is asked about, what it has answered, and what stands when it fails.

use std::collections::hash_map::Entry;

use crate::apart::{self, Asked};
use crate::chain::{Decided, Stage};
use crate::fault::{Failure, Fault};
use crate::guard::{Guarded, Guardrail};
use crate::limits::BATCH;
use crate::poison::{Poison, PoisonList, in_words};
use crate::question::{Question, Seen, Verdict};
use crate::reuse::{Key, NumberMap, Reuse};
use crate::rule::LoadedRule;
use crate::scope::Scope;
use presync_core::rule::Subject;

#[derive(Debug)]
pub(crate) struct Link<V> {
    pub(crate) rule: LoadedRule,
    pub(crate) scope: Scope,
    reuse: Reuse<V>,
    poison: PoisonList,
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
    /// The subjects whose question the rule has failed on before.
    poisoned: Vec<usize>,
    /// A map with a key as key, and the open question that has it with its subject as value.
    first: NumberMap<Key, (usize, usize)>,
}

impl<V> Plan<V> {
    fn for_subjects(subjects: usize) -> Self {
        let (verdicts, first) = (Vec::with_capacity(subjects), NumberMap::default());
        let (open, waiting, outside, poisoned) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { verdicts, open, waiting, outside, poisoned, first }
    }
}

impl<V: Verdict> Link<V> {
    pub(crate) fn new(rule: LoadedRule, scope: Scope) -> Self {
        Self { rule, scope, reuse: Reuse::new(), poison: PoisonList::default() }
    }

    /// The questions that it fails on.
    pub(crate) fn poison(&self) -> Vec<Poison> {
        self.poison.list()
    }

    /// Asks this rule, and puts its verdicts where the proposals were. `defaults` are the verdicts of the default map: the measure of
    /// the guardrails; none for the default map itself.
    pub(crate) fn pass(&self, subjects: &[Subject], explain: bool, defaults: Option<&[V]>, decided: &mut Decided<V>) {
        let proposals = std::mem::take(&mut decided.verdicts);
        let needs = self.rule.needs();
        let question = |index: usize| Question {
            seen: Seen::new(&subjects[index], needs, V::DIRECTION),
            proposal: proposals.get(index),
        };
        let Plan { mut verdicts, open, waiting, outside, poisoned, .. } = self.plan(subjects, question, explain);
        decided.reused += subjects.len() - open.len() - outside.len() - poisoned.len();
        decided.asked += open.len();

        // Answers of the open questions, in their order; none where there is no answer.
        let mut answers: Vec<Option<V>> = Vec::with_capacity(open.len());
        for batch in open.chunks(BATCH) {
            let questions: Vec<_> = batch.iter().map(|(index, _)| question(*index)).collect();
            let asked = apart::ask(&self.rule, &questions, explain);
            let first = answers.len();
            let cost = |at: usize| waiting.iter().filter(|(_, of)| *of == first + at).count();
            self.report(&asked, &questions, batch, cost, proposals.is_empty(), decided);
            answers.extend(asked.answers);
        }
        let keyed = open.iter().zip(&answers);
        self.reuse
            .keep(keyed.filter_map(|((index, key), verdict)| Some(((*key)?, question(*index), verdict.as_ref()?))));

        let mut failed = vec![false; if explain { subjects.len() } else { 0 }];
        let mut fail = |index: usize| failed.iter_mut().skip(index).take(1).for_each(|failed| *failed = true);
        for (index, at) in waiting {
            match answers.get(at).cloned().flatten() {
                Some(answer) => verdicts[index] = answer,
                None => fail(index),
            }
        }
        poisoned.into_iter().for_each(&mut fail);
        let guarded = match defaults {
            Some(defaults) => self.guard(subjects, defaults, &proposals, &mut verdicts, decided),
            None => Vec::new(),
        };
        let mut outside = outside.into_iter().peekable();
        for (index, ((stages, verdict), failed)) in decided.stages.iter_mut().zip(&verdicts).zip(failed).enumerate() {
            if outside.next_if_eq(&index).is_some() {
                continue;
            }
            let guarded = guarded.iter().find(|(at, _)| *at == index).map(|(_, guardrail)| *guardrail);
            let (rule, version) = (self.rule.shared_name(), self.rule.shared_version());
            stages.push(Stage { rule, version, verdict: verdict.clone(), failed, guarded });
        }
        decided.verdicts = verdicts;
    }

    /// Where each answer comes from: kept, or an open question; equal open questions are one. An explanation asks everything.
    fn plan<'a>(&self, subjects: &[Subject], question: impl Fn(usize) -> Question<'a, V>, explain: bool) -> Plan<V> {
        let reuse = !explain && self.rule.compiled().is_pure();
        let needs = self.rule.needs();
        let everyone = self.scope.is_everyone();
        let mut plan = Plan::for_subjects(subjects.len());
        let kept = self.reuse.look();
        for (index, subject) in subjects.iter().enumerate() {
            let asked = question(index);
            let key = if reuse { Reuse::key(&asked, needs) } else { None };
            let covered = everyone || self.scope.covers(subject);
            match key.filter(|_| covered).and_then(|key| kept.verdict(key, &asked)) {
                Some(verdict) => plan.verdicts.push(verdict.clone()),
                None => self.plan_open(index, &asked, key, covered, &question, &mut plan),
            }
        }
        plan
    }

    /// Where an answer comes from that is not kept. Apart from the loop over everyone, which is a few instructions long without it.
    #[inline(never)]
    fn plan_open<'a>(
        &self,
        index: usize,
        asked: &Question<'a, V>,
        key: Option<Key>,
        covered: bool,
        question: impl Fn(usize) -> Question<'a, V>,
        plan: &mut Plan<V>,
    ) {
        // Until it is answered, and if it never is, what was proposed before stands.
        plan.verdicts.push(asked.proposal.cloned().unwrap_or_else(V::hold));
        if !covered {
            plan.outside.push(index);
            return;
        }
        if self.poison.holds(asked) {
            plan.poisoned.push(index);
            return;
        }
        if plan.first.is_empty() && key.is_some() {
            plan.first.reserve((plan.verdicts.capacity() - index).min(BATCH));
        }
        let at = match key.map(|key| plan.first.entry(key)) {
            Some(Entry::Occupied(known)) if question(known.get().1).equals(asked) => known.get().0,
            // Of two different questions with one fingerprint, the first keeps the place.
            Some(Entry::Occupied(_)) | None => plan.open.len(),
            Some(Entry::Vacant(place)) => place.insert((plan.open.len(), index)).0,
        };
        if at == plan.open.len() {
            plan.open.push((index, key));
        }
        plan.waiting.push((index, at));
    }

    /// Notes what went wrong in a batch: poison questions in the list, and a fault for the rest. `cost` counts the subjects that wait
    /// for the answer at a place of the batch.
    fn report(
        &self,
        asked: &Asked<V>,
        questions: &[Question<'_, V>],
        batch: &[(usize, Option<Key>)],
        cost: impl Fn(usize) -> usize,
        first: bool,
        decided: &mut Decided<V>,
    ) {
        let mut broken = asked.fault.clone();
        let mut listed = Vec::new();
        for (at, failure) in &asked.poison {
            let (question, subject) = (&questions[*at], batch[*at].0);
            let seen = question.seen.to_subject();
            let poison = Poison {
                fault: self.fault(failure, cost(*at), first),
                subject,
                person: question.seen.person().map(|person| person.id.clone()),
                question: in_words(&seen).into(),
            };
            if self.poison.add(question, poison.clone()) {
                listed.push(*at);
                decided.poison.push(poison);
            } else {
                broken.get_or_insert_with(|| failure.clone());
            }
        }
        if let Some(failure) = broken {
            let unanswered = asked.answers.iter().enumerate().filter(|(_, answer)| answer.is_none());
            let lost = unanswered.filter(|(at, _)| !listed.contains(at)).map(|(at, _)| cost(at)).sum();
            decided.faults.push(self.fault(&failure, lost, first));
        }
    }

    /// Puts the proposal back where a verdict crosses a guardrail, and gives the places.
    fn guard(
        &self,
        subjects: &[Subject],
        defaults: &[V],
        proposals: &[V],
        verdicts: &mut [V],
        decided: &mut Decided<V>,
    ) -> Vec<(usize, Guardrail)> {
        let mut crossed = Vec::new();
        let measured = subjects.iter().zip(defaults).zip(proposals).zip(verdicts).enumerate();
        for (index, (((subject, default), proposal), verdict)) in measured {
            // What stood before this rule was measured before.
            if *verdict != *proposal
                && let Some(guardrail) = verdict.crosses(subject, default)
            {
                verdict.clone_from(proposal);
                crossed.push((index, guardrail));
            }
        }
        for guardrail in [Guardrail::Manual, Guardrail::Offline] {
            let answers = crossed.iter().filter(|(_, of)| *of == guardrail).count();
            if answers > 0 {
                let (rule, version) = (self.rule.shared_name(), self.rule.shared_version());
                decided.guarded.push(Guarded { rule, version, guardrail, answers });
            }
        }
        crossed
    }

    fn fault(&self, failure: &Failure, answers: usize, first: bool) -> Fault {
        let stands = if first { "what is shown is held as it is" } else { "what was proposed before it stands" };
        let message = format!("{}; {stands} (answers: {answers})", failure.what);
        let (rule, version) = (self.rule.shared_name(), self.rule.shared_version());
        Fault { rule, version, kind: failure.kind, message, answers }
    }
}
