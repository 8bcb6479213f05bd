//! Everything that the four servers share: the clock, the tenants, the faults and the settings.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use arc_swap::ArcSwap;
use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    access::{Holder, serial_of},
    carried::EightMode,
    keys::SigningKeys,
    quirks::Quirks,
    requests::Requests,
    tenant::Tenant,
};
use crate::{
    clock::SimClock,
    faults::{Endpoint, Faults},
    notify::outbox::Outbox,
};

/// Behaviour that stays the same for a whole run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) entra_token_ms: i64,
    pub(crate) eight_token_ms: i64,
    pub(crate) manual_answers_422: bool,
    pub(crate) repeat_changes: bool,
    pub(crate) eight_mode: EightMode,
}

/// Where the servers listen.
#[derive(Debug, Clone)]
pub(crate) struct Urls {
    pub(crate) entra: String,
    pub(crate) graph: String,
    pub(crate) eight: String,
    pub(crate) admin: String,
}

/// The shared state of all servers.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: SimClock,
    pub(crate) settings: Settings,
    /// How the simulated Microsoft behaves where the real one leaves a choice; settable at any time.
    pub(crate) quirks: ArcSwap<Quirks>,
    pub(crate) faults: Faults,
    pub(crate) keys: SigningKeys,
    /// Notifications on their way, and what they are sent with.
    pub(crate) outbox: Outbox,
    pub(crate) courier: reqwest::Client,
    /// The last requests.
    pub(crate) requests: Requests,
    pub(crate) cells: Vec<Cell>,
    pub(crate) urls: OnceLock<Urls>,
    /// Whether presync has read a presence yet, and who waits for that.
    pub(crate) read: AtomicBool,
    pub(crate) first_read: Notify,
    pub(crate) serial: AtomicU64,
}

/// One tenant behind its lock, and the bell that rings when its 8x8 side changes.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) id: String,
    /// What never changes, so that finding a tenant locks nothing.
    pub(crate) directory: String,
    pub(crate) eight_key: String,
    pub(crate) analytics_key: String,
    pub(crate) cc_tenant: String,
    state: Mutex<Tenant>,
    pub(crate) changed: Notify,
}

impl Cell {
    pub(crate) fn new(tenant: Tenant) -> Self {
        let access = tenant.access.clone();
        Self {
            id: access.id,
            directory: access.directory,
            eight_key: access.eight_key,
            analytics_key: access.analytics_key,
            cc_tenant: access.cc_tenant,
            state: Mutex::new(tenant),
            changed: Notify::new(),
        }
    }
}

impl World {
    /// Works on one tenant, after it has caught up with the clock.
    pub(crate) fn with<R>(&self, cell: &Cell, work: impl FnOnce(&mut Tenant, i64) -> R) -> R {
        let mut tenant = cell.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now_ms();
        let mark = |tenant: &Tenant| (tenant.changes.next(), tenant.phone.events.next(), tenant.phone.events.drops);
        let before = mark(&tenant);
        tenant.settle(now);
        let settings = self.quirks.load().notifications;
        tenant.subscriptions.settle(now, settings.reauthorization_ms);
        let result = work(&mut tenant, now);
        let rings = mark(&tenant) != before;
        let (place, notices) = (tenant.place, tenant.subscriptions.take_fresh());
        drop(tenant);
        if !notices.is_empty() {
            self.outbox.post(place, notices, settings, now);
        }
        if rings {
            cell.changed.notify_waiters();
        }
        result
    }

    /// Works on every tenant in turn.
    pub(crate) fn with_all<R>(&self, mut work: impl FnMut(&mut Tenant, i64) -> R) -> Vec<R> {
        self.cells.iter().map(|cell| self.with(cell, &mut work)).collect()
    }

    /// When a token ends; at once if nobody knows it.
    pub(crate) fn token_ends_ms(&self, token: &str) -> i64 {
        let ends_ms = serial_of(token)
            .and_then(|(place, serial)| self.with(self.cells.get(place)?, |tenant, _| tenant.tokens.ends_ms(serial)));
        ends_ms.unwrap_or_default()
    }

    /// Whose token this is, if it still holds.
    pub(crate) fn bearer(&self, token: &str) -> Option<(&Cell, Holder)> {
        let (place, serial) = serial_of(token)?;
        let cell = self.cells.get(place)?;
        let holder = self.with(cell, |tenant, now| tenant.tokens.holder(token, serial, now))?;
        Some((cell, holder))
    }

    /// Has Microsoft behave differently from now on.
    pub(crate) fn set_quirks(&self, quirks: Quirks) {
        let lag = quirks.teams_lag_ms;
        self.quirks.store(Arc::new(quirks));
        self.with_all(|tenant, _| tenant.teams_lag_ms = lag);
    }

    /// A request id: unique within the run, and cheap.
    pub(crate) fn request_id(&self) -> Uuid {
        Uuid::from_u128(
            0x5157_0000_0000_4000_8000_0000_0000_0000 + u128::from(self.serial.fetch_add(1, Ordering::Relaxed)),
        )
    }

    /// Notes that presync has read presence.
    pub(crate) fn note_read(&self) {
        if !self.read.swap(true, Ordering::Relaxed) {
            self.first_read.notify_waiters();
        }
    }

    /// Counts one answer.
    pub(crate) fn count(&self, cell: &Cell, endpoint: Endpoint, status: u16) {
        self.with(cell, |tenant, _| {
            *tenant.meter.requests.entry((endpoint, status)).or_default() += 1;
            tenant.meter.counters.throttled += u64::from(status == 429);
        });
    }
}
