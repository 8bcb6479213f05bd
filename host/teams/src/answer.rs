//! What Graph answers, and what the statuses of its refusals mean: those of a call and those inside a batch alike.

use std::time::Duration;

use presync_core::time::Timestamp;
use presync_http::text::{Text, plain};
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Response, StatusCode};
use serde::Deserialize;

use crate::error::{Error, broken};
use crate::throttle::retry_after;

/// The pause after a 429 inside a batch that names none.
pub(crate) const UNSAID: Duration = Duration::from_secs(2);

/// What is wrong with a page to look at.
pub(crate) const PAGE: &str =
    "a web page came in place of Graph's answer; a proxy or a sign-in page of the network is in between";

/// An answer of any status, as it came.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) sent_at: Timestamp,
    pub(crate) status: StatusCode,
    /// How long Graph asks to wait, if it says so.
    pub(crate) pause: Option<Duration>,
    /// Microsoft's name for this request: what its support asks for.
    pub(crate) request_id: Box<str>,
    /// Where to go instead, if Graph says so.
    location: Option<Box<str>>,
    pub(crate) body: Vec<u8>,
}

/// A success, and when it was asked for.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) sent_at: Timestamp,
    pub(crate) body: Vec<u8>,
}

/// The permission that a call needs, and of whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needs<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) role: &'static str,
    /// A sync user's permission, not the app's own.
    pub(crate) delegated: bool,
}

impl Raw {
    /// Reads an answer to its end. A page to look at is not Graph's answer, whatever its status: most writes are answered without a
    /// body, so that a proxy's page of success would pass for one.
    pub(crate) async fn read(response: Response, sent_at: Timestamp, now: Timestamp) -> Result<Self, Error> {
        let (status, pause) = (response.status(), retry_after(response.headers(), now));
        let request_id = request_id(response.headers());
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let page = status.is_success() && is_page(kind);
        let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(Into::into);
        let body = response.bytes().await.map_err(broken)?.into();
        if page {
            return Err(Error::Unreadable(PAGE.into()));
        }
        Ok(Self { sent_at, status, pause, request_id, location, body })
    }

    /// Whether it is a success, or what else it is.
    pub(crate) fn verdict(&self, needs: Needs<'_>) -> Result<(), Error> {
        match self.status {
            StatusCode::GONE => Err(Error::Gone { location: self.location.clone() }),
            status => verdict(status, self.pause, &self.body, needs),
        }
    }
}

/// Whether an answer of this content type is a page to look at.
pub(crate) fn is_page(kind: &str) -> bool {
    kind.trim_start().get(..9).is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"))
}

fn request_id(headers: &HeaderMap) -> Box<str> {
    headers.get("request-id").and_then(|id| id.to_str().ok()).map_or_else(|| "-".into(), plain)
}

/// Whether an answer is a success, or what else it is.
pub(crate) fn verdict(status: StatusCode, pause: Option<Duration>, body: &[u8], needs: Needs<'_>) -> Result<(), Error> {
    let client_id = || needs.client_id.into();
    Err(match status {
        _ if status.is_success() => return Ok(()),
        StatusCode::UNAUTHORIZED => Error::Unauthorized { client_id: client_id() },
        StatusCode::FORBIDDEN if needs.delegated => {
            Error::NotDelegated { client_id: client_id(), permission: needs.role }
        }
        StatusCode::FORBIDDEN => Error::Forbidden { client_id: client_id(), role: needs.role },
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::TOO_MANY_REQUESTS => Error::Throttled { retry_after: pause.unwrap_or(UNSAID) },
        StatusCode::REQUEST_TIMEOUT => Error::Unavailable { status: status.as_u16(), retry_after: pause },
        _ if status.is_server_error() => Error::Unavailable { status: status.as_u16(), retry_after: pause },
        _ => refused(status, body),
    })
}

/// Graph's error body. `innerError` (or `innererror`) holds dates and ids, and sometimes the only code.
#[derive(Deserialize, Default)]
struct Body<'a> {
    #[serde(borrow, default)]
    error: Option<Inner<'a>>,
}

#[derive(Deserialize, Default)]
struct Inner<'a> {
    #[serde(borrow, default)]
    code: Option<Text<'a>>,
    #[serde(borrow, default)]
    message: Option<Text<'a>>,
    #[serde(borrow, default, rename = "innerError", alias = "innererror")]
    inner: Option<Box<Inner<'a>>>,
}

/// Graph's code and message, the outermost that are not empty, each as one plain line.
pub(crate) fn said(body: &[u8]) -> (Box<str>, Box<str>) {
    let body: Body<'_> = serde_json::from_slice(body).unwrap_or_default();
    let mut layer = body.error.as_ref();
    let (mut code, mut message) = ("", "");
    while let Some(error) = layer {
        let text = |text: &'_ Option<Text<'_>>| text.as_ref().is_some_and(|text| !text.as_str().is_empty());
        if let Some(found) = error.code.as_ref().filter(|_| code.is_empty() && text(&error.code)) {
            code = found.as_str();
        }
        if let Some(found) = error.message.as_ref().filter(|_| message.is_empty() && text(&error.message)) {
            message = found.as_str();
        }
        layer = error.inner.as_deref();
    }
    (plain(code), plain(message))
}

fn refused(status: StatusCode, body: &[u8]) -> Error {
    let (code, message) = said(body);
    Error::Refused { status: status.as_u16(), code, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_and_message(body: &str) -> (String, String) {
        match refused(StatusCode::BAD_REQUEST, body.as_bytes()) {
            Error::Refused { code, message, .. } => (code.into(), message.into()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_shape_of_an_error_body_is_read() {
        let known =
            r#"{"error":{"code":"InvalidArgument","message":"[SessionId]: required.","innerError":{"date":"x"}}}"#;
        assert_eq!(code_and_message(known), ("InvalidArgument".into(), "[SessionId]: required.".into()));
        let nested = r#"{"error":{"code":"","message":"","innererror":{"code":"429","message":"Please retry after"}}}"#;
        assert_eq!(code_and_message(nested), ("429".into(), "Please retry after".into()));
        for body in ["", "<html>bad gateway</html>", "[]", r#"{"error":"text"}"#, r#"{"error":null}"#] {
            assert_eq!(code_and_message(body), (String::new(), String::new()), "{body}");
        }
    }
}
