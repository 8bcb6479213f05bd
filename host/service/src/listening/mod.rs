//! What 8x8 tells by itself, between the cycles: how it is heard, and whether it is.
//!
//! ```text
//!  cycles                      ├read─ask─write┤                       ├read─ask─write┤
//!  a stream                          told │     told │                     8x8 says what changed
//!  or a request that waits        asked ──┼── answer │ asked ─────────     8x8 answers when something changed
//!  or deliveries to a webhook             │     told │
//!  in between                             └ask─write┤└ask─write┤           on what both sides said last
//! ```
//!
//! The cycles read on as if nothing were told: that is the truth, and what was told is only sooner. What is told twice, late, in
//! another order or not at all changes nothing, since each reading has its revision.

use std::sync::{Mutex, MutexGuard, PoisonError};

use presync_core::time::Timestamp;
use presync_eight::Provider;
use presync_eight::config::Push;
use presync_eight::hooks::Door;
use serde::Serialize;
use tokio::sync::{Notify, mpsc};

/// Deliveries that wait to be taken up; more are turned away, and 8x8 brings them again.
const INBOX: usize = 1_000;

/// Readings of the feed in a row that show changes of which a stream told none, until it counts as silent. One may fall between a
/// change and its message.
const UNTOLD: u32 = 5;

/// By what changes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// A stream.
    Stream,
    /// Requests that wait for a change.
    Wait,
}

/// What 8x8 tells by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Listening {
    /// By what changes are told now; `None` when nothing is open, and only the cycles read.
    pub by: Option<By>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// 8x8 delivers changes to a webhook.
    pub webhook: bool,
    /// Changes told since the process started, those told twice among them.
    pub told: u64,
    /// When something was last told.
    pub told_at: Option<Timestamp>,
}

/// How one tenant listens.
#[derive(Debug)]
pub(crate) struct Ear {
    /// `None` where 8x8 tells nothing.
    state: Option<Mutex<State>>,
    /// A stream tells everything that is read, and not only some of it.
    tells_all: bool,
    /// Lets deliveries in; `None` without a webhook.
    pub(crate) door: Option<Door>,
    inbox: mpsc::Sender<Vec<u8>>,
    /// What was delivered; whoever listens holds it.
    pub(crate) delivered: tokio::sync::Mutex<mpsc::Receiver<Vec<u8>>>,
    /// Rings when the feed was read.
    pub(crate) read: Notify,
    /// Rings when a stream tells nothing though there is something to tell.
    pub(crate) silent: Notify,
}

#[derive(Debug, Default)]
struct State {
    shown: Listening,
    /// Changes that the stream told, as of the last reading of the feed.
    told_at_reading: u64,
    /// Readings in a row with changes that the stream did not tell.
    untold: u32,
}

impl Ear {
    pub(crate) fn new(eight: &Provider) -> Self {
        let (inbox, delivered) = mpsc::channel(INBOX);
        let Push { wait, stream, webhook } = eight.push();
        let state = (wait || stream.is_some() || webhook.is_some()).then(Mutex::default);
        let (door, tells_all) = match eight {
            Provider::Partner(client) => {
                let tenant = stream.map(|stream| stream.tenant);
                (webhook.map(|_| Door::new(client.clone(), tenant)), true)
            }
            Provider::Public(_) => (None, false),
        };
        let delivered = tokio::sync::Mutex::new(delivered);
        Self { state, tells_all, door, inbox, delivered, read: Notify::new(), silent: Notify::new() }
    }

    /// What may be seen of it.
    pub(crate) fn shown(&self) -> Option<Listening> {
        self.state().map(|state| state.shown.clone())
    }

    /// Room for one delivery; `None` when too many wait.
    pub(crate) fn room(&self) -> Option<mpsc::Permit<'_, Vec<u8>>> {
        self.inbox.try_reserve().ok()
    }

    /// Something tells changes from now on, or nothing does.
    pub(crate) fn hears(&self, by: Option<By>, now: Timestamp) {
        let Some(mut state) = self.state() else { return };
        if state.shown.by != by {
            (state.shown.by, state.shown.since) = (by, by.map(|_| now));
            (state.told_at_reading, state.untold) = (state.shown.told, 0);
        }
    }

    /// A webhook is registered, or is not.
    pub(crate) fn is_delivered_to(&self, registered: bool) {
        if let Some(mut state) = self.state() {
            state.shown.webhook = registered;
        }
    }

    /// So many changes were told.
    pub(crate) fn heard(&self, changes: usize, now: Timestamp) {
        let Some(mut state) = self.state().filter(|_| changes > 0) else { return };
        state.shown.told += changes as u64;
        state.shown.told_at = Some(now);
    }

    /// The feed was read and showed so many changes.
    pub(crate) fn was_read(&self, changes: usize) {
        self.read.notify_one();
        let Some(mut state) = self.state().filter(|state| state.shown.by == Some(By::Stream)) else { return };
        if !self.tells_all || changes == 0 {
            return;
        }
        state.untold = if state.shown.told == state.told_at_reading { state.untold + 1 } else { 0 };
        state.told_at_reading = state.shown.told;
        if state.untold >= UNTOLD {
            state.untold = 0;
            self.silent.notify_one();
        }
    }

    fn state(&self) -> Option<MutexGuard<'_, State>> {
        self.state.as_ref().map(|state| state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests;
