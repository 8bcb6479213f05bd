//! `GET /users`: the directory, in pages that are followed by an opaque link.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Query, State},
    http::HeaderMap,
};
use serde_json::{Map, Value, json};

use super::{
    graph::{Caller, guarded},
    reply::{Reply, json_text},
};
use crate::{
    faults::Endpoint,
    state::{access::AppKind, person::TeamsSide, world::World},
};

/// What is returned without `$select`.
const DEFAULT: &str = "businessPhones,displayName,givenName,id,jobTitle,mail,mobilePhone,\
    officeLocation,preferredLanguage,surname,userPrincipalName";
/// Properties that Graph does not give in a collection.
const NOT_IN_A_COLLECTION: [&str; 3] = ["mailboxSettings", "skills", "aboutMe"];

pub(super) async fn list(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Reply {
    guarded(&world, &headers, Endpoint::ListUsers, |caller| page(caller, &query)).await
}

fn page(caller: Caller<'_>, query: &HashMap<String, String>) -> Reply {
    let bad = |message: &str| caller.error(400, "Request_BadRequest", message);
    if !caller.granted || caller.app != AppKind::Read {
        return caller.error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
    }
    if let Some(other) = query.keys().find(|key| !matches!(key.as_str(), "$select" | "$top" | "$skiptoken")) {
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

    let (rows, next) = caller.world.with(caller.cell, |tenant, _| {
        let mut there = (start..)
            .zip(tenant.people.iter().skip(start))
            .filter_map(|(at, person)| Some((at, person.teams.as_ref()?)));
        let rows: Vec<Value> = there.by_ref().take(top).map(|(_, teams)| row(teams, select)).collect();
        (rows, there.next().map(|(at, _)| at))
    });
    let base = caller.world.urls.get().map(|urls| urls.graph.as_str()).unwrap_or_default();
    let mut body = json!({"@odata.context": format!("{base}/$metadata#users"), "value": rows});
    if let Some(next) = next {
        let select = query.get("$select").map(|select| format!("&$select={select}")).unwrap_or_default();
        body["@odata.nextLink"] = json!(format!("{base}/users?$top={top}{select}&$skiptoken=RFNwdAIAA{next:08x}"));
    }
    json_text(200, body.to_string())
}

fn row(teams: &TeamsSide, select: &str) -> Value {
    let (first, last) = teams.name.split_once(' ').unwrap_or((&teams.name, ""));
    let mut row = Map::new();
    for property in select.split(',').map(str::trim) {
        let value = match property {
            "id" => json!(teams.id),
            "mail" if teams.guest => Value::Null,
            "userPrincipalName" | "mail" => json!(teams.upn),
            "displayName" => json!(teams.name),
            "givenName" => json!(first),
            "surname" => json!(last),
            "accountEnabled" => json!(teams.enabled),
            "userType" => json!(if teams.guest { "Guest" } else { "Member" }),
            "proxyAddresses" => json!([format!("SMTP:{}", teams.upn)]),
            "businessPhones" | "otherMails" | "imAddresses" | "assignedPlans" => json!([]),
            _ => Value::Null,
        };
        row.insert(String::from(property), value);
    }
    // The id is always there.
    row.insert(String::from("id"), json!(teams.id));
    Value::Object(row)
}
