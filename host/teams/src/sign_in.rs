//! Who signs in: an app for itself, or an app on behalf of a sync user.

use presync_core::time::Timestamp;
use presync_http::token::Fresh;

use crate::error::Error;
use crate::sync_user::SyncUser;
use crate::token_endpoint::TokenEndpoint;

/// One way to an access token for Graph.
#[derive(Debug)]
pub(crate) enum SignIn {
    /// The app for itself, with its application permissions.
    App {
        /// Where it asks.
        endpoint: TokenEndpoint,
        /// Graph's `/.default`.
        scope: String,
    },
    /// The app on behalf of a user, with the permissions that he delegated.
    User(SyncUser),
}

impl SignIn {
    /// The app's client id.
    pub(crate) fn client_id(&self) -> &str {
        match self {
            Self::App { endpoint, .. } => &endpoint.client_id,
            Self::User(user) => user.client_id(),
        }
    }

    /// Asks for a token.
    pub(crate) async fn token(&self, http: &reqwest::Client, now: Timestamp) -> Result<Fresh, Error> {
        match self {
            Self::App { endpoint, scope } => {
                let grant = endpoint.ask(http, now, "client_credentials", &[("scope", scope)]).await?;
                Ok(grant.access)
            }
            Self::User(user) => user.token(http, now).await,
        }
    }
}
