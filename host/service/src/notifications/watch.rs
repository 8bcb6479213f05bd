//! One sync user's subscription: what its keeper wants done, and what is heard of it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use presync_core::id::{TeamsUserId, TenantId};
use presync_core::time::{Clock, Timestamp};
use presync_teams::notification::{CertificateError, Hearing, Lifecycle, Receiver, Silence, Watched};
use presync_teams::subscriptions::{Delivery, Duty, Keeper, Subscription, SubscriptionError, Subscriptions};
use presync_teams::sync_user::Account;
use tokio::sync::Notify;
use uuid::Uuid;

use super::settings::NotificationSettings;
use super::sign_in::SignIns;
use super::status::SyncUserStatus;

/// How often it is looked whether the right people are watched, and whether anything is heard.
const REVIEW: Duration = Duration::from_secs(60);
/// For other people, a subscription is not replaced sooner than this: there is none for some seconds then.
const SETTLED: Duration = Duration::from_secs(600);
/// Failures in a row after which trouble that passes by itself is worth telling.
const PATIENCE: u32 = 3;

/// See the module.
#[derive(Debug)]
pub(crate) struct Watch {
    tenant: TenantId,
    place: usize,
    settings: Arc<NotificationSettings>,
    keeping: tokio::sync::Mutex<Keeping>,
    seen: Mutex<Seen>,
    /// Rings when there is something to be done before its time.
    rings: Notify,
}

/// What only the one who tends it touches.
#[derive(Debug, Default)]
struct Keeping {
    keeper: Keeper,
    /// Whose subscriptions, since when signed in, and the way to them.
    way: Option<(Account, Timestamp, Subscriptions)>,
    reviewed: Timestamp,
    created: Timestamp,
    /// People of whom Microsoft says that they are not in the directory.
    gone: BTreeSet<TeamsUserId>,
}

/// What others may look at meanwhile.
#[derive(Debug, Default)]
struct Seen {
    id: Option<Box<str>>,
    watched: BTreeSet<TeamsUserId>,
    /// Who is to be watched by the next subscription; while there is one, the same.
    planned: BTreeSet<TeamsUserId>,
    until: Option<Timestamp>,
    silence: Silence,
    /// What Microsoft said of the subscription and nobody has heeded yet.
    wishes: Vec<Lifecycle>,
    off: Option<Off>,
    failures: u32,
}

/// Why there is none.
#[derive(Debug, Clone)]
struct Off {
    what: String,
    needs_action: bool,
}

/// What a step came to.
enum Step {
    /// There is more to be done.
    On,
    /// Nothing before this moment.
    Rest(Timestamp),
}

#[derive(Debug, thiserror::Error)]
enum StepError {
    #[error(transparent)]
    Subscription(#[from] SubscriptionError),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl Watch {
    pub(super) fn new(tenant: TenantId, place: usize, settings: Arc<NotificationSettings>) -> Self {
        let (keeping, seen, rings) = (tokio::sync::Mutex::default(), Mutex::default(), Notify::new());
        Self { tenant, place, settings, keeping, seen, rings }
    }

    /// Which of the sync users it is.
    pub(super) const fn place(&self) -> usize {
        self.place
    }

    /// Whether this is the subscription that is held.
    pub(super) fn holds(&self, subscription: &str) -> bool {
        self.seen().id.as_deref() == Some(subscription)
    }

    /// Who is watched now.
    pub(super) fn watched(&self) -> BTreeSet<TeamsUserId> {
        self.seen().watched.clone()
    }

    /// Who is, or is to be.
    pub(super) fn planned(&self) -> BTreeSet<TeamsUserId> {
        self.seen().planned.clone()
    }

    /// A notification came about somebody.
    pub(super) fn announced(&self, user: &TeamsUserId, now: Timestamp) {
        self.seen().silence.announced(user, now);
    }

    /// A cycle has found that these people changed.
    pub(super) fn found(&self, people: &[TeamsUserId], now: Timestamp) {
        let mut seen = self.seen();
        let Seen { watched, silence, .. } = &mut *seen;
        people.iter().filter(|user| watched.contains(*user)).for_each(|user| silence.found(user, now));
    }

    /// Microsoft says something of the subscription.
    pub(super) fn wish(&self, lifecycle: Lifecycle) {
        self.seen().wishes.push(lifecycle);
        self.rings.notify_one();
    }

    /// Waits until there is something to be done before its time.
    pub(crate) async fn rung(&self) {
        self.rings.notified().await;
    }

    /// What is worth telling an administrator, and whether somebody has to do something.
    pub(crate) fn trouble(&self) -> Option<(String, bool)> {
        let seen = self.seen();
        let told = |off: &&Off| off.needs_action || seen.failures >= PATIENCE;
        seen.off.as_ref().filter(told).map(|off| (off.what.clone(), off.needs_action))
    }

    pub(super) fn status(&self, signed_in_at: Option<Timestamp>) -> SyncUserStatus {
        let seen = self.seen();
        SyncUserStatus {
            name: self.settings.sync_users.get(self.place).cloned().unwrap_or_default(),
            signed_in_at,
            covers: seen.watched.len(),
            until: seen.until,
            off: seen.off.as_ref().map(|off| off.what.clone()),
            needs_action: seen.off.as_ref().is_some_and(|off| off.needs_action),
        }
    }

    /// Does what is due. Gives when there is something to be done again, and whom to read, since they have come under watch.
    pub(super) async fn tend(
        &self,
        receiver: &Receiver,
        sign_ins: &SignIns,
        clock: &Arc<dyn Clock>,
        share: impl Fn() -> Option<BTreeSet<TeamsUserId>>,
    ) -> (Timestamp, Vec<TeamsUserId>) {
        let mut keeping = self.keeping.lock().await;
        let mut fresh = Vec::new();
        loop {
            let now = clock.now();
            let step = match sign_ins.account(self.place) {
                None => {
                    *keeping = Keeping::default();
                    let what =
                        "nobody has signed in as the sync user: open the sign-in page of this tenant, /sign-in/TENANT";
                    self.is_off(what.replace("TENANT", &self.tenant.to_string()), true);
                    Ok(Step::Rest(Timestamp::NEVER))
                }
                Some((account, at)) => match self.go_as(&mut keeping, account, at, sign_ins, clock) {
                    Ok(()) => self.step(&mut keeping, receiver, now, &share, &mut fresh).await,
                    Err(error) => Err(error.into()),
                },
            };
            let rest = match step {
                Ok(Step::On) => None,
                Ok(Step::Rest(until)) => Some(until),
                Err(error) => self.failed(&mut keeping, error, clock.now()),
            };
            self.agree(&keeping, receiver);
            if let Some(until) = rest {
                return (until, fresh);
            }
        }
    }

    /// The way to the subscriptions of whoever is signed in now.
    fn go_as(
        &self,
        keeping: &mut Keeping,
        account: Account,
        at: Timestamp,
        sign_ins: &SignIns,
        clock: &Arc<dyn Clock>,
    ) -> Result<(), SubscriptionError> {
        if keeping.way.as_ref().is_some_and(|(known, since, _)| *known == account && *since == at) {
            return Ok(());
        }
        let NotificationSettings { teams, client_id, credential, .. } = &*self.settings;
        let (tokens, credential) = (sign_ins.tokens(), credential.clone());
        let way = Subscriptions::new(teams, client_id, credential, account.clone(), tokens, Arc::clone(clock))?;
        *keeping = Keeping { way: Some((account, at, way)), ..Keeping::default() };
        Ok(())
    }

    /// One call at most.
    async fn step(
        &self,
        keeping: &mut Keeping,
        receiver: &Receiver,
        now: Timestamp,
        share: impl Fn() -> Option<BTreeSet<TeamsUserId>>,
        fresh: &mut Vec<TeamsUserId>,
    ) -> Result<Step, StepError> {
        self.heed(&mut keeping.keeper, now);
        self.review(keeping, now, &share);
        let Keeping { keeper, way: Some((account, _, way)), gone, created, .. } = keeping else {
            return Ok(Step::Rest(now + REVIEW));
        };
        match keeper.duty(now) {
            Duty::Wait { until } => return Ok(Step::Rest(until.min(now + REVIEW))),
            Duty::Find => keeper.found(&way.list().await?),
            Duty::Delete { id } => {
                way.delete(&id).await?;
                keeper.deleted(&id);
            }
            Duty::Renew { id, expires } => {
                let certificate = receiver.certificate().await?;
                let renewed = way.renew(&id, &certificate, expires).await?;
                keeper.done(&renewed, now);
                self.is_on(&renewed);
            }
            Duty::Create { expires } => {
                let mut people = share().unwrap_or_default();
                people.retain(|user| !gone.contains(user));
                if people.is_empty() {
                    self.is_off("there is nobody to watch yet".to_owned(), false);
                    return Ok(Step::Rest(now + REVIEW));
                }
                self.seen().planned.clone_from(&people);
                let client_state: Box<str> = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()).into();
                let delivery = Delivery {
                    notification_url: self.settings.notification_url.clone(),
                    lifecycle_url: self.settings.notification_url.clone(),
                    client_state: client_state.clone(),
                };
                let certificate = receiver.certificate().await?;
                let list: Vec<_> = people.iter().cloned().collect();
                let made = way.create(&list, &delivery, &certificate, expires).await?;
                receiver.watch(&made.id, Watched { directory: account.directory.clone(), client_state });
                keeper.done(&made, now);
                *created = now;
                self.begins(people);
                self.is_on(&made);
                fresh.extend(list);
            }
        }
        Ok(Step::On)
    }

    /// Does what Microsoft said of the subscription.
    fn heed(&self, keeper: &mut Keeper, now: Timestamp) {
        for wish in std::mem::take(&mut self.seen().wishes) {
            match wish {
                Lifecycle::ReauthorizationRequired => keeper.wanted(now),
                Lifecycle::SubscriptionRemoved => keeper.removed(),
                // Everybody watched is read already; the subscription itself is well.
                Lifecycle::Missed => {}
                Lifecycle::Unrecognised(word) => {
                    tracing::info!(tenant = %self.tenant, word = &*word, "a lifecycle event that this version does not know");
                }
            }
        }
    }

    /// Looks once a minute whether the right people are watched and something is heard of them.
    fn review(&self, keeping: &mut Keeping, now: Timestamp, share: impl Fn() -> Option<BTreeSet<TeamsUserId>>) {
        if keeping.keeper.id().is_none() || now.since(keeping.reviewed) < REVIEW {
            return;
        }
        keeping.reviewed = now;
        if self.seen().silence.hearing(now) == Hearing::Silent {
            tracing::warn!(tenant = %self.tenant, place = self.place, "changes come that nobody announced; the subscription is made anew");
            self.seen().silence.begin_anew();
            keeping.keeper.replace();
            return;
        }
        if now.since(keeping.created) < SETTLED {
            return;
        }
        let mut wanted = share().unwrap_or_default();
        wanted.retain(|user| !keeping.gone.contains(user));
        // Who is watched needlessly does no harm.
        if !wanted.is_subset(&self.seen().watched) {
            tracing::info!(tenant = %self.tenant, place = self.place, people = wanted.len(), "other people are to be watched");
            keeping.keeper.replace();
        }
    }

    /// A step failed. Gives when the next one comes, unless that is at once.
    fn failed(&self, keeping: &mut Keeping, error: StepError, now: Timestamp) -> Option<Timestamp> {
        tracing::debug!(tenant = %self.tenant, place = self.place, %error, "a subscription could not be kept");
        self.seen().failures += 1;
        match error {
            StepError::Subscription(error) => {
                if let SubscriptionError::PeopleGone(people) = &error {
                    keeping.gone.extend(people.iter().cloned());
                }
                self.is_off(error.to_string(), needs_action(&error));
                keeping.keeper.failed(&error, now);
            }
            StepError::Certificate(error) => {
                self.is_off(error.to_string(), false);
                return Some(now + REVIEW);
            }
        }
        // Where there is no way at all, the keeper is not asked.
        keeping.way.is_none().then_some(now + REVIEW)
    }

    /// What is seen is what the keeper holds.
    fn agree(&self, keeping: &Keeping, receiver: &Receiver) {
        let mut seen = self.seen();
        if seen.id.as_deref() == keeping.keeper.id() {
            return;
        }
        if let Some(old) = seen.id.take() {
            receiver.unwatch(&old);
        }
        seen.id = keeping.keeper.id().map(Into::into);
        if seen.id.is_none() {
            seen.watched.clear();
            seen.until = None;
        }
    }

    fn begins(&self, people: BTreeSet<TeamsUserId>) {
        let mut seen = self.seen();
        seen.watched = people;
        seen.silence.begin_anew();
    }

    fn is_on(&self, subscription: &Subscription) {
        let mut seen = self.seen();
        seen.id = Some(subscription.id.clone());
        seen.until = Some(subscription.expires);
        (seen.off, seen.failures) = (None, 0);
        let people = seen.watched.len();
        tracing::info!(tenant = %self.tenant, place = self.place, people, "subscribed to changes in Teams");
    }

    fn is_off(&self, what: String, needs_action: bool) {
        self.seen().off = Some(Off { what, needs_action });
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether somebody has to do something about it.
fn needs_action(error: &SubscriptionError) -> bool {
    match error {
        SubscriptionError::NotInThisCloud(_)
        | SubscriptionError::NotValidated
        | SubscriptionError::Quota(_)
        | SubscriptionError::TooLong
        | SubscriptionError::NoObjectId => true,
        SubscriptionError::Call(error) => error.is_credential_problem(),
        _ => false,
    }
}
