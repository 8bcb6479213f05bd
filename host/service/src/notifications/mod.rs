//! Being told of changes in Teams instead of asking: subscriptions on behalf of sync users, and what Microsoft posts because of them.
//!
//! ```text
//!  Microsoft ──POST──► inbox ──► checked and opened ──► whoever may show something new ──► read at once, between two cycles
//!                        │ full: 503, Microsoft comes again                                 (tenant/told.rs)
//!  watch, one per sync user: create, renew, replace ◄── lifecycle events, silence, other people in the queues
//! ```
//!
//! What a notification says is not taken for the truth: Microsoft sends it up to a minute late and without an order, so it only names
//! whom to read now. The cycles go on beneath as if there were no notifications, and tell by what they find whether those still come.
//!
//! * `settings`: what a tenant has to say for it
//! * `crew`: who is watched, and by which sync user
//! * `sign_in`: the way of a sync user to Entra and back; `tokens`: where what comes of it is kept
//! * `watch`: one sync user's subscription
//! * `inbox`: what was posted and not opened yet
//! * [`status`]: what may be seen of all this

mod crew;
mod inbox;
mod settings;
mod sign_in;
pub mod status;
mod tokens;
mod watch;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use presync_core::id::{TeamsUserId, TenantId};
use presync_core::presence::TeamsPresence;
use presync_core::time::{Clock, Timestamp};
use presync_store::{StoreError, TenantStore};
use presync_teams::notification::{Distrust, Handled, Happening, Opened, Receiver, handle};
use tokio::sync::Notify;

pub use presync_teams::notification::Answer;
pub use settings::NotificationSettings;
pub use sign_in::{Begun, SignInError, SignIns};

use inbox::Inbox;
use status::{NotificationStatus, SyncUserStatus};
use watch::Watch;

/// Why a tenant cannot be told of changes.
#[derive(Debug, thiserror::Error)]
pub enum NotificationError {
    /// Its settings.
    #[error(transparent)]
    Teams(#[from] presync_teams::Error),
    /// The sign-ins that are kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A tenant's notifications.
#[derive(Debug)]
pub struct Notifications {
    tenant: TenantId,
    clock: Arc<dyn Clock>,
    receiver: Arc<Receiver>,
    sign_ins: SignIns,
    inbox: Inbox,
    watches: Vec<Watch>,
    told: Mutex<Told>,
    /// Rings when somebody waits to be read.
    waits: Notify,
}

/// What was told so far.
#[derive(Debug, Default)]
struct Told {
    /// Who is to be read: told of, and not read since.
    waiting: BTreeSet<TeamsUserId>,
    /// Notifications that were believed since the process started, and when the last of them came.
    heard: u64,
    last_heard: Option<Timestamp>,
    /// Those that were not believed.
    rejected: u64,
    /// Why the last delivery as a whole was not, if that was the last.
    distrust: Option<String>,
    /// Whether somebody has to do something about that.
    needs_action: bool,
}

impl Notifications {
    /// The notifications of a tenant, with the sign-ins that its store has kept. May block: it reads the store.
    ///
    /// # Errors
    /// When the settings cannot work, or the store cannot be read.
    pub(crate) fn open(
        tenant: TenantId,
        settings: NotificationSettings,
        store: TenantStore,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, NotificationError> {
        let teams = &settings.teams;
        let apps = vec![settings.client_id.clone()];
        let receiver = Receiver::new(apps, teams.login.clone(), Arc::clone(&clock), teams.call_deadline)?;
        let settings = Arc::new(settings);
        let sign_ins = SignIns::open(tenant.clone(), Arc::clone(&settings), store, Arc::clone(&clock))?;
        let places = 0..settings.sync_users.len();
        let watches = places.map(|place| Watch::new(tenant.clone(), place, Arc::clone(&settings))).collect();
        Ok(Self {
            tenant,
            clock,
            receiver: Arc::new(receiver),
            sign_ins,
            inbox: Inbox::default(),
            watches,
            told: Mutex::default(),
            waits: Notify::new(),
        })
    }

    /// Takes a request to the address of notifications: `query` is the part of its address after `?`. Gives what to answer, at once.
    pub fn accept(&self, query: Option<&str>, body: &[u8]) -> Answer {
        match handle(query, body) {
            // Whoever does not know our secrets is answered alike, and costs nothing more.
            Handled::Accepted(delivery) if !self.receiver.knows(&delivery) => {
                tracing::debug!(tenant = %self.tenant, "notifications of subscriptions that are not ours are passed over");
                Handled::Accepted(delivery).answer()
            }
            Handled::Accepted(delivery) => match self.inbox.put(delivery) {
                Ok(()) => Answer { status: 202, content_type: None, body: String::new() },
                Err(inbox::Full) => {
                    tracing::warn!(tenant = %self.tenant, "notifications come faster than they are read; Microsoft is told to come again");
                    Answer { status: 503, content_type: None, body: String::new() }
                }
            },
            other => other.answer(),
        }
    }

    /// The way of sync users to Entra and back.
    pub const fn sign_ins(&self) -> &SignIns {
        &self.sign_ins
    }

    /// What may be seen of it.
    pub fn status(&self) -> NotificationStatus {
        let sync_users: Vec<SyncUserStatus> =
            self.watches.iter().map(|watch| watch.status(self.sign_ins.signed_in(watch.place()))).collect();
        let covered = sync_users.iter().map(|user| user.covers).sum();
        let told = self.told();
        NotificationStatus {
            covered,
            last_heard: told.last_heard,
            heard: told.heard,
            rejected: told.rejected,
            distrust: told.distrust.clone(),
            sync_users,
        }
    }

    /// What is wrong with it, as a sentence, and whether somebody has to do something.
    pub(crate) fn trouble(&self) -> Option<(String, bool)> {
        let troubled: Vec<_> = self.watches.iter().filter_map(Watch::trouble).collect();
        if let Some((what, needs_action)) = troubled.iter().max_by_key(|(_, needs_action)| *needs_action) {
            let of = match self.watches.len() {
                1 => String::new(),
                all => format!(" for {} of {all} sync users", troubled.len()),
            };
            return Some((format!("no changes are told{of}, and polling does without: {what}"), *needs_action));
        }
        let told = self.told();
        told.distrust.as_ref().map(|what| (what.clone(), told.needs_action))
    }

    /// The subscriptions, one per sync user.
    pub(crate) fn watches(&self) -> &[Watch] {
        &self.watches
    }

    /// Does what is due for one sync user's subscription. `candidates` gives whom to watch, those first who come first.
    pub(crate) async fn tend(&self, place: usize, candidates: impl Fn(usize) -> Vec<TeamsUserId>) -> Timestamp {
        let Some(watch) = self.watches.get(place) else { return Timestamp::NEVER };
        let signed_in = |place: usize| self.sign_ins.account(place).is_some();
        let share = || {
            let able: Vec<usize> = (0..self.watches.len()).filter(|place| signed_in(*place)).collect();
            let most = able.len() * presync_teams::subscriptions::MOST;
            let now = able.iter().filter_map(|place| Some(self.watches.get(*place)?.planned())).collect();
            let mine = able.iter().position(|able| *able == place)?;
            crew::assign(&candidates(most), now).into_iter().nth(mine)
        };
        let (again, fresh) = watch.tend(&self.receiver, &self.sign_ins, &self.clock, share).await;
        self.read_soon(fresh);
        again
    }

    /// Waits until this sync user's subscription is to be tended before its time.
    pub(crate) async fn rung(&self, place: usize) {
        let Some(watch) = self.watches.get(place) else { return std::future::pending().await };
        tokio::select! {
            () = watch.rung() => {}
            () = self.sign_ins.arrival(place) => {}
        }
    }

    /// Waits until something was posted, or somebody waits to be read.
    pub(crate) async fn stirred(&self) {
        tokio::select! {
            () = self.inbox.filled() => {}
            () = self.waits.notified() => {}
        }
    }

    /// Opens what was posted. Whoever shows something that is `news` waits to be read from now on.
    pub(crate) async fn open_inbox(&self, news: impl Fn(&TeamsUserId, Option<TeamsPresence>) -> bool) {
        while let Some(delivery) = self.inbox.take() {
            let (receiver, runtime) = (Arc::clone(&self.receiver), tokio::runtime::Handle::current());
            // Each takes an RSA decryption, which is no work for a thread that others wait on.
            let opened = tokio::task::spawn_blocking(move || runtime.block_on(receiver.open(&delivery))).await;
            match opened {
                Ok(Ok(opened)) => self.take(opened, &news),
                Ok(Err(distrust)) => {
                    tracing::warn!(tenant = %self.tenant, %distrust, "notifications are not believed");
                    let mut told = self.told();
                    told.rejected += 1;
                    told.distrust = Some(distrust.to_string());
                    told.needs_action = distrust == Distrust::NoTokens;
                }
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // The runtime ends.
                    Err(_) => return,
                },
            }
        }
    }

    fn take(&self, opened: Opened, news: impl Fn(&TeamsUserId, Option<TeamsPresence>) -> bool) {
        let now = self.clock.now();
        let Opened { events, rejected } = opened;
        let believed = events.len() as u64;
        let mut new = Vec::new();
        for event in events {
            let Some(watch) = self.watches.iter().find(|watch| watch.holds(&event.subscription)) else { continue };
            let (user, presence) = match event.happening {
                Happening::Presence { user, reading } => (user, Some(reading.presence)),
                Happening::Changed { user } => (user, None),
                Happening::Lifecycle(lifecycle) => {
                    tracing::info!(tenant = %self.tenant, ?lifecycle, "Microsoft says of a subscription");
                    if lifecycle.loses_changes() {
                        new.extend(watch.watched());
                    }
                    watch.wish(lifecycle);
                    continue;
                }
            };
            watch.announced(&user, now);
            if news(&user, presence) {
                new.push(user);
            }
        }
        {
            let mut told = self.told();
            told.heard += believed;
            told.rejected += rejected.len() as u64;
            if believed > 0 {
                (told.last_heard, told.distrust) = (Some(now), None);
            }
        }
        self.read_soon(new);
    }

    /// These people wait to be read from now on.
    fn read_soon(&self, people: Vec<TeamsUserId>) {
        if !people.is_empty() {
            self.told().waiting.extend(people);
            self.waits.notify_one();
        }
    }

    /// Who waits to be read, and waits no more.
    pub(crate) fn take_waiting(&self) -> BTreeSet<TeamsUserId> {
        std::mem::take(&mut self.told().waiting)
    }

    /// How many wait to be read.
    pub(crate) fn waiting(&self) -> usize {
        self.told().waiting.len()
    }

    /// Everybody who is watched now.
    pub(crate) fn watched(&self) -> BTreeSet<TeamsUserId> {
        self.watches.iter().flat_map(Watch::watched).collect()
    }

    /// A cycle has found that these people changed, which should have been announced.
    pub(crate) fn found(&self, people: &[TeamsUserId]) {
        let now = self.clock.now();
        self.watches.iter().for_each(|watch| watch.found(people, now));
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
