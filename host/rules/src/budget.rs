//! The meter of one instance: memory, tables, and time on the processor.

use std::fmt;
use std::time::{Duration, Instant};

use wasmtime::{ResourceLimiter, Store, UpdateDeadline};

use crate::guest_log::GuestLog;
use crate::limits::{HOSTCALL_BYTES, Limits};
use crate::ticker::TICK;

/// A call may wait for a turn on a loaded machine, but not for longer than this many times its budget.
const PATIENCE: u32 = 20;

/// A call that is done within this is not metered: reading the thread's clock is a call of the kernel, and would cost as much as the answer.
const UNMETERED: Duration = TICK.saturating_mul(2);

/// What a store carries: the meter and the log of one instance.
#[derive(Debug)]
pub(crate) struct Guest {
    limits: Limits,
    memory: usize,
    table_elements: usize,
    pub(crate) log: GuestLog,
}

/// A guest wanted more memory or larger tables than it may have.
#[derive(Debug)]
pub(crate) struct Denied {
    what: &'static str,
    wanted: usize,
    allowed: usize,
}

impl Guest {
    pub(crate) const fn new(limits: Limits, log: GuestLog) -> Self {
        Self { limits, memory: 0, table_elements: 0, log }
    }
}

/// Sets the limits of a fresh store: memory and tables, what may be copied out of it, and its deadline.
pub(crate) fn arm(store: &mut Store<Guest>) {
    store.limiter(|guest| guest);
    let limits = store.data().limits;
    rearm(store, limits);
}

/// Sets what a store may use in its next call. Memory and tables that it has count on.
pub(crate) fn rearm(store: &mut Store<Guest>, limits: Limits) {
    store.data_mut().limits = limits;
    let budget = limits.batch_time;
    store.set_hostcall_fuel(HOSTCALL_BYTES);
    let (wall, unmetered) = (Instant::now(), budget.min(UNMETERED));
    store.set_epoch_deadline(ticks(unmetered));
    // The epoch says that time has passed, not that the guest used it: on a loaded machine the thread may have waited for its turn.
    // So the deadline asks the thread's own clock, and gives the rest when there is one. What was before the first look counts as used,
    // up to what is not metered: had the guest run on for longer, the look would have come sooner.
    let mut start = None;
    store.epoch_deadline_callback(move |_| {
        let now = processor_time();
        let start = *start.get_or_insert_with(|| now.saturating_sub(wall.elapsed().min(unmetered)));
        let left = budget.saturating_sub(now.saturating_sub(start));
        if left.is_zero() || wall.elapsed() > budget * PATIENCE {
            return Ok(UpdateDeadline::Interrupt);
        }
        Ok(UpdateDeadline::Continue(ticks(left)))
    });
}

/// One more than the ticks that fit, since the first one may come at once.
fn ticks(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(TICK.as_nanos())).unwrap_or(u64::MAX).saturating_add(1)
}

/// Time that this thread has spent on the processor.
#[cfg(unix)]
pub(crate) fn processor_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Without a clock of the thread, time spent waiting counts too.
#[cfg(not(unix))]
pub(crate) fn processor_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

// === impl Guest ===

impl ResourceLimiter for Guest {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let wanted = self.memory + desired.saturating_sub(current);
        if wanted > self.limits.memory {
            return Err(Denied { what: "bytes of memory", wanted, allowed: self.limits.memory }.into());
        }
        self.memory = wanted;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let wanted = self.table_elements + desired.saturating_sub(current);
        if wanted > self.limits.table_elements {
            return Err(Denied { what: "table elements", wanted, allowed: self.limits.table_elements }.into());
        }
        self.table_elements = wanted;
        Ok(true)
    }
}

// === impl Denied ===

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it wanted {} {}, and may have {}", self.wanted, self.what, self.allowed)
    }
}

impl std::error::Error for Denied {}
