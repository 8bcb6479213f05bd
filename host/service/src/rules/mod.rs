//! A tenant's rules: the default maps with the tenant's overrides on top, and every change of them while the service runs.
//!
//! ```text
//!  file saved ─► read, check, compile ─► [on trial for a part ─► watched] ─► one swap: a new generation ─► everyone is asked again
//!                   │ no good                 │ fails                          │ three faults in a minute, or by hand
//!                   └► refused; what is       └► back to what was before       └► the last good version, else none
//!                      in force stays
//! ```
//!
//! A change is made on a copy, stored, and put in force as a whole; what cannot be stored does not happen. Whoever holds the chains of
//! before goes on with them. Everything here may compile or run a rule or wait for the disk, unless it says otherwise: call it from
//! threads that may be busy, never from an async worker.
//!
//! # Layout
//! * `base`: what all tenants share
//! * `error`: what can go wrong
//! * `event`: what the event log keeps
//! * `source`: where components come from; `watch`: noticing that a file was saved; `fetch`: from a registry
//! * `slot`: one override with its versions
//! * `chains`: the two chains as they are in force; `report`: what may be seen of them
//! * `draft`: a change on its way
//! * `candidate`: the chains with a rule that is not in force
//! * `faults`: how often a rule fails; `trial`: how much a version on trial would change
//! * `load`: taking up what a source holds; `steer`: taking versions back and letting them on

mod base;
mod candidate;
mod chains;
mod draft;
mod error;
mod event;
mod faults;
mod fetch;
mod load;
mod report;
mod slot;
mod source;
mod steer;
mod trial;
mod watch;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use presync_core::id::TenantId;
use presync_core::time::{Clock, Timestamp};
use presync_core::words::Direction;
use presync_rules::RuleHost;
use presync_store::TenantStore;
use tokio::sync::Notify;

use crate::config::RuleConfig;

pub use base::{RuleBase, RuleSettings};
pub use error::{RuleError, SteerError};
pub use event::{RuleEvent, RuleName};
pub use report::{RuleState, RuleStatus};
pub use steer::Steered;

pub(crate) use candidate::Tried;
pub(crate) use chains::{Chains, Half};
pub(crate) use load::People;
pub(crate) use source::Look;
pub(crate) use steer::Suspect;

use draft::Draft;
use faults::Faults;
use slot::Slot;
use source::Glance;

/// A tenant's rules: what is in force, and what it comes from.
#[derive(Debug)]
pub(crate) struct TenantRules {
    tenant: TenantId,
    base: RuleBase,
    store: TenantStore,
    clock: Arc<dyn Clock>,
    opened_at: Timestamp,
    configs: Vec<RuleConfig>,
    chains: ArcSwap<Chains>,
    /// Held for the length of a change, never while a rule is compiled.
    slots: Mutex<Vec<Slot>>,
    /// What was last seen of each source. Held by whoever looks, while compiling too: one looks at a time.
    glances: Mutex<Vec<Glance>>,
    /// Held for moments.
    faults: Mutex<Faults>,
    /// Directions whose rules have changed, until the tenant takes that up. Held for moments.
    changed: Mutex<Vec<Direction>>,
    /// Rings when a rule file was saved.
    saved: Arc<Notify>,
    /// Rings when other chains were put in force.
    swapped: Notify,
}

impl TenantRules {
    /// The chains in force. Whoever holds them goes on with them through a change. Never waits.
    pub(crate) fn chains(&self) -> Arc<Chains> {
        self.chains.load_full()
    }

    /// The engines that its rules run on.
    pub(crate) const fn host(&self) -> &RuleHost {
        self.base.host()
    }

    /// The directions whose rules have changed since this was last called. Never waits.
    pub(crate) fn take_changed(&self) -> Vec<Direction> {
        let mut changed = std::mem::take(&mut *lock(&self.changed));
        changed.sort_unstable();
        changed.dedup();
        changed
    }

    /// Waits until a rule file was saved.
    pub(crate) async fn saved(&self) {
        self.saved.notified().await;
    }

    /// Waits until other chains are in force.
    pub(crate) async fn swapped(&self) {
        self.swapped.notified().await;
    }

    /// Makes a change: edits a copy of the slots, builds the chains that follow, stores the change, and puts it in force in one step.
    /// Where the chains stay as they are, so does the generation, unless the edit wants a new one.
    ///
    /// # Errors
    /// When the rules do not make a chain, or the change cannot be stored: then nothing is changed.
    fn change<T>(&self, edit: impl FnOnce(&mut Draft<'_>) -> T) -> Result<T, RuleError> {
        let mut slots = lock(&self.slots);
        let before = self.chains.load_full();
        let mut draft = Draft::new(&self.configs, slots.clone(), before.generation + 1, self.clock.now());
        let edited = edit(&mut draft);
        let (anew, generation) = (draft.anew, draft.generation);
        let (new, mut stored, events) = draft.finish();
        let mut chains = self.build(&new, generation, Some(&before))?;
        let changed = chains.differ_from(&before);
        if changed.is_empty() && !anew {
            stored.generation = before.generation;
            chains = chains.of_generation(before.generation);
        }
        if stored.generation > before.generation || !stored.is_empty() {
            self.store.change_rules(&stored)?;
        }
        for event in &events {
            event.log(&self.tenant);
        }
        *slots = new;
        self.chains.store(Arc::new(chains));
        if !changed.is_empty() {
            lock(&self.changed).extend(changed);
            self.swapped.notify_one();
        }
        Ok(edited)
    }

    fn build(&self, slots: &[Slot], generation: u64, before: Option<&Chains>) -> Result<Chains, RuleError> {
        Chains::new(&self.base, &self.configs, slots, generation, self.opened_at, before)
    }

    /// A slot as it is now.
    fn slot(&self, at: usize) -> Option<Slot> {
        lock(&self.slots).get(at).cloned()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
