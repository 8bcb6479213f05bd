//! Asking the rules, batch by batch, on the threads that are there for it.

use std::sync::Arc;

use presync_core::id::LinkId;
use presync_core::reconcile::{Input, Stamp};
use presync_core::rule::{PublishVerdict, SessionAction, SessionVerdict, Subject};
use presync_core::words::Direction;
use presync_rules::limits::BATCH;
use presync_rules::{Chain, Decided, Fault, Guarded, Poison, Verdict};

use crate::executor::Panicked;
use crate::people::{Question, Work};
use crate::rules::{Chains, Half, Suspect};
use crate::tenant::Tenant;
use crate::traces::TARGET;

/// What a tenant without a `write_app` does in Teams.
const ONE_WAY: SessionVerdict = SessionVerdict { action: SessionAction::NoSession, recheck_after: None, reason: None };

/// What one batch brought.
struct Answered {
    inputs: Vec<Input>,
    /// Questions that were put to a rule.
    asked: usize,
    faults: Vec<Fault>,
    poison: Vec<Poison>,
    guarded: Vec<Guarded>,
}

impl Tenant {
    /// Asks until no question is open. A rule that has failed too often is taken out, and everyone is asked again without it.
    #[tracing::instrument(target = TARGET, level = "debug", name = "decide", skip_all, fields(tenant = %self.id, questions = work.questions.len()))]
    pub(super) async fn decide_all(&self, work: &mut Work) {
        while !work.questions.is_empty() {
            let questions = std::mem::take(&mut work.questions);
            let (answers, suspects) = self.decide(questions).await;
            work.add(self.absorb(answers));
            if !suspects.is_empty() {
                self.take_out(suspects).await;
                work.add(self.take_up_rules());
            }
        }
    }

    /// One answer to each question. All of them are put to the same chains; a batch that panicked has none, so its questions stay
    /// open in the core, and the next tick asks them again.
    async fn decide(&self, questions: Vec<Question>) -> (Vec<Input>, Vec<Suspect>) {
        self.people().counters.questions += questions.len() as u64;
        let (to_eight, to_teams): (Vec<_>, Vec<_>) =
            questions.into_iter().partition(|question| question.direction == Direction::TeamsToEight);
        let chains = self.rules.chains();
        let (mut answers, mut suspects) = self.ask_all(&chains, &chains.publish, to_eight, publish_decided).await;
        if self.one_way {
            self.people().counters.decisions += to_teams.len() as u64;
            let nothing =
                |asked: Question| session_decided(asked.link, asked.stamp, ONE_WAY, Arc::clone(&chains.session.stamp));
            answers.extend(to_teams.into_iter().map(nothing));
        } else {
            let (session, more) = self.ask_all(&chains, &chains.session, to_teams, session_decided).await;
            answers.extend(session);
            suspects.extend(more);
        }
        self.board().decided_by = Some(chains.generation);
        (answers, suspects)
    }

    /// Puts the questions of one direction, as many together as a rule is asked at once.
    async fn ask_all<V: Verdict>(
        &self,
        chains: &Chains,
        half: &Half<V>,
        questions: Vec<Question>,
        decided: fn(LinkId, Stamp, V, Arc<str>) -> Input,
    ) -> (Vec<Input>, Vec<Suspect>) {
        let batches = batches(questions).map(|batch| {
            let (chain, stamp) = (Arc::clone(&half.chain), Arc::clone(&half.stamp));
            move || ask(&chain, &stamp, batch, decided)
        });
        let (mut inputs, mut suspects) = (Vec::new(), Vec::new());
        for answer in self.share.run_all(batches).await {
            match answer {
                Ok(answered) => {
                    suspects.extend(self.rules.count_faults(chains, V::DIRECTION, &answered.faults));
                    self.note(&answered);
                    inputs.extend(answered.inputs);
                }
                Err(Panicked(what)) => {
                    tracing::error!(tenant = %self.id, what, "asking the rules ended in a panic");
                    self.people().counters.rule_faults += 1;
                    suspects.extend(self.rules.count_panic(chains, V::DIRECTION, &what));
                }
            }
        }
        (inputs, suspects)
    }

    fn note(&self, answered: &Answered) {
        let (given, asked) = (answered.inputs.len() as u64, answered.asked as u64);
        let counters = &mut self.people().counters;
        counters.decisions += given;
        counters.decisions_reused += given.saturating_sub(asked);
        counters.rule_faults += answered.faults.len() as u64;
        counters.poison += answered.poison.len() as u64;
        counters.guarded += answered.guarded.iter().map(|guarded| guarded.answers as u64).sum::<u64>();
        counters.guest_time = self.share.used();
        for poison in &answered.poison {
            tracing::warn!(tenant = %self.id, question = %poison.question, "a rule fails on one question: {}", poison.fault);
        }
        for guarded in &answered.guarded {
            tracing::debug!(tenant = %self.id, %guarded, "not obeyed");
        }
        for fault in &answered.faults {
            tracing::warn!(tenant = %self.id, rule = %fault.rule, version = %fault.version, kind = ?fault.kind, "{}", fault.message);
        }
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
    decided: fn(LinkId, Stamp, V, Arc<str>) -> Input,
) -> Answered {
    let (asked, subjects): (Vec<_>, Vec<Subject>) =
        batch.into_iter().map(|question| ((question.link, question.stamp), question.subject)).unzip();
    let mut answer = chain.decide(&subjects, false);
    let verdicts = std::mem::take(&mut answer.verdicts);
    let inputs = asked.into_iter().zip(verdicts);
    let inputs = inputs.map(|((link, stamp), verdict)| decided(link, stamp, verdict, Arc::clone(rules))).collect();
    let Decided { asked, faults, poison, guarded, .. } = answer;
    Answered { inputs, asked, faults, poison, guarded }
}

fn publish_decided(link: LinkId, stamp: Stamp, verdict: PublishVerdict, rules: Arc<str>) -> Input {
    Input::PublishDecided { link, stamp, verdict, rules }
}

fn session_decided(link: LinkId, stamp: Stamp, verdict: SessionVerdict, rules: Arc<str>) -> Input {
    Input::SessionDecided { link, stamp, verdict, rules }
}
