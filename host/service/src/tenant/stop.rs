//! Clearing what is held in Teams before the process ends, for whoever would rather have nobody shown on a call than somebody whose call
//! ends meanwhile. Otherwise sessions are left to the next process, which takes them up, or lapse within one lease.

use std::sync::Arc;
use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::reconcile::Input;
use presync_core::rule::{SessionAction, SessionVerdict};
use presync_core::words::Direction;
use tokio::time::Instant;

use crate::people::{Question, Work};
use crate::tenant::Tenant;

/// What everybody is answered at the end.
const NOTHING: SessionVerdict = SessionVerdict { action: SessionAction::NoSession, recheck_after: None, reason: None };

/// What became of the sessions that were held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleared {
    /// Cleared in Teams.
    pub cleared: usize,
    /// Not cleared in time, or Teams did not do it: they lapse by themselves within one lease.
    pub left: usize,
}

impl Cleared {
    /// Adds another tenant's.
    pub const fn add(&mut self, other: Self) {
        self.cleared += other.cleared;
        self.left += other.left;
    }
}

impl Tenant {
    /// Clears every session that is held, within `time`, and stores that. Call it when no cycles come any more: the next one would hold
    /// them again. The next process asks everybody anew, so whoever is on a call then is shown so.
    pub async fn clear_sessions(&self, time: Duration) -> Cleared {
        let mut beat = self.beat.lock().await;
        let deadline = Instant::now() + time;
        let mut work = std::mem::take(&mut beat.pending);
        work.add(self.absorb([Input::RulesChanged(Direction::EightToTeams)]));
        let mut cleared = 0;
        loop {
            let questions = std::mem::take(&mut work.questions);
            work.add(self.answer_nothing(questions));
            work.publications.clear();
            let sessions: Vec<_> =
                std::mem::take(&mut work.sessions).into_iter().filter(|write| write.hold.is_none()).collect();
            if sessions.is_empty() || Instant::now() >= deadline || !self.store(&mut work).await {
                break;
            }
            let answers = self.write_sessions(sessions, deadline).await;
            let is_cleared = |answer: &&Input| {
                matches!(answer, Input::Delivered { outcome: Outcome::Applied | Outcome::NotFound, .. })
            };
            let done = answers.iter().filter(is_cleared).count();
            cleared += done;
            self.meters.writes(&answers);
            work.add(self.absorb(answers));
            if done == 0 {
                break;
            }
        }
        if !self.store(&mut work).await {
            tracing::warn!(tenant = %self.id, "what was cleared could not be stored; the next process clears it again");
        }
        Cleared { cleared, left: self.sessions_held() }
    }

    /// Answers every question about sessions with none, without asking a rule.
    fn answer_nothing(&self, questions: Vec<Question>) -> Work {
        let rules = Arc::clone(&self.rules.chains().session.stamp);
        let about_sessions = questions.into_iter().filter(|question| question.direction == Direction::EightToTeams);
        let answers = about_sessions.map(|question| Input::SessionDecided {
            link: question.link,
            stamp: question.stamp,
            verdict: NOTHING,
            rules: Arc::clone(&rules),
        });
        self.absorb(answers)
    }

    /// How many people are shown something of ours in Teams, as far as is known.
    fn sessions_held(&self) -> usize {
        let people = self.people();
        let views = people.reconciler.links().filter_map(|link| people.reconciler.view(link));
        views.filter(|view| view.session.held.is_some()).count()
    }
}
