//! The one engine of the process: its settings, its places, its ticker.
//!
//! Every batch of every rule gets a fresh instance, so making and dropping instances is the hot path. Instances come from a pool of
//! places whose memory is wiped by hand and kept resident: no page faults, no work for the kernel, several times faster than
//! mapping memory anew. Everything of WebAssembly that a rule has no use for is switched off.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use wasmtime::component::{Component, Linker};
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, WasmBacktraceDetails,
};

use crate::budget::{Guest, arm};
use crate::cache::Cache;
use crate::error::HostError;
use crate::guest_log::GuestLog;
use crate::limits::Limits;
use crate::ticker::Ticker;
use crate::v1_0;

/// Core instances that one component may bring. `wit-component` makes three of a Rust rule; QuickJS with its WASI stubbed out has 13,
/// and CPython, which is linked from its shared libraries when the component starts, 38.
const INSTANCES: u32 = 48;

/// Memories that one component may bring: one, and two empty ones in the stubs of a JavaScript rule.
const MEMORIES: u32 = 4;

/// Tables that one component may bring: three in a JavaScript rule, two in a Python rule.
const TABLES: u32 = 4;

/// The size of one instance's bookkeeping; interpreters have large ones.
const INSTANCE_BYTES: usize = 4 * 1024 * 1024;

/// The native stack of a guest's calls. A Rust guest keeps its own in linear memory.
const NATIVE_STACK: usize = 512 * 1024;

/// What the engine reserves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSettings {
    /// Rules that run at the same time, in all tenants together; 32. A call beyond that waits for a place.
    pub places: u32,
    /// Instances that stay for their next batch, in all rules together; 16. A rule for which there is none gets a fresh one.
    pub lasting_places: u32,
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
        Self {
            places: 32,
            lasting_places: 16,
            memory_ceiling: 64 * 1024 * 1024,
            keep_resident: 2 * 1024 * 1024,
            file_size: 32 * 1024 * 1024,
            cache: None,
        }
    }
}

/// The engine that compiles and runs rules. One per process; cloning shares it.
#[derive(Clone)]
pub struct RuleHost {
    inner: Arc<Inner>,
}

/// What clones of a host share.
pub(crate) struct Inner {
    settings: HostSettings,
    engine: Engine,
    linker: Linker<Guest>,
    cache: Option<Cache>,
    compilations: AtomicU64,
    ticker: Ticker,
    places: Places,
    lasting: Places,
}

/// Places of one kind, and how many of them are free.
struct Places {
    free: Mutex<u32>,
    freed: Condvar,
}

/// Which places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// For one batch.
    Passing,
    /// For an instance that stays.
    Lasting,
}

/// A place to run one instance; given back when dropped. One for a batch borrows its host: threads that count references count in turn.
pub(crate) struct Place<H: Deref<Target = Inner>> {
    host: H,
    kind: Kind,
}

/// A place for an instance that stays.
pub(crate) type LastingPlace = Place<Arc<Inner>>;

// === impl RuleHost ===

impl RuleHost {
    /// Sets up the engine and starts its ticker.
    ///
    /// # Errors
    /// When the machine refuses what the settings ask for.
    pub fn new(settings: HostSettings) -> Result<Self, HostError> {
        let refused =
            |error: wasmtime::Error| HostError::Engine { places: settings.places, reason: format!("{error:#}") };
        let engine = Engine::new(&config(&settings)).map_err(refused)?;
        let linker = v1_0::linker(&engine).map_err(refused)?;
        let cache = settings.cache.as_ref().map(|folder| {
            Cache::open(folder, &engine).map_err(|source| HostError::Cache { folder: folder.clone(), source })
        });
        let cache = cache.transpose()?;
        let ticker = Ticker::start(&engine)?;
        let (places, lasting) = (Places::new(settings.places), Places::new(settings.lasting_places));
        let compilations = AtomicU64::new(0);
        let inner = Inner { settings, engine, linker, cache, compilations, ticker, places, lasting };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What the engine was set up with.
    pub fn settings(&self) -> &HostSettings {
        &self.inner.settings
    }

    /// Whether deadlines are being watched; for a health check. While they are not, no rule is entered.
    pub fn is_watched(&self) -> bool {
        self.inner.ticker.is_alive()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    pub(crate) fn linker(&self) -> &Linker<Guest> {
        &self.inner.linker
    }

    /// Components that were compiled since the start, those left out that came from the cache.
    pub fn compilations(&self) -> u64 {
        self.inner.compilations.load(Ordering::Relaxed)
    }

    /// Compiles a component that was validated.
    pub(crate) fn translate(&self, bytes: &[u8]) -> wasmtime::Result<Component> {
        self.inner.compilations.fetch_add(1, Ordering::Relaxed);
        Component::new(&self.inner.engine, bytes)
    }

    pub(crate) fn cache(&self) -> Option<&Cache> {
        self.inner.cache.as_ref()
    }

    /// Waits for a place for one batch.
    pub(crate) fn place(&self) -> Place<&Inner> {
        self.inner.places.wait();
        Place { host: &self.inner, kind: Kind::Passing }
    }

    /// A place for an instance that stays, if there is one.
    pub(crate) fn lasting_place(&self) -> Option<LastingPlace> {
        self.inner.lasting.take().then(|| Place { host: Arc::clone(&self.inner), kind: Kind::Lasting })
    }
}

impl std::fmt::Debug for RuleHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuleHost").field("settings", &self.inner.settings).finish_non_exhaustive()
    }
}

// === impl Places ===

impl Places {
    fn new(free: u32) -> Self {
        Self { free: Mutex::new(free), freed: Condvar::new() }
    }

    fn wait(&self) {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
    }

    fn take(&self) -> bool {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let left = free.checked_sub(1);
        *free = left.unwrap_or(0);
        left.is_some()
    }

    fn give_back(&self) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free += 1;
        // Nobody waits unless there was no place, and waking costs a call of the kernel even when nobody does.
        if *free == 1 {
            self.freed.notify_all();
        }
    }
}

// === impl Place ===

impl<H: Deref<Target = Inner>> Place<H> {
    /// A fresh store with its limits set. It must be dropped before the place is.
    pub(crate) fn store(&self, limits: Limits, log: GuestLog) -> Store<Guest> {
        let mut store = Store::new(&self.host.engine, Guest::new(limits, log));
        arm(&mut store);
        store
    }
}

impl<H: Deref<Target = Inner>> Drop for Place<H> {
    fn drop(&mut self) {
        match self.kind {
            Kind::Passing => self.host.places.give_back(),
            Kind::Lasting => self.host.lasting.give_back(),
        }
    }
}

fn config(settings: &HostSettings) -> Config {
    let places = settings.places.saturating_add(settings.lasting_places);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(places)
        .total_core_instances(places.saturating_mul(INSTANCES))
        .total_memories(places.saturating_mul(MEMORIES))
        .total_tables(places.saturating_mul(TABLES))
        .max_unused_warm_slots(places)
        .max_core_instances_per_component(INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_component_instance_size(INSTANCE_BYTES)
        .max_core_instance_size(INSTANCE_BYTES)
        .max_memory_size(settings.memory_ceiling)
        .linear_memory_keep_resident(settings.keep_resident)
        // Only what a guest touched is wiped, where the kernel can tell (Linux 6.7).
        .pagemap_scan(Enabled::Auto)
        .table_keep_resident(64 * 1024);

    let mut config = Config::new();
    // Several memories stay allowed: the engine itself makes modules with two where one part of a component calls another, as the parts
    // of a JavaScript rule do, and panics when it may not.
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .epoch_interruption(true)
        .concurrency_support(false)
        .max_wasm_stack(NATIVE_STACK)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .wasm_tail_call(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .shared_memory(false);
    config
}
