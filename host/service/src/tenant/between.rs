//! Writing what came up between two cycles, without keeping the next one waiting.

use std::time::{Duration, Instant};

use crate::people::Work;
use crate::tenant::rules::LEAST_ROOM;
use crate::tenant::{Beat, Tenant};
use crate::traces::TARGET;

impl Tenant {
    /// Asks the rules and writes what follows, for what came up at `started`. What would keep the next cycle from beginning in time is
    /// left for it to write.
    #[tracing::instrument(target = TARGET, level = "debug", name = "between", skip_all, fields(tenant = %self.id))]
    pub(super) async fn write_between(&self, beat: &mut Beat, mut work: Work, started: Instant) {
        let before = self.spent();
        self.decide_all(&mut work).await;
        let writing = Instant::now();
        let room = beat.next_due.map_or(Duration::MAX, |due| due.saturating_duration_since(writing));
        if room < (beat.pass_wrote * 2).clamp(LEAST_ROOM, self.cadence.poll / 2) {
            beat.pending.add(work);
            return;
        }
        let wrote_some = work.has_writes();
        self.settle(beat, work, started).await;
        if wrote_some {
            beat.pass_wrote = writing.elapsed();
        }
        self.spent_between(beat, before, writing);
        let now = self.clock.now();
        self.people().let_go_of_settled(now);
    }
}
