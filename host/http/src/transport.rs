//! The process's HTTP clients, one for all calls and one for those that stay open, and how addresses are put together.
//!
//! Shared by all tenants: each client of its own would load the root certificates once more (3 ms, for a thousand tenants
//! seconds of the start), and connections to the same host serve all.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::redirect::Policy;
use url::Url;

use crate::text::plain;

/// A connection that is not there after this will not be.
const CONNECT: Duration = Duration::from_secs(5);

/// Settings with which nothing can be called; the text says what is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub Box<str>);

static SHARED: OnceLock<reqwest::Client> = OnceLock::new();
static APART: OnceLock<reqwest::Client> = OnceLock::new();

/// The client; its deadlines belong to the calls.
///
/// # Errors
/// When the system has no certificates to trust, or no sockets.
pub fn client() -> Result<reqwest::Client, Unusable> {
    once(&SHARED, reqwest::Client::builder())
}

/// One whose requests each have a connection of their own, by HTTP/1.1: for those that stay open. With HTTP/2 they would fill the one
/// connection to a host up to its limit of requests, and all others would have to wait for them; and none could become a WebSocket.
///
/// # Errors
/// As [`client`].
pub fn apart() -> Result<reqwest::Client, Unusable> {
    once(&APART, reqwest::Client::builder().http1_only())
}

fn once(cell: &OnceLock<reqwest::Client>, builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Unusable> {
    if let Some(client) = cell.get() {
        return Ok(client.clone());
    }
    let client = builder
        .user_agent(concat!("presync/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .redirect(Policy::none()) // neither provider redirects; a secret is not to be posted elsewhere
        .build()
        .map_err(|error| Unusable(plain(&format!("no HTTP client: {error}"))))?;
    Ok(cell.get_or_init(|| client).clone())
}

/// What broke, without the address that was called (it may hold a user's id).
pub fn broken(error: reqwest::Error) -> Box<str> {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    plain(&cause.to_string())
}

/// The address of `segments` under `base`, each escaped.
///
/// # Errors
/// When `base` is the address of no web service, such as `mailto:`.
pub fn under(base: &Url, segments: &[&str]) -> Result<Url, Unusable> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| Unusable(format!("{base} is no address of a web service").into()))?
        .pop_if_empty()
        .extend(segments);
    Ok(url)
}
