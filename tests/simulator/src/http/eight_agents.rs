//! The status of Contact Center agents: reading all or one, setting one, setting up to a hundred.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, Method, Uri},
};
use serde_json::{Value, json};

use super::{
    eight_gate::{Caller, guarded, header},
    reply::{Reply, json_text},
};
use crate::{
    eight::{
        agent::AgentStatus,
        quirks::{AgentHost, BulkVerb},
    },
    faults::Endpoint,
    state::{measure::WriteKind, person::EightSide, phone::Phone, staff::Mover, tenant::Tenant, world::World},
};

/// The most agents in one request.
const MOST_AGENTS: usize = 100;

type Asked = HashMap<String, String>;

/// 404 if the tenant in the path is not the caller's, or the host is the other of the two.
fn misdirected(caller: &Caller<'_>, headers: &HeaderMap, tenant_id: &str) -> Option<Reply> {
    let (own, host) = caller.with(|tenant, _| (tenant.access.cc_tenant.clone(), tenant.phone.quirks.agent_host));
    let vcc = header(headers, "host").is_some_and(|name| name.starts_with("vcc-"));
    let right = match host {
        AgentHost::Any => true,
        AgentHost::Vcc => vcc,
        AgentHost::Plain => !vcc,
    };
    if !right {
        return Some(caller.refuse(404, "No such host"));
    }
    (own != tenant_id).then(|| caller.refuse(403, "The tenant is not authorised for this request"))
}

pub(super) async fn list(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path(tenant_id): Path<String>,
    Query(query): Query<Asked>,
) -> Reply {
    let headers = &headers;
    guarded(&world, headers, uri.path(), Endpoint::AgentStatusRead, |caller| async move {
        if let Some(refused) = misdirected(&caller, headers, &tenant_id) {
            return refused;
        }
        caller.world.note_read();
        let (rows, in_pages) = caller.with(|tenant, _| (rows(tenant), tenant.phone.quirks.agents_in_pages));
        page(&caller, rows, in_pages, &query)
    })
    .await
}

fn page(caller: &Caller<'_>, rows: Vec<Value>, in_pages: bool, query: &Asked) -> Reply {
    let total = rows.len();
    let number = |name: &str, usual: usize| query.get(name).map_or(Some(usual), |text| text.parse().ok());
    let (Some(size @ 1..=500), Some(index)) = (number("pageSize", 500), number("pageIndex", 0)) else {
        return caller.refuse(400, "pageSize must be between 1 and 500, pageIndex at least 0");
    };
    // The parameters exist, but the description says that paging is not available.
    let (size, index) = if in_pages { (size, index) } else { (total.max(1), 0) };
    let rows: Vec<Value> = rows.into_iter().skip(index * size).take(size).collect();
    let page = json!({"pageSize": size, "totalElements": total, "totalPages": total.div_ceil(size),
        "pageIndex": index});
    json_text(200, json!({"data": rows, "page": page}).to_string())
}

pub(super) async fn one(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path((tenant_id, agent)): Path<(String, String)>,
) -> Reply {
    let headers = &headers;
    guarded(&world, headers, uri.path(), Endpoint::AgentStatusRead, |caller| async move {
        if let Some(refused) = misdirected(&caller, headers, &tenant_id) {
            return refused;
        }
        let found = caller.with(|tenant, _| {
            let eight = tenant.people.get(agent_place(tenant, &agent)? as usize)?.eight.as_ref()?;
            row(eight, &tenant.phone)
        });
        found.map_or_else(|| caller.refuse(404, "Unknown agent"), |row| json_text(200, row.to_string()))
    })
    .await
}

fn rows(tenant: &Tenant) -> Vec<Value> {
    tenant.people.iter().filter_map(|person| row(person.eight.as_ref()?, &tenant.phone)).collect()
}

/// One agent; the code fields are absent when there is no code.
fn row(eight: &EightSide, phone: &Phone) -> Option<Value> {
    let (agent, cc) = (eight.profile.agent.as_ref()?, eight.layers.cc?);
    let sub = if agent.stops_new { "stopnew" } else { "none" };
    let mut row = json!({"agent-id": agent.id, "name": eight.name, "agent-status": cc.status, "agent-sub-status": sub});
    if let Some((list, item)) = agent.code {
        row["status-code-list-id"] = Value::from(list);
        row["status-code-item-id"] = Value::from(item);
        row["status-code-item-short-code"] = Value::from(phone.code(list, item));
    }
    Some(row)
}

fn agent_place(tenant: &Tenant, id: &str) -> Option<u32> {
    let is = |person: &crate::state::person::Person| {
        person.eight.as_ref().and_then(|eight| eight.profile.agent.as_ref()).is_some_and(|agent| &*agent.id == id)
    };
    tenant.people.iter().position(is).and_then(|place| u32::try_from(place).ok())
}

pub(super) async fn set(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path((tenant_id, agent)): Path<(String, String)>,
    body: Bytes,
) -> Reply {
    let headers = &headers;
    guarded(&world, headers, uri.path(), Endpoint::AgentStatusWrite, |caller| async move {
        if let Some(refused) = misdirected(&caller, headers, &tenant_id) {
            return refused;
        }
        let body: Value = match serde_json::from_slice(&body) {
            Ok(body) => body,
            Err(error) => return caller.refuse(400, &format!("The body is not JSON: {error}")),
        };
        let outcome = caller.with(|tenant, now| change(tenant, &agent, &body, now));
        match outcome.code {
            200 => json_text(200, outcome.json().to_string()),
            code => caller.refuse(code, &outcome.reason),
        }
    })
    .await
}

pub(super) async fn bulk(
    State(world): State<Arc<World>>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    Path(tenant_id): Path<String>,
    body: Bytes,
) -> Reply {
    let headers = &headers;
    guarded(&world, headers, uri.path(), Endpoint::AgentStatusWrite, |caller| async move {
        if let Some(refused) = misdirected(&caller, headers, &tenant_id) {
            return refused;
        }
        let verb = caller.with(|tenant, _| tenant.phone.quirks.bulk_verb);
        let right = match method {
            Method::POST => verb != BulkVerb::Put,
            Method::PUT => verb != BulkVerb::Post,
            _ => false,
        };
        if !right {
            return caller.refuse(405, "This method is not allowed here");
        }
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let Some(agents) = body["agents"].as_array() else {
            return caller.refuse(400, "The body must be {\"agents\": [...]}");
        };
        if agents.len() > MOST_AGENTS {
            return caller.refuse(400, "At most 100 agents are allowed in one request");
        }
        let results: Vec<Value> = caller.with(|tenant, now| {
            let change = |item: &Value| {
                let id = item["agent-id"].as_str().unwrap_or_default();
                let outcome = match caller.strikes_item(Endpoint::AgentStatusWrite) {
                    Some(code) => Outcome { code, reason: String::from("The item was not taken.") },
                    None => change(tenant, id, item, now),
                };
                let mut result = outcome.json();
                result["agent-id"] = Value::from(id);
                result
            };
            agents.iter().map(change).collect()
        });
        json_text(207, json!({"data": results}).to_string())
    })
    .await
}

/// How a change ends.
struct Outcome {
    code: u16,
    reason: String,
}

impl Outcome {
    fn json(&self) -> Value {
        match self.code {
            200 => json!({"reason": "OK", "change-status": 200, "message": "Agent status change successful"}),
            code => json!({"reason": self.reason, "change-status": code, "message": "Agent status change failed"}),
        }
    }
}

/// Sets one agent's status, if the agent is known, the status can be set, and it can be reached from the one that holds.
fn change(tenant: &mut Tenant, agent: &str, body: &Value, now: i64) -> Outcome {
    let refused = |code, reason: &str| Outcome { code, reason: String::from(reason) };
    let Some(person) = agent_place(tenant, agent) else {
        return refused(404, "The agent is unknown.");
    };
    let wanted = body["agent-status"].as_i64();
    let settable = wanted.filter(|number| [1, 3, 4, 5].contains(number)).and_then(AgentStatus::from_number);
    let code = code_of(tenant, body);
    let held = tenant.person(person).and_then(|person| person.eight.as_ref()?.layers.cc).map(|cc| cc.status);
    let outcome = match (settable, code, held) {
        (None, ..) => refused(400, "The agent status is invalid."),
        (_, Err(reason), _) => refused(400, reason),
        (Some(wanted), Ok(code), Some(held)) if held == wanted || held.may_become(wanted) => {
            tenant.move_agent(person, wanted, code, false, Mover::Api, now);
            refused(200, "OK")
        }
        (Some(wanted), ..) => {
            let held = held.map_or(0, AgentStatus::number);
            refused(400, &format!("The transition from {held} to {} is not supported.", wanted.number()))
        }
    };
    let value = wanted.map(|number| number.to_string()).unwrap_or_default();
    tenant.note_direct_write(person, WriteKind::AgentStatus, value, outcome.code, now);
    outcome
}

/// The status code of a body; -1 and nothing are none.
fn code_of(tenant: &Tenant, body: &Value) -> Result<Option<(i64, i64)>, &'static str> {
    let number = |name: &str| body[name].as_i64().filter(|id| *id != -1);
    match (number("status-code-list-id"), number("status-code-item-id")) {
        (None, None) => Ok(None),
        (Some(list), Some(item)) => {
            if !tenant.phone.code_lists.iter().any(|known| known.id == list) {
                return Err("The status code list id is invalid.");
            }
            match (tenant.phone.code(list, item), body["status-code-item-short-code"].as_str()) {
                (None, _) => Err("The status code item id is invalid."),
                (Some(known), Some(given)) if known != given => Err("The status code short code is invalid."),
                _ => Ok(Some((list, item))),
            }
        }
        _ => Err("The status code list id is invalid."),
    }
}
