//! Asking the rules, on threads that may be busy for a batch's time.

use std::sync::Arc;

use presync_core::reconcile::Input;
use presync_core::rule::{SessionAction, SessionVerdict, Subject};
use presync_core::words::Direction;
use presync_rules::Fault;

use crate::people::{Question, Work};
use crate::rules::Reload;
use crate::status::Place;
use crate::tenant::{Beat, Tenant, look_across};

impl Tenant {
    /// Asks until no question is open.
    pub(super) async fn decide_all(&self, work: &mut Work) {
        while !work.questions.is_empty() {
            let questions = std::mem::take(&mut work.questions);
            let answered = self.decide(questions).await;
            work.add(self.absorb(answered));
        }
    }

    async fn decide(&self, questions: Vec<Question>) -> Vec<Input> {
        let (to_eight, to_teams): (Vec<_>, Vec<_>) =
            questions.into_iter().partition(|question| question.direction == Direction::TeamsToEight);
        let chains = self.rules.current();
        let one_way = self.one_way;
        let asked = tokio::task::spawn_blocking(move || {
            let mut answers = Vec::with_capacity(to_eight.len() + to_teams.len());
            let mut tally = Tally::default();
            let publish = chains.publish.decide(&subjects(&to_eight), false);
            tally.add(publish.verdicts.len(), publish.asked, publish.faults);
            for (question, verdict) in to_eight.iter().zip(publish.verdicts) {
                let (link, stamp, rules) = (question.link, question.stamp, Arc::clone(&chains.publish_versions));
                answers.push(Input::PublishDecided { link, stamp, verdict, rules });
            }
            let session = if one_way {
                vec![ONE_WAY; to_teams.len()]
            } else {
                let session = chains.session.decide(&subjects(&to_teams), false);
                tally.add(session.verdicts.len(), session.asked, session.faults);
                session.verdicts
            };
            for (question, verdict) in to_teams.iter().zip(session) {
                let (link, stamp, rules) = (question.link, question.stamp, Arc::clone(&chains.session_versions));
                answers.push(Input::SessionDecided { link, stamp, verdict, rules });
            }
            (answers, tally)
        });
        match asked.await {
            Ok((answers, tally)) => {
                self.note(&tally);
                answers
            }
            Err(error) => {
                // The questions stay open in the core, and the next tick asks them again.
                self.is_unwell(Place::Rules, &format_args!("asking the rules ended in a panic: {error}"), true);
                Vec::new()
            }
        }
    }

    fn note(&self, tally: &Tally) {
        {
            let counters = &mut self.people().counters;
            counters.decisions += tally.given;
            counters.decisions_reused += tally.given.saturating_sub(tally.asked);
            counters.rule_faults += tally.faults.len() as u64;
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
        look_across(&mut self.people().reconciler, &chains);
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
    fn add(&mut self, given: usize, asked: usize, mut faults: Vec<Fault>) {
        self.given += given as u64;
        self.asked += asked as u64;
        self.faults.append(&mut faults);
    }
}

fn subjects(questions: &[Question]) -> Vec<Subject> {
    questions.iter().map(|question| question.subject.clone()).collect()
}
