//! Realtime Metrics of Contact Center agents. What they say is up to five seconds old.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, Uri},
};
use serde_json::{Value, json};

use super::{
    eight_gate::{Caller, guarded, header},
    reply::{Reply, json_text, with_header},
};
use crate::{
    clock::iso,
    faults::Endpoint,
    state::{person::EightSide, tenant::Tenant, world::World},
};

/// The metrics about presence.
const METRICS: [&str; 11] = [
    "status.rt",
    "statusCode.rt",
    "timeOnStatus.rt",
    "timeOnStatusCode.rt",
    "lastStatusChange.rt",
    "lastLogin.rt",
    "lastLogout.rt",
    "line1Status.rt",
    "line2Status.rt",
    "activeInteractionsCount.rt",
    "activeChannels.rt",
];

type Asked = HashMap<String, String>;

pub(super) async fn agents(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Query(query): Query<Asked>,
) -> Reply {
    let headers = &headers;
    guarded(&world, headers, uri.path(), Endpoint::Realtime, |caller| async move {
        answer(&caller, headers, &query).unwrap_or_else(|refused| *refused)
    })
    .await
}

pub(super) async fn agent(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(mut query): Query<Asked>,
) -> Reply {
    query.insert(String::from("agent-ids"), id);
    let headers = &headers;
    guarded(&world, headers, uri.path(), Endpoint::Realtime, |caller| async move {
        answer(&caller, headers, &query).unwrap_or_else(|refused| *refused)
    })
    .await
}

/// The agents that log in to queues, with their metrics as an object rather than a list.
pub(super) async fn in_queue_groups(State(world): State<Arc<World>>, uri: Uri, headers: HeaderMap) -> Reply {
    let headers = &headers;
    guarded(&world, headers, uri.path(), Endpoint::Realtime, |caller| async move {
        if let Err(refused) = addressed(&caller, headers) {
            return *refused;
        }
        let rows = caller.with(refreshed);
        let logged_in = rows.iter().filter(|row| row["metrics"]["status.rt"] != "LoggedOut");
        let agents: Vec<Value> = logged_in
            .map(|row| {
                json!({"id": row["id"], "name": row["name"], "metrics": {"status.rt": row["metrics"]["status.rt"]}})
            })
            .collect();
        json_text(200, json!({"agents": agents, "queues": []}).to_string())
    })
    .await
}

/// `X-Tenant-Info`, which names the Contact Center's tenant.
fn addressed(caller: &Caller<'_>, headers: &HeaderMap) -> Result<(), Box<Reply>> {
    let (own, needed) =
        caller.with(|tenant, _| (tenant.access.cc_tenant.clone(), tenant.phone.quirks.several_cc_tenants));
    match header(headers, "x-tenant-info") {
        None if !needed => Ok(()),
        None => Err(Box::new(caller.refuse(400, "X-Tenant-Info header is missing."))),
        Some(given) if given != own => Err(Box::new(caller.refuse(400, "Invalid value for X-Tenant-Info header."))),
        Some(_) => Ok(()),
    }
}

fn answer(caller: &Caller<'_>, headers: &HeaderMap, query: &Asked) -> Result<Reply, Box<Reply>> {
    addressed(caller, headers)?;
    let refuse = |message: &str| Box::new(caller.refuse(400, message));
    let list = |name: &str| query.get(name).map(|text| text.split(',').map(String::from).collect::<Vec<_>>());
    let metrics = list("metrics").or_else(|| (query.get("summary")? == "true").then(Vec::new));
    let metrics = metrics.ok_or_else(|| refuse("Field 'metrics' is required"))?;
    if let Some(bad) = metrics.iter().find(|metric| !METRICS.contains(&metric.as_str())) {
        return Err(refuse(&format!("Unknown metric '{bad}'")));
    }
    let number = |name: &str, usual: usize| query.get(name).map_or(Some(usual), |text| text.parse().ok());
    let size = match number("size", 100) {
        Some(size @ 1..=1_000) => size,
        Some(0) | None => return Err(refuse("Field 'size' must be greater than or equal to 1")),
        Some(_) => return Err(refuse("Field 'size' must be less than or equal to 1000")),
    };
    caller.world.note_read();
    let mut rows = caller.with(refreshed);
    if let Some(wanted) = list("agent-ids") {
        let known = |id: &String| rows.iter().any(|row| row["id"] == id.as_str());
        if let Some(unknown) = wanted.iter().find(|id| !known(id)) {
            return Err(refuse(&format!("Agent with id {unknown} was not found")));
        }
        rows.retain(|row| wanted.iter().any(|id| row["id"] == id.as_str()));
    }
    let (total, pages) = (rows.len(), rows.len().div_ceil(size));
    let page = number("page", 0).filter(|page| *page < pages.max(1)).ok_or_else(|| {
        refuse(&format!(
            "Field 'page' must be greater than or equal to 0 and less than the total number of pages, which is {pages} \
             for this request"
        ))
    })?;
    let rows: Vec<Value> =
        rows.into_iter().skip(page * size).take(size).map(|row| with_metrics(row, &metrics)).collect();
    let mut reply = json_text(200, Value::from(rows).to_string());
    for (name, value) in
        [("x-page", page), ("x-page-size", size), ("x-total-pages", pages), ("x-total-elements", total)]
    {
        reply = with_header(reply, name, &value.to_string());
    }
    Ok(reply)
}

/// The row with its metrics as a list of those that were asked for.
fn with_metrics(mut row: Value, wanted: &[String]) -> Value {
    let all = row["metrics"].take();
    let list: Vec<Value> =
        wanted.iter().map(|name| json!({"key": name, "value": all.get(name).cloned().unwrap_or_default()})).collect();
    row["metrics"] = Value::from(list);
    row
}

/// Every agent as of the last refresh.
fn refreshed(tenant: &mut Tenant, now: i64) -> Vec<Value> {
    let age = tenant.phone.quirks.realtime_refresh_ms;
    let fresh = tenant.phone.realtime.as_ref().is_some_and(|(at, _)| now - at < age);
    if !fresh {
        let at = if age > 0 { now - now % age } else { now };
        let rows: Vec<Value> =
            tenant.people.iter().filter_map(|person| row(person.eight.as_ref()?, tenant, now)).collect();
        tenant.phone.realtime = Some((at, Value::from(rows)));
    }
    let rows = tenant.phone.realtime.as_ref().map(|(_, rows)| rows);
    rows.and_then(Value::as_array).cloned().unwrap_or_default()
}

fn row(eight: &EightSide, tenant: &Tenant, now: i64) -> Option<Value> {
    let (agent, cc) = (eight.profile.agent.as_ref()?, eight.layers.cc?);
    let code = agent.code.and_then(|(list, item)| tenant.phone.code(list, item));
    let since = now - cc.since_ms;
    let busy = matches!(cc.status.number(), 7 | 9 | 10);
    let channels: Vec<&str> = match (busy, cc.voice) {
        (true, true) => vec!["PHONE"],
        (true, false) => vec!["CHAT"],
        (false, _) if cc.status.number() == 11 => vec!["EMAIL"],
        _ => Vec::new(),
    };
    let line = if cc.in_call() { "InUse" } else { "Idle" };
    Some(json!({"id": agent.id, "name": eight.name, "groupId": "131", "groupName": "agents", "metrics": {
        "status.rt": cc.status.realtime_word(), "statusCode.rt": code, "timeOnStatus.rt": since,
        "timeOnStatusCode.rt": code.map(|_| since), "lastStatusChange.rt": iso(cc.since_ms),
        "lastLogin.rt": agent.last_login_ms.map(iso), "lastLogout.rt": agent.last_logout_ms.map(iso),
        "line1Status.rt": line, "line2Status.rt": "Idle", "activeInteractionsCount.rt": channels.len(),
        "activeChannels.rt": channels}}))
}
