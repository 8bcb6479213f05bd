//! How a token is asked for. 8x8 has two ways: an app's key and secret (client credentials, whose answer has its numbers as
//! strings), and for Work Analytics an app's key with the name and password of a user.

use std::time::Duration;

use presync_core::time::Timestamp;
use presync_http::tap;
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

/// Who signs in, and where.
#[derive(Debug)]
pub(crate) enum SignIn {
    /// An app, by client credentials.
    App { endpoint: Url, key: String, secret: SecretString },
    /// A user of Work Analytics, through an app.
    Supervisor { endpoint: Url, key: HeaderValue, user: String, password: SecretString },
}

#[derive(Deserialize)]
struct Granted<'a> {
    #[serde(borrow)]
    access_token: Text<'a>,
    expires_in: Number,
}

const APP_FIX: &str = "the key or the secret is wrong or was revoked. Compare both with the app's under API Keys in the 8x8 Admin \
                       Console; a new app takes some minutes to be known";
const KEY_FIX: &str = "`work.key` is not the key of an app with the API product for Work Analytics. Compare it with the app's under \
                       API Keys in the 8x8 Admin Console";
const USER_FIX: &str = "`work.user` or `work.password` is wrong, or this user has never opened Analytics for 8x8 Work in a browser, \
                        or signs in by single sign-on alone. Use a service account with a password of its own and open \
                        Analytics with it once";

impl SignIn {
    /// Asks for a token.
    pub(crate) async fn token(&self, http: &reqwest::Client, now: Timestamp) -> Result<Fresh, Error> {
        let request = match self {
            Self::App { endpoint, key, secret } => http
                .post(endpoint.clone())
                .basic_auth(key, Some(secret.expose_secret()))
                .form(&[("grant_type", "client_credentials")]),
            Self::Supervisor { endpoint, key, user, password } => http
                .post(endpoint.clone())
                .header("8x8-apikey", key.clone())
                .form(&[("username", user.as_str()), ("password", password.expose_secret())]),
        };
        let response = tap::send(request).await.map_err(broken)?;
        let status = response.status();
        let pause = retry_after(response.headers(), now);
        let body = response.bytes().await.map_err(broken)?;
        if status.is_success() {
            return granted(&body);
        }
        let error = self.refused(status, pause, &body);
        tracing::warn!(status = status.as_u16(), %error, "no token from 8x8");
        Err(error)
    }

    fn refused(&self, status: StatusCode, pause: Option<Duration>, body: &[u8]) -> Error {
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Error::Throttled { retry_after: pause.unwrap_or(Duration::from_secs(60)) };
        }
        if status.is_server_error() {
            return Error::Unavailable { status: status.as_u16(), retry_after: pause };
        }
        let Problem { code, said } = Problem::read(body);
        let fix = match self {
            Self::App { .. } => APP_FIX,
            Self::Supervisor { .. } if &*code == "SHA001" || said.contains("apikey") => KEY_FIX,
            Self::Supervisor { .. } => USER_FIX,
        };
        let said = if code.is_empty() { said } else { code };
        Error::SignIn { said: if said.is_empty() { status.as_str().into() } else { said }, fix }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Url {
        Url::parse("https://api.8x8.com/oauth").unwrap()
    }

    fn app() -> SignIn {
        SignIn::App { endpoint: endpoint(), key: "key".to_owned(), secret: "secret".into() }
    }

    fn supervisor() -> SignIn {
        let key = HeaderValue::from_static("key");
        SignIn::Supervisor { endpoint: endpoint(), key, user: "ann".to_owned(), password: "secret".into() }
    }

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
        let body = br#"{"ErrorCode":"invalid_client","Error":"ClientId is Invalid"}"#;
        let wrong = app().refused(StatusCode::UNAUTHORIZED, None, body);
        assert_eq!(wrong, Error::SignIn { said: "invalid_client".into(), fix: APP_FIX });
        let trouble = app().refused(StatusCode::INTERNAL_SERVER_ERROR, None, b"{}");
        assert_eq!(trouble, Error::Unavailable { status: 500, retry_after: None });
    }

    #[test]
    fn a_wrong_key_and_a_wrong_user_of_work_analytics_are_told_apart() {
        let key = br#"{"status":400,"message":"Invalid 8x8-apikey","code":"SHA001","details":[{"type":"invalidValue",
            "location":"header","path":["8x8-apikey"],"hint":"..."}]}"#;
        let told = supervisor().refused(StatusCode::BAD_REQUEST, None, key).to_string();
        assert!(told.contains("SHA001") && told.contains("`work.key`"), "{told}");
        let user = br#"{"error":"invalid_grant","error_description":"USER_NOTFOUND_ERROR"}"#;
        let told = supervisor().refused(StatusCode::BAD_REQUEST, None, user).to_string();
        assert!(told.contains("USER_NOTFOUND_ERROR") && told.contains("`work.password`"), "{told}");
    }

    #[test]
    fn a_token_of_work_analytics_has_a_number_for_its_life() {
        let fresh = granted(br#"{"access_token":"eyJ","token_type":"bearer","expires_in":1800}"#).unwrap();
        assert_eq!(fresh.life, Duration::from_secs(1800));
    }
}
