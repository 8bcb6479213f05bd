//! What who runs the service looks at: whether it is ready, all metrics, and what should be known of a tenant before it hurts.

use std::collections::BTreeMap;

use axum::Json;
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use presync_core::time::Clock;
use presync_service::clock::SystemClock;
use presync_service::metrics;
use presync_service::readiness::Readiness;
use presync_service::warnings::Warning;
use serde::Serialize;

use crate::problem::Problem;
use crate::routes::{Tenants, find};

/// Tenants that are named; the rest is counted.
const NAMED: usize = 20;

/// Whether the service does what it is for.
#[derive(Debug, Serialize)]
struct Ready {
    /// Every tenant has been read well once, or has said why it cannot be.
    ready: bool,
    tenants: usize,
    /// How many of them have been read well.
    read: usize,
    /// Some of those whose first cycle has not ended.
    waiting: Vec<String>,
    /// Some of those that cannot be read, with the reasons.
    unwell: BTreeMap<String, Vec<String>>,
}

/// The routes of this file.
pub(crate) fn routes() -> Router<Tenants> {
    Router::new()
        .route("/readyz", get(ready))
        .route("/metrics", get(all_metrics))
        .route("/v1/tenants/{id}/warnings", get(warnings))
}

async fn ready(State(tenants): State<Tenants>) -> Response {
    let mut told = Ready { ready: true, tenants: tenants.len(), read: 0, waiting: Vec::new(), unwell: BTreeMap::new() };
    for tenant in tenants.iter() {
        let readiness = tenant.readiness();
        told.ready &= readiness.has_answered();
        let name = || tenant.id().to_string();
        match readiness {
            Readiness::Read => told.read += 1,
            Readiness::Waiting if told.waiting.len() < NAMED => told.waiting.push(name()),
            Readiness::Unwell(reasons) if told.unwell.len() < NAMED => {
                told.unwell.insert(name(), reasons);
            }
            Readiness::Waiting | Readiness::Unwell(_) => {}
        }
    }
    let status = if told.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(told)).into_response()
}

async fn all_metrics(State(tenants): State<Tenants>) -> Result<Response, Problem> {
    let text = tokio::task::spawn_blocking(move || metrics::render(&tenants, SystemClock.now())).await;
    let text = text.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response())
}

async fn warnings(
    State(tenants): State<Tenants>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<Vec<Warning>>, Problem> {
    let Path(id) = path?;
    Ok(Json(find(&tenants, &id)?.all_warnings()))
}
