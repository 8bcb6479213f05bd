//! Answers in the shapes that each provider uses, and the failures on demand.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use serde_json::{Value, json};

use super::watch::{self, BodyFault};
use crate::{
    clock::{iso, iso_without_zone},
    faults::{Asked, Endpoint, Fault},
    state::world::{Cell, World},
};

/// An answer.
pub(super) type Reply = Response<Body>;

/// An answer with this JSON text.
pub(super) fn json_text(status: u16, text: impl Into<Body>) -> Reply {
    let mut reply = Response::new(text.into());
    *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

/// An answer without a body.
pub(super) fn empty(status: u16) -> Reply {
    let mut reply = json_text(status, Body::empty());
    reply.headers_mut().remove(header::CONTENT_TYPE);
    reply
}

/// The answer with one header more.
pub(super) fn with_header(mut reply: Reply, name: &'static str, value: &str) -> Reply {
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers_mut().insert(HeaderName::from_static(name), value);
    }
    reply
}

/// The answer with `Retry-After`, if there is one to give.
pub(super) fn with_retry_after(reply: Reply, seconds: Option<f64>) -> Reply {
    match seconds {
        Some(seconds) => with_header(reply, "retry-after", &format!("{seconds}")),
        None => reply,
    }
}

/// The seconds that an answer asks to wait, if it refuses a request for being one too many and says so.
pub(super) fn wait_of(reply: &Reply) -> Option<f64> {
    let said = reply.headers().get(header::RETRY_AFTER).filter(|_| reply.status() == StatusCode::TOO_MANY_REQUESTS)?;
    said.to_str().ok()?.parse().ok()
}

/// Graph's error body; `client` is the caller's own request id, which is echoed.
pub(super) fn graph_error(world: &World, client: Option<&str>, status: u16, code: &str, message: &str) -> Reply {
    let id = world.request_id().to_string();
    let date = iso_without_zone(world.clock.now_ms());
    let client = client.unwrap_or(&id);
    let inner = json!({"date": date, "request-id": id, "client-request-id": client});
    let quirks = world.quirks.load();
    let (code, message) = if quirks.empty_error_words { ("", "") } else { (code, message) };
    let spelling = if quirks.inner_error_in_lower_case { "innererror" } else { "innerError" };
    let reply = json_text(status, json!({"error": {"code": code, "message": message, spelling: inner}}).to_string());
    with_header(with_header(reply, "client-request-id", client), "request-id", &id)
}

/// Graph's answer to too many requests: the wait is a decimal number.
pub(super) fn graph_throttled(world: &World, retry_after: Option<f64>) -> Reply {
    let inner = json!({"code": "429", "date": iso_without_zone(world.clock.now_ms()), "message": "Please retry after",
        "request-id": world.request_id(), "status": "429"});
    let body =
        json!({"error": {"code": "TooManyRequests", "innerError": inner, "message": "Please retry again later."}});
    with_retry_after(json_text(429, body.to_string()), retry_after)
}

/// 8x8's problem body.
pub(super) fn problem(
    world: &World,
    status: u16,
    title: &str,
    path: &str,
    field: Option<&str>,
    code: &str,
    message: &str,
) -> Reply {
    let mut error = json!({"code": code, "message": message});
    if let Some(field) = field {
        error["field"] = Value::from(field);
    }
    let body = json!({"status": status, "title": title, "detail": message, "instance": path,
        "time": iso(world.clock.now_ms()), "errors": [error], "requestId": world.request_id(),
        "responseId": world.request_id()});
    json_text(status, body.to_string())
}

/// The gateway's answer to a bearer that does not hold.
pub(super) fn apigee_fault() -> Reply {
    let body = json!({"fault": {"faultstring": "Invalid Access Token",
        "detail": {"errorcode": "keymanagement.service.invalid_access_token"}}});
    json_text(401, body.to_string())
}

/// Closes the connection without an answer: unwinding ends the task that serves it; nothing is printed.
pub(super) fn hang_up() -> ! {
    std::panic::resume_unwind(Box::new("the connection is dropped on demand"))
}

/// Strikes a request down if a fault says so; `answer` gives the error its provider's shape.
pub(super) async fn strike(
    world: &World,
    cell: &Cell,
    endpoint: Endpoint,
    answer: impl FnOnce(&Fault) -> Reply,
) -> Option<Reply> {
    watch::note(&cell.id, None);
    let (method, path) =
        watch::with(|current| (current.request.method.clone(), current.request.path.clone())).unwrap_or_default();
    let fault = world.faults.strike(Asked { endpoint, method: &method, path: &path, tenant: &cell.id })?;
    if let Some(hang) = fault.hang_ms {
        tokio::time::sleep(Duration::from_millis(hang)).await;
    }
    if fault.drop_connection || fault.hang_ms.is_some() {
        world.count(cell, endpoint, 0);
        hang_up();
    }
    if fault.lose_answer {
        watch::with(|current| current.body_fault = Some(BodyFault::Lost));
        return None;
    }
    if let Some(late) = fault.late_ms {
        tokio::time::sleep(Duration::from_millis(late)).await;
        return None;
    }
    let slow = fault.slow_ms.map(|ms| BodyFault::Slow(Duration::from_millis(ms)));
    if let Some(body_fault) = slow.or(fault.cut_body.then_some(BodyFault::Cut)) {
        watch::with(|current| current.body_fault = Some(body_fault));
        return None;
    }
    match &fault.body {
        // What is not JSON is a page: that of a proxy, or of a network that wants a sign-in.
        Some(text) if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() => {
            Some(with_header(json_text(fault.status, text.clone()), "content-type", "text/html"))
        }
        Some(text) => Some(json_text(fault.status, text.clone())),
        None => Some(answer(&fault)),
    }
}

/// How Graph words an error of this status.
pub(super) fn graph_fault(world: &World, client: Option<&str>, fault: &Fault) -> Reply {
    let (code, message) = match fault.status {
        429 => return graph_throttled(world, fault.retry_after),
        401 => ("InvalidAuthenticationToken", "Access token validation failure."),
        403 => ("Forbidden", ""),
        404 => ("NotFound", "Resource not found."),
        503 => ("serviceNotAvailable", "The service is temporarily unavailable."),
        _ => ("generalException", "An error has occurred."),
    };
    with_retry_after(graph_error(world, client, fault.status, code, message), fault.retry_after)
}
