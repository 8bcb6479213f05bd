//! The bodies of 8x8's refusals: every family of its endpoints has another one.

use axum::http::HeaderValue;
use serde_json::{Value, json};

use super::reply::{Reply, apigee_fault, json_text, problem};
use crate::{clock::iso, eight::quirks::TooMany, state::world::World};

/// The shape of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Administration, contacts, presence: `{"status", "title", "detail", "errors": […]}`.
    Problem,
    /// Work Analytics: `{"timestamp", "status", "messages": […], "path"}`.
    Activity,
    /// Agent Status: RFC 7807 with a type.
    Agents,
    /// Realtime Metrics: `{"message": "Bad request: …"}`.
    Realtime,
    /// Audit records: `{"timestamp", "status", "error", "message", "path"}`.
    Audit,
}

impl Shape {
    /// A refusal with the usual title and code of its status.
    pub(super) fn refuse(self, world: &World, path: &str, status: u16, message: &str) -> Reply {
        let (title, code) = titled(status);
        let at = iso(world.clock.now_ms());
        let body: Value = match self {
            Self::Problem => return problem(world, status, title, path, None, code, message),
            Self::Activity if status == 401 => return invalid_token(message),
            Self::Activity => json!({"timestamp": at, "status": status, "messages": [message], "path": path}),
            Self::Agents => {
                json!({"type": "about:blank", "title": title, "status": status, "detail": message, "instance": path})
            }
            Self::Realtime if status == 401 => return apigee_fault(),
            Self::Realtime if status == 400 => json!({"message": format!("Bad request: {message}")}),
            Self::Realtime => json!({"message": message}),
            Self::Audit => {
                json!({"timestamp": at, "status": status, "error": title, "message": message, "path": path})
            }
        };
        json_text(status, body.to_string())
    }

    /// What a fault on demand looks like.
    pub(super) fn fault(self, world: &World, path: &str, status: u16) -> Reply {
        match (self, status) {
            (Self::Problem, 401) => apigee_fault(),
            _ => self.refuse(world, path, status, titled(status).0),
        }
    }

    /// The answer to too many requests.
    pub(super) fn too_many(self, world: &World, path: &str, code: TooMany) -> Reply {
        let message = "Rate limit exceeded, please try again later";
        let code = match code {
            TooMany::TooManyRequests => "TOO_MANY_REQUESTS",
            TooMany::RateLimitExceeded => "RATE_LIMIT_EXCEEDED",
        };
        match self {
            Self::Problem => problem(world, 429, "Too Many Requests", path, None, code, message),
            _ => self.refuse(world, path, 429, message),
        }
    }
}

/// The title and the code that go with a status.
fn titled(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => ("Bad Request", "BAD_REQUEST"),
        401 => ("Unauthorized", "UNAUTHORIZED"),
        403 => ("Forbidden", "FORBIDDEN"),
        404 => ("Not Found", "NOT_FOUND"),
        405 => ("Method Not Allowed", "BAD_REQUEST"),
        408 => ("Request Timeout", "REQUEST_TIMEOUT"),
        409 => ("Conflict", "CONFLICT"),
        410 => ("Cursor expired", "CURSOR_EXPIRED"),
        424 => ("Failed Dependency", "UNKNOWN"),
        429 => ("Too Many Requests", "TOO_MANY_REQUESTS"),
        503 => ("Service Unavailable", "SERVICE_UNAVAILABLE"),
        _ => ("Error", "UNKNOWN"),
    }
}

/// Work Analytics' answer to a bearer that does not hold.
pub(super) fn invalid_token(message: &str) -> Reply {
    json_text(401, json!({"error": "invalid_token", "error_description": message}).to_string())
}

/// Work Analytics' answer to a key that is missing or wrong.
pub(super) fn bad_analytics_key() -> Reply {
    let hint = "Use the Key of an application that has the product Work Analytics";
    let body = json!({"status": 400, "message": "Invalid 8x8-apikey", "code": "SHA001",
        "details": [{"type": "invalidValue", "location": "header", "path": ["8x8-apikey"], "hint": hint}]});
    json_text(400, body.to_string())
}

/// The answer for a tenant whose Agent Status API is off: neither JSON nor quite XML.
pub(super) fn feature_off() -> Reply {
    let mut reply = json_text(403, "<API><Error>403 - Forbidden.</Error></API>");
    reply.headers_mut().insert("content-type", HeaderValue::from_static("text/xml"));
    reply
}
