//! What is said when there is no answer: the status, what went wrong, and what to check. The shape is that of RFC 9457.

use std::fmt;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// An answer that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: String,
}

#[derive(Serialize)]
struct Body<'a> {
    status: u16,
    title: &'a str,
    detail: &'a str,
}

impl Problem {
    /// What was asked for is not there.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, detail: detail.into() }
    }

    /// There is such an address, for something else.
    pub(crate) fn another_method() -> Self {
        let detail = "addresses answer GET and HEAD; only those that end in /rollback, /promote and /preview, and /notifications/{id} and \
                      /hooks/8x8/{id}, take a POST instead";
        Self { status: StatusCode::METHOD_NOT_ALLOWED, detail: detail.to_owned() }
    }

    /// What was sent cannot be used.
    pub(crate) fn bad(detail: impl Into<String>) -> Self {
        Self::unusable(StatusCode::BAD_REQUEST, detail)
    }

    /// What was sent cannot be used, in the words of who read it.
    pub(crate) fn unusable(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into() }
    }

    /// Who asks has not shown that they may.
    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, detail: detail.into() }
    }

    /// Nobody may, as things are set up.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::FORBIDDEN, detail: detail.into() }
    }

    /// It cannot be done as things are.
    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, detail: detail.into() }
    }

    /// There is no room for this one too, now.
    pub(crate) fn busy(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, detail: detail.into() }
    }

    /// Something is wrong in here; the caller can do nothing about it, so the log gets it too.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request of the administration API could not be answered");
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, detail: cause.to_string() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self { status: rejection.status(), detail: rejection.body_text() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or_default();
        let body = Body { status: self.status.as_u16(), title, detail: &self.detail };
        let mut response = (self.status, Json(body)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}
