//! Webhooks: having 8x8 deliver changes of presence to an address, and taking in what comes there.
//!
//! Whoever finds the address can send something there. What is not signed with a key that 8x8 gives out is turned away, and such a
//! key is asked for no more often than every few seconds, however many names of keys are tried.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use presync_http::transport::under;
use reqwest::Method;
pub use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use crate::access::{Access, Call};
use crate::client::Client;
use crate::error::Error;
use crate::frames::webhook::{Came, Delivery, Key, Refused};
use crate::product::Product;

/// What 8x8 calls the deliveries that are wanted.
const NOTIFICATIONS: &str = "Presence v1.0";
/// From one request for a key to the next.
const ASK_EVERY: Duration = Duration::from_secs(10);
/// Keys that are kept: 8x8 signs with one, and with the one before it for a while.
const KEYS_KEPT: usize = 8;
/// The longest name of a key that is asked for.
const LONGEST_KEY_ID: usize = 256;

/// What was done so that 8x8 delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// Nothing: it does already.
    Already,
    /// The address was registered.
    Anew,
    /// It delivered to another address before.
    Moved,
}

/// Why a delivery is not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Turned {
    /// A header is missing or cannot be one.
    #[error("a delivery of 8x8 has a header {0}, and this has none that can be read")]
    Incomplete(&'static str),
    /// It is for somebody else.
    #[error("the delivery is for another tenant of 8x8 than the `push.stream_tenant` of the settings")]
    OtherTenant,
    /// It is not 8x8's, or not of now.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// 8x8 did not give the key that it says to have signed with.
    #[error("the key of the delivery cannot be had from 8x8: {0}")]
    NoKey(Error),
    /// Its key is not known, and another one was asked for a moment ago.
    #[error("the key of the delivery is not known yet, and 8x8 was asked for one a moment ago; deliver it again")]
    TooSoon,
}

/// Lets 8x8's deliveries in.
#[derive(Debug)]
pub struct Door {
    client: Client,
    /// The tenant's name at 8x8, if it is known.
    tenant: Option<String>,
    /// The newest keys, the latest last.
    keys: Mutex<VecDeque<(String, Key)>>,
    /// When a key was last asked for; held while one is.
    asked_at: tokio::sync::Mutex<Option<Instant>>,
    came: Mutex<Came>,
}

#[derive(Deserialize)]
struct Hooks {
    #[serde(default)]
    data: Vec<Hook>,
}

#[derive(Deserialize)]
struct Hook {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    uri: String,
}

/// See [`Client::register_webhook`].
pub(crate) async fn register(access: &Access, api: &Url, name: &str, address: &Url) -> Result<Registered, Error> {
    let all = under(api, &["presence", "v1", "webhooks"])?;
    let call = |method, url, body| Call { method, url, product: Product::Presence, body };
    let answer = access.read(&call(Method::GET, all.clone(), None)).await?;
    let hooks: Hooks = serde_json::from_slice(&answer.body)
        .map_err(|error| Error::Unreadable(format!("the list of webhooks: {error}").into()))?;
    let ours = hooks.data.into_iter().find(|hook| hook.name == name);
    if ours.as_ref().is_some_and(|hook| hook.uri == address.as_str()) {
        return Ok(Registered::Already);
    }
    let wanted = json!({ "name": name, "uri": address.as_str(), "notificationVersion": NOTIFICATIONS });
    let body = Some((wanted.to_string().into_bytes(), Uuid::new_v4()));
    let (call, done) = match ours {
        None => (call(Method::POST, all, body), Registered::Anew),
        Some(hook) => (call(Method::PUT, under(&all, &[&hook.id])?, body), Registered::Moved),
    };
    access.write(&call).await.map(|_| done)
}

impl Door {
    /// One for the deliveries that `client` has registered for; `tenant` is the tenant's name at 8x8, if it is known.
    pub fn new(client: Client, tenant: Option<String>) -> Self {
        Self { client, tenant, keys: Mutex::default(), asked_at: tokio::sync::Mutex::default(), came: Mutex::default() }
    }

    /// Whether a delivery is 8x8's, of now and for us. Returns its event id.
    ///
    /// # Errors
    /// Why it is turned away.
    pub async fn admit<'a>(&self, headers: &'a HeaderMap, body: &[u8]) -> Result<&'a str, Turned> {
        let delivery = read(headers)?;
        if self.tenant.as_ref().is_some_and(|ours| ours != delivery.tenant) {
            return Err(Turned::OtherTenant);
        }
        let key = self.key(&delivery.key_id()?).await?;
        delivery.verify(body, &key, self.client.now())?;
        Ok(delivery.event)
    }

    /// Whether an event that was admitted comes for the first time; from now on it does not.
    pub fn is_new(&self, event: &str) -> bool {
        self.came.lock().unwrap_or_else(PoisonError::into_inner).is_new(event)
    }

    async fn key(&self, id: &str) -> Result<Key, Turned> {
        let known =
            |keys: &VecDeque<(String, Key)>| keys.iter().find(|(name, _)| name == id).map(|(_, key)| key.clone());
        if let Some(key) = known(&self.keys()) {
            return Ok(key);
        }
        if id.is_empty() || id.len() > LONGEST_KEY_ID {
            return Err(Refused::Malformed("it names no key").into());
        }
        let mut asked_at = self.asked_at.lock().await;
        // Whoever asked before this one may have brought it.
        if let Some(key) = known(&self.keys()) {
            return Ok(key);
        }
        if asked_at.is_some_and(|asked_at| asked_at.elapsed() < ASK_EVERY) {
            return Err(Turned::TooSoon);
        }
        *asked_at = Some(Instant::now());
        let key = self.client.webhook_key(id).await.map_err(Turned::NoKey)?;
        // A key that 8x8 gave at once is no reason to keep the next one waiting.
        *asked_at = None;
        let mut keys = self.keys();
        if keys.len() == KEYS_KEPT {
            keys.pop_front();
        }
        keys.push_back((id.to_owned(), key.clone()));
        Ok(key)
    }

    fn keys(&self) -> MutexGuard<'_, VecDeque<(String, Key)>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The headers of a delivery.
fn read(headers: &HeaderMap) -> Result<Delivery<'_>, Turned> {
    let text =
        |name: &'static str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(Turned::Incomplete(name));
    let number = |name: &'static str| text(name)?.trim().parse().map_err(|_| Turned::Incomplete(name));
    Ok(Delivery {
        customer: text("x-8x8-customer-id")?,
        tenant: text("x-8x8-tenant-id")?,
        event: text("x-8x8-event-id")?,
        retry: u32::try_from(number("x-8x8-retry")?).map_err(|_| Turned::Incomplete("x-8x8-retry"))?,
        transmitted: number("x-8x8-transmission-time")?,
        signature: text("x-8x8-signature")?,
    })
}

#[cfg(test)]
mod tests;
