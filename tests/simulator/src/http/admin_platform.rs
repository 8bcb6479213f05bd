//! The admin server's part about faults, requests and change notifications.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::{delete, get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::admin::Done;
use crate::{
    faults::{Endpoint, Fault, Rule},
    notify::{outbox::Delivery, subscription::Lifecycle},
    state::{access::AppKind, requests::Request, world::World},
};

type Shared = State<Arc<World>>;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/admin/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/admin/faults/{id}", delete(remove_fault))
        .route("/admin/requests", get(requests).delete(forget_requests))
        .route("/admin/deliveries", get(deliveries))
        .route("/admin/subscribers", post(subscribers))
}

fn described(rule: &Rule) -> Value {
    json!({"id": rule.id, "rule": rule.fault.to_string(), "fault": rule.fault})
}

async fn faults(State(world): Shared) -> Json<Vec<Value>> {
    Json(world.faults.list().iter().map(described).collect())
}

/// A sentence such as `fail 10% of GET /users with 503 for 2m`, or a fault as JSON; answers with its id.
async fn add_fault(State(world): Shared, body: String) -> Result<(StatusCode, Json<Value>), (StatusCode, String)> {
    let unprocessable = |error: String| (StatusCode::UNPROCESSABLE_ENTITY, error);
    let fault: Fault = if body.trim_start().starts_with('{') {
        serde_json::from_str(&body).map_err(|error| unprocessable(error.to_string()))?
    } else {
        body.parse().map_err(|error: crate::RuleError| unprocessable(error.to_string()))?
    };
    let rule = fault.to_string();
    Ok((StatusCode::CREATED, Json(json!({"id": world.faults.add(fault), "rule": rule}))))
}

#[derive(Deserialize)]
struct Of {
    endpoint: Option<Endpoint>,
}

/// Clears every fault, or those of `?endpoint=`.
async fn clear_faults(State(world): Shared, Query(of): Query<Of>) -> StatusCode {
    match of.endpoint {
        Some(endpoint) => world.faults.clear_endpoint(endpoint),
        None => world.faults.clear(),
    }
    StatusCode::NO_CONTENT
}

async fn remove_fault(State(world): Shared, Path(id): Path<u64>) -> Done {
    if world.faults.remove(id) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err((StatusCode::NOT_FOUND, format!("no fault has the id {id}; GET /admin/faults lists those that are on")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    method: Option<String>,
    path: Option<String>,
    tenant: Option<String>,
    app: Option<AppKind>,
    status: Option<u16>,
}

/// The last requests, oldest first; all, or those that `?method=&path=&tenant=&app=&status=` name.
async fn requests(State(world): Shared, Query(which): Query<Which>) -> Json<Vec<Request>> {
    let mut requests = world.requests.all();
    requests.retain(|request| {
        which.method.as_ref().is_none_or(|method| *method == request.method)
            && which.path.as_ref().is_none_or(|path| *path == request.path)
            && (which.tenant.is_none() || which.tenant == request.tenant)
            && (which.app.is_none() || which.app == request.app)
            && (which.status.is_none() || which.status == request.status)
    });
    Json(requests)
}

async fn forget_requests(State(world): Shared) -> StatusCode {
    world.requests.clear();
    StatusCode::NO_CONTENT
}

/// What became of the last notifications.
async fn deliveries(State(world): Shared) -> Json<Vec<Delivery>> {
    Json(world.outbox.deliveries())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tell {
    #[serde(default)]
    tenant: usize,
    event: Lifecycle,
}

/// `{"tenant": 0, "event": "missed"}`: everybody who subscribed is told so.
async fn subscribers(State(world): Shared, Json(tell): Json<Tell>) -> Done {
    let cell = world.cells.get(tell.tenant).ok_or((StatusCode::NOT_FOUND, String::from("no such tenant")))?;
    world.with(cell, |tenant, now| tenant.subscriptions.tell_all(tell.event, now));
    Ok(StatusCode::NO_CONTENT)
}
