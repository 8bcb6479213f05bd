//! Reading both sides, and deciding whether to believe what was read.

use std::collections::HashMap;

use presync_core::id::{EightUserId, TeamsUserId};
use presync_core::outage::is_present;
use presync_core::presence::{EightPresence, Reading, TeamsPresence};
use presync_core::reconcile::Input;
use presync_core::time::Timestamp;
use presync_core::words::{EightStatus, Side};
use presync_eight::{Changes, Cursor};

use crate::health::{Change, Read};
use crate::losses::Loss;
use crate::people::{People, Work};
use crate::status::Place;
use crate::tenant::{Beat, Tenant};
use crate::traces::TARGET;

/// What a request for 8x8's presences brings at most: the pages that its client asks for.
const PRESENCES_PER_PAGE: usize = 1_000;
/// The same of changes.
const CHANGES_PER_PAGE: usize = 500;

pub(super) type TeamsReadings = Vec<(TeamsUserId, Reading<TeamsPresence>)>;

/// What 8x8 said: everything, or what has changed.
#[derive(Debug)]
pub(super) struct EightReadings {
    readings: Vec<(EightUserId, Reading<EightPresence>)>,
    deleted: Vec<EightUserId>,
    cursor: Option<Cursor>,
    /// When the reading was started; of an answer that was waited for, when it came.
    read_at: Timestamp,
    /// How many changes of the feed these are; none for a snapshot.
    pub(super) steps: usize,
}

impl EightReadings {
    /// What was told of the feed between two readings.
    pub(super) fn of_feed(changes: Changes, read_at: Timestamp) -> Self {
        let Changes { readings, deleted, cursor } = changes;
        let steps = readings.len() + deleted.len();
        Self { readings, deleted, cursor: Some(cursor), read_at, steps }
    }
}

impl Tenant {
    #[tracing::instrument(target = TARGET, level = "debug", name = "read", skip_all, fields(tenant = %self.id, side = "teams", people = whom.len()))]
    pub(super) async fn read_teams(&self, whom: &[TeamsUserId]) -> Result<TeamsReadings, presync_teams::Error> {
        if whom.is_empty() { Ok(Vec::new()) } else { self.teams.presences(whom).await }
    }

    #[tracing::instrument(target = TARGET, level = "debug", name = "read", skip_all, fields(tenant = %self.id, side = "8x8"))]
    pub(super) async fn read_eight(&self) -> Result<EightReadings, presync_eight::Error> {
        let (nobody, feed) = {
            let people = self.people();
            (people.reconciler.is_empty(), people.feed.clone())
        };
        let read_at = self.clock.now();
        if nobody {
            return Ok(EightReadings { readings: Vec::new(), deleted: Vec::new(), cursor: None, read_at, steps: 0 });
        }
        self.spend_at_eight(1);
        if let Some(cursor) = feed {
            match self.eight.changes(&cursor).await {
                Err(presync_eight::Error::CursorExpired) => {
                    tracing::info!(tenant = %self.id, "the place in the 8x8 feed is lost; everything is read again");
                }
                Err(error) => return Err(error),
                Ok(changes) => {
                    self.spend_at_eight(changes.readings.len() / CHANGES_PER_PAGE);
                    return Ok(EightReadings::of_feed(changes, read_at));
                }
            }
        }
        let presync_eight::Snapshot { presences: readings, cursor } = self.eight.snapshot().await?;
        self.spend_at_eight(readings.len() / PRESENCES_PER_PAGE);
        Ok(EightReadings { readings, deleted: Vec::new(), cursor: Some(cursor), read_at, steps: 0 })
    }

    pub(super) fn take_teams(&self, beat: &mut Beat, read: Result<TeamsReadings, presync_teams::Error>) -> Work {
        let mut readings = match read {
            Ok(readings) => readings,
            Err(error) => {
                self.is_unwell(Place::Teams, &error, error.is_credential_problem());
                if let Some(pause) = error.retry_after() {
                    self.is_to_be_quiet(Side::Teams, pause);
                }
                return self.learn(beat, Side::Teams, Read::Failed);
            }
        };
        if readings.is_empty() {
            // It was nobody's turn, or there is nobody: that says nothing of Teams.
            return Work::default();
        }
        let mut people = self.people();
        people.counters.presences_read += readings.len() as u64;
        if beat.replies.is_wanted() {
            let now = self.clock.now();
            let untold = readings.iter_mut().filter(|(user, _)| self.teams.lacks_out_of_office(user));
            untold.for_each(|(user, reading)| people.complete(user, reading, now));
        }
        let known = |id: &TeamsUserId| people.link_of_teams(id).and_then(|link| people.reconciler.teams_presence(link));
        let lost = |(id, reading): &&(TeamsUserId, Reading<TeamsPresence>)| {
            !is_present(reading.presence) && known(id).is_some_and(is_present)
        };
        let lost = readings.iter().filter(lost).count();
        let loss = Loss { read: readings.len(), linked: people.reconciler.len(), lost };
        if beat.teams_loss.judge(self.clock.now(), loss, self.cadence.poll, self.cadence.patience) {
            drop(people);
            let what = format!(
                "{lost} of {} people turned offline or unknown in Teams at once: this is taken for an outage, and what \
                 Teams said before is held",
                readings.len()
            );
            self.is_unwell(Place::Teams, &what, false);
            return self.learn(beat, Side::Teams, Read::Doubted);
        }
        let inputs: Vec<_> = readings
            .into_iter()
            .filter_map(|(id, reading)| Some(Input::TeamsObserved { link: people.link_of_teams(&id)?, reading }))
            .collect();
        drop(people);
        self.is_well(Place::Teams);
        let mut work = self.learn(beat, Side::Teams, Read::Good);
        work.add(self.absorb(inputs));
        work
    }

    pub(super) fn take_eight(&self, beat: &mut Beat, read: Result<EightReadings, presync_eight::Error>) -> Work {
        let EightReadings { readings, deleted, cursor, read_at, .. } = match read {
            Ok(read) => read,
            Err(error) => {
                self.is_unwell(Place::Eight, &error, error.is_credential_problem());
                if let Some(pause) = error.retry_after() {
                    self.is_to_be_quiet(Side::Eight, pause);
                }
                return self.learn(beat, Side::Eight, Read::Failed);
            }
        };
        let mut people = self.people();
        people.counters.presences_read += readings.len() as u64;
        let doubt = self.doubt_eight(beat, &people, &readings);
        if let Some(what) = doubt {
            drop(people);
            self.is_unwell(Place::Eight, &what, false);
            // The place in the feed stays, so that what is held back now is read again.
            return self.learn(beat, Side::Eight, Read::Doubted);
        }
        let mut inputs: Vec<_> = readings
            .into_iter()
            .filter_map(|(id, reading)| Some(Input::EightObserved { link: people.link_of_eight(&id)?, reading }))
            .collect();
        inputs.extend(deleted.iter().filter_map(|id| people.link_of_eight(id)).map(Input::LinkRemoved));
        people.feed = cursor;
        people.feed_was_read(read_at);
        drop(people);
        self.is_well(Place::Eight);
        let mut work = self.learn(beat, Side::Eight, Read::Good);
        work.add(self.absorb(inputs));
        work
    }

    /// Why what 8x8 says is not believed, if it is not: most of the tenant is lost at once.
    pub(super) fn doubt_eight(
        &self,
        beat: &mut Beat,
        people: &People,
        readings: &[(EightUserId, Reading<EightPresence>)],
    ) -> Option<String> {
        let present = |status| !matches!(status, EightStatus::Offline | EightStatus::Unrecognised);
        let known = |id: &EightUserId| people.link_of_eight(id).and_then(|link| people.reconciler.eight_presence(link));
        let lost = |(id, now): &(&EightUserId, EightStatus)| {
            !present(*now) && known(id).is_some_and(|known| present(known.own))
        };
        // The feed tells every step: of each person the last one counts, so whoever went and came back is not lost.
        let last: HashMap<_, _> = readings.iter().map(|(id, reading)| (id, reading.presence.own)).collect();
        let (lost, linked) = (last.into_iter().filter(lost).count(), people.reconciler.len());
        let loss = Loss { read: linked, linked, lost };
        beat.eight_loss.judge(self.clock.now(), loss, self.cadence.poll, self.cadence.patience).then(|| {
            format!(
                "{lost} of {linked} people turned offline or unknown in 8x8 at once: this is taken for an outage, and what \
                 8x8 said before is held"
            )
        })
    }

    fn learn(&self, beat: &mut Beat, side: Side, read: Read) -> Work {
        beat.well &= read == Read::Good;
        let health = match side {
            Side::Teams => &mut beat.teams,
            Side::Eight => &mut beat.eight,
        };
        match health.learn(read, self.clock.now()) {
            None => Work::default(),
            Some(Change::Down(side)) => {
                tracing::warn!(tenant = %self.id, %side, "down: what was last known is held");
                self.board().down.push(side);
                self.meters.outage(side);
                self.absorb([Input::SideDown(side)])
            }
            Some(Change::Up(side)) => {
                tracing::info!(tenant = %self.id, %side, "up again");
                self.board().down.retain(|down| *down != side);
                self.absorb([Input::SideUp(side)])
            }
        }
    }
}
