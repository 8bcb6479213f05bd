//! An engine with its places: where instances run.
//!
//! Every batch of every rule gets a fresh instance, so making and dropping instances is the hot path. Instances come from a pool of
//! places whose memory is wiped by hand and kept resident: no page faults, no work for the kernel, several times faster than
//! mapping memory anew. Everything of WebAssembly that a rule has no use for is switched off.

use std::sync::{Condvar, Mutex, PoisonError};

use wasmtime::component::Linker;
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, WasmBacktraceDetails,
};

use crate::budget::{Guest, arm};
use crate::guest_log::GuestLog;
use crate::host::HostSettings;
use crate::limits::Limits;
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

/// An engine, what it links, and its free places. Two halls share nothing, so threads in different ones never wait for each other.
pub(crate) struct Hall {
    engine: Engine,
    linker: Linker<Guest>,
    places: Places,
}

/// Places, and how many of them are free.
pub(crate) struct Places {
    free: Mutex<u32>,
    freed: Condvar,
}

/// A place to run one instance for one batch; given back when dropped.
pub(crate) struct Place<'a>(&'a Hall);

// === impl Hall ===

impl Hall {
    /// An engine with so many places for one batch, and so many for instances that stay.
    pub(crate) fn new(settings: &HostSettings, places: u32, lasting: u32) -> wasmtime::Result<Self> {
        let engine = Engine::new(&config(settings, places.saturating_add(lasting)))?;
        let linker = v1_0::linker(&engine)?;
        Ok(Self { engine, linker, places: Places::new(places) })
    }

    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) const fn linker(&self) -> &Linker<Guest> {
        &self.linker
    }

    /// Waits for a place for one batch.
    pub(crate) fn place(&self) -> Place<'_> {
        self.places.wait();
        Place(self)
    }

    /// Places that nobody is in.
    pub(crate) fn free(&self) -> u32 {
        self.places.free()
    }

    /// A fresh store with its limits set. It must be dropped before its place is.
    pub(crate) fn store(&self, limits: Limits, log: GuestLog) -> Store<Guest> {
        let mut store = Store::new(&self.engine, Guest::new(limits, log));
        arm(&mut store);
        store
    }
}

// === impl Places ===

impl Places {
    pub(crate) const fn new(free: u32) -> Self {
        Self { free: Mutex::new(free), freed: Condvar::new() }
    }

    pub(crate) fn free(&self) -> u32 {
        *self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self) {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
    }

    pub(crate) fn take(&self) -> bool {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let left = free.checked_sub(1);
        *free = left.unwrap_or(0);
        left.is_some()
    }

    pub(crate) fn give_back(&self) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        *free += 1;
        // Nobody waits unless there was no place, and waking costs a call of the kernel even when nobody does.
        if *free == 1 {
            self.freed.notify_all();
        }
    }
}

// === impl Place ===

impl Place<'_> {
    /// A fresh store with its limits set. It must be dropped before the place is.
    pub(crate) fn store(&self, limits: Limits, log: GuestLog) -> Store<Guest> {
        self.0.store(limits, log)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.places.give_back();
    }
}

fn config(settings: &HostSettings, places: u32) -> Config {
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
