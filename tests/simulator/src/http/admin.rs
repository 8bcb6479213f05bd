//! The admin server: what a test in another process can see and do.

use std::sync::{Arc, atomic::Ordering};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::eight_admin;
use crate::{
    drive::movement,
    report::{SimReport, Summary},
    state::{
        access::AppKind,
        measure::Write,
        person::Person,
        quirks::Quirks,
        tenant::Tenant,
        truth::{self, Truth},
        world::World,
    },
    words::Pair,
};

/// The answer to a command: nothing, or what is wrong with it.
pub(super) type Done = Result<StatusCode, (StatusCode, String)>;

pub(crate) fn routes(world: &Arc<World>) -> Router {
    Router::new()
        .route("/admin/truth", get(truth))
        .route("/admin/report", get(report))
        .route("/admin/tenants", get(tenants))
        .route("/admin/people", get(people))
        .route("/admin/writes", get(writes))
        .route("/admin/movement", post(movement))
        .route("/admin/switches", post(switches))
        .route("/admin/quirks", get(quirks).patch(patch_quirks))
        .route("/admin/clock", get(clock).post(advance))
        .merge(eight_admin::routes())
        .merge(super::admin_entra::routes())
        .merge(super::admin_platform::routes())
        .with_state(Arc::clone(world))
}

type Shared = State<Arc<World>>;

async fn truth(State(world): Shared) -> Json<Truth> {
    Json(truth::of(&world))
}

async fn report(State(world): Shared) -> Json<SimReport> {
    Json(Summary::of(&world))
}

async fn tenants(State(world): Shared) -> Json<Value> {
    let urls = world
        .urls
        .get()
        .map(|urls| json!({"entra": urls.entra, "graph": urls.graph, "eight": urls.eight, "admin": urls.admin}));
    let tenants = world.with_all(|tenant, _| tenant.access.clone());
    Json(json!({"urls": urls, "tenants": tenants, "read": world.read.load(Ordering::Relaxed)}))
}

#[derive(Deserialize)]
struct Which {
    #[serde(default)]
    tenant: usize,
}

/// Who is there and what they show; `?tenant=` counts from 0.
async fn people(State(world): Shared, Query(which): Query<Which>) -> Json<Value> {
    let list = |tenant: &mut Tenant, now: i64| {
        let people = (0..).zip(&tenant.people);
        people.map(|(place, person)| row(person, now, tenant.teams_view(place, now))).collect::<Vec<_>>()
    };
    Json(json!(world.cells.get(which.tenant).map(|cell| world.with(cell, list))))
}

/// `view` is what Teams clients show, which may lag behind.
fn row(person: &Person, now: i64, view: Option<Pair>) -> Value {
    let (teams, eight) = (person.teams.as_ref(), person.eight.as_ref());
    json!({
        "teamsId": teams.map(|teams| teams.id),
        "upn": teams.map(|teams| &teams.upn),
        "teams": teams.map(|teams| teams.layers.shown(now)),
        "teamsView": view,
        "eightId": eight.map(|eight| &eight.id),
        "email": eight.map(|eight| &eight.email),
        "eight": Tenant::eight_shown(person),
        "published": person.published(),
        "session": person.session_held(now),
        "linkable": person.linked,
    })
}

#[derive(Deserialize)]
struct Whose {
    #[serde(default)]
    tenant: usize,
    person: Option<u32>,
}

/// The last writes of presync on a tenant, or on one of its people: `?tenant=0&person=3`.
async fn writes(State(world): Shared, Query(whose): Query<Whose>) -> Json<Vec<Write>> {
    let of = |tenant: &mut Tenant, _| {
        let writes = tenant.meter.writes.iter();
        writes.filter(|write| whose.person.is_none_or(|person| person == write.person)).cloned().collect()
    };
    Json(world.cells.get(whose.tenant).map(|cell| world.with(cell, of)).unwrap_or_default())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Running {
    running: bool,
}

/// `{"running": true}`
async fn movement(State(world): Shared, Json(wanted): Json<Running>) -> StatusCode {
    world.with_all(if wanted.running { movement::start } else { movement::stop });
    StatusCode::NO_CONTENT
}

/// What can be switched on every tenant, or on the one named.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[derive(Default)]
struct Switches {
    tenant: Option<String>,
    read_roles: Option<bool>,
    write_roles: Option<bool>,
    read_secret: Option<String>,
    write_secret: Option<String>,
    eight_secret: Option<String>,
    mass_unknown: Option<bool>,
    revoke_tokens: bool,
    expire_cursors: bool,
}

async fn switches(State(world): Shared, Json(wanted): Json<Switches>) -> Done {
    let chosen: Vec<_> =
        world.cells.iter().filter(|cell| wanted.tenant.as_ref().is_none_or(|id| *id == cell.id)).collect();
    if chosen.is_empty() {
        return Err((
            StatusCode::NOT_FOUND,
            String::from("no such tenant; they are called tenant-1, tenant-2 and so on"),
        ));
    }
    for cell in chosen {
        world.with(cell, |tenant, now| {
            for (kind, roles) in [(AppKind::Read, wanted.read_roles), (AppKind::Write, wanted.write_roles)] {
                tenant.set_granted(kind, roles.unwrap_or(tenant.granted[kind as usize]), now);
            }
            for (kind, secret) in [(AppKind::Read, &wanted.read_secret), (AppKind::Write, &wanted.write_secret)] {
                if let Some(secret) = secret {
                    tenant.access.app_mut(kind).secret.clone_from(secret);
                }
            }
            if let Some(secret) = &wanted.eight_secret {
                tenant.access.eight_secret.clone_from(secret);
            }
            if let Some(unknown) = wanted.mass_unknown {
                tenant.set_unknown(unknown, now);
            }
            if wanted.revoke_tokens {
                tenant.tokens.revoke_all();
            }
            if wanted.expire_cursors {
                tenant.changes.expire_cursors();
            }
        });
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn quirks(State(world): Shared) -> Json<Quirks> {
    Json(world.quirks.load().as_ref().clone())
}

/// The fields to change, such as `{"wordCase": "camel"}`; answers with all of them.
async fn patch_quirks(
    State(world): Shared,
    Json(patch): Json<Map<String, Value>>,
) -> Result<Json<Quirks>, (StatusCode, String)> {
    let quirks =
        world.quirks.load().patched(&patch).map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    world.set_quirks(quirks.clone());
    Ok(Json(quirks))
}

async fn clock(State(world): Shared) -> Json<Value> {
    Json(json!({"nowMs": world.clock.now_ms(), "driven": world.clock.is_driven()}))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Advance {
    advance_ms: u64,
}

/// `{"advanceMs": 1000}`, on a driven clock only.
async fn advance(State(world): Shared, Json(by): Json<Advance>) -> Done {
    if !world.clock.is_driven() {
        return Err((StatusCode::CONFLICT, String::from("the real clock cannot be moved")));
    }
    world.clock.advance(std::time::Duration::from_millis(by.advance_ms));
    world.with_all(|_, _| ());
    Ok(StatusCode::NO_CONTENT)
}
