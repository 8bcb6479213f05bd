//! Changes of the rules while the tenant runs: looking for them beside the cycles, asking everyone again at once, and what an
//! administrator does by hand.
//!
//! ```text
//!  cycles, every second    ├read─ask─write┤        ├read─ask─write┤        ├read─ask─write┤
//!  a rule file is saved          saved ─ load ─ swap │
//!  a short pass                                      └ ask─write ┤          in between, on what both sides said last
//! ```

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use presync_core::reconcile::Input;
use presync_core::rule::Subject;
use tokio::task::JoinError;

use crate::people::{People, Work};
use crate::rules::{Chains, Look, RuleError, SteerError, Steered, Suspect, TenantRules};
use crate::status::Place;
use crate::tenant::{Beat, Tenant};

/// A short pass writes nothing when the next cycle begins sooner than this; nor in less than twice what the last pass took to write.
pub(super) const LEAST_ROOM: Duration = Duration::from_millis(50);

impl Tenant {
    /// Waits until a rule file was saved.
    pub async fn rules_saved(&self) {
        self.rules.saved().await;
    }

    /// Takes up what rule files hold now, and asks everyone again at once whose rules have changed. The cycles go on meanwhile.
    pub async fn take_saved_rules(&self) {
        let (rules, people) = (Arc::clone(&self.rules), Arc::clone(&self.people));
        let clock = Arc::clone(&self.clock);
        let looked = tokio::task::spawn_blocking(move || rules.look(Look::Saved, &|| subjects(&people, &*clock)));
        self.take_look(looked.await);
        self.pass().await;
    }

    /// Takes a rule back: its trial if there is one, or else the version in force for the one before it; then asks everyone again.
    ///
    /// # Errors
    /// When there is no such rule, nothing to go back to, or it cannot be stored.
    pub async fn roll_back(&self, rule: &str) -> Result<Steered, SteerError> {
        let rule = rule.to_owned();
        self.steer(move |rules, _| rules.roll_back(&rule)).await
    }

    /// Lets a rule on: what is on trial is for all, or what was set aside may come back; then asks everyone again.
    ///
    /// # Errors
    /// When there is no such rule, nothing waits, or it cannot be stored.
    pub async fn promote(&self, rule: &str) -> Result<Steered, SteerError> {
        let rule = rule.to_owned();
        self.steer(move |rules, people| rules.promote(&rule, people)).await
    }

    async fn steer(
        &self,
        how: impl FnOnce(&TenantRules, &dyn Fn() -> Vec<Subject>) -> Result<Steered, SteerError> + Send + 'static,
    ) -> Result<Steered, SteerError> {
        let (rules, people) = (Arc::clone(&self.rules), Arc::clone(&self.people));
        let clock = Arc::clone(&self.clock);
        let steered = tokio::task::spawn_blocking(move || how(&rules, &|| subjects(&people, &*clock))).await;
        let steered = match steered.map_err(JoinError::try_into_panic) {
            Ok(steered) => steered?,
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            // The runtime ends, and whoever waits here with it.
            Err(Err(_)) => std::future::pending().await,
        };
        self.pass().await;
        Ok(steered)
    }

    /// Looks for changes again, beside the cycle; what the last look found is in force already. A cycle never waits for one.
    pub(super) async fn look_at_rules(&self, beat: &mut Beat) {
        match beat.rules_look.take() {
            Some(running) if !running.is_finished() => {
                beat.rules_look = Some(running);
                return;
            }
            Some(finished) => self.take_look(finished.await),
            None => {}
        }
        let (rules, people) = (Arc::clone(&self.rules), Arc::clone(&self.people));
        let clock = Arc::clone(&self.clock);
        let look = move || rules.look(Look::Again, &|| subjects(&people, &*clock));
        beat.rules_look = Some(tokio::task::spawn_blocking(look));
    }

    fn take_look(&self, looked: Result<Result<(), RuleError>, JoinError>) {
        let failed = match looked {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(error) => Some(format!("loading a rule ended in a panic: {error}")),
        };
        self.board().look_failed = failed;
    }

    pub(super) async fn take_out(&self, suspects: Vec<Suspect>) {
        let rules = Arc::clone(&self.rules);
        let take_out = move || suspects.iter().try_for_each(|suspect| rules.take_out(suspect));
        self.take_look(tokio::task::spawn_blocking(take_out).await);
    }

    /// Whose rules have changed, is asked again.
    pub(super) fn take_up_rules(&self) -> Work {
        let changed = self.rules.take_changed();
        if changed.is_empty() {
            return Work::default();
        }
        look_across(&mut self.people(), &self.rules.chains());
        self.absorb(changed.into_iter().map(Input::RulesChanged))
    }

    /// Does a part of a cycle. Whose rules change meanwhile is asked again at once, on what both sides said last; what follows is added to
    /// the work. The very first cycle asks everyone anyway, once both sides are read.
    pub(super) async fn beside_swaps<T>(&self, work: &mut Work, part: impl Future<Output = T>) -> T {
        let mut part = pin!(part);
        loop {
            tokio::select! {
                biased;
                done = &mut part => return done,
                () = self.rules.swapped() => {}
            }
            if self.board().last_cycle.is_some() {
                let mut asked = self.take_up_rules();
                self.decide_all(&mut asked).await;
                work.add(asked);
            }
        }
    }

    /// What is wrong with the rules, now.
    pub(super) fn judge_rules(&self) {
        let mut wrong = self.rules.chains().troubles.clone();
        wrong.extend(self.board().look_failed.clone());
        if wrong.is_empty() {
            wrong.extend(self.rules.recent_fault());
        }
        if wrong.is_empty() {
            self.is_well(Place::Rules);
        } else {
            self.is_unwell(Place::Rules, &wrong.join("; "), true);
        }
    }

    /// Asks everyone again whose rules have changed, on what both sides said last, and writes what follows. Takes its turn with the
    /// cycles; does nothing before the first of them, which asks everyone anyway.
    async fn pass(&self) {
        let mut beat = self.beat.lock().await;
        let started = Instant::now();
        self.judge_rules();
        if self.board().last_cycle.is_none() {
            return;
        }
        let work = self.take_up_rules();
        self.write_between(&mut beat, work, started).await;
    }
}

/// Says what the chains in force look at.
pub(super) fn look_across(people: &mut People, chains: &Chains) {
    people.look(chains.publish.chain.needs(), chains.session.chain.needs());
}

/// Everybody as the rules may see them now.
fn subjects(people: &std::sync::Mutex<People>, clock: &dyn presync_core::time::Clock) -> Vec<Subject> {
    let people = people.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let now = clock.now();
    people.reconciler.links().filter_map(|link| people.told(link, now)).collect()
}
