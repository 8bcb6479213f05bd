//! The webhook: registered at 8x8, its deliveries let in, taken up beside the cycles.

use std::time::Duration;

use presync_eight::hooks::{HeaderMap, Registered, Turned};
use presync_eight::{Client, Error};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::pause::Pause;
use super::unless;
use crate::status::Place;
use crate::tenant::Tenant;

/// How often it is looked whether the registration still stands: somebody may remove it in 8x8.
const LOOK_EVERY: Duration = Duration::from_secs(600);
/// Deliveries that are taken up together at most.
const TOGETHER: usize = 500;

/// Why a delivery was not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// Nobody waits for it.
    #[error("no deliveries of 8x8 are expected here")]
    NotExpected,
    /// It is none of 8x8's: something is missing.
    #[error("{0}")]
    Incomplete(Turned),
    /// It is not 8x8's, not of now, or not for us.
    #[error("{0}")]
    Refused(Turned),
    /// It cannot be told yet whether it is 8x8's.
    #[error("{0}")]
    NotNow(Turned),
    /// Too many wait.
    #[error("too many deliveries wait to be taken up; deliver it again later")]
    Full,
}

impl From<Turned> for DeliveryError {
    fn from(turned: Turned) -> Self {
        match turned {
            Turned::Incomplete(_) => Self::Incomplete(turned),
            Turned::OtherTenant | Turned::Refused(_) => Self::Refused(turned),
            Turned::NoKey(_) | Turned::TooSoon => Self::NotNow(turned),
        }
    }
}

impl Tenant {
    /// Takes in what 8x8 delivered, if it is 8x8's. One that came before is answered like the first time.
    ///
    /// # Errors
    /// Why it is not taken in. What 8x8 is not answered well it delivers again.
    pub async fn take_delivery(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), DeliveryError> {
        let door = self.ear.door.as_ref().ok_or(DeliveryError::NotExpected)?;
        let event = door.admit(headers, body).await?;
        // The room first: an event that finds none is not to count as taken in.
        let room = self.ear.room().ok_or(DeliveryError::Full)?;
        if door.is_new(event) {
            room.send(body.to_vec());
        }
        Ok(())
    }

    /// Takes up deliveries until told to stop.
    pub(super) async fn follow_deliveries(&self, mut stop: watch::Receiver<bool>) {
        let mut delivered = self.ear.delivered.lock().await;
        loop {
            let mut bodies = Vec::new();
            let Some(count) = unless(&mut stop, delivered.recv_many(&mut bodies, TOGETHER)).await else { return };
            self.ear.heard(count, self.clock.now());
            self.take_messages(bodies.iter().map(Vec::as_slice)).await;
        }
    }

    /// Keeps the webhook registered at this address until told to stop.
    pub(super) async fn keep_registered(&self, client: &Client, address: &Url, mut stop: watch::Receiver<bool>) {
        let mut pause = Pause::new();
        loop {
            let Some(registered) = unless(&mut stop, client.register_webhook(address)).await else { return };
            self.ear.is_delivered_to(registered.is_ok());
            let next = match registered {
                Ok(done) => {
                    if done != Registered::Already {
                        tracing::info!(tenant = %self.id, ?done, "8x8 delivers changes to the webhook");
                    }
                    self.is_well(Place::Webhook);
                    pause.end();
                    Instant::now() + LOOK_EVERY
                }
                Err(error) => {
                    let needs_action = error.is_credential_problem() || matches!(error, Error::Refused { .. });
                    if pause.lengthen(error.retry_after()) {
                        let what = format!(
                            "8x8 does not deliver changes to {address}, and changes are read instead: {error}; it has to reach that \
                             address, and there this service"
                        );
                        self.is_unwell(Place::Webhook, &what, needs_action);
                    }
                    pause.until()
                }
            };
            let Some(()) = unless(&mut stop, sleep_until(next)).await else { return };
        }
    }
}
