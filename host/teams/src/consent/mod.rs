//! Admin consent: the page to send an Entra administrator to, and what he comes back with.
//!
//! The app that reads and the app that holds sessions are consented to one by one, so that a tenant can sync one way. Both of
//! Entra's pages exist: [`ConsentPage::Registered`] grants whatever the app registration lists, [`ConsentPage::Scoped`] what its
//! address names, and it tells what was granted.

mod standing;

use presync_http::text::plain;
use presync_http::transport::under;
use url::Url;

pub use standing::{Consent, Sign};

use crate::cloud::resource;
use crate::config::Config;
use crate::error::Error;
use crate::refusal::Refusal;

/// Which of Entra's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConsentPage {
    /// `/adminconsent` (v1): everything that the app registration lists.
    Registered,
    /// `/v2.0/adminconsent`: all application permissions for Graph that the app registration lists.
    #[default]
    Scoped,
}

/// What an administrator came back with after he accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The directory that the address names. Anybody can write one into an address: it is believed only when a token of that
    /// directory carries the permission.
    pub claimed_directory: Box<str>,
    /// What was granted, where the page tells it.
    pub scope: Option<Box<str>>,
}

/// Why a way back from the consent page is no consent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsentError {
    /// Not the answer to the page that was opened.
    #[error("the browser came back from a consent page that was not opened here. Open the consent link once more")]
    StateMismatch,
    /// Entra says no.
    #[error("{0}")]
    Refused(Refusal),
    /// Neither yes nor no.
    #[error("the browser came back without Entra's answer. Open the consent link once more")]
    Unclear,
}

/// The address to send an administrator to. `directory` is the tenant's, or `None` to let him choose by signing in; `state` is a
/// secret of this one attempt, which comes back.
///
/// # Errors
/// [`Error::Settings`] when the login address of `config` cannot be one.
pub fn link(
    config: &Config,
    client_id: &str,
    page: ConsentPage,
    directory: Option<&str>,
    redirect: &Url,
    state: &str,
) -> Result<Url, Error> {
    let mut url = match page {
        ConsentPage::Registered => under(&config.login, &[directory.unwrap_or("common"), "adminconsent"]),
        ConsentPage::Scoped => under(&config.login, &[directory.unwrap_or("organizations"), "v2.0", "adminconsent"]),
    }?;
    let mut query = url.query_pairs_mut();
    query.append_pair("client_id", client_id);
    if page == ConsentPage::Scoped {
        query.append_pair("scope", &format!("{}/.default", resource(&config.graph)));
    }
    query.append_pair("redirect_uri", redirect.as_str()).append_pair("state", state);
    drop(query);
    Ok(url)
}

/// Reads the query of the address that the browser came back to. `state` is that of the link.
///
/// # Errors
/// [`ConsentError`], which says what the administrator did or what Entra has against it.
pub fn returned(query: &str, state: &str) -> Result<Returned, ConsentError> {
    let found = |name: &str| {
        let pair = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        pair.map(|(_, value)| value).filter(|value| !value.is_empty())
    };
    if found("state").as_deref() != Some(state) {
        return Err(ConsentError::StateMismatch);
    }
    // `admin_consent=True` is there when it failed, too.
    if let Some(error) = found("error") {
        return Err(ConsentError::Refused(Refusal::told(
            &plain(&error),
            &found("error_description").unwrap_or_default(),
        )));
    }
    let yes = found("admin_consent").is_some_and(|answer| answer.eq_ignore_ascii_case("true"));
    let directory = found("tenant").filter(|_| yes).ok_or(ConsentError::Unclear)?;
    Ok(Returned { claimed_directory: plain(&directory), scope: found("scope").map(|scope| plain(&scope)) })
}

#[cfg(test)]
mod tests;
