//! The engines of the process: their settings, what they compiled, their ticker.
//!
//! There is one for everything, and one more for each processor beyond the first: threads that ask the same rule at the same time have
//! one each (see `lanes`).

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::available_parallelism;

use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

use crate::budget::Guest;
use crate::cache::Cache;
use crate::error::HostError;
use crate::guest_log::GuestLog;
use crate::hall::{Hall, Place, Places};
use crate::limits::Limits;
use crate::ticker::Ticker;

/// The most lanes that the default has: more threads than that in one rule at a time share.
const MOST_LANES: u32 = 8;

/// What the engines reserve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSettings {
    /// Rules that run at the same time in one lane, in all tenants together; 32. A call beyond that waits for a place.
    pub places: u32,
    /// Instances that stay for their next batch, in all rules together; 16. A rule for which there is none gets a fresh one.
    pub lasting_places: u32,
    /// Threads that ask one rule at the same time without getting into each other's way, at least 1; as many as there are processors, at
    /// most 8. Each lane beyond the first is an engine with places of its own, which reserves address space and no memory.
    pub lanes: u32,
    /// The most memory that a rule's limit may be set to, in bytes; 64 MiB.
    pub memory_ceiling: usize,
    /// Memory of a place that is kept and wiped by hand, in bytes; 2 MiB. Covers a Rust or QuickJS guest; more costs resident memory.
    pub keep_resident: usize,
    /// The largest rule file, in bytes; 32 MiB (JavaScript and Python bring their interpreters).
    pub file_size: usize,
    /// A folder for compiled rules, made when there is none; without one, every start compiles anew.
    pub cache: Option<PathBuf>,
}

impl Default for HostSettings {
    fn default() -> Self {
        let processors =
            available_parallelism().map_or(1, |processors| u32::try_from(processors.get()).unwrap_or(u32::MAX));
        Self {
            places: 32,
            lasting_places: 16,
            lanes: processors.min(MOST_LANES),
            memory_ceiling: 64 * 1024 * 1024,
            keep_resident: 2 * 1024 * 1024,
            file_size: 32 * 1024 * 1024,
            cache: None,
        }
    }
}

/// The engines that compile and run rules. One per process; cloning shares it.
#[derive(Clone)]
pub struct RuleHost {
    inner: Arc<Inner>,
}

/// What clones of a host share.
struct Inner {
    settings: HostSettings,
    /// Where rules are compiled and asked what they are, and where everybody is asked who meets nobody.
    main: Hall,
    /// For those who meet somebody.
    more: Box<[Hall]>,
    cache: Option<Cache>,
    compilations: AtomicU64,
    ticker: Ticker,
    /// Places of the main hall for instances that stay.
    lasting: Places,
}

/// A place for an instance that stays; given back when dropped.
pub(crate) struct LastingPlace(Arc<Inner>);

// === impl RuleHost ===

impl RuleHost {
    /// Sets up the engines and starts their ticker.
    ///
    /// # Errors
    /// When the machine refuses what the settings ask for.
    pub fn new(settings: HostSettings) -> Result<Self, HostError> {
        let refused = |error: wasmtime::Error| HostError::Engine {
            places: settings.places,
            lanes: settings.lanes,
            reason: format!("{error:#}"),
        };
        let main = Hall::new(&settings, settings.places, settings.lasting_places).map_err(refused)?;
        let more: Result<Box<[_]>, _> = (1..settings.lanes).map(|_| Hall::new(&settings, settings.places, 0)).collect();
        let more = more.map_err(refused)?;
        let cache = settings.cache.as_ref().map(|folder| {
            Cache::open(folder, main.engine()).map_err(|source| HostError::Cache { folder: folder.clone(), source })
        });
        let cache = cache.transpose()?;
        let ticker = Ticker::start(std::iter::once(&main).chain(&more).map(Hall::engine))?;
        let (compilations, lasting) = (AtomicU64::new(0), Places::new(settings.lasting_places));
        Ok(Self { inner: Arc::new(Inner { settings, main, more, cache, compilations, ticker, lasting }) })
    }

    /// What the engines were set up with.
    pub fn settings(&self) -> &HostSettings {
        &self.inner.settings
    }

    /// Whether deadlines are being watched; for a health check. While they are not, no rule is entered.
    pub fn is_watched(&self) -> bool {
        self.inner.ticker.is_alive()
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.inner.main.engine()
    }

    pub(crate) fn linker(&self) -> &Linker<Guest> {
        self.inner.main.linker()
    }

    /// The hall of everything, and of the first lane.
    pub(crate) fn main(&self) -> &Hall {
        &self.inner.main
    }

    /// The halls of the other lanes.
    pub(crate) fn more(&self) -> &[Hall] {
        &self.inner.more
    }

    /// Components that were compiled since the start, those left out that came from the cache.
    pub fn compilations(&self) -> u64 {
        self.inner.compilations.load(Ordering::Relaxed)
    }

    /// Places that no rule is in now: those for one batch, all lanes together, and those for instances that stay.
    pub fn places_free(&self) -> (u32, u32) {
        let batch = self.inner.main.free() + self.inner.more.iter().map(Hall::free).sum::<u32>();
        (batch, self.inner.lasting.free())
    }

    /// Compiles a component that was validated.
    pub(crate) fn translate(&self, bytes: &[u8]) -> wasmtime::Result<Component> {
        self.inner.compilations.fetch_add(1, Ordering::Relaxed);
        Component::new(self.engine(), bytes)
    }

    pub(crate) fn cache(&self) -> Option<&Cache> {
        self.inner.cache.as_ref()
    }

    /// Waits for a place in the main hall, for one batch.
    pub(crate) fn place(&self) -> Place<'_> {
        self.inner.main.place()
    }

    /// A place for an instance that stays, if there is one.
    pub(crate) fn lasting_place(&self) -> Option<LastingPlace> {
        self.inner.lasting.take().then(|| LastingPlace(Arc::clone(&self.inner)))
    }
}

impl std::fmt::Debug for RuleHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuleHost").field("settings", &self.inner.settings).finish_non_exhaustive()
    }
}

// === impl LastingPlace ===

impl LastingPlace {
    /// A fresh store with its limits set. It must be dropped before the place is.
    pub(crate) fn store(&self, limits: Limits, log: GuestLog) -> Store<Guest> {
        self.0.main.store(limits, log)
    }
}

impl Drop for LastingPlace {
    fn drop(&mut self) {
        self.0.lasting.give_back();
    }
}
