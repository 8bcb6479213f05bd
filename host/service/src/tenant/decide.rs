//! Asking the rules, batch by batch, on the threads that are there for it.

use std::sync::Arc;

use presync_core::id::LinkId;
use presync_core::reconcile::{Input, Stamp};
use presync_core::rule::{SessionAction, SessionVerdict, Subject};
use presync_core::words::Direction;
use presync_rules::limits::BATCH;
use presync_rules::{Chain, Fault, Verdict};

use crate::executor::Panicked;
use crate::people::{Question, Work};
use crate::rules::Reload;
use crate::status::Place;
use crate::tenant::{Beat, Tenant, look_across};

/// The answers of one batch.
type Answered = (Vec<Input>, Tally);

impl Tenant {
    /// Asks until no question is open.
    pub(super) async fn decide_all(&self, work: &mut Work) {
        while !work.questions.is_empty() {
            let questions = std::mem::take(&mut work.questions);
            let answered = self.decide(questions).await;
            work.add(self.absorb(answered));
        }
    }

    /// One answer to each question. All of them are put to the same chains; a batch that panicked has none, so its questions stay
    /// open in the core, and the next tick asks them again.
    async fn decide(&self, questions: Vec<Question>) -> Vec<Input> {
        let (to_eight, to_teams): (Vec<_>, Vec<_>) =
            questions.into_iter().partition(|question| question.direction == Direction::TeamsToEight);
        let chains = self.rules.current();
        let publish = batches(to_eight).map(|batch| {
            let chains = Arc::clone(&chains);
            move || ask(&chains.publish, &chains.publish_versions, batch, publish_decided)
        });
        let mut answers = self.take_answers(self.share.run_all(publish).await);
        if self.one_way {
            let rules = &chains.session_versions;
            let nothing = |asked: Question| session_decided(asked.link, asked.stamp, ONE_WAY, Arc::clone(rules));
            self.people().counters.decisions += to_teams.len() as u64;
            answers.extend(to_teams.into_iter().map(nothing));
            return answers;
        }
        let session = batches(to_teams).map(|batch| {
            let chains = Arc::clone(&chains);
            move || ask(&chains.session, &chains.session_versions, batch, session_decided)
        });
        answers.extend(self.take_answers(self.share.run_all(session).await));
        answers
    }

    fn take_answers(&self, batches: Vec<Result<Answered, Panicked>>) -> Vec<Input> {
        let mut answers = Vec::new();
        let mut tally = Tally::default();
        for batch in batches {
            match batch {
                Ok((inputs, batch)) => {
                    answers.extend(inputs);
                    tally.add(batch);
                }
                Err(panicked) => {
                    self.is_unwell(Place::Rules, &format_args!("asking the rules ended in a panic: {panicked}"), true);
                }
            }
        }
        self.note(&tally);
        answers
    }

    fn note(&self, tally: &Tally) {
        {
            let counters = &mut self.people().counters;
            counters.decisions += tally.given;
            counters.decisions_reused += tally.given.saturating_sub(tally.asked);
            counters.rule_faults += tally.faults.len() as u64;
            counters.guest_time = self.share.used();
        }
        for fault in &tally.faults {
            tracing::warn!(tenant = %self.id, rule = %fault.rule, version = %fault.version, kind = ?fault.kind, "{}", fault.message);
        }
        if let Some(fault) = tally.faults.first() {
            let what = format!("rule {} {}: {}", fault.rule, fault.version, fault.message);
            self.is_unwell(Place::Rules, &what, true);
        }
    }

    /// Takes up the end of a reload that was started in an earlier cycle, and starts the next. A cycle never waits for one.
    pub(super) async fn reload_rules(&self, beat: &mut Beat) -> Work {
        let mut work = Work::default();
        match beat.rules_reload.take() {
            Some(running) if !running.is_finished() => {
                beat.rules_reload = Some(running);
                return work;
            }
            Some(finished) => match finished.await {
                Ok(Ok(reload)) if !reload.news => {}
                Ok(Ok(reload)) => work = self.take_reload(reload),
                Ok(Err(error)) => {
                    self.is_unwell(Place::Rules, &error, true);
                }
                Err(error) => {
                    self.is_unwell(Place::Rules, &format_args!("loading a rule ended in a panic: {error}"), true);
                }
            },
            None => {}
        }
        let rules = Arc::clone(&self.rules);
        beat.rules_reload = Some(tokio::task::spawn_blocking(move || rules.reload()));
        work
    }

    fn take_reload(&self, reload: Reload) -> Work {
        if reload.refused.is_empty() {
            self.is_well(Place::Rules);
        } else {
            let reasons = reload.refused.join("; ");
            self.is_unwell(Place::Rules, &format_args!("{reasons}; what was in force before stays"), true);
        }
        if reload.changed.is_empty() {
            return Work::default();
        }
        let chains = self.rules.current();
        let (publish, session) = (&chains.publish_versions, &chains.session_versions);
        tracing::info!(tenant = %self.id, %publish, %session, "new rules are in force");
        look_across(&mut self.people(), &chains);
        self.absorb(reload.changed.into_iter().map(Input::RulesChanged))
    }
}

/// What a tenant without a `write_app` does in Teams.
const ONE_WAY: SessionVerdict = SessionVerdict { action: SessionAction::NoSession, recheck_after: None, reason: None };

#[derive(Default)]
struct Tally {
    given: u64,
    asked: u64,
    faults: Vec<Fault>,
}

impl Tally {
    fn add(&mut self, mut other: Self) {
        self.given += other.given;
        self.asked += other.asked;
        self.faults.append(&mut other.faults);
    }
}

/// The questions, as many together as a rule is asked at once.
fn batches(questions: Vec<Question>) -> impl Iterator<Item = Vec<Question>> {
    let mut left = questions.into_iter();
    std::iter::from_fn(move || {
        let batch: Vec<_> = left.by_ref().take(BATCH).collect();
        (!batch.is_empty()).then_some(batch)
    })
}

/// Puts one batch to a chain.
fn ask<V: Verdict>(
    chain: &Chain<V>,
    rules: &Arc<str>,
    batch: Vec<Question>,
    decided: impl Fn(LinkId, Stamp, V, Arc<str>) -> Input,
) -> Answered {
    let (asked, subjects): (Vec<_>, Vec<Subject>) =
        batch.into_iter().map(|question| ((question.link, question.stamp), question.subject)).unzip();
    let answer = chain.decide(&subjects, false);
    let tally = Tally { given: answer.verdicts.len() as u64, asked: answer.asked as u64, faults: answer.faults };
    let inputs = asked.into_iter().zip(answer.verdicts);
    let inputs = inputs.map(|((link, stamp), verdict)| decided(link, stamp, verdict, Arc::clone(rules))).collect();
    (inputs, tally)
}

fn publish_decided(link: LinkId, stamp: Stamp, verdict: presync_core::rule::PublishVerdict, rules: Arc<str>) -> Input {
    Input::PublishDecided { link, stamp, verdict, rules }
}

fn session_decided(link: LinkId, stamp: Stamp, verdict: SessionVerdict, rules: Arc<str>) -> Input {
    Input::SessionDecided { link, stamp, verdict, rules }
}
