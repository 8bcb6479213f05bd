//! Client credentials at 8x8: Basic authentication with key and secret, and an answer whose numbers are strings.

use std::time::Duration;

use presync_core::time::Timestamp;
use presync_http::text::{Number, Text};
use presync_http::token::Fresh;
use reqwest::StatusCode;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::error::{Error, broken};
use crate::gate::retry_after;
use crate::problem::Problem;

/// Where an app signs in.
#[derive(Debug)]
pub(crate) struct SignIn {
    pub(crate) endpoint: Url,
    pub(crate) key: String,
    pub(crate) secret: SecretString,
}

#[derive(Deserialize)]
struct Granted<'a> {
    #[serde(borrow)]
    access_token: Text<'a>,
    expires_in: Number,
}

impl SignIn {
    /// Asks for a token.
    pub(crate) async fn token(&self, http: &reqwest::Client, now: Timestamp) -> Result<Fresh, Error> {
        let request = http
            .post(self.endpoint.clone())
            .basic_auth(&self.key, Some(self.secret.expose_secret()))
            .form(&[("grant_type", "client_credentials")]);
        let response = request.send().await.map_err(broken)?;
        let status = response.status();
        let pause = retry_after(response.headers(), now);
        let body = response.bytes().await.map_err(broken)?;
        if status.is_success() {
            return granted(&body);
        }
        let error = refused(status, pause, &body);
        tracing::warn!(status = status.as_u16(), %error, "no token from 8x8");
        Err(error)
    }
}

fn granted(body: &[u8]) -> Result<Fresh, Error> {
    // Neither the body nor the parser's words about it may reach a log: both could hold the token.
    let unreadable = || Error::Unreadable("the token endpoint's answer holds no token".into());
    let granted: Granted<'_> = serde_json::from_slice(body).map_err(|_| unreadable())?;
    // The answer calls its type `BearerToken`; the header's word is `Bearer` all the same.
    let text = format!("Bearer {}", granted.access_token.as_str());
    let mut header = HeaderValue::from_str(&text).map_err(|_| unreadable())?;
    header.set_sensitive(true);
    Ok(Fresh { header, life: Duration::from_secs(granted.expires_in.0) })
}

fn refused(status: StatusCode, pause: Option<Duration>, body: &[u8]) -> Error {
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Error::Throttled { retry_after: pause.unwrap_or(Duration::from_secs(60)) };
    }
    if status.is_server_error() {
        return Error::Unavailable { status: status.as_u16(), retry_after: pause };
    }
    let problem = Problem::read(body);
    let said = if problem.code.is_empty() { problem.said } else { problem.code };
    Error::SignIn { said: if said.is_empty() { status.as_str().into() } else { said } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_with_its_quoted_numbers_and_dotted_keys() {
        let fresh = granted(
            br#"{"access_token":"t0ken","token_type":"BearerToken","api_product_list":"[analytics realtime-api, vcc]",
                "api_product_list_json":["vcc"],"status":"approved","scope":"","expires_in":"1799",
                "issued_at":"1683045181383","refresh_count":"0","developer.email":"deprecated"}"#,
        )
        .unwrap();
        assert_eq!(fresh.life, Duration::from_secs(1799));
        assert_eq!(fresh.header, "Bearer t0ken");
        assert!(!format!("{fresh:?}").contains("t0ken"));
    }

    #[test]
    fn a_wrong_secret_and_trouble_at_8x8_are_told_apart() {
        let wrong =
            refused(StatusCode::UNAUTHORIZED, None, br#"{"ErrorCode":"invalid_client","Error":"ClientId is Invalid"}"#);
        assert_eq!(wrong, Error::SignIn { said: "invalid_client".into() });
        let trouble = refused(StatusCode::INTERNAL_SERVER_ERROR, None, b"{}");
        assert_eq!(trouble, Error::Unavailable { status: 500, retry_after: None });
    }
}
