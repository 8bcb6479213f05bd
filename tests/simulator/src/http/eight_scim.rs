//! User provisioning (SCIM 2.0): an identity provider pushes users into 8x8. Whoever comes this way has no licence and is
//! not in the directory until an administrator acts.
//!
//! Where 8x8 has this is not published: the address is copied from the Admin Console. Here it is `/scim/v2`.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
};
use serde_json::{Value, json};

use super::{
    eight_gate::header,
    reply::{Reply, json_text, with_header},
};
use crate::{
    eight::quirks::SiteUrn,
    state::{
        person::EightSide,
        tenant::Tenant,
        world::{Cell, World},
    },
};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The two names of the attribute that carries the site.
const SITE_ENTRA: &str = "urn:ietf:params:scim:schemas:extension:8x8:1.1:User";
const SITE_HELP: &str = "urn:8x8:scim:schemas:extension:8x8user:2.0:User";

fn scim(status: u16, body: &Value) -> Reply {
    with_header(json_text(status, body.to_string()), "content-type", "application/scim+json")
}

fn error(status: u16, detail: &str) -> Reply {
    scim(status, &json!({"schemas": [ERROR], "status": status.to_string(), "detail": detail}))
}

/// The tenant whose token this is; off means that there is no token.
fn caller<'a>(world: &'a World, headers: &HeaderMap) -> Result<&'a Cell, Box<Reply>> {
    let bearer = header(headers, "authorization").and_then(|value| value.strip_prefix("Bearer "));
    let cell = bearer.and_then(|bearer| {
        world.cells.iter().find(|cell| world.with(cell, |own, _| own.access.scim_token.as_deref() == Some(bearer)))
    });
    cell.ok_or_else(|| Box::new(error(401, "The token is wrong, or user provisioning is switched off")))
}

pub(super) async fn create(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Reply {
    let cell = match caller(&world, &headers) {
        Ok(cell) => cell,
        Err(refused) => return *refused,
    };
    let Ok(body) = serde_json::from_slice::<Value>(&body) else { return error(400, "The body is not JSON") };
    let Some(name) = body["userName"].as_str().filter(|name| !name.is_empty()) else {
        return error(400, "userName is required");
    };
    world.with(cell, |tenant, now| {
        if tenant.name_taken(name, None) {
            return error(409, "The userName is taken");
        }
        let site = match site_of(tenant, &body) {
            Ok(site) => site,
            Err(detail) => return error(400, &detail),
        };
        match tenant.create_user(&as_user(tenant, &body, name, site), now) {
            Ok(id) => {
                let made = tenant.provisioned(&id, name);
                made.map_or_else(|| error(500, "The user was not made"), |eight| scim(201, &row(eight)))
            }
            Err((_, message)) => error(400, &message),
        }
    })
}

pub(super) async fn list(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Reply {
    let cell = match caller(&world, &headers) {
        Ok(cell) => cell,
        Err(refused) => return *refused,
    };
    let filter = query.get("filter").map(String::as_str).unwrap_or_default();
    let Some(name) = filter.strip_prefix("userName eq \"").and_then(|rest| rest.strip_suffix('"')) else {
        return error(400, "The filter must be userName eq \"…\"; there is no general list");
    };
    world.with(cell, |tenant, _| {
        let people = tenant.people.iter().filter_map(|person| person.eight.as_ref());
        let found: Vec<Value> =
            people.filter(|eight| eight.profile.user_name.eq_ignore_ascii_case(name)).map(row).collect();
        scim(200, &json!({"schemas": [LIST], "totalResults": found.len(), "Resources": found}))
    })
}

/// Only what identity providers send when somebody leaves or comes back: `active`.
pub(super) async fn patch(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Reply {
    let cell = match caller(&world, &headers) {
        Ok(cell) => cell,
        Err(refused) => return *refused,
    };
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let operations = body["Operations"].as_array().filter(|_| body["schemas"][0] == PATCH);
    let active = operations.into_iter().flatten().find_map(|operation| match operation["path"].as_str() {
        Some("active") => word(&operation["value"]),
        None => word(&operation["value"]["active"]),
        Some(_) => None,
    });
    let Some(active) = active else { return error(400, "Only active can be changed in this simulator") };
    world.with(cell, |tenant, now| {
        let Some(person) = tenant.by_eight_id.get(id.as_str()).copied() else { return error(404, "Unknown user") };
        tenant.set_active(person, active, now);
        match tenant.person(person).and_then(|person| person.eight.as_ref()) {
            Some(eight) => scim(200, &row(eight)),
            None => error(404, "Unknown user"),
        }
    })
}

/// Entra writes `"False"`.
fn word(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.to_lowercase().parse().ok())
}

/// The site that the body names; it must be one of ours, under a name that this tenant accepts.
fn site_of(tenant: &Tenant, body: &Value) -> Result<Option<String>, String> {
    let accepted: &[&str] = match tenant.phone.quirks.site_urn {
        SiteUrn::Either => &[SITE_ENTRA, SITE_HELP],
        SiteUrn::Entra => &[SITE_ENTRA],
        SiteUrn::Help => &[SITE_HELP],
    };
    let named = accepted.iter().find_map(|urn| body[*urn]["site"].as_str());
    let Some(name) = named else { return Ok(None) };
    let site = tenant.phone.sites.iter().find(|site| site.name == name);
    site.map(|site| Some(site.id.clone())).ok_or_else(|| format!("There is no site '{name}'"))
}

/// The body in the words of the Users API.
fn as_user(tenant: &Tenant, body: &Value, name: &str, site: Option<String>) -> Value {
    let mails = body["emails"].as_array().into_iter().flatten();
    let email = mails.filter(|mail| mail["type"] == "work").find_map(|mail| mail["value"].as_str()).unwrap_or(name);
    let status = if word(&body["active"]) == Some(false) { "INACTIVE" } else { "ACTIVE" };
    let site = site.or_else(|| tenant.phone.sites.first().map(|site| site.id.clone()));
    json!({
        "basicInfo": {"userName": name, "primaryEmail": email, "firstName": body["name"]["givenName"],
            "lastName": body["name"]["familyName"], "status": status, "ssoFederationId": name, "site": {"id": site}},
        "directoryInfo": {"department": body[ENTERPRISE]["department"], "jobTitle": body["title"],
            "displayInDirectory": false},
    })
}

fn row(eight: &EightSide) -> Value {
    json!({"schemas": [USER], "id": eight.id, "userName": eight.profile.user_name, "active": eight.active,
        "displayName": eight.name, "emails": [{"type": "work", "value": eight.email, "primary": true}]})
}

impl Tenant {
    /// Marks a user as one that provisioning made.
    fn provisioned(&mut self, id: &str, name: &str) -> Option<&EightSide> {
        let person = self.by_eight_id.get(id).copied()?;
        let eight = self.person_mut(person)?.eight.as_mut()?;
        (eight.profile.scim_provider, eight.profile.federation_id) = (Some("AZURE"), Some(name.into()));
        Some(eight)
    }
}
