//! Tokens that Entra signed for us to read: id_tokens of a sign-in, and the validation tokens of notifications.
//!
//! The signing keys are fetched when first needed and again when a token names one that is not among them, since Entra rotates
//! them without notice. Time comes from the caller's clock, so all claims are checked here and not by the JWT library.

mod claims;

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use presync_core::time::{Clock, Timestamp};
use presync_http::tap;
use tokio::sync::Mutex;
use tokio::time::timeout;
use url::Url;

pub(crate) use claims::Claims;

use crate::error::{Error, broken};

/// Keys are not fetched again sooner than this: whoever sends us tokens with invented key names must not make us hammer Entra.
const REST: Duration = Duration::from_secs(60);

/// Why a signed token is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenProblem {
    /// No JWT signed with RS256 that names its key.
    #[error("it is no token that Entra signs (a JWT with RS256 and a key id)")]
    Malformed,
    /// Signed with a key that Entra does not publish.
    #[error("it is signed with a key that Entra does not publish")]
    UnknownKey,
    /// The signature is wrong.
    #[error("its signature is wrong")]
    Signature,
    /// Too old, or from the future.
    #[error("it is not valid now; if this comes often, check this machine's clock")]
    OutOfTime,
    /// Meant for another app.
    #[error("it is meant for another app")]
    Audience,
    /// Issued by somebody else, or for another directory.
    #[error("it was issued by another directory, or not by Entra")]
    Issuer,
    /// An answer to another sign-in.
    #[error("it belongs to another sign-in")]
    Nonce,
    /// A notification by somebody else than Microsoft Graph.
    #[error("it was not Microsoft Graph's change tracking that sent it")]
    Publisher,
    /// The keys to check it with could not be had.
    #[error("Entra's signing keys cannot be read: {0}")]
    NoKeys(Box<str>),
}

/// The published keys of one issuer.
#[derive(Debug)]
pub(crate) struct SigningKeys {
    http: reqwest::Client,
    url: Url,
    clock: Arc<dyn Clock>,
    deadline: Duration,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    keys: Option<JwkSet>,
    fetched: Timestamp,
}

impl SigningKeys {
    /// The keys published at `url`.
    pub(crate) fn new(http: reqwest::Client, url: Url, clock: Arc<dyn Clock>, deadline: Duration) -> Self {
        Self { http, url, clock, deadline, known: Mutex::default() }
    }

    /// The claims of a token whose signature is Entra's. What they say is not judged yet.
    pub(crate) async fn claims(&self, token: &str) -> Result<Claims, TokenProblem> {
        let header = decode_header(token).map_err(|_| TokenProblem::Malformed)?;
        let (Algorithm::RS256, Some(kid)) = (header.alg, header.kid) else { return Err(TokenProblem::Malformed) };
        let key = self.key(&kid).await?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.required_spec_claims.clear();
        (validation.validate_exp, validation.validate_aud) = (false, false);
        match decode::<Claims>(token, &key, &validation) {
            Ok(token) => Ok(token.claims),
            Err(error) if *error.kind() == jsonwebtoken::errors::ErrorKind::InvalidSignature => {
                Err(TokenProblem::Signature)
            }
            Err(_) => Err(TokenProblem::Malformed),
        }
    }

    async fn key(&self, kid: &str) -> Result<DecodingKey, TokenProblem> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        let missing = known.keys.as_ref().is_none_or(|keys| keys.find(kid).is_none());
        if missing && (known.keys.is_none() || now.since(known.fetched) >= REST) {
            known.keys = Some(self.fetch().await.map_err(|error| TokenProblem::NoKeys(error.to_string().into()))?);
            known.fetched = now;
        }
        let key = known.keys.as_ref().and_then(|keys| keys.find(kid)).ok_or(TokenProblem::UnknownKey)?;
        DecodingKey::from_jwk(key).map_err(|_| TokenProblem::UnknownKey)
    }

    async fn fetch(&self) -> Result<JwkSet, Error> {
        let fetched = async {
            let response = tap::send(self.http.get(self.url.clone())).await.map_err(broken)?;
            let status = response.status();
            if !status.is_success() {
                return Err(Error::Unavailable { status: status.as_u16(), retry_after: None });
            }
            let body = response.bytes().await.map_err(broken)?;
            serde_json::from_slice(&body).map_err(|error| Error::Unreadable(format!("signing keys: {error}").into()))
        };
        timeout(self.deadline, fetched).await.map_err(|_| Error::Timeout { after: self.deadline })?
    }
}

#[cfg(test)]
mod tests;
