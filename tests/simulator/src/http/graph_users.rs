//! `GET /users`: the directory, in pages that are followed by an opaque link; how many there are, and one of them.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    graph::{Caller, guarded},
    graph_filter::Filter,
    reply::{Reply, json_text, with_header},
};
use crate::{
    faults::Endpoint,
    state::{permission::Permission, person::TeamsSide, world::World},
};

/// What is returned without `$select`.
pub(super) const DEFAULT: &str = "businessPhones,displayName,givenName,id,jobTitle,mail,mobilePhone,\
    officeLocation,preferredLanguage,surname,userPrincipalName";
/// Properties that Graph does not give in a collection.
const NOT_IN_A_COLLECTION: [&str; 3] = ["mailboxSettings", "skills", "aboutMe"];
/// The options that are understood.
const OPTIONS: [&str; 5] = ["$select", "$top", "$skiptoken", "$count", "$filter"];

pub(super) async fn list(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Reply {
    let eventual = is_eventual(&headers);
    guarded(&world, &headers, Endpoint::ListUsers, |caller| page(caller, &query, eventual)).await
}

/// Whether the request carries `ConsistencyLevel: eventual`, which advanced queries and counts need.
fn is_eventual(headers: &HeaderMap) -> bool {
    headers.get("consistencylevel").is_some_and(|level| level.as_bytes().eq_ignore_ascii_case(b"eventual"))
}

/// Whether the caller may list users; guests may not.
pub(super) fn may_list(caller: &Caller<'_>) -> bool {
    let guest = caller.user.is_some_and(|id| {
        caller.world.with(caller.cell, |tenant, _| {
            let person = tenant.by_teams_id.get(&id).and_then(|place| tenant.person(*place));
            person.and_then(|person| person.teams.as_ref()).is_some_and(|teams| teams.guest)
        })
    });
    caller.may(&[Permission::UserReadAll, Permission::UserReadBasicAll]) && !guest
}

pub(super) fn denied(caller: &Caller<'_>) -> Reply {
    caller.error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

fn advanced(caller: &Caller<'_>, what: &str) -> Reply {
    let message = format!("{what} needs the header ConsistencyLevel: eventual and the option $count=true.");
    caller.error(400, "Request_UnsupportedQuery", &message)
}

fn page(caller: Caller<'_>, query: &HashMap<String, String>, eventual: bool) -> Reply {
    let bad = |message: &str| caller.error(400, "Request_BadRequest", message);
    if !may_list(&caller) {
        return denied(&caller);
    }
    if let Some(other) = query.keys().find(|key| !OPTIONS.contains(&key.as_str())) {
        return bad(&format!("'{other}' is not supported by this simulator."));
    }
    let top = match query.get("$top").map(|top| top.parse::<usize>()) {
        None => 100,
        Some(Ok(top @ 1..=999)) => top,
        Some(_) => return bad("Invalid page size specified. Must be between 1 and 999 inclusive."),
    };
    let start =
        match query.get("$skiptoken").map(|token| usize::from_str_radix(token.trim_start_matches("RFNwdAIAA"), 16)) {
            None => 0,
            Some(Ok(start)) => start,
            Some(Err(_)) => return bad("Invalid value for $skiptoken."),
        };
    let select = query.get("$select").map_or(DEFAULT, String::as_str);
    if select.split(',').any(|property| NOT_IN_A_COLLECTION.contains(&property.trim())) {
        return caller.error(501, "NotImplemented", "This property cannot be requested in a collection.");
    }
    let counted = query.get("$count").is_some_and(|count| count == "true");
    if counted && !eventual {
        return advanced(&caller, "$count");
    }
    let filter = match query.get("$filter").map(|filter| Filter::read(filter)) {
        None => None,
        Some(Some(filter)) if filter.is_advanced() && !(eventual && counted) => {
            return advanced(&caller, "This filter");
        }
        Some(Some(filter)) => Some(filter),
        Some(None) => {
            return caller.error(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause.");
        }
    };

    let fits = |teams: &TeamsSide| filter.as_ref().is_none_or(|filter| filter.fits(teams));
    let (rows, next, count) = caller.world.with(caller.cell, |tenant, _| {
        let everybody = || tenant.people.iter().filter_map(|person| person.teams.as_ref()).filter(|teams| fits(teams));
        let mut there = (start..)
            .zip(tenant.people.iter().skip(start))
            .filter_map(|(at, person)| Some((at, person.teams.as_ref()?)))
            .filter(|(_, teams)| fits(teams));
        let rows: Vec<Value> = there.by_ref().take(top).map(|(_, teams)| row(teams, select)).collect();
        // The count comes on the first page only.
        (rows, there.next().map(|(at, _)| at), (counted && start == 0).then(|| everybody().count()))
    });
    let base = caller.world.urls.get().map(|urls| urls.graph.as_str()).unwrap_or_default();
    let mut body = json!({"@odata.context": format!("{base}/$metadata#users"), "value": rows});
    if let Some(count) = count {
        body["@odata.count"] = json!(count);
    }
    if let Some(next) = next {
        let again = |name: &str| query.get(name).map(|value| format!("&{name}={}", value.replace(' ', "%20")));
        let options: String = ["$select", "$count", "$filter"].into_iter().filter_map(again).collect();
        body["@odata.nextLink"] = json!(format!("{base}/users?$top={top}{options}&$skiptoken=RFNwdAIAA{next:08x}"));
    }
    let units = cost(2, query.contains_key("$select"), top < 20);
    with_header(json_text(200, body.to_string()), "x-ms-resource-unit", &units.to_string())
}

/// The resource units of a request to the directory: less with `$select` and with few results, and never nothing.
fn cost(base: u32, selected: bool, few: bool) -> u32 {
    (base - u32::from(selected)).saturating_sub(u32::from(few)).max(1)
}

pub(super) async fn count(State(world): State<Arc<World>>, headers: HeaderMap) -> Reply {
    let eventual = is_eventual(&headers);
    guarded(&world, &headers, Endpoint::ListUsers, |caller| {
        if !may_list(&caller) {
            return denied(&caller);
        }
        if !eventual {
            return advanced(&caller, "$count");
        }
        let count = caller
            .world
            .with(caller.cell, |tenant, _| tenant.people.iter().filter(|person| person.teams.is_some()).count());
        with_header(json_text(200, count.to_string()), "content-type", "text/plain")
    })
    .await
}

pub(super) async fn one(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Reply {
    guarded(&world, &headers, Endpoint::ListUsers, |caller| {
        if !may_list(&caller) {
            return denied(&caller);
        }
        let select = query.get("$select").map_or(DEFAULT, String::as_str);
        let wanted = Uuid::parse_str(&id).ok();
        let found = caller.world.with(caller.cell, |tenant, _| {
            let mut users = tenant.people.iter().filter_map(|person| person.teams.as_ref());
            let user = users.find(|teams| Some(teams.id) == wanted || teams.upn.eq_ignore_ascii_case(&id));
            user.map(|teams| row(teams, select))
        });
        let Some(mut user) = found else {
            let message = format!(
                "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
            );
            return caller.error(404, "Request_ResourceNotFound", &message);
        };
        let base = caller.world.urls.get().map(|urls| urls.graph.as_str()).unwrap_or_default();
        user["@odata.context"] = json!(format!("{base}/$metadata#users/$entity"));
        let units = cost(1, query.contains_key("$select"), false);
        with_header(json_text(200, user.to_string()), "x-ms-resource-unit", &units.to_string())
    })
    .await
}

pub(super) fn row(teams: &TeamsSide, select: &str) -> Value {
    let (first, last) = teams.name.split_once(' ').unwrap_or((&teams.name, ""));
    let mut row = Map::new();
    for property in select.split(',').map(str::trim) {
        let value = match property {
            "id" => json!(teams.id),
            "mail" if teams.guest => Value::Null,
            "mail" => json!(teams.addresses.first().unwrap_or(&teams.upn)),
            "userPrincipalName" => json!(teams.upn),
            "displayName" => json!(teams.name),
            "givenName" => json!(first),
            "surname" => json!(last),
            "accountEnabled" => json!(teams.enabled),
            "userType" => json!(if teams.guest { "Guest" } else { "Member" }),
            "proxyAddresses" => json!(proxy_addresses(teams)),
            "businessPhones" | "otherMails" | "imAddresses" => json!([]),
            "assignedPlans" => assigned_plans(teams),
            _ => Value::Null,
        };
        row.insert(String::from(property), value);
    }
    // The id is always there.
    row.insert(String::from("id"), json!(teams.id));
    Value::Object(row)
}

/// The primary address in capitals, the others not, and one that is no mail address.
fn proxy_addresses(teams: &TeamsSide) -> Vec<String> {
    let primary = teams.addresses.first().unwrap_or(&teams.upn);
    let others = teams.addresses.iter().skip(1).map(|address| format!("smtp:{address}"));
    let sip = format!("SIP:{}", teams.upn);
    std::iter::once(format!("SMTP:{primary}")).chain(others).chain([sip]).collect()
}

fn assigned_plans(teams: &TeamsSide) -> Value {
    let status = if teams.licensed { "Enabled" } else { "Deleted" };
    json!([
        {"assignedDateTime": "2026-01-01T01:02:03Z", "capabilityStatus": "Enabled", "service": "exchange",
            "servicePlanId": "efb87545-963c-4e0d-99df-69c6916d9eb0"},
        {"assignedDateTime": "2026-01-01T01:02:03Z", "capabilityStatus": status, "service": "TeamspaceAPI",
            "servicePlanId": "57ff2da0-773e-42df-b2af-ffb7a2317929"},
    ])
}
