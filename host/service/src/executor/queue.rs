//! Who is next: among the tenants with a batch waiting, the one that has used the least time.
//!
//! ```text
//!  time used    tenant a, quick  ──●──●──●──●──●──●        takes a turn whenever it has fallen behind
//!               tenant b, slow   ───────────────●───●      waits until the others have had as much
//! ```
//!
//! A tenant that was at rest comes back at the time where the others are: rest earns nothing. A batch is charged at its start with
//! what the tenant's last one took, and set right at its end, so that nobody starts many at once for the price of none.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

/// One tenant's share.
pub(super) type LaneId = u64;

/// Batches of all tenants, in fair order.
#[derive(Debug)]
pub(super) struct Queue<J> {
    /// A map with a tenant's share as key, and what waits there as value.
    lanes: HashMap<LaneId, Lane<J>>,
    /// The shares that may start a batch now, by the time that they have used.
    ready: BTreeSet<(Duration, LaneId)>,
    /// Where the tenant was that had the last turn.
    front: Duration,
    /// The most batches of one tenant that run at the same time.
    at_once: usize,
    next: LaneId,
}

#[derive(Debug)]
struct Lane<J> {
    waiting: VecDeque<J>,
    running: usize,
    /// Time used as far as turns are concerned.
    reckoned: Duration,
    /// What the last batch took.
    usual: Duration,
    /// Time really used.
    used: Duration,
}

/// A batch that was started.
#[derive(Debug)]
pub(super) struct Turn {
    lane: LaneId,
    charged: Duration,
}

impl<J> Queue<J> {
    /// A queue that runs at most so many batches of one tenant at a time.
    pub(super) fn new(at_once: usize) -> Self {
        Self { lanes: HashMap::new(), ready: BTreeSet::new(), front: Duration::ZERO, at_once: at_once.max(1), next: 0 }
    }

    /// A share for one more tenant.
    pub(super) fn open(&mut self) -> LaneId {
        let id = self.next;
        self.next += 1;
        let zero = Duration::ZERO;
        let lane = Lane { waiting: VecDeque::new(), running: 0, reckoned: self.front, usual: zero, used: zero };
        self.lanes.insert(id, lane);
        id
    }

    /// Drops a share and what waits there.
    pub(super) fn close(&mut self, id: LaneId) {
        if let Some(lane) = self.lanes.remove(&id) {
            self.ready.remove(&(lane.reckoned, id));
        }
    }

    /// Time that a tenant's batches have used.
    pub(super) fn used(&self, id: LaneId) -> Duration {
        self.lanes.get(&id).map(|lane| lane.used).unwrap_or_default()
    }

    /// Puts a batch behind the tenant's others.
    pub(super) fn push(&mut self, id: LaneId, batch: J) {
        let front = self.front;
        self.change(id, |lane| {
            if lane.waiting.is_empty() && lane.running == 0 {
                lane.reckoned = lane.reckoned.max(front);
            }
            lane.waiting.push_back(batch);
        });
    }

    /// The next batch to run; none while nothing waits, or only tenants that run as many as they may.
    pub(super) fn take(&mut self) -> Option<(Turn, J)> {
        let (reckoned, id) = self.ready.pop_first()?;
        self.front = self.front.max(reckoned);
        let (charged, batch) = self.change(id, |lane| {
            let batch = lane.waiting.pop_front()?;
            lane.running += 1;
            lane.reckoned += lane.usual;
            Some((lane.usual, batch))
        })??;
        Some((Turn { lane: id, charged }, batch))
    }

    /// A batch has ended, and took so long.
    pub(super) fn end(&mut self, turn: &Turn, took: Duration) {
        self.change(turn.lane, |lane| {
            lane.running = lane.running.saturating_sub(1);
            lane.reckoned = (lane.reckoned + took).saturating_sub(turn.charged);
            lane.usual = took;
            lane.used += took;
        });
    }

    /// Changes a share and its place among those that are ready; none for one that was closed meanwhile.
    fn change<T>(&mut self, id: LaneId, change: impl FnOnce(&mut Lane<J>) -> T) -> Option<T> {
        let lane = self.lanes.get_mut(&id)?;
        self.ready.remove(&(lane.reckoned, id));
        let changed = change(lane);
        if !lane.waiting.is_empty() && lane.running < self.at_once {
            self.ready.insert((lane.reckoned, id));
        }
        Some(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn fill(queue: &mut Queue<LaneId>, id: LaneId, batches: usize) {
        (0..batches).for_each(|_| queue.push(id, id));
    }

    /// Runs one batch after the other, each for as long as its tenant's take; gives whose they were.
    fn run(queue: &mut Queue<LaneId>, batches: usize, length: impl Fn(LaneId) -> Duration) -> Vec<LaneId> {
        let one = |queue: &mut Queue<LaneId>| {
            let (turn, id) = queue.take()?;
            queue.end(&turn, length(id));
            Some(id)
        };
        (0..batches).map_while(|_| one(queue)).collect()
    }

    #[test]
    fn equal_tenants_take_turns() {
        let mut queue = Queue::new(1);
        let (a, b) = (queue.open(), queue.open());
        fill(&mut queue, a, 4);
        fill(&mut queue, b, 4);
        assert_eq!(run(&mut queue, 8, |_| MS), [a, b, a, b, a, b, a, b]);
        assert!(queue.take().is_none());
    }

    #[test]
    fn a_slow_tenant_gets_as_much_time_as_a_quick_one_and_not_as_many_turns() {
        let mut queue = Queue::new(1);
        let (slow, quick) = (queue.open(), queue.open());
        fill(&mut queue, slow, 100);
        fill(&mut queue, quick, 100);
        let turns = run(&mut queue, 66, |id| if id == slow { 10 * MS } else { MS });
        let of = |tenant| turns.iter().filter(|id| **id == tenant).count();
        assert_eq!(of(slow), 6);
        assert_eq!((queue.used(slow), queue.used(quick)), (60 * MS, 60 * MS));
    }

    #[test]
    fn rest_earns_nothing() {
        let mut queue = Queue::new(1);
        let (busy, rested) = (queue.open(), queue.open());
        fill(&mut queue, busy, 1_000);
        run(&mut queue, 500, |_| MS);
        fill(&mut queue, rested, 100);
        let turns = run(&mut queue, 100, |_| MS);
        assert_eq!(turns.iter().filter(|id| **id == busy).count(), 50);
    }

    #[test]
    fn one_tenant_never_runs_more_than_its_share_at_once() {
        let mut queue = Queue::new(2);
        let (greedy, other) = (queue.open(), queue.open());
        fill(&mut queue, greedy, 10);
        let (first, second) = (queue.take().unwrap(), queue.take().unwrap());
        assert!(queue.take().is_none(), "the third thread is for others");
        fill(&mut queue, other, 1);
        assert_eq!(queue.take().unwrap().1, other);
        queue.end(&first.0, MS);
        queue.end(&second.0, MS);
        assert_eq!(queue.take().unwrap().1, greedy);
    }

    #[test]
    fn a_share_that_is_closed_is_forgotten_with_what_waits_there() {
        let mut queue = Queue::new(2);
        let gone = queue.open();
        fill(&mut queue, gone, 3);
        let (turn, _) = queue.take().unwrap();
        queue.close(gone);
        queue.end(&turn, MS);
        assert!(queue.take().is_none());
    }
}
