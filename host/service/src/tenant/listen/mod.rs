//! Listening to what 8x8 tells by itself, beside the cycles, for as long as the tenant runs.
//!
//! * `changes`: the stream, and the requests that wait
//! * `deliveries`: the webhook
//! * `take`: what was told becomes readings, is decided and written
//! * `pause`: how long to wait after something went wrong
//!
//! Whatever goes wrong here is tried again later; meanwhile the cycles read.

mod changes;
mod deliveries;
mod pause;
mod take;

use presync_eight::Provider;
use tokio::sync::watch;

use crate::tenant::Tenant;

pub use deliveries::DeliveryError;

impl Tenant {
    /// Listens until told to stop; a write that is under way then is ended first. Returns at once where 8x8 tells nothing.
    pub async fn listen(&self, stop: watch::Receiver<bool>) {
        let deliveries = async {
            if let (Provider::Partner(client), Some(address)) = (&self.eight, self.eight.push().webhook) {
                let registered = self.keep_registered(client, &address, stop.clone());
                tokio::join!(Box::pin(self.follow_deliveries(stop.clone())), registered);
            }
        };
        tokio::join!(Box::pin(self.follow_changes(stop.clone())), Box::pin(deliveries));
        self.ear.hears(None, self.clock.now());
    }
}

/// What comes of a part; `None` when the stop comes first.
async fn unless<T>(stop: &mut watch::Receiver<bool>, part: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        _ = stop.wait_for(|stop| *stop) => None,
        done = part => Some(done),
    }
}
