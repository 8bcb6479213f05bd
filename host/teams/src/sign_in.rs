//! Client credentials at Entra: how a token is asked for, and what the refusals mean.

use std::time::Duration;

use presync_core::time::Timestamp;
use presync_http::text::{Text, plain};
use presync_http::token::Fresh;
use reqwest::StatusCode;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::config::App;
use crate::error::{Error, SignInProblem, broken};
use crate::throttle::retry_after;

/// Where an app signs in, and for what.
#[derive(Debug)]
pub(crate) struct SignIn {
    pub(crate) endpoint: Url,
    pub(crate) scope: String,
    pub(crate) client_id: Box<str>,
    secret: SecretString,
}

#[derive(Serialize)]
struct Form<'a> {
    grant_type: &'a str,
    client_id: &'a str,
    client_secret: &'a str,
    scope: &'a str,
}

#[derive(Deserialize)]
struct Granted<'a> {
    #[serde(borrow)]
    access_token: Text<'a>,
    expires_in: u64,
}

#[derive(Deserialize, Default)]
struct Refusal<'a> {
    #[serde(borrow, default)]
    error: Option<Text<'a>>,
    #[serde(borrow, default)]
    error_description: Option<Text<'a>>,
    #[serde(default)]
    error_codes: Vec<u32>,
}

impl SignIn {
    /// The sign-in of `app` to the directory whose token endpoint is `endpoint`.
    pub(crate) fn new(app: &App, endpoint: Url, scope: String) -> Self {
        let client_id = app.client_id.as_str().into();
        Self { endpoint, scope, client_id, secret: app.secret.clone() }
    }

    /// Asks for a token.
    pub(crate) async fn token(&self, http: &reqwest::Client, now: Timestamp) -> Result<Fresh, Error> {
        let form = Form {
            grant_type: "client_credentials",
            client_id: &self.client_id,
            client_secret: self.secret.expose_secret(),
            scope: &self.scope,
        };
        let response = http.post(self.endpoint.clone()).form(&form).send().await.map_err(broken)?;
        let status = response.status();
        let pause = retry_after(response.headers(), now);
        let body = response.bytes().await.map_err(broken)?;
        if status.is_success() {
            return granted(&body);
        }
        let error = self.refused(status, pause, &body);
        tracing::warn!(client_id = &*self.client_id, status = status.as_u16(), %error, "no token from Entra");
        Err(error)
    }

    fn refused(&self, status: StatusCode, pause: Option<Duration>, body: &[u8]) -> Error {
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Error::Throttled { retry_after: pause.unwrap_or(Duration::from_secs(10)) };
        }
        let refusal: Refusal<'_> = serde_json::from_slice(body).unwrap_or_default();
        let code = refusal.code();
        // 90006, 90024, 90055 and 50033 are passing troubles that Entra reports like refusals.
        if status.is_server_error() || matches!(code, Some(90006 | 90024 | 90055 | 50033)) {
            return Error::Unavailable { status: status.as_u16(), retry_after: pause };
        }
        let problem = match code {
            Some(7_000_215) => SignInProblem::WrongSecret,
            Some(7_000_222) => SignInProblem::ExpiredSecret,
            Some(700_016) => SignInProblem::UnknownApp,
            Some(90_002) => SignInProblem::UnknownDirectory,
            code => {
                let error = refusal.error.map_or_else(|| status.as_str().into(), |error| plain(error.as_str()));
                SignInProblem::Other { error, code }
            }
        };
        Error::SignIn { client_id: self.client_id.clone(), problem }
    }
}

impl Refusal<'_> {
    /// The number of the AADSTS code: from the list, or from the description where the list is missing.
    fn code(&self) -> Option<u32> {
        self.error_codes.first().copied().or_else(|| {
            let (_, rest) = self.error_description.as_ref()?.as_str().split_once("AADSTS")?;
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        })
    }
}

fn granted(body: &[u8]) -> Result<Fresh, Error> {
    // Neither the body nor the parser's words about it may reach a log: both could hold the token.
    let unreadable = || Error::Unreadable("the token endpoint's answer holds no token".into());
    let granted: Granted<'_> = serde_json::from_slice(body).map_err(|_| unreadable())?;
    let text = format!("Bearer {}", granted.access_token.as_str());
    let mut header = HeaderValue::from_str(&text).map_err(|_| unreadable())?;
    header.set_sensitive(true);
    Ok(Fresh { header, life: Duration::from_secs(granted.expires_in) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> Error {
        let app = App { client_id: "app-1".into(), secret: "s3cret".into() };
        let sign_in = SignIn::new(&app, Url::parse("https://login.example/t/token").unwrap(), String::new());
        sign_in.refused(StatusCode::from_u16(status).unwrap(), None, body.as_bytes())
    }

    fn problem(body: &str) -> SignInProblem {
        match refused(401, body) {
            Error::SignIn { problem, .. } => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_codes_that_administrators_meet_have_their_own_sentences() {
        for (code, expected) in [
            (7_000_215, SignInProblem::WrongSecret),
            (7_000_222, SignInProblem::ExpiredSecret),
            (700_016, SignInProblem::UnknownApp),
            (90_002, SignInProblem::UnknownDirectory),
        ] {
            let body = format!(r#"{{"error":"invalid_client","error_description":"raw","error_codes":[{code}]}}"#);
            assert_eq!(problem(&body), expected);
            assert!(!expected.to_string().contains("raw"));
        }
    }

    #[test]
    fn a_code_is_found_in_the_description_too() {
        let body = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."}"#;
        assert_eq!(problem(body), SignInProblem::ExpiredSecret);
    }

    #[test]
    fn an_unlisted_code_keeps_its_number_and_no_dump() {
        let body = r#"{"error":"invalid_grant","error_description":"AADSTS53003: long text. Trace ID: 1","error_codes":[53003]}"#;
        assert_eq!(problem(body), SignInProblem::Other { error: "invalid_grant".into(), code: Some(53003) });
        assert_eq!(problem("<html>"), SignInProblem::Other { error: "401".into(), code: None });
    }

    #[test]
    fn trouble_at_entra_is_not_a_wrong_credential() {
        assert_eq!(refused(503, "busy"), Error::Unavailable { status: 503, retry_after: None });
        assert!(refused(429, "").retry_after().is_some());
        assert!(!refused(400, r#"{"error":"temporarily_unavailable","error_codes":[90055]}"#).is_credential_problem());
    }

    #[test]
    fn a_token_is_never_shown() {
        let fresh = granted(br#"{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ0"}"#).unwrap();
        assert_eq!(fresh.life, Duration::from_secs(3599));
        assert!(!format!("{fresh:?}").contains("eyJ0"));
    }
}
