//! How soon the next cycle comes, and whose turn it is to be read in this one.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use presync_core::id::TeamsUserId;
use presync_core::words::Side;
use presync_teams::PEOPLE_PER_REQUEST;

use crate::pace::{Ended, Purse};
use crate::status::{Place, Provider, Requests};
use crate::tenant::{Beat, Tenant};
use crate::turns::Terms;

/// Requests for presence in one cycle at most: what Microsoft's limit lets out at once.
const MOST_REQUESTS: usize = 250;

/// Requests that were made since the process started.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spent {
    teams: u64,
    eight: u64,
}

impl Tenant {
    /// What was asked of the providers so far.
    pub(super) fn spent(&self) -> Spent {
        Spent { teams: self.teams.usage().read.made, eight: self.eight_requests.load(Ordering::Relaxed) }
    }

    /// The same to whoever measures: Graph's presence, and 8x8's.
    pub(crate) fn requests_made(&self) -> [u64; 2] {
        let Spent { teams, eight } = self.spent();
        [teams, eight]
    }

    /// So many more requests to 8x8's presence: as many as there are pages and bulks; what was asked again is not seen from here.
    pub(super) fn spend_at_eight(&self, requests: usize) {
        self.eight_requests.fetch_add(requests as u64, Ordering::Relaxed);
    }

    /// Counts what was asked of 8x8 since `before` against its limit. The cycles count only what they ask themselves.
    pub(super) fn spent_between(&self, beat: &mut Beat, before: Spent, at: Instant) {
        let asked = self.spent().eight.saturating_sub(before.eight);
        if let Some(purse) = &mut beat.pace.eight {
            purse.spend(at, u32::try_from(asked).unwrap_or(u32::MAX));
        }
    }

    /// A side asked to be left alone for so long.
    pub(super) fn is_to_be_quiet(&self, side: Side, length: Duration) {
        self.meters.throttled(side);
        let until = self.clock.now() + length;
        let mut board = self.board();
        let known = board.quiet.entry(side).or_insert(until);
        *known = until.max(*known);
    }

    /// Whom to read in Teams in a cycle that began at `started`; everybody, unless somebody keeps time.
    pub(super) fn whom_to_read(&self, beat: &Beat, started: Option<Instant>) -> Vec<TeamsUserId> {
        let terms = started.map(|started| Terms {
            now: self.clock.now(),
            next: beat.pace.expected(),
            promised: self.cadence.poll,
            batch: PEOPLE_PER_REQUEST,
            room: beat.pace.teams.room(started) as usize,
            most: MOST_REQUESTS,
        });
        self.people().to_read(terms.as_ref())
    }

    /// Says so when people are not read within twice what is promised, though Teams can be read.
    fn judge_freshness(&self, cycle: &Ended) {
        let promised = self.cadence.poll;
        if !cycle.well {
            return;
        }
        if cycle.oldest <= promised * 2 {
            return self.is_well(Place::Freshness);
        }
        let people = self.people().reconciler.len();
        let limit = self.cadence.teams_limit;
        let what = format!(
            "somebody was last read in Teams {} s ago, though {} s are promised: {people} people need {} requests each time, \
             and Microsoft takes {} in {} s; set a longer poll_interval in [service]",
            cycle.oldest.as_secs(),
            promised.as_secs(),
            people.div_ceil(PEOPLE_PER_REQUEST),
            limit.requests,
            limit.within.as_secs(),
        );
        self.is_unwell(Place::Freshness, &what, true);
    }

    /// Takes note of a cycle that has ended, and says when the next one is due.
    pub(super) fn keep_pace(&self, beat: &mut Beat, due: Option<Instant>, started: Instant, before: Spent) -> Instant {
        let (ended, now, after) = (Instant::now(), self.clock.now(), self.spent());
        let quiet = {
            let mut board = self.board();
            board.quiet.retain(|_, until| *until > now);
            board.quiet.values().map(|until| until.since(now)).max().unwrap_or_default()
        };
        let began = now - ended.saturating_duration_since(started);
        let oldest = self.people().oldest_in_teams().map_or(Duration::ZERO, |oldest| began.since(oldest));
        let asked = |before: u64, after: u64| u32::try_from(after.saturating_sub(before)).unwrap_or(u32::MAX);
        let cycle = Ended {
            due: due.unwrap_or(started),
            started,
            ended,
            teams: asked(before.teams, after.teams),
            eight: asked(before.eight, after.eight),
            well: beat.well,
            quiet,
            oldest,
        };
        if due.is_some() {
            self.judge_freshness(&cycle);
        }
        let next = beat.pace.next(&cycle);
        let mut board = self.board();
        board.tempo = due.map(|_| beat.pace.tempo());
        let teams = Some((Provider::Teams, &beat.pace.teams));
        let eight = beat.pace.eight.as_ref().map(|eight| (Provider::Eight, eight));
        let requests = |(provider, purse): (Provider, &Purse)| Requests {
            provider,
            made: purse.made(ended),
            half: purse.limit().half(),
            limit: purse.limit(),
        };
        board.requests = teams.into_iter().chain(eight).map(requests).collect();
        next
    }
}
