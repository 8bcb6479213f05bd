//! The clock of deadlines: an OS thread that advances the engines' epochs once a millisecond.
//!
//! A thread of its own, because a timer of the async runtime stops exactly when a guest keeps a worker busy. It holds the engines
//! weakly and ends with them. It leaves a heartbeat: were it ever stuck, no deadline would fire, so a guest is only entered while the
//! heartbeat is fresh.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wasmtime::{Engine, EngineWeak};

/// One tick. Deadlines are rounded up to it.
pub(crate) const TICK: Duration = Duration::from_millis(1);

/// A heartbeat older than this means that the ticker is stuck. Generous: on a loaded machine a thread may wait for a turn.
const STALE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Ticker {
    started: Instant,
    /// Milliseconds from `started` to the latest tick.
    latest: Arc<AtomicU64>,
}

impl Ticker {
    pub(crate) fn start<'a>(engines: impl Iterator<Item = &'a Engine>) -> std::io::Result<Self> {
        let started = Instant::now();
        let latest = Arc::new(AtomicU64::new(0));
        let (engines, heartbeat) = (engines.map(Engine::weak).collect::<Vec<_>>(), Arc::clone(&latest));
        std::thread::Builder::new()
            .name("rule-ticker".to_owned())
            .spawn(move || tick(&engines, started, &heartbeat))?;
        Ok(Self { started, latest })
    }

    /// Whether deadlines are being watched.
    pub(crate) fn is_alive(&self) -> bool {
        let latest = Duration::from_millis(self.latest.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(latest) < STALE
    }
}

/// One engine that is gone is enough to end: they go together.
fn tick(engines: &[EngineWeak], started: Instant, heartbeat: &AtomicU64) {
    let advance = |engine: &EngineWeak| {
        engine.upgrade().is_some_and(|engine| {
            engine.increment_epoch();
            true
        })
    };
    while engines.iter().all(advance) {
        heartbeat.store(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        std::thread::sleep(TICK);
    }
}
