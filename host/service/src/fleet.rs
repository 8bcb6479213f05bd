//! All tenants, each at its own pace: a task per tenant, so that one tenant's trouble never delays another's.
//!
//! ```text
//!  from 1 s to 10 s    0 1 2 3 4 5 6 7 8 9 10
//!  tenant a            ├┤├┤├┤├┤├┤├┤├┤├┤├┤├┤├┤       as soon as the settings let it
//!  tenant b, large     ├─cycle─┤       ├─cycle─┤    at work for half of the time at most
//! ```

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::config::Cadence;
use crate::tenant::Tenant;

/// After people who were told of have been read, others are not for so long, so that a burst takes few requests. How many there may be at
/// all, the limit says.
const GATHER: Duration = Duration::from_millis(100);

/// All tenants of this process.
#[derive(Debug)]
pub struct Fleet {
    tenants: Arc<[Arc<Tenant>]>,
    stop: watch::Sender<bool>,
    running: JoinSet<()>,
}

impl Fleet {
    /// Starts every tenant's cycles. The starts are spread over one poll interval, so that the tenants share the machine evenly.
    pub fn start(tenants: Vec<Tenant>, cadence: Cadence) -> Self {
        let tenants: Arc<[Arc<Tenant>]> = tenants.into_iter().map(Arc::new).collect();
        let (stop, _) = watch::channel(false);
        let mut running = JoinSet::new();
        let count = u32::try_from(tenants.len()).unwrap_or(u32::MAX).max(1);
        for (place, tenant) in (0u32..).zip(tenants.iter()) {
            let first = Instant::now() + cadence.poll * place / count;
            running.spawn(beat(Arc::clone(tenant), first, stop.subscribe()));
            running.spawn(follow_rules(Arc::clone(tenant), stop.subscribe()));
            running.spawn(listen(Arc::clone(tenant), stop.subscribe()));
            for place in 0..tenant.sync_users() {
                running.spawn(tend_subscription(Arc::clone(tenant), place, stop.subscribe()));
            }
            if tenant.sync_users() > 0 {
                running.spawn(heed_told(Arc::clone(tenant), stop.subscribe()));
            }
        }
        Self { tenants, stop, running }
    }

    /// The tenants.
    pub fn tenants(&self) -> Arc<[Arc<Tenant>]> {
        Arc::clone(&self.tenants)
    }

    /// Ends after the cycles that are under way. Leases are left to the next process, or to lapse.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while let Some(ended) = self.running.join_next().await {
            if let Err(error) = ended
                && error.is_panic()
            {
                std::panic::resume_unwind(error.into_panic());
            }
        }
    }
}

async fn beat(tenant: Arc<Tenant>, first: Instant, mut stop: watch::Receiver<bool>) {
    let mut due = first;
    loop {
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return,
            () = sleep_until(due) => {}
        }
        let (cycle, next) = tenant.cycle_due(due.into_std()).await;
        tracing::debug!(tenant = %tenant.id(), took = ?cycle.took, "cycle");
        due = Instant::from_std(next);
    }
}

/// Hears what 8x8 tells by itself, beside the cycles.
async fn listen(tenant: Arc<Tenant>, stop: watch::Receiver<bool>) {
    tenant.listen(stop).await;
}

/// Keeps one sync user's subscription beside the cycles. It is left as it is at the end: the next process replaces it, or it lapses.
async fn tend_subscription(tenant: Arc<Tenant>, place: usize, mut stop: watch::Receiver<bool>) {
    loop {
        let again = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return,
            again = tenant.tend_subscription(place) => again,
        };
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return,
            () = tenant.subscription_due(place, again) => {}
        }
    }
}

/// Takes up what Microsoft has told, in between the cycles.
async fn heed_told(tenant: Arc<Tenant>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return,
            () = tenant.is_told() => {}
        }
        tenant.take_told().await;
        // What comes meanwhile is read together.
        sleep(GATHER).await;
    }
}

/// Takes up saved rules beside the cycles.
async fn follow_rules(tenant: Arc<Tenant>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return,
            () = tenant.rules_saved() => {}
        }
        tenant.take_saved_rules().await;
    }
}
