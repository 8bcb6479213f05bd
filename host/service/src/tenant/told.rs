//! Being told of changes, between the cycles: whoever may show something new is read at once, and the rules are asked about them alone.
//!
//! ```text
//!  cycles, as the pace has them   ├─everybody─┤                    ├─everybody─┤
//!  a notification                                 told │
//!  a short pass                                        ├those told of┤
//! ```
//!
//! The readings of a pass are as good as any, since Graph is asked; but they say nothing of a side's health, being of few people who were
//! chosen for having changed. Where the limit on requests has no room, or a cycle is about to begin, that cycle reads them.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use presync_core::id::{LinkId, TeamsUserId};
use presync_core::outage::is_present;
use presync_core::presence::{Reading, TeamsPresence};
use presync_core::reconcile::Input;
use presync_core::time::Timestamp;
use presync_core::words::{Side, TeamsActivity, TeamsAvailability};
use presync_teams::PEOPLE_PER_REQUEST;

use crate::losses::Loss;
use crate::notifications::{NotificationSettings, Notifications};
use crate::people::Work;
use crate::status::Place;
use crate::tenant::rules::LEAST_ROOM;
use crate::tenant::{Beat, Tenant, TenantError};

/// Before the first cycle nobody knows who is in which queue: it is looked again after this.
const NOT_YET: Duration = Duration::from_secs(1);

/// Who could not be read for want of room within the limit is tried again after this; a cycle may have read them by then.
const AGAIN: Duration = Duration::from_millis(500);

/// What somebody who is watched showed before a cycle.
pub(super) type Before = Vec<(TeamsUserId, LinkId, Option<(TeamsAvailability, TeamsActivity)>)>;

impl Tenant {
    /// Has it told of changes, too. May block: it reads which sync users have signed in.
    ///
    /// # Errors
    /// When the settings cannot work, or the store cannot be read.
    pub fn with_notifications(mut self, settings: NotificationSettings) -> Result<Self, TenantError> {
        let (id, store, clock) = (self.id.clone(), self.store.clone(), Arc::clone(&self.clock));
        let notifications = Notifications::open(id, settings, store, clock);
        self.notifications = Some(notifications.map_err(|error| TenantError::Notifications(self.id.clone(), error))?);
        Ok(self)
    }

    /// How it is told of changes; `None` when it only asks.
    pub const fn notifications(&self) -> Option<&Notifications> {
        self.notifications.as_ref()
    }

    /// How many sync users have a subscription to be tended.
    pub fn sync_users(&self) -> usize {
        self.notifications.as_ref().map_or(0, |notifications| notifications.watches().len())
    }

    /// Does what is due for the subscription of the sync user at this place; gives when there is something to be done again.
    pub async fn tend_subscription(&self, place: usize) -> Timestamp {
        let Some(notifications) = &self.notifications else { return Timestamp::NEVER };
        if self.board().last_cycle.is_none() {
            return self.clock.now() + NOT_YET;
        }
        let again = notifications.tend(place, |most| self.people().to_watch(most)).await;
        self.judge_notifications(notifications);
        again
    }

    /// Waits until then, or until the subscription is to be tended sooner.
    pub async fn subscription_due(&self, place: usize, at: Timestamp) {
        let Some(notifications) = &self.notifications else { return std::future::pending().await };
        tokio::select! {
            () = tokio::time::sleep(at.since(self.clock.now())) => {}
            () = notifications.rung(place) => {}
        }
    }

    /// Waits until Microsoft has told of something, or for a moment if somebody could not be read yet.
    pub async fn is_told(&self) {
        match &self.notifications {
            Some(notifications) if notifications.waiting() == 0 => notifications.stirred().await,
            Some(notifications) => tokio::select! {
                () = notifications.stirred() => {}
                () = tokio::time::sleep(AGAIN) => {}
            },
            None => std::future::pending().await,
        }
    }

    /// Takes up what Microsoft has told, and reads at once whoever may show something new.
    pub async fn take_told(&self) {
        let Some(notifications) = &self.notifications else { return };
        notifications.open_inbox(|user, presence| self.is_news(user, presence)).await;
        self.judge_notifications(notifications);
        if notifications.waiting() == 0 {
            return;
        }
        let mut beat = self.beat.lock().await;
        let started = Instant::now();
        // The cycle that has just ended may have read them all.
        let requests = notifications.waiting().div_ceil(PEOPLE_PER_REQUEST);
        if requests == 0 || !self.may_pass(&beat, requests, started) {
            return;
        }
        let whom: Vec<TeamsUserId> = notifications.take_waiting().into_iter().collect();
        let made = self.teams.usage().read.made;
        let read = self.read_teams(&whom).await;
        let made = self.teams.usage().read.made.saturating_sub(made);
        beat.pace.teams.spend(started, u32::try_from(made).unwrap_or(u32::MAX));
        let mut work = match read {
            Ok(readings) => self.take_readings_of_told(&mut beat, readings),
            Err(error) => {
                tracing::debug!(tenant = %self.id, %error, "whoever was told of could not be read; the next cycle does");
                if let Some(pause) = error.retry_after() {
                    self.is_to_be_quiet(Side::Teams, pause);
                }
                return;
            }
        };
        self.decide_all(&mut work).await;
        let writing = Instant::now();
        let writes = work.has_writes();
        self.settle(&mut beat, work, started).await;
        if writes {
            beat.pass_wrote = writing.elapsed();
        }
    }

    /// Whether so many requests can be made now without keeping the next cycle from beginning in time, and within half of the limit; and
    /// whether Teams is to be believed at all.
    fn may_pass(&self, beat: &Beat, requests: usize, now: Instant) -> bool {
        let until_next = beat.next_due.map_or(Duration::MAX, |due| due.saturating_duration_since(now));
        let least = (beat.pass_wrote * 2).clamp(LEAST_ROOM, self.cadence.poll / 2);
        let begun = self.board().last_cycle.is_some();
        begun && beat.well && until_next >= least && beat.pace.teams.room(now) as usize >= requests
    }

    fn take_readings_of_told(&self, beat: &mut Beat, readings: Vec<(TeamsUserId, Reading<TeamsPresence>)>) -> Work {
        let mut people = self.people();
        people.counters.presences_read += readings.len() as u64;
        let known = |id: &TeamsUserId| people.link_of_teams(id).and_then(|link| people.reconciler.teams_presence(link));
        let lost = |(id, reading): &&(TeamsUserId, Reading<TeamsPresence>)| {
            !is_present(reading.presence) && known(id).is_some_and(is_present)
        };
        let (lost, linked) = (readings.iter().filter(lost).count(), people.reconciler.len());
        // They were chosen for having changed: it is the tenant that they are a part of.
        let loss = Loss { read: linked, linked, lost };
        if lost > 0 && beat.teams_loss.judge(self.clock.now(), loss, self.cadence.poll, self.cadence.patience) {
            tracing::info!(tenant = %self.id, lost, linked, "most are lost at once, as it seems; the next cycle looks at everybody");
            return Work::default();
        }
        let inputs: Vec<_> = readings
            .into_iter()
            .filter_map(|(id, reading)| Some(Input::TeamsObserved { link: people.link_of_teams(&id)?, reading }))
            .collect();
        drop(people);
        self.absorb(inputs)
    }

    /// Whether a notification may show something that is not known: neither what Teams said last, nor what we put there ourselves.
    fn is_news(&self, user: &TeamsUserId, told: Option<TeamsPresence>) -> bool {
        let people = self.people();
        let Some(link) = people.link_of_teams(user) else { return false };
        let Some(told) = told.map(pair) else { return true };
        let held = people.reconciler.view(link).and_then(|view| view.session.held).map(|session| session.pair());
        people.reconciler.teams_presence(link).map(pair) != Some(told) && held != Some(told)
    }

    /// Whom to read in a cycle: those as well of whom Microsoft has told and who have not been read since.
    pub(super) fn with_told(&self, mut whom: Vec<TeamsUserId>) -> Vec<TeamsUserId> {
        let told = self.notifications.as_ref().map(Notifications::take_waiting).unwrap_or_default();
        if !told.is_empty() {
            let there: HashSet<&TeamsUserId> = whom.iter().collect();
            let people = self.people();
            let missing: Vec<_> =
                told.into_iter().filter(|user| !there.contains(user) && people.link_of_teams(user).is_some()).collect();
            drop(people);
            whom.extend(missing);
        }
        whom
    }

    /// What everybody who is watched shows before a cycle takes in what it has read.
    pub(super) fn before_reading(&self) -> Before {
        let watched: BTreeSet<TeamsUserId> =
            self.notifications.as_ref().map(Notifications::watched).unwrap_or_default();
        if watched.is_empty() {
            return Vec::new();
        }
        let people = self.people();
        let shows = |user: TeamsUserId| {
            let link = people.link_of_teams(&user)?;
            Some((user, link, people.reconciler.teams_presence(link).map(pair)))
        };
        watched.into_iter().filter_map(shows).collect()
    }

    /// Who has changed since, should have been announced. Automatic replies alone are not.
    pub(super) fn should_have_been_told(&self, before: Before) {
        let Some(notifications) = self.notifications.as_ref().filter(|_| !before.is_empty()) else { return };
        let changed: Vec<TeamsUserId> = {
            let people = self.people();
            let differs = |(user, link, shown): (TeamsUserId, LinkId, Option<_>)| {
                let shows = people.reconciler.teams_presence(link).map(pair);
                (shown.is_some() && shows != shown).then_some(user)
            };
            before.into_iter().filter_map(differs).collect()
        };
        notifications.found(&changed);
    }

    /// What is wrong with the subscriptions, now.
    fn judge_notifications(&self, notifications: &Notifications) {
        match notifications.trouble() {
            Some((what, needs_action)) => self.is_unwell(Place::Notifications, &what, needs_action),
            None => self.is_well(Place::Notifications),
        }
    }
}

/// What notifications are about.
fn pair(presence: TeamsPresence) -> (TeamsAvailability, TeamsActivity) {
    (presence.availability, presence.activity)
}
