//! From a publication to what the means here can do: an agent who works offline, do not disturb on an extension, or nothing, with the
//! reason.

use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::id::EightUserId;
use presync_core::obstacle::Obstacle;

use super::{Client, Shared};
use crate::agents::AgentId;
use crate::agents::desk::Standing;
use crate::calls::{self, Plan};
use crate::error::Error;
use crate::item::ITEM_SOON;
use crate::publish::{Publication, Published};
use crate::work::extension::Step;

/// How long a wish stands that has no lease of its own.
const LEASE: Duration = Duration::from_secs(5 * 60);
/// How long a wish stands that has to wait: it is wished again every ten seconds while anybody wants it.
const WAITING: Duration = Duration::from_secs(30);

impl Client {
    /// Carries out any number of publications as far as the documented services can, and gives one outcome each, in order.
    pub async fn publish(&self, publications: &[Publication]) -> Vec<Published> {
        if !self.board().book.is_read() {
            return publications.iter().map(not_yet).collect();
        }
        let plans: Vec<(Option<AgentId>, Plan)> = publications.iter().map(|p| self.wish(p)).collect();
        self.set_due_agents().await;
        let mut published = Vec::with_capacity(publications.len());
        for (publication, (agent, plan)) in publications.iter().zip(&plans) {
            published.push(self.finish(publication, agent.as_ref(), plan).await);
        }
        published
    }

    /// Notes at the desk what is wished of the person's agent.
    fn wish(&self, publication: &Publication) -> (Option<AgentId>, Plan) {
        let now = self.0.directories.now();
        let mut board = self.board();
        let means = self.means(&board, &publication.user);
        let plan = calls::plan(means, publication.status, publication.calls);
        let agent = board.agent_of(&publication.user).cloned();
        if let Some(agent) = &agent {
            if plan.hold_out {
                board.desk.hold(agent, now + publication.lease.unwrap_or(LEASE));
                if let Standing::Waits(_) = board.desk.standing(agent) {
                    board.desk.hold(agent, now + WAITING);
                }
            } else {
                board.desk.let_go(agent);
            }
        }
        (agent, plan)
    }

    /// Brings the extension along and says what became of it all.
    async fn finish(&self, publication: &Publication, agent: Option<&AgentId>, plan: &Plan) -> Published {
        let user = &publication.user;
        let mut met = Met::default();
        if !self.board().book.knows(user) {
            met.outcomes.push(Outcome::NotFound);
        }
        if let Some(agent) = agent {
            met.of_agent(self.board().desk.standing(agent), plan.hold_out);
        }
        let Shared { extensions, directories, .. } = &*self.0;
        if plan.do_not_disturb || extensions.concerns(user) {
            let until = directories.now() + publication.lease.unwrap_or(LEASE);
            let step = extensions.set(self.users_api(), user, plan.do_not_disturb.then_some(until)).await;
            met.of_extension(step, plan.do_not_disturb);
        }
        let outcome = met.outcome(plan);
        self.say(user, publication, outcome);
        let words: Vec<&str> = plan.missing.iter().map(|obstacle| obstacle.sentence()).collect();
        met.words.extend(words.into_iter().map(str::to_owned));
        let detail = (!met.words.is_empty()).then(|| met.words.join("; ").into_boxed_str());
        Published { user: user.clone(), outcome, detail, revision: None }
    }

    /// Remembers what a reading is to show as ours from now on.
    fn say(&self, user: &EightUserId, publication: &Publication, outcome: Outcome) {
        let held = match outcome {
            Outcome::Applied => publication.status,
            Outcome::NotCarried { .. } => None,
            // What was there before is there still.
            _ => return,
        };
        self.board().say_held(user, held);
    }
}

/// Who somebody is at 8x8 is not known yet.
fn not_yet(publication: &Publication) -> Published {
    let outcome = Outcome::Later { reason: Obstacle::DirectoryNotRead, retry_after: ITEM_SOON };
    Published { user: publication.user.clone(), outcome, detail: None, revision: None }
}

/// What the means answered.
#[derive(Debug, Default)]
struct Met {
    outcomes: Vec<Outcome>,
    words: Vec<String>,
}

impl Met {
    fn of_agent(&mut self, standing: Standing, hold_out: bool) {
        match standing {
            Standing::Held => self.outcomes.push(Outcome::Applied),
            Standing::LetGo => {}
            Standing::NotNeeded(status) => {
                self.words.push(format!("the agent is {status}, so no queue calls come as it is"));
                self.outcomes.push(Outcome::Applied);
            }
            Standing::Waits(reason) => self.outcomes.push(Outcome::Later { reason, retry_after: ITEM_SOON }),
            Standing::Overridden => self.outcomes.push(Outcome::NotCarried { reason: Obstacle::ChosenByHand }),
            Standing::Sending => {
                self.outcomes.push(Outcome::Later { reason: Obstacle::UnderWay, retry_after: ITEM_SOON });
            }
            Standing::Trouble(outcome) => {
                let what = if hold_out { "hold the agent out of the queues" } else { "let the agent into the queues" };
                self.words.push(format!("8x8 did not {what}"));
                self.outcomes.push(outcome);
            }
        }
    }

    fn of_extension(&mut self, step: Result<Step, Error>, wanted: bool) {
        match step {
            Ok(Step::Done) if wanted => self.outcomes.push(Outcome::Applied),
            Ok(Step::Done) => {}
            Ok(Step::UnderWay) => {
                let retry_after = Duration::from_secs(2);
                self.outcomes.push(Outcome::Later { reason: Obstacle::UnderWay, retry_after });
            }
            Ok(Step::Later(reason)) => self.outcomes.push(Outcome::Later { reason, retry_after: ITEM_SOON }),
            Ok(Step::NotCarried(reason)) => self.outcomes.push(Outcome::NotCarried { reason }),
            Err(error) => {
                self.words.push(error.to_string());
                self.outcomes.push(error.outcome());
            }
        }
    }

    /// One outcome of all: trouble before waiting, waiting before what was done, what was done before what was not carried.
    fn outcome(&self, plan: &Plan) -> Outcome {
        let rank = |outcome: &Outcome| match outcome {
            Outcome::Applied | Outcome::Masked => 1,
            Outcome::NotCarried { .. } => 0,
            Outcome::Later { .. } => 2,
            _ => 3,
        };
        let nothing_done = match plan.missing.first() {
            Some(reason) => Outcome::NotCarried { reason: *reason },
            None => Outcome::Applied,
        };
        self.outcomes.iter().copied().max_by_key(rank).unwrap_or(nothing_done)
    }
}
