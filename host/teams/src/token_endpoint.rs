//! Entra's token endpoint: what every grant has in common, whoever asks and for whom.

use std::time::Duration;

use presync_core::time::Timestamp;
use presync_http::tap;
use presync_http::text::Text;
use presync_http::token::Fresh;
use reqwest::StatusCode;
use reqwest::header::HeaderValue;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::credential::{Credential, fields};
use crate::error::{Error, broken};
use crate::refusal::{Refusal, SignInProblem};
use crate::throttle::retry_after;

/// The pause after a 429 that names none.
const UNSAID: Duration = Duration::from_secs(10);

/// The token endpoint of one directory, as one app sees it.
#[derive(Debug, Clone)]
pub(crate) struct TokenEndpoint {
    pub(crate) url: Url,
    pub(crate) client_id: Box<str>,
    /// `None` for a public client, which must prove nothing.
    pub(crate) credential: Option<Credential>,
}

/// What Entra granted.
#[derive(Debug)]
pub(crate) struct Grant {
    /// The access token.
    pub(crate) access: Fresh,
    /// Only with the scope `offline_access`.
    pub(crate) refresh: Option<SecretString>,
    /// Only with the scope `openid`.
    pub(crate) id_token: Option<SecretString>,
    /// The scopes granted, which may be others than those asked for.
    pub(crate) scope: Option<Box<str>>,
}

#[derive(Deserialize)]
struct Granted<'a> {
    #[serde(borrow)]
    access_token: Text<'a>,
    expires_in: u64,
    #[serde(borrow, default)]
    refresh_token: Option<Text<'a>>,
    #[serde(borrow, default)]
    id_token: Option<Text<'a>>,
    #[serde(borrow, default)]
    scope: Option<Text<'a>>,
}

impl TokenEndpoint {
    /// Asks for a token with the grant `grant_type` and its own fields.
    pub(crate) async fn ask(
        &self,
        http: &reqwest::Client,
        now: Timestamp,
        grant_type: &str,
        own: &[(&str, &str)],
    ) -> Result<Grant, Error> {
        let proof = match &self.credential {
            Some(credential) => {
                let proof = credential.prove(&self.client_id, &self.url, now).await;
                proof.map_err(|problem| Error::Credential { client_id: self.client_id.clone(), problem })?
            }
            None => Vec::new(),
        };
        let mut form = vec![("grant_type", grant_type), ("client_id", &*self.client_id)];
        form.extend(fields(&proof));
        form.extend_from_slice(own);
        let response = tap::send(http.post(self.url.clone()).form(&form)).await.map_err(broken)?;
        let status = response.status();
        let pause = retry_after(response.headers(), now);
        let body = response.bytes().await.map_err(broken)?;
        if status.is_success() {
            return granted(&body);
        }
        let error = self.refused(status, pause, &body);
        tracing::warn!(client_id = &*self.client_id, grant_type, status = status.as_u16(), %error, "no token from Entra");
        Err(error)
    }

    fn refused(&self, status: StatusCode, pause: Option<Duration>, body: &[u8]) -> Error {
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Error::Throttled { retry_after: pause.unwrap_or(UNSAID) };
        }
        let refusal = Refusal::read(body, status.as_str());
        // Entra reports its own troubles with the same body as a refusal.
        if status.is_server_error() || refusal.problem == SignInProblem::Passing {
            return Error::Unavailable { status: status.as_u16(), retry_after: pause };
        }
        Error::SignIn { client_id: self.client_id.clone(), refusal }
    }
}

fn granted(body: &[u8]) -> Result<Grant, Error> {
    // Neither the body nor the parser's words about it may reach a log: both could hold the token.
    let unreadable = || Error::Unreadable("the token endpoint's answer holds no token".into());
    let granted: Granted<'_> = serde_json::from_slice(body).map_err(|_| unreadable())?;
    let text = format!("Bearer {}", granted.access_token.as_str());
    let mut header = HeaderValue::from_str(&text).map_err(|_| unreadable())?;
    header.set_sensitive(true);
    let secret = |text: Option<Text<'_>>| text.map(|text| SecretString::from(text.as_str()));
    Ok(Grant {
        access: Fresh { header, life: Duration::from_secs(granted.expires_in) },
        refresh: secret(granted.refresh_token),
        id_token: secret(granted.id_token),
        scope: granted.scope.map(|scope| scope.as_str().into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> Error {
        let url = Url::parse("https://login.example/t/token").unwrap();
        let endpoint = TokenEndpoint { url, client_id: "app-1".into(), credential: Some("s3cret".into()) };
        endpoint.refused(StatusCode::from_u16(status).unwrap(), None, body.as_bytes())
    }

    #[test]
    fn a_refusal_names_the_app_and_keeps_the_number() {
        let error = refused(400, r#"{"error":"invalid_grant","error_description":"raw","error_codes":[53003]}"#);
        let refusal = Refusal { problem: SignInProblem::BlockedByPolicy, code: Some(53003) };
        assert_eq!(error, Error::SignIn { client_id: "app-1".into(), refusal });
        assert!(!error.to_string().contains("raw"));
    }

    #[test]
    fn trouble_at_entra_is_not_a_wrong_credential() {
        assert_eq!(refused(503, "busy"), Error::Unavailable { status: 503, retry_after: None });
        assert!(refused(429, "").retry_after().is_some());
        assert!(!refused(400, r#"{"error":"temporarily_unavailable","error_codes":[90055]}"#).is_credential_problem());
    }

    #[test]
    fn a_token_is_never_shown() {
        let body = br#"{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ0","refresh_token":"0.AX","id_token":"eyJ1"}"#;
        let grant = granted(body).unwrap();
        assert_eq!(grant.access.life, Duration::from_secs(3599));
        let shown = format!("{grant:?}");
        assert!(!["eyJ0", "0.AX", "eyJ1"].iter().any(|secret| shown.contains(secret)), "{shown}");
    }
}
