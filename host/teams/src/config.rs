//! What a client needs to know of a tenant. Plain data, filled from the settings file by the caller.

use std::time::Duration;

use presync_http::transport::under;
use url::Url;

use crate::credential::Credential;
use crate::error::Error;
use crate::token_endpoint::TokenEndpoint;

/// One app registration in Entra.
#[derive(Debug, Clone)]
pub struct App {
    /// The application (client) id, a GUID. It is also the id of the sessions that this app holds.
    pub client_id: String,
    /// How the app proves who it is: a secret converts into it; a certificate or a federated assertion is better.
    pub secret: Credential,
}

/// One tenant's side in Microsoft.
#[derive(Debug, Clone)]
pub struct Config {
    /// The directory (tenant) id, a GUID, or one of its verified domains.
    pub directory: String,
    /// Where tokens come from; `https://login.microsoftonline.com` in the global cloud; [`Cloud`](crate::Cloud) knows the others.
    pub login: Url,
    /// Graph with its version; `https://graph.microsoft.com/v1.0` in the global cloud.
    pub graph: Url,
    /// The app that reads the directory and presence: needs `User.Read.All` and `Presence.Read.All`.
    pub read_app: App,
    /// The app that holds sessions: needs `Presence.ReadWrite.All`. `None` when the tenant syncs one way.
    pub write_app: Option<App>,
    /// How long one call may take, with its waiting, its token and its retry; usually [`Config::CALL_DEADLINE`].
    pub call_deadline: Duration,
}

impl Config {
    /// Where the app `client_id` asks for tokens.
    pub(crate) fn token_endpoint(
        &self,
        client_id: &str,
        credential: Option<Credential>,
    ) -> Result<TokenEndpoint, Error> {
        let url = under(&self.login, &[&self.directory, "oauth2", "v2.0", "token"])?;
        Ok(TokenEndpoint { url, client_id: client_id.into(), credential })
    }

    /// The usual deadline of a call, 8 seconds: longer than a slow answer of Graph, shorter than the usual poll of 10 seconds.
    pub const CALL_DEADLINE: Duration = Duration::from_secs(8);
}
