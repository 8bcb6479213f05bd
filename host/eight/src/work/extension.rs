//! Do not disturb on a person's extension: the nearest thing to a write of Work presence that 8x8 documents.
//!
//! A change of a user replaces the whole user, so the user is read, changed in that one place and sent back with everything that
//! this version does not know. 8x8 then works on it, and is asked how that goes. Only what we set is ever unset: where do not disturb
//! was on already, it is the person's own.
//!
//! ```text
//!   wish ─► read the user ─► note what will be ours ─► send ─► 8x8 works on it ─► ours, noted ─► wish lapses ─► read, note, send …
//!                                                        └─ no answer, or killed: a reading tells whether it arrived
//! ```

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::id::EightUserId;
use presync_core::obstacle::Obstacle;
use presync_core::time::Timestamp;
use presync_http::text::plain;
use presync_http::transport::under;
use reqwest::Method;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::entry::{Begun, Entry, Progress, change, read};
use crate::access::{Access, Call};
use crate::agents::desk::ORPHAN;
use crate::carried::OnExtension;
use crate::error::Error;
use crate::ledger::{Kind, Notes};
use crate::product::Product;

/// Changes that 8x8 works on at a time: it takes ten of a customer, and its own console needs some.
const AT_ONCE: usize = 8;
/// From one question about a change to the next; 8x8 wants no more than one a second.
const ASK: Duration = Duration::from_secs(2);
/// How long 8x8 is not asked again after it took no change: it may be one user's trouble, and 8x8 may learn to take them.
const NOT_TAKEN: Duration = Duration::from_secs(3600);
/// When a change that is not done is given up, as 8x8 advises. What was sent without an answer does not come later than that.
const GIVE_UP: Duration = Duration::from_secs(5 * 60);
/// How long somebody is left alone of whom 8x8 did not take the end of ours.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// Sets do not disturb.
#[derive(Debug, Default)]
pub(crate) struct Extensions {
    state: Mutex<State>,
    notes: Notes,
}

#[derive(Debug, Default)]
struct State {
    places: HashMap<EightUserId, Place>,
    /// Until when 8x8 is not asked to change users, since it took none.
    not_taken_until: Timestamp,
}

#[derive(Debug)]
struct Place {
    entry: Entry,
    /// When 8x8 was asked last how its change goes.
    asked_at: Timestamp,
    /// Not wished again by then, it is let go.
    until: Timestamp,
}

/// How far a wish has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Done,
    UnderWay,
    NotCarried(Obstacle),
    Later(Obstacle),
}

/// The way to the users of 8x8.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Users<'a> {
    pub(crate) access: &'a Access,
    pub(crate) api: &'a Url,
}

impl Extensions {
    pub(crate) fn new(notes: Notes) -> Self {
        Self { state: Mutex::default(), notes }
    }

    /// Takes up what a former process had noted of a person. Unless somebody wishes it again, it is let go.
    pub(crate) fn restore(&self, user: EightUserId, note: &str, now: Timestamp) -> Result<(), serde_json::Error> {
        let entry = serde_json::from_str(note)?;
        self.state().places.insert(user, Place { entry, asked_at: Timestamp::EPOCH, until: now + ORPHAN });
        Ok(())
    }

    /// Whether something was set for this person, or is being.
    pub(crate) fn concerns(&self, user: &EightUserId) -> bool {
        self.state().places.contains_key(user)
    }

    /// Whether do not disturb on this person's extensions is ours, or may be.
    pub(crate) fn is_held(&self, user: &EightUserId) -> bool {
        self.state().places.get(user).is_some_and(|place| !place.entry.ours.is_empty())
    }

    /// How it stands with do not disturb on this person's extensions, as far as it is our doing.
    pub(crate) fn standing(&self, user: &EightUserId) -> OnExtension {
        match self.state().places.get(user) {
            Some(Place { entry: Entry { begun: Some(_), .. }, .. }) => OnExtension::UnderWay,
            Some(_) => OnExtension::On,
            None => OnExtension::Off,
        }
    }

    /// Whether 8x8 has refused of late to take changes of users.
    pub(crate) fn is_not_taken(&self, now: Timestamp) -> bool {
        now < self.state().not_taken_until
    }

    /// Brings a person's extensions where they are wished, one step at a time: do not disturb until then, unless it is wished
    /// again, or none of ours.
    pub(crate) async fn set(
        &self,
        users: Users<'_>,
        user: &EightUserId,
        wish: Option<Timestamp>,
    ) -> Result<Step, Error> {
        if self.is_not_taken(users.access.now()) {
            return Ok(Step::NotCarried(Obstacle::DndNotTaken));
        }
        if let Some(place) = self.state().places.get_mut(user) {
            place.until = wish.unwrap_or(Timestamp::EPOCH);
        }
        if !self.advance(users, user).await? {
            return Ok(Step::UnderWay);
        }
        let known = {
            let mut state = self.state();
            let under_way = state.places.values().filter(|place| place.entry.begun.is_some()).count();
            let known = state.places.get(user).map(|place| place.entry.clone());
            match &known {
                None if wish.is_none() => return Ok(Step::Done),
                // Where it is the person's own, they may have ended it: that is looked at with every wish.
                Some(entry) if wish.is_some() && entry.begun.is_none() && !entry.ours.is_empty() => {
                    return Ok(Step::Done);
                }
                Some(entry) if wish.is_none() && entry.is_nothing() => {
                    state.places.remove(user);
                    return Ok(Step::Done);
                }
                Some(Entry { begun: Some(_), .. }) => {}
                _ if under_way >= AT_ONCE => return Ok(Step::Later(Obstacle::TooManyUnderWay)),
                _ => {}
            }
            known
        };
        let whole = self.whole(users, user).await?;
        match wish {
            Some(until) => self.set_on(users, user, whole, known, until).await,
            None => self.set_off(users, user, whole, known.unwrap_or_default()).await,
        }
    }

    /// Lets go of what nobody wishes any more.
    pub(crate) async fn let_go_of_lapsed(&self, users: Users<'_>) {
        let now = users.access.now();
        let lapsed: Vec<EightUserId> = {
            let state = self.state();
            let lapsed = state.places.iter().filter(|(_, place)| place.until <= now && state.not_taken_until <= now);
            lapsed.map(|(user, _)| user.clone()).take(AT_ONCE).collect()
        };
        for user in lapsed {
            if let Err(error) = self.set(users, &user, None).await {
                tracing::warn!(user = user.as_str(), %error, "8x8 did not take the end of our do not disturb; it is tried again");
                if let Some(place) = self.state().places.get_mut(&user) {
                    place.until = now + AFTER_FAILURE;
                }
            }
        }
    }

    async fn whole(&self, Users { access, api }: Users<'_>, user: &EightUserId) -> Result<Value, Error> {
        let call = Call { method: Method::GET, url: address(api, user)?, product: Product::Directory, body: None };
        let answer = access.read(&call).await?;
        serde_json::from_slice(&answer.body).map_err(|error| Error::Unreadable(format!("a user: {error}").into()))
    }

    /// What was sent without an answer may have arrived: what is on of it is ours.
    async fn set_on(
        &self,
        users: Users<'_>,
        user: &EightUserId,
        mut whole: Value,
        known: Option<Entry>,
        until: Timestamp,
    ) -> Result<Step, Error> {
        let Some(changed) = change(&mut whole, None) else {
            self.forget(user).await;
            return Ok(Step::NotCarried(Obstacle::NoExtension));
        };
        let mut ours = known.map_or_else(Vec::new, |entry| entry.ours);
        ours.extend(changed.iter().filter(|id| !ours.contains(id)).cloned().collect::<Vec<_>>());
        if changed.is_empty() {
            self.settle(user, Entry { ours, begun: None }, until).await;
            return Ok(Step::Done);
        }
        self.send(users, user, &whole, true, ours, until).await
    }

    async fn set_off(
        &self,
        users: Users<'_>,
        user: &EightUserId,
        mut whole: Value,
        known: Entry,
    ) -> Result<Step, Error> {
        let now = users.access.now();
        if change(&mut whole, Some(&known.ours)).is_some_and(|changed| !changed.is_empty()) {
            return self.send(users, user, &whole, false, known.ours, Timestamp::EPOCH).await;
        }
        // It is off. Unless something of ours may yet arrive, the person was faster, or it never came.
        if known.begun.is_some_and(|begun| begun.on && now.since(begun.since) < GIVE_UP) {
            return Ok(Step::UnderWay);
        }
        self.forget(user).await;
        Ok(Step::Done)
    }

    /// Notes what will be ours, then sends the changed user.
    async fn send(
        &self,
        Users { access, api }: Users<'_>,
        user: &EightUserId,
        whole: &Value,
        on: bool,
        ours: Vec<String>,
        until: Timestamp,
    ) -> Result<Step, Error> {
        let now = access.now();
        let body = serde_json::to_vec(whole).map_err(|error| Error::Unreadable(plain(&error.to_string())))?;
        let mut entry = Entry { ours, begun: Some(Begun { on, id: None, since: now }) };
        if !self.note(user, &entry).await {
            return Ok(Step::Later(Obstacle::NotNoted));
        }
        let before = self.put(user, entry.clone(), until, now);
        let url = address(api, user)?;
        let call = Call { method: Method::PUT, url, product: Product::Directory, body: Some((body, Uuid::new_v4())) };
        let (id, progress) = match access.write(&call).await {
            Err(Error::Refused { status: 404 | 405 | 501, .. } | Error::Unavailable { status: 501, .. }) => {
                tracing::warn!("8x8 takes no changes of users: do not disturb cannot be set on extensions");
                self.state().not_taken_until = now + NOT_TAKEN;
                self.put_back(user, before).await;
                return Ok(Step::NotCarried(Obstacle::DndNotTaken));
            }
            Err(error) => {
                if error.outcome() != Outcome::Failed {
                    self.put_back(user, before).await;
                }
                return Err(error);
            }
            Ok(answer) => read(&answer.body)?,
        };
        match (progress, id) {
            (Progress::Failed(said), _) => {
                self.put_back(user, before).await;
                Err(Error::Refused { status: 200, code: "FAILED".into(), said })
            }
            (Progress::UnderWay, Some(id)) => {
                entry.begun = Some(Begun { on, id: Some(id), since: now });
                self.settle(user, entry, until).await;
                Ok(Step::UnderWay)
            }
            // Without an id there is nothing to ask about: 8x8 has done it at once.
            (Progress::Done, _) | (Progress::UnderWay, None) => {
                self.end(user, on, entry.ours, until).await;
                Ok(Step::Done)
            }
        }
    }

    /// Asks how a change goes that is under way. Whether there is none any more that could be asked about.
    async fn advance(&self, Users { access, api }: Users<'_>, user: &EightUserId) -> Result<bool, Error> {
        let now = access.now();
        let (entry, until, id, on) = {
            let mut state = self.state();
            let Some(place) = state.places.get_mut(user) else { return Ok(true) };
            let Some(Begun { id: Some(id), on, since }) = place.entry.begun.clone() else { return Ok(true) };
            if now.since(since) >= GIVE_UP {
                if let Some(begun) = &mut place.entry.begun {
                    begun.id = None;
                }
                return Err(Error::Unreadable("8x8 did not finish the change of a user within 5 minutes".into()));
            }
            if now.since(place.asked_at) < ASK {
                return Ok(false);
            }
            place.asked_at = now;
            (place.entry.clone(), place.until, id, on)
        };
        let url = under(api, &["admin-provisioning", "operations", &id])?;
        let call = Call { method: Method::GET, url, product: Product::Operations, body: None };
        let answer = match access.read(&call).await {
            Err(Error::Refused { status: 404, .. }) => {
                // 8x8 has forgotten it: a reading of the user tells what became of it.
                if let Some(Begun { id, .. }) =
                    self.state().places.get_mut(user).and_then(|place| place.entry.begun.as_mut())
                {
                    *id = None;
                }
                return Ok(true);
            }
            answer => answer?,
        };
        match read(&answer.body)?.1 {
            Progress::UnderWay => Ok(false),
            Progress::Done => {
                self.end(user, on, entry.ours, until).await;
                Ok(true)
            }
            Progress::Failed(said) => {
                if on {
                    self.forget(user).await;
                } else {
                    self.settle(user, Entry { begun: None, ..entry }, until).await;
                }
                Err(Error::Refused { status: 200, code: "FAILED".into(), said })
            }
        }
    }

    /// A change is done.
    async fn end(&self, user: &EightUserId, on: bool, ours: Vec<String>, until: Timestamp) {
        if on {
            self.settle(user, Entry { ours, begun: None }, until).await;
        } else {
            self.forget(user).await;
        }
    }

    /// This is what is known now. That it could not be noted is told; after a restart a reading tells the same.
    async fn settle(&self, user: &EightUserId, entry: Entry, until: Timestamp) {
        self.note(user, &entry).await;
        let mut state = self.state();
        let asked_at = state.places.get(user).map_or(Timestamp::EPOCH, |place| place.asked_at);
        state.places.insert(user.clone(), Place { entry, asked_at, until });
    }

    async fn forget(&self, user: &EightUserId) {
        self.note(user, &Entry::default()).await;
        self.state().places.remove(user);
    }

    /// Puts an entry in the place of what was there, which is given.
    fn put(&self, user: &EightUserId, entry: Entry, until: Timestamp, now: Timestamp) -> Option<Place> {
        self.state().places.insert(user.clone(), Place { entry, asked_at: now, until })
    }

    async fn put_back(&self, user: &EightUserId, before: Option<Place>) {
        match before {
            Some(Place { entry, until, .. }) => self.settle(user, entry, until).await,
            None => self.forget(user).await,
        }
    }

    /// Whether the note of this stands.
    async fn note(&self, user: &EightUserId, entry: &Entry) -> bool {
        let noted = match entry.note() {
            Ok(note) => self.notes.put(Kind::Extension, user.as_str(), note).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        noted
            .inspect_err(|error| tracing::error!(user = user.as_str(), %error, "what is set at 8x8 could not be noted"))
            .is_ok()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn address(api: &Url, user: &EightUserId) -> Result<Url, Error> {
    Ok(under(api, &["admin-provisioning", "users", user.as_str()])?)
}
