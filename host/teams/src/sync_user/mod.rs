//! The sync user: an account that somebody signed in with once, on whose behalf an app reads what apps alone may not, such as
//! subscriptions to presence.
//!
//! [`SignInDesk`] sends a browser to Entra and takes it back (authorization code with PKCE). What stays is a refresh token, kept
//! in a [`TokenStore`] and nowhere else: it is loaded for each refresh, and its successor is stored before anything relies on
//! it. Entra does not revoke the predecessor, so that a store which fails costs nothing but a warning.

mod desk;
mod store;

use std::sync::Arc;

use presync_core::time::Timestamp;
use presync_http::token::Fresh;
use secrecy::ExposeSecret;

pub use desk::{Begun, DelegatedApp, Pending, Prompt, SignInDesk, SignedIn};
pub(crate) use desk::{PERMISSION, scope};
pub use store::{Account, StoreError, TokenStore};

use crate::error::Error;
use crate::keys::TokenProblem;
use crate::token_endpoint::{Grant, TokenEndpoint};

/// Why there is no sign-in of a sync user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SyncUserError {
    /// The store holds no refresh token.
    #[error("nobody has signed in yet. Open the integration page and sign in as the sync user")]
    NotSignedIn,
    /// The redirect is not the answer to the sign-in that was begun.
    #[error("the browser came back from a sign-in that was not begun here. Start the sign-in once more")]
    StateMismatch,
    /// The redirect has neither a code nor an error.
    #[error("the browser came back without a code. Start the sign-in once more")]
    NoCode,
    /// Entra's word about who signed in is not believed.
    #[error("Entra's word about who signed in is not believed: {0}")]
    IdToken(#[from] TokenProblem),
    /// The grant lacks a part that was asked for.
    #[error(
        "Entra granted the sign-in without {0}, which presync asked for. Sign in once more and accept all permissions"
    )]
    Missing(&'static str),
    /// The store failed.
    #[error("the store of sign-ins failed: {0}")]
    Store(#[from] StoreError),
}

/// A sync user as a source of access tokens.
#[derive(Debug)]
pub(crate) struct SyncUser {
    pub(crate) endpoint: TokenEndpoint,
    pub(crate) scope: String,
    pub(crate) account: Account,
    pub(crate) store: Arc<dyn TokenStore>,
}

impl SyncUser {
    pub(crate) fn client_id(&self) -> &str {
        &self.endpoint.client_id
    }

    /// A new access token for the refresh token in the store, which is replaced by its successor.
    pub(crate) async fn token(&self, http: &reqwest::Client, now: Timestamp) -> Result<Fresh, Error> {
        let account = self.account.clone();
        let kept = stored(&self.store, move |store| store.load(&account)).await.map_err(SyncUserError::Store)?;
        let kept = kept.ok_or(SyncUserError::NotSignedIn)?;
        let own = [("refresh_token", kept.expose_secret()), ("scope", &*self.scope)];
        let Grant { access, refresh, .. } = self.endpoint.ask(http, now, "refresh_token", &own).await?;
        if let Some(successor) = refresh {
            let account = self.account.clone();
            if let Err(error) = stored(&self.store, move |store| store.replace(&account, &successor)).await {
                let directory = &*self.account.directory;
                tracing::warn!(directory, %error, "the new refresh token could not be stored; the old one stays in use");
            }
        }
        Ok(access)
    }
}

/// Runs `work` with the store, on a thread that may block.
async fn stored<T: Send + 'static>(
    store: &Arc<dyn TokenStore>,
    work: impl FnOnce(&dyn TokenStore) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let store = Arc::clone(store);
    match tokio::task::spawn_blocking(move || work(&*store)).await {
        Ok(answer) => answer,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

#[cfg(test)]
mod tests;
