//! When a batch fails: whether the rule is broken, or one question of it is poison.
//!
//! ```text
//!  batch of 650 fails ─► a harmless question fails too? ── yes ─► the rule is broken: a fault
//!                                   │ no
//!                                   ▼
//!                     halve, ask, halve what fails … ─► single questions that fail: poison
//!                                                   └─► everything else has its answer
//! ```
//!
//! One person's odd state must not cost the other 649 their verdicts, and a broken rule must not cost a tenant its time: taking
//! apart is bounded in calls and in time, and what is left when the bound is reached counts as a fault.

use std::ops::Range;
use std::time::Duration;

use crate::budget::processor_time;
use crate::fault::{Failure, FaultKind};
use crate::limits::{BATCH, Limits};
use crate::question::{Question, Verdict};
use crate::rule::LoadedRule;

/// Calls that taking one batch apart may cost. One poison question in 650 takes twenty.
const CALLS: u32 = 48;

/// Time on the processor that taking apart may cost, in budgets of a batch.
const BUDGETS: u32 = 4;

/// A part of a batch gets at least this share of the batch's time: an interpreter needs some of it before the first question.
const LEAST_SHARE: u32 = 4;

/// What asking one batch brought.
#[derive(Debug)]
pub(crate) struct Asked<V> {
    /// One per question; none where there is no answer.
    pub(crate) answers: Vec<Option<V>>,
    /// Questions that fail by themselves, by their place, each with how.
    pub(crate) poison: Vec<(usize, Failure)>,
    /// A failure that is not about single questions.
    pub(crate) fault: Option<Failure>,
}

/// Asks a batch, and takes it apart when it fails.
pub(crate) fn ask<V: Verdict>(rule: &LoadedRule, questions: &[Question<'_, V>], explain: bool) -> Asked<V> {
    let failure = match rule.ask(questions, explain, rule.limits()) {
        Ok(verdicts) => return Asked::all(verdicts),
        Err(failure) => failure,
    };
    let nothing = || Asked { answers: no_answers(questions.len()), poison: Vec::new(), fault: None };
    let broken = match failure.kind {
        FaultKind::Settings | FaultKind::Host => true,
        FaultKind::Trap | FaultKind::Deadline | FaultKind::Memory | FaultKind::WrongCount | FaultKind::BadValue => {
            let proposed = questions.first().is_some_and(|question| question.proposal.is_some());
            ask_harmless::<V>(rule, proposed, explain, part(rule.limits(), 1)).is_err()
        }
    };
    if broken {
        return Asked { fault: Some(failure), ..nothing() };
    }
    if questions.len() == 1 {
        return Asked { poison: vec![(0, failure)], ..nothing() };
    }
    halve(rule, questions, explain, failure)
}

/// Asks about somebody whom every rule should have an answer for.
pub(crate) fn ask_harmless<V: Verdict>(
    rule: &LoadedRule,
    proposed: bool,
    explain: bool,
    limits: Limits,
) -> Result<(), Failure> {
    let harmless = V::harmless(proposed);
    rule.ask(&[harmless.question(rule.needs())], explain, limits).map(drop)
}

fn halve<V: Verdict>(rule: &LoadedRule, questions: &[Question<'_, V>], explain: bool, failure: Failure) -> Asked<V> {
    let mut asked = Asked { answers: no_answers(questions.len()), poison: Vec::new(), fault: None };
    let (started, patience) = (processor_time(), rule.limits().batch_time * BUDGETS);
    let mut calls = 0;
    let mut failing: Vec<Range<usize>> = halves(0..questions.len()).into();
    let mut unanswered = false;
    while let Some(range) = failing.pop() {
        if calls == CALLS || processor_time().saturating_sub(started) > patience {
            unanswered = true;
            break;
        }
        calls += 1;
        match rule.ask(&questions[range.clone()], explain, part(rule.limits(), range.len())) {
            Ok(verdicts) => {
                for (place, verdict) in asked.answers[range].iter_mut().zip(verdicts) {
                    *place = Some(verdict);
                }
            }
            Err(failure) if range.len() == 1 => asked.poison.push((range.start, failure)),
            Err(_) => failing.extend(halves(range)),
        }
    }
    // Together they failed and one by one they do not: no question is to blame.
    if unanswered || asked.poison.is_empty() {
        asked.fault = Some(failure);
    }
    asked
}

/// The second half first: the first is taken next.
fn halves(range: Range<usize>) -> [Range<usize>; 2] {
    let middle = range.start + range.len() / 2;
    [middle..range.end, range.start..middle]
}

/// The limits for a part of a batch: less time for fewer questions.
fn part(limits: Limits, questions: usize) -> Limits {
    let share = |whole: Duration| {
        let (questions, batch) =
            (u32::try_from(questions).unwrap_or(u32::MAX), u32::try_from(BATCH).unwrap_or(u32::MAX));
        (whole * questions / batch).max(whole / LEAST_SHARE)
    };
    Limits { batch_time: share(limits.batch_time), ..limits }
}

fn no_answers<V>(count: usize) -> Vec<Option<V>> {
    std::iter::repeat_with(|| None).take(count).collect()
}

impl<V> Asked<V> {
    fn all(verdicts: Vec<V>) -> Self {
        Self { answers: verdicts.into_iter().map(Some).collect(), poison: Vec::new(), fault: None }
    }
}
