//! The routes. Most read what a tenant shows of itself; what may be busy for a while runs on a thread that may be.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use presync_core::time::{Clock, Timestamp};
use presync_service::Tenant;
use presync_service::clock::SystemClock;
use presync_service::rules::{SteerError, Steered};
use presync_service::status::{Alone, Counters, Linked, TenantStatus, Why};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::events;
use crate::gate::{Gate, guard};
use crate::hooks;
use crate::operate;
use crate::problem::Problem;
use crate::{notifications, preview, sign_in};

/// How many tenants a problem names before it only counts the rest.
const TENANTS_NAMED: usize = 20;

pub(crate) type Tenants = Arc<[Arc<Tenant>]>;

/// Every tenant at a glance.
#[derive(Debug, Serialize)]
struct Overview {
    now: Timestamp,
    totals: Counters,
    tenants: Vec<TenantStatus>,
}

/// Somebody who is not kept in step.
#[derive(Debug, Serialize)]
struct NotLinked {
    #[serde(flatten)]
    alone: Alone,
    /// What to do about it.
    advice: &'static str,
}

/// The API for these tenants.
pub(crate) fn routes(tenants: Tenants, gate: Gate, stop: watch::Receiver<bool>) -> Router {
    let events = events::routes(Arc::clone(&tenants), stop);
    let changes = Router::new()
        .route("/v1/tenants/{id}/rules/{rule}/rollback", post(roll_back))
        .route("/v1/tenants/{id}/rules/{rule}/promote", post(promote))
        .route("/v1/tenants/{id}/preview", post(preview::preview).layer(DefaultBodyLimit::max(preview::MOST_BYTES)))
        .route_layer(middleware::from_fn_with_state(gate, guard));
    Router::new()
        .route("/livez", get(async || "ok"))
        .route("/v1/status", get(status))
        .route("/v1/tenants/{id}/links", get(links))
        .route("/v1/tenants/{id}/unlinked", get(unlinked))
        .route("/v1/tenants/{id}/people/{user}", get(person))
        .route("/hooks/8x8/{id}", post(hooks::take).layer(DefaultBodyLimit::max(hooks::MOST_BYTES)))
        .route("/notifications/{id}", post(notifications::take).layer(DefaultBodyLimit::max(notifications::MOST_BYTES)))
        .route("/sign-in/{id}", get(sign_in::sync_users))
        .route("/sign-in/{id}/begin", get(sign_in::begin))
        .route("/signed-in", get(sign_in::end))
        .merge(operate::routes())
        .merge(changes)
        .with_state(tenants)
        .merge(events)
        .fallback(unknown)
        .method_not_allowed_fallback(async || Problem::another_method())
        .layer(middleware::map_response(not_kept))
}

async fn status(State(tenants): State<Tenants>) -> Json<Overview> {
    let tenants: Vec<TenantStatus> = tenants.iter().map(|tenant| tenant.status()).collect();
    let mut totals = Counters::default();
    for tenant in &tenants {
        totals.add(&tenant.counters);
    }
    Json(Overview { now: SystemClock.now(), totals, tenants })
}

async fn links(
    State(tenants): State<Tenants>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<Vec<Linked>>, Problem> {
    let Path(id) = path?;
    Ok(Json(find(&tenants, &id)?.linked()))
}

async fn unlinked(
    State(tenants): State<Tenants>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<Vec<NotLinked>>, Problem> {
    let Path(id) = path?;
    let people = find(&tenants, &id)?.alone().into_iter();
    Ok(Json(people.map(|alone| NotLinked { advice: alone.reason.advice(), alone }).collect()))
}

async fn person(
    State(tenants): State<Tenants>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Json<Why>, Problem> {
    let Path((id, user)) = path?;
    let tenant = Arc::clone(find(&tenants, &id)?);
    let answer = tokio::task::spawn_blocking(move || match tenant.why(&user) {
        Ok(Some(why)) => Ok(Json(why)),
        Ok(None) => Err(nobody(&tenant, &user)),
        Err(error) => Err(Problem::internal(&error)),
    });
    answer.await.map_err(|error| Problem::internal(&error))?
}

async fn roll_back(
    State(tenants): State<Tenants>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Json<Steered>, Problem> {
    let Path((id, rule)) = path?;
    let tenant = Arc::clone(find(&tenants, &id)?);
    steered(tokio::spawn(async move { tenant.roll_back(&rule).await })).await
}

async fn promote(
    State(tenants): State<Tenants>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Json<Steered>, Problem> {
    let Path((id, rule)) = path?;
    let tenant = Arc::clone(find(&tenants, &id)?);
    steered(tokio::spawn(async move { tenant.promote(&rule).await })).await
}

/// What became of a change. It is a task of its own, so that it goes on when the caller has gone.
async fn steered(change: JoinHandle<Result<Steered, SteerError>>) -> Result<Json<Steered>, Problem> {
    match change.await {
        Ok(Ok(steered)) => Ok(Json(steered)),
        Ok(Err(error @ SteerError::Unknown { .. })) => Err(Problem::not_found(error.to_string())),
        Ok(Err(SteerError::Rules(error))) => Err(Problem::internal(&error)),
        Ok(Err(error)) => Err(Problem::conflict(error.to_string())),
        Err(error) => Err(Problem::internal(&error)),
    }
}

async fn unknown() -> Problem {
    Problem::not_found(
        "there is no such address; there are /livez, /readyz, /metrics, /v1/status, /v1/tenants/{id}/warnings, /v1/tenants/{id}/links, /v1/tenants/{id}/unlinked, /v1/tenants/{id}/people/{user}, /v1/tenants/{id}/events, and for \
         POST /v1/tenants/{id}/rules/{rule}/rollback, .../promote, /v1/tenants/{id}/preview, /notifications/{id} and /hooks/8x8/{id}, where what stands in \
         braces is url-encoded; and /sign-in/{id} is for people",
    )
}

/// Presence is out of date as soon as it is told: nobody on the way is to keep it.
async fn not_kept(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(crate) fn find<'a>(tenants: &'a Tenants, id: &str) -> Result<&'a Arc<Tenant>, Problem> {
    tenants.iter().find(|tenant| tenant.id().as_str() == id).ok_or_else(|| {
        let known: Vec<&str> = tenants.iter().map(|tenant| tenant.id().as_str()).take(TENANTS_NAMED).collect();
        let more = match tenants.len() - known.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Problem::not_found(format!("no tenant is called \"{id}\"; the tenants are {}{more}", known.join(", ")))
    })
}

/// Says of somebody who is not linked why that is, as far as anybody knows them at all.
fn nobody(tenant: &Tenant, user: &str) -> Problem {
    let is_meant = |alone: &Alone| alone.id.eq_ignore_ascii_case(user) || alone.address.eq_ignore_ascii_case(user);
    let accounts: Vec<String> = tenant
        .alone()
        .iter()
        .filter(|alone| is_meant(alone))
        .map(|alone| format!("{} account {}: {}", alone.side.wire(), alone.id, alone.reason.advice()))
        .collect();
    let tenant = tenant.id();
    Problem::not_found(if accounts.is_empty() {
        format!(
            "nobody in tenant {tenant} is called \"{user}\"; give a Teams user name, an 8x8 address or an id of either side. \
             Whoever is new in the directories is known within a minute"
        )
    } else {
        format!("\"{user}\" is known in tenant {tenant} but not linked: {}", accounts.join("; "))
    })
}
