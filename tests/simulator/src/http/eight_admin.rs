//! The admin server's part for 8x8: quirks, grants, tokens, and where people sit.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    drive::script_eight::seat,
    eight::quirks::EightQuirks,
    state::{
        access::Holder,
        grants::Product,
        world::{Cell, World},
    },
};

type Shared = State<Arc<World>>;
type Refused = (StatusCode, String);

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/admin/eight/quirks", get(quirks).patch(edit_quirks))
        .route("/admin/eight/grants", post(grants))
        .route("/admin/eight/seats", get(seats))
}

#[derive(Deserialize)]
struct Which {
    /// The tenant's place, from 0.
    #[serde(default)]
    tenant: usize,
}

fn cell(world: &World, which: usize) -> Result<&Cell, Refused> {
    let missing = || (StatusCode::NOT_FOUND, format!("there is no tenant {which}; they are counted from 0"));
    world.cells.get(which).ok_or_else(missing)
}

async fn quirks(State(world): Shared, Query(which): Query<Which>) -> Result<Json<EightQuirks>, Refused> {
    let cell = cell(&world, which.tenant)?;
    Ok(Json(world.with(cell, |tenant, _| tenant.phone.quirks.clone())))
}

/// Changes the quirks that the body names, `{"usersPut": "notAllowed"}`; the others stay.
async fn edit_quirks(
    State(world): Shared,
    Query(which): Query<Which>,
    Json(wanted): Json<serde_json::Map<String, Value>>,
) -> Result<Json<EightQuirks>, Refused> {
    let cell = cell(&world, which.tenant)?;
    world.with(cell, |tenant, now| {
        let unreadable = |error: serde_json::Error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string());
        let mut merged = serde_json::to_value(&tenant.phone.quirks).map_err(unreadable)?;
        if let Some(all) = merged.as_object_mut() {
            all.extend(wanted);
        }
        let edited: EightQuirks = serde_json::from_value(merged).map_err(unreadable)?;
        tenant.edit_quirks(now, |quirks| *quirks = edited.clone());
        Ok(Json(edited))
    })
}

/// What is granted or taken; what is left out stays.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Grants {
    #[serde(default)]
    tenant: usize,
    product: Option<Product>,
    granted: Option<bool>,
    key: Option<bool>,
    organisation: Option<bool>,
    agent_status: Option<bool>,
    analytics_opened: Option<bool>,
    analytics_allowed: Option<bool>,
}

async fn grants(State(world): Shared, Json(wanted): Json<Grants>) -> Result<StatusCode, Refused> {
    let cell = cell(&world, wanted.tenant)?;
    world.with(cell, |tenant, now| {
        let phone = &mut tenant.phone;
        let lag_ms = phone.quirks.grant_lag_ms;
        if let Some(product) = wanted.product {
            phone.grants.set_product(product, wanted.granted.unwrap_or(true), now, lag_ms);
        }
        if let Some(granted) = wanted.key {
            phone.grants.set_key(granted, now, lag_ms);
            if !granted {
                tenant.tokens.revoke(Holder::Eight);
            }
        }
        if let Some(enabled) = wanted.organisation {
            phone.grants.set_organisation(enabled, now, lag_ms);
        }
        phone.agent_status_on = wanted.agent_status.unwrap_or(phone.agent_status_on);
        phone.analytics_opened = wanted.analytics_opened.unwrap_or(phone.analytics_opened);
        phone.analytics_allowed = wanted.analytics_allowed.unwrap_or(phone.analytics_allowed);
    });
    Ok(StatusCode::NO_CONTENT)
}

/// Where everybody of a tenant sits, in the order of `/admin/people`; nothing for people without an 8x8 user.
async fn seats(State(world): Shared, Query(which): Query<Which>) -> Result<Json<Value>, Refused> {
    let cell = cell(&world, which.tenant)?;
    let seats = world.with(cell, |tenant, _| {
        let people = 0..u32::try_from(tenant.people.len()).unwrap_or(u32::MAX);
        people.map(|person| seat(tenant, person)).collect::<Vec<_>>()
    });
    Ok(Json(json!(seats)))
}
