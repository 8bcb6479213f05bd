//! 8x8: the routes, the token endpoint, and what every request has to pass.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri},
    routing::{delete, get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{
    eight_directory, eight_publish, eight_read,
    reply::{Reply, apigee_fault, eight_fault, json_text, problem, strike, with_header, with_retry_after},
};
use crate::{
    faults::Endpoint,
    state::{
        access::Holder,
        budget::Spent,
        world::{Cell, World},
    },
};

pub(crate) fn routes(world: &Arc<World>) -> Router {
    Router::new()
        .route("/oauth/v2/token", post(token))
        .route("/admin-provisioning/users", get(eight_directory::list))
        .route("/presence/v1/users", get(eight_read::snapshot))
        .route("/presence/v1/changes", get(eight_read::changes))
        .route("/presence/v1/publications/bulk", post(eight_publish::bulk))
        .route("/presence/v1/publications/{userId}", delete(eight_publish::withdraw))
        .fallback(unknown)
        .with_state(Arc::clone(world))
}

async fn unknown(State(world): State<Arc<World>>, uri: Uri) -> Reply {
    let reply = problem(&world, 404, "Not Found", uri.path(), None, "NOT_FOUND", "Resource not found");
    with_rate(reply, 0, 0, world.clock.now_ms())
}

/// The token endpoint: Basic credentials, a form, and numbers as strings in the answer.
async fn token(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Reply {
    let credentials = headers.get("authorization").and_then(|value| {
        let text = STANDARD.decode(value.to_str().ok()?.strip_prefix("Basic ")?).ok()?;
        let text = String::from_utf8(text).ok()?;
        text.split_once(':').map(|(key, secret)| (String::from(key), String::from(secret)))
    });
    let now = world.clock.now_ms();
    let refused = |status, code: &str, message: &str| {
        let reply = json_text(status, json!({"ErrorCode": code, "Error": message}).to_string());
        with_rate(reply, 0, 0, now)
    };
    let cell = credentials.as_ref().and_then(|(key, _)| by_key(&world, key));
    let (Some(cell), Some((_, secret))) = (cell, &credentials) else {
        return refused(401, "invalid_client", "ClientId is Invalid");
    };
    let struck = strike(&world, cell, Endpoint::EightToken, |fault| {
        with_retry_after(refused(fault.status, "server_error", "The service is unavailable"), fault.retry_after)
    });
    let reply = if let Some(reply) = struck.await {
        reply
    } else if !body.split(|byte| *byte == b'&').any(|pair| pair == b"grant_type=client_credentials") {
        refused(400, "invalid_request", "Unsupported grant type")
    } else {
        match issue(&world, cell, secret) {
            None => refused(401, "invalid_client", "Client credentials are invalid"),
            Some(body) => with_rate(json_text(200, body), 60, 59, now),
        }
    };
    world.count(cell, Endpoint::EightToken, reply.status().as_u16());
    reply
}

/// The body of a new token, if the secret is right.
fn issue(world: &World, cell: &Cell, secret: &str) -> Option<String> {
    let ends_in = world.settings.eight_token_ms;
    let (token, now) = world.with(cell, |tenant, now| {
        let right = tenant.access.eight_secret == secret;
        right.then(|| (tenant.tokens.issue(tenant.place, &tenant.access, Holder::Eight, now, now + ends_in), now))
    })?;
    let body = json!({"access_token": token, "token_type": "BearerToken",
        "api_product_list": "[presence, user-admin]", "api_product_list_json": ["presence", "user-admin"],
        "status": "approved", "scope": "", "expires_in": (ends_in / 1_000).to_string(), "issued_at": now.to_string(),
        "refresh_token_expires_in": "0", "refresh_count": "0", "client_id": "deprecated",
        "developer.email": "deprecated"});
    Some(body.to_string())
}

fn by_key<'a>(world: &'a World, key: &str) -> Option<&'a Cell> {
    world.cells.iter().find(|cell| cell.eight_key == key)
}

/// Who asks, and where.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) world: &'a World,
    pub(super) cell: &'a Cell,
    pub(super) path: &'a str,
}

impl Caller<'_> {
    /// A problem in 8x8's words.
    pub(super) fn problem(&self, status: u16, title: &str, field: Option<&str>, code: &str, message: &str) -> Reply {
        problem(self.world, status, title, self.path, field, code, message)
    }

    /// The problem of a parameter or body that is not understood.
    pub(super) fn invalid(&self, field: &str, code: &str, message: &str) -> Reply {
        self.problem(400, "Bad Request", Some(field), code, message)
    }
}

/// Lets a request through to `work` if it carries a token or a key, no fault strikes and the budget allows it. Every
/// answer carries the rate headers.
pub(super) async fn guarded<'a, Work: Future<Output = Reply>>(
    world: &'a World,
    headers: &HeaderMap,
    path: &'a str,
    endpoint: Endpoint,
    work: impl FnOnce(Caller<'a>) -> Work,
) -> Reply {
    let now = world.clock.now_ms();
    let cell = match caller(world, headers, path) {
        Ok(cell) => cell,
        Err(reply) => return with_rate(*reply, 0, 0, now),
    };
    let budget = usize::from(endpoint != Endpoint::EightUsers);
    let (spent, most) = world.with(cell, |tenant, now| {
        let budget = &mut tenant.eight_budgets[budget];
        (budget.spend(now), budget.burst())
    });
    let reply = if let Some(reply) = strike(world, cell, endpoint, |fault| eight_fault(world, path, fault)).await {
        reply
    } else if let Spent::Refused(seconds) = spent {
        let message = "Rate limit exceeded, please try again later";
        let reply = problem(world, 429, "Too Many Requests", path, None, "TOO_MANY_REQUESTS", message);
        with_retry_after(reply, Some(seconds.ceil().max(1.0)))
    } else {
        work(Caller { world, cell, path }).await
    };
    world.count(cell, endpoint, reply.status().as_u16());
    let left = if let Spent::Passes(left) = spent { left } else { 0 };
    let reply = with_rate(reply, most, left, now);
    with_header(reply, "x-response-id", &world.request_id().to_string())
}

fn caller<'a>(world: &'a World, headers: &HeaderMap, path: &str) -> Result<&'a Cell, Box<Reply>> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(authorization) = header("authorization") {
        let bearer = authorization.strip_prefix("Bearer ").and_then(|token| world.bearer(token));
        return match bearer {
            Some((cell, Holder::Eight)) => Ok(cell),
            _ => Err(Box::new(apigee_fault())),
        };
    }
    let cell = header("x-api-key").and_then(|key| by_key(world, key));
    cell.ok_or_else(|| {
        let message = "Valid authentication credentials required";
        Box::new(problem(world, 401, "Unauthorized", path, None, "UNAUTHORIZED", message))
    })
}

/// The headers that every 8x8 answer carries; `reset` is when the next minute begins, in Unix seconds.
fn with_rate(reply: Reply, limit: u64, left: u64, now: i64) -> Reply {
    let reply = with_header(reply, "x-ratelimit-limit", &limit.to_string());
    let reply = with_header(reply, "x-ratelimit-remaining", &left.to_string());
    with_header(reply, "x-ratelimit-reset", &((now / 60_000 + 1) * 60).to_string())
}
