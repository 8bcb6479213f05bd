//! The process's one HTTP client, and how addresses are put together.
//!
//! Shared by all tenants: each client of its own would load the root certificates once more (3 ms, for a thousand tenants
//! seconds of the start), and connections to the same host serve all.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::redirect::Policy;
use url::Url;

use crate::error::Error;
use crate::text::plain;

/// A connection that is not there after this will not be.
const CONNECT: Duration = Duration::from_secs(5);

static SHARED: OnceLock<reqwest::Client> = OnceLock::new();

/// The client; its deadlines belong to the calls.
pub(crate) fn client() -> Result<reqwest::Client, Error> {
    if let Some(client) = SHARED.get() {
        return Ok(client.clone());
    }
    let client = reqwest::Client::builder()
        .user_agent(concat!("presync/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .redirect(Policy::none()) // 8x8 does not redirect; a secret is not to be posted elsewhere
        .build()
        .map_err(|error| Error::Settings(plain(&format!("no HTTP client: {error}"))))?;
    Ok(SHARED.get_or_init(|| client).clone())
}

/// What broke, without the address that was called (it may hold a user's id).
pub(crate) fn broken(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Error::Network(plain(&cause.to_string()))
}

/// The address of `segments` under `base`, each escaped.
pub(crate) fn under(base: &Url, segments: &[&str]) -> Result<Url, Error> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| Error::Settings(format!("{base} is no address of a web service").into()))?
        .pop_if_empty()
        .extend(segments);
    Ok(url)
}
