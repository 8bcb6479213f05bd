//! The admin server's part about Entra: registrations, people at the browser, consent, failing sign-ins, keys.

use std::{fmt::Display, sync::Arc};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{aadsts::Aadsts, admin::Done};
use crate::{
    drive::sign_ins::set_registration,
    state::{
        access::AppKind, entra::ConsentAnswer, patch::patched, registration::Registration, tenant::Tenant, world::World,
    },
};

type Shared = State<Arc<World>>;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/admin/registrations", get(registration).patch(patch_registration))
        .route("/admin/entra", post(entra))
}

#[derive(Deserialize)]
struct Which {
    #[serde(default)]
    tenant: usize,
    app: AppKind,
}

/// How an application is registered: `?tenant=0&app=read`.
async fn registration(State(world): Shared, Query(which): Query<Which>) -> Json<Option<Registration>> {
    let of = |tenant: &mut Tenant, _| tenant.entra.registration(which.app).clone();
    Json(world.cells.get(which.tenant).map(|cell| world.with(cell, of)))
}

/// The fields to change, such as `{"secretExpired": true}`; answers with all of them.
async fn patch_registration(
    State(world): Shared,
    Query(which): Query<Which>,
    Json(patch): Json<Map<String, Value>>,
) -> Result<Json<Registration>, (StatusCode, String)> {
    let cell = world.cells.get(which.tenant).ok_or_else(no_tenant)?;
    world.with(cell, |tenant, now| {
        let registration =
            patched(tenant.entra.registration(which.app), &patch).map_err(|error| unprocessable(&error))?;
        set_registration(tenant, which.app, registration, now).map_err(|error| unprocessable(&error))?;
        Ok(Json(tenant.entra.registration(which.app).clone()))
    })
}

/// What can be done to one tenant's Entra; people are named by their user principal name.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Wanted {
    tenant: usize,
    /// Who is signed in at the browser from now on.
    browser: Option<String>,
    administrator: Option<String>,
    consent: Option<ConsentAnswer>,
    revoke_consent: Option<AppKind>,
    revoke_sign_ins: Option<String>,
    /// The AADSTS code that sign-ins fail with, and how many of them.
    fail: Option<u32>,
    times: Option<u32>,
    clear_failures: bool,
    rotate_keys: bool,
}

async fn entra(State(world): Shared, Json(wanted): Json<Wanted>) -> Done {
    let cell = world.cells.get(wanted.tenant).ok_or_else(no_tenant)?;
    if let Some(code) = wanted.fail.filter(|code| Aadsts::known(*code).is_none()) {
        return Err(unprocessable(&format_args!("the simulator does not know AADSTS{code}")));
    }
    if wanted.rotate_keys {
        let rotated = world.keys.rotate(world.clock.now_ms());
        rotated.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    }
    world.with(cell, |tenant, now| {
        if let Some(upn) = &wanted.browser {
            tenant.entra.browser = Some(person(tenant, upn)?);
        }
        if let Some(upn) = &wanted.administrator {
            let person = person(tenant, upn)?;
            tenant.entra.administrators.insert(person);
        }
        if let Some(upn) = &wanted.revoke_sign_ins {
            let person = person(tenant, upn)?;
            tenant.entra.revoke_sign_ins(person, now);
        }
        tenant.entra.answer = wanted.consent.unwrap_or(tenant.entra.answer);
        if let Some(app) = wanted.revoke_consent {
            tenant.entra.revoke_consent(app);
        }
        if wanted.clear_failures {
            tenant.entra.clear_failures();
        }
        if let Some(code) = wanted.fail {
            tenant.entra.fail(code, wanted.times);
        }
        Ok(StatusCode::NO_CONTENT)
    })
}

fn person(tenant: &Tenant, upn: &str) -> Result<u32, (StatusCode, String)> {
    let is = |upn_held: &str| upn_held.eq_ignore_ascii_case(upn);
    let mut people = (0..).zip(&tenant.people);
    let found = people.find(|(_, person)| person.teams.as_ref().is_some_and(|teams| is(&teams.upn)));
    found
        .map(|(place, _)| place)
        .ok_or_else(|| (StatusCode::NOT_FOUND, format!("nobody in {} is called {upn}", tenant.access.id)))
}

fn no_tenant() -> (StatusCode, String) {
    (StatusCode::NOT_FOUND, String::from("no such tenant; they are counted from 0"))
}

fn unprocessable(what: &dyn Display) -> (StatusCode, String) {
    (StatusCode::UNPROCESSABLE_ENTITY, what.to_string())
}
