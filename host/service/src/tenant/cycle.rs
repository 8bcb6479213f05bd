//! One cycle: read, decide, store, write, store.

use std::time::{Duration, Instant};

use presync_core::reconcile::Input;
use presync_core::time::Timestamp;
use presync_store::Batch;

use crate::people::Work;
use crate::status::Place;
use crate::tenant::{Beat, LENGTHS_KEPT, Tenant};
use crate::traces::TARGET;

/// How often old events are dropped.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);

/// What a cycle was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycle {
    /// When it was started.
    pub started_at: Timestamp,
    /// How long it took.
    pub took: Duration,
}

impl Tenant {
    /// Runs one cycle. It never fails: what goes wrong is shown in the status, and the next cycle starts from what both sides say
    /// then. Cycles of a tenant follow one another.
    pub async fn cycle(&self) -> Cycle {
        Box::pin(self.run_cycle(None)).await.0
    }

    /// The same for a cycle that is due at this moment, and when the next one is due. It reads in Teams whose turn it is, where the
    /// limit on requests does not let everybody be read. How much later than due it began is kept.
    pub async fn cycle_due(&self, due: Instant) -> (Cycle, Instant) {
        Box::pin(self.run_cycle(Some(due))).await
    }

    #[tracing::instrument(target = TARGET, level = "debug", name = "cycle", skip_all, fields(tenant = %self.id))]
    async fn run_cycle(&self, due: Option<Instant>) -> (Cycle, Instant) {
        let mut beat = self.beat.lock().await;
        let started_at = self.clock.now();
        let started = Instant::now();
        let spent = self.spent();
        beat.well = true;
        let mut work = std::mem::take(&mut beat.pending);
        work.add(self.refresh_directory(&mut beat).await);
        self.look_at_rules(&mut beat).await;
        self.ask_mailboxes(&mut beat).await;
        let whom = self.with_told(self.whom_to_read(&beat, due.map(|_| started)));
        let reading = async { tokio::join!(self.read_teams(&whom), self.read_eight()) };
        let (teams, eight) = self.beside_swaps(&mut work, Box::pin(reading)).await;
        let before = self.before_reading();
        let steps = eight.as_ref().map_or(0, |read| read.steps);
        work.add(self.take_teams(&mut beat, teams));
        self.should_have_been_told(before);
        work.add(self.take_eight(&mut beat, eight));
        // Not before the place in the feed is known, from which listening goes on.
        self.ear.was_read(steps);
        work.add(self.take_up_rules());
        self.decide_all(&mut work).await;
        work.add(self.absorb([Input::Tick]));
        self.settle(&mut beat, work, started).await;
        self.forget_settled_troubles();
        self.judge_rules();
        self.prune_events(&mut beat);
        self.judge_warnings(&beat);
        let took = started.elapsed();
        self.meters.cycle(took, due.map_or(Duration::ZERO, |due| started.saturating_duration_since(due)));
        {
            let mut people = self.people();
            people.counters.cycles += 1;
            people.let_go_of_settled(self.clock.now());
        }
        let next = self.keep_pace(&mut beat, due, started, spent);
        beat.next_due = due.map(|_| next);
        let mut board = self.board();
        board.last_cycle = Some((started_at, took));
        if board.lengths.len() == LENGTHS_KEPT {
            board.lengths.pop_front();
        }
        board.lengths.push_back(took);
        if board.late.len() == LENGTHS_KEPT {
            board.late.pop_front();
        }
        board.late.push_back(due.map_or(Duration::ZERO, |due| started.saturating_duration_since(due)));
        (Cycle { started_at, took }, next)
    }

    /// Writes until nothing more is to be written. What will be written is on disk before it is sent, so that a process that
    /// takes over knows what may have arrived.
    pub(super) async fn settle(&self, beat: &mut Beat, mut work: Work, started: Instant) {
        let deadline = tokio::time::Instant::from_std(started) + self.cadence.poll;
        let mut stored = true;
        loop {
            work.add(self.take_up_rules());
            self.decide_all(&mut work).await;
            if !work.has_writes() {
                break;
            }
            stored = self.store(&mut work).await;
            let publications = std::mem::take(&mut work.publications);
            let sessions = std::mem::take(&mut work.sessions);
            let delivered = if stored {
                let delivering = self.deliver(publications, sessions, deadline);
                self.beside_swaps(&mut work, delivering).await
            } else {
                self.hold_back(&publications, &sessions)
            };
            work.add(self.absorb(delivered));
        }
        if !stored || !self.store(&mut work).await {
            beat.pending.add(work);
        }
    }

    /// Cuts the event log to its length once an hour, beside the cycles.
    fn prune_events(&self, beat: &mut Beat) {
        let now = self.clock.now();
        if now < beat.prune_at {
            return;
        }
        beat.prune_at = now + PRUNE_EVERY;
        let (store, tenant, before) = (self.store.clone(), self.id.clone(), now - self.cadence.events);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = store.prune_events(before) {
                tracing::warn!(%tenant, %error, "the event log was not cut");
            }
        });
    }

    /// Stores states and events as one transaction. Returns whether that went well; if not, they stay in the work.
    #[tracing::instrument(target = TARGET, level = "debug", skip_all, fields(tenant = %self.id, events = work.events.len()))]
    pub(super) async fn store(&self, work: &mut Work) -> bool {
        let mut batch = Batch { events: std::mem::take(&mut work.events), ..Batch::default() };
        let dirty = {
            let mut people = self.people();
            let dirty = people.reconciler.take_dirty();
            for link in &dirty {
                match people.reconciler.snapshot(*link) {
                    Ok(Some(snapshot)) => batch.states.push((*link, snapshot)),
                    Ok(None) => {}
                    Err(error) => tracing::error!(tenant = %self.id, %link, %error, "a state cannot be written"),
                }
            }
            dirty
        };
        let forgotten = std::mem::take(&mut work.forgotten);
        if batch.states.is_empty() && batch.events.is_empty() && forgotten.is_empty() {
            return true;
        }
        let begun = Instant::now();
        let store = self.store.clone();
        let blocking = tokio::task::spawn_blocking(move || {
            let result = store.commit(&batch).and_then(|()| store.remove_links(&forgotten));
            (result, batch.events, forgotten)
        });
        let committed = blocking.await;
        self.meters.commit(begun.elapsed(), matches!(committed, Ok((Ok(()), ..))));
        match committed {
            Ok((Ok(()), ..)) => {
                self.is_well(Place::Store);
                true
            }
            Ok((Err(error), events, forgotten)) => {
                self.is_unwell(Place::Store, &error, true);
                self.people().reconciler.mark_dirty(dirty);
                work.events = events;
                work.forgotten = forgotten;
                false
            }
            Err(error) => {
                self.is_unwell(Place::Store, &error, true);
                self.people().reconciler.mark_dirty(dirty);
                false
            }
        }
    }
}
