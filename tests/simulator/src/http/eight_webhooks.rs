//! Webhooks: registering them, the keys to check deliveries with, and the deliveries.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, Uri},
};
use reqwest::Client;
use serde_json::{Value, json};

use super::{
    eight_gate::{Caller, guarded},
    eight_read::presence_change,
    reply::{Reply, empty, json_text},
};
use crate::{
    clock::iso,
    eight::signing::{Delivery, sign},
    faults::Endpoint,
    state::{
        webhooks::Webhook,
        world::{Cell, World},
    },
};

/// How often an event is sent before it is given up, and how long the simulator waits in between; 8x8 says neither.
const ATTEMPTS: u32 = 5;
const BRIEF_DELAY_MS: i64 = 2_000;
/// How long an answer may take, by the real clock.
const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_NAME: usize = 256;

pub(super) async fn list(State(world): State<Arc<World>>, uri: Uri, headers: HeaderMap) -> Reply {
    let presence = uri.path().starts_with("/presence/");
    guarded(&world, &headers, uri.path(), Endpoint::Webhooks, |caller| async move {
        let rows: Vec<Value> = caller.with(|tenant, _| {
            tenant.phone.webhooks.all.iter().filter(|hook| hook.presence == presence).map(row).collect()
        });
        json_text(200, json!({"data": rows}).to_string())
    })
    .await
}

pub(super) async fn one(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Reply {
    guarded(&world, &headers, uri.path(), Endpoint::Webhooks, |caller| async move {
        let found = caller.with(|tenant, _| tenant.phone.webhooks.all.iter().find(|hook| hook.id == id).map(row));
        found.map_or_else(|| missing(&caller), |row| json_text(200, row.to_string()))
    })
    .await
}

pub(super) async fn remove(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Reply {
    guarded(&world, &headers, uri.path(), Endpoint::Webhooks, |caller| async move {
        let removed = caller.with(|tenant, _| {
            let all = &mut tenant.phone.webhooks.all;
            let before = all.len();
            all.retain(|hook| hook.id != id);
            all.len() < before
        });
        if removed { empty(204) } else { missing(&caller) }
    })
    .await
}

/// Adds a webhook, or replaces the one in the path, once it has answered the event that verifies it.
pub(super) async fn add(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    id: Option<Path<String>>,
    body: Bytes,
) -> Reply {
    let presence = uri.path().starts_with("/presence/");
    guarded(&world, &headers, uri.path(), Endpoint::Webhooks, |caller| async move {
        let hook = match understood(&caller, &body, presence) {
            Ok(hook) => hook,
            Err(refused) => return *refused,
        };
        if !verifies(&caller, &hook).await {
            let message = "The webhook did not answer the event WEB_HOOK_VERIFY with 2XX";
            return caller.invalid("uri", "VALIDATION_ERROR", message);
        }
        let stored = caller.with(|tenant, _| {
            let next = tenant.changes.next();
            let serial = tenant.phone.serial();
            let webhooks = &mut tenant.phone.webhooks;
            webhooks.told_up_to.get_or_insert(next);
            match &id {
                None => {
                    webhooks.all.push(Webhook { id: format!("hook-{serial}"), ..hook });
                    webhooks.all.last().map(row)
                }
                Some(Path(id)) => {
                    let known = webhooks.all.iter_mut().find(|known| known.id == *id)?;
                    *known = Webhook { id: id.clone(), ..hook };
                    Some(row(known))
                }
            }
        });
        stored.map_or_else(|| missing(&caller), |row| json_text(200, row.to_string()))
    })
    .await
}

/// Only tries whether a webhook answers.
pub(super) async fn verify(State(world): State<Arc<World>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Reply {
    let presence = uri.path().starts_with("/presence/");
    guarded(&world, &headers, uri.path(), Endpoint::Webhooks, |caller| async move {
        match understood(&caller, &body, presence) {
            Ok(hook) if verifies(&caller, &hook).await => empty(204),
            Ok(_) => caller.invalid("uri", "VALIDATION_ERROR", "The webhook did not answer with 2XX"),
            Err(refused) => *refused,
        }
    })
    .await
}

/// The public half of a signing key; whoever has the id of a key may read it.
pub(super) async fn key(State(world): State<Arc<World>>, uri: Uri) -> Reply {
    let kid = uri.path().rsplit('/').nth(1).unwrap_or_default();
    let found = world.cells.iter().find_map(|cell| world.with(cell, |tenant, _| tenant.phone.webhooks.public(kid)));
    match found {
        Some(key) => json_text(200, key.to_string()),
        None => super::reply::problem(&world, 404, "Not Found", uri.path(), None, "NOT_FOUND", "Unknown key"),
    }
}

fn missing(caller: &Caller<'_>) -> Reply {
    caller.problem(404, "Not Found", None, "NOT_FOUND", "Resource not found")
}

fn row(hook: &Webhook) -> Value {
    json!({"id": hook.id, "name": hook.name, "uri": hook.uri, "notificationVersion": hook.version})
}

fn understood(caller: &Caller<'_>, body: &[u8], presence: bool) -> Result<Webhook, Box<Reply>> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |key: &str| body[key].as_str().unwrap_or_default();
    let refuse = |field: &str, message: &str| Err(Box::new(caller.invalid(field, "VALIDATION_ERROR", message)));
    let (name, uri, version) = (text("name"), text("uri"), text("notificationVersion"));
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return refuse("name", "name must be 1 to 256 characters");
    }
    if !uri.starts_with("https://") && !uri.starts_with("http://127.0.0.1:") {
        return refuse("uri", "uri must begin with https:// (or be on 127.0.0.1 here)");
    }
    if version.is_empty() {
        return refuse("notificationVersion", "notificationVersion is required");
    }
    Ok(Webhook { id: String::new(), name: name.into(), uri: uri.into(), version: version.into(), presence })
}

async fn verifies(caller: &Caller<'_>, hook: &Webhook) -> bool {
    let body = json!({"notificationVersion": hook.version, "eventType": "WEB_HOOK_VERIFY"}).to_string();
    let event = caller.with(|tenant, _| format!("event-{}", tenant.phone.serial()));
    attempt(caller.world, caller.cell, &Client::new(), hook, &event, &body, 0).await
}

/// Sends one event once; returns whether it was answered with 2XX.
async fn attempt(
    world: &World,
    cell: &Cell,
    http: &Client,
    hook: &Webhook,
    event: &str,
    body: &str,
    retry: u32,
) -> bool {
    let prepared = world.with(cell, |tenant, now| {
        let (customer, name) = (tenant.phone.customer.clone(), tenant.access.cc_tenant.clone());
        Some((tenant.phone.webhooks.key()?, customer, name, now))
    });
    let Some((key, customer, tenant, transmitted_ms)) = prepared else { return false };
    let delivery = Delivery { customer: &customer, tenant: &tenant, event, retry, transmitted_ms };
    let Some(signature) = sign(&key, &delivery, body) else { return false };
    let request = http
        .post(&hook.uri)
        .timeout(PATIENCE)
        .header("content-type", "application/json")
        .header("x-8x8-customer-id", &customer)
        .header("x-8x8-tenant-id", &tenant)
        .header("x-8x8-event-id", event)
        .header("x-8x8-retry", retry.to_string())
        .header("x-8x8-transmission-time", transmitted_ms.to_string())
        .header("x-8x8-signature", signature)
        .body(String::from(body));
    request.send().await.is_ok_and(|answer| answer.status().is_success())
}

/// Delivers the changes of a tenant's presence to its webhooks, for as long as the simulator runs.
pub(crate) async fn deliver(world: Arc<World>, place: usize) {
    let (cell, http) = (&world.cells[place], Client::new());
    loop {
        let changed = cell.changed.notified();
        let due = world.with(cell, |tenant, _| {
            let number = tenant.phone.webhooks.told_up_to?;
            let (number, at_ms, payload) = presence_change(tenant, number)?;
            let event = format!("event-{}", tenant.phone.serial());
            let webhooks = &mut tenant.phone.webhooks;
            webhooks.told_up_to = Some(number + 1);
            let twice = webhooks.twice > 0;
            webhooks.twice = webhooks.twice.saturating_sub(1);
            let hooks: Vec<Webhook> = webhooks.all.iter().filter(|hook| hook.presence).cloned().collect();
            Some((hooks, event, at_ms, payload, twice))
        });
        let Some((hooks, event, at_ms, payload, twice)) = due else {
            changed.await;
            continue;
        };
        let data: Value = serde_json::from_str(&payload).unwrap_or_default();
        for hook in hooks {
            let body = json!({"notificationVersion": hook.version, "eventType": "PRESENCE_CHANGE",
                "timestamp": iso(at_ms), "data": data["PresenceChange"]})
            .to_string();
            for _ in 0..=u32::from(twice) {
                send(&world, cell, &http, &hook, &event, &body).await;
            }
        }
    }
}

/// Sends one event until it is answered, waiting in between by the simulator's clock.
async fn send(world: &World, cell: &Cell, http: &Client, hook: &Webhook, event: &str, body: &str) {
    for retry in 0..ATTEMPTS {
        if attempt(world, cell, http, hook, event, body, retry).await {
            return;
        }
        world.clock.sleep_until(world.clock.now_ms() + BRIEF_DELAY_MS).await;
    }
    tracing::warn!(tenant = cell.id, event, attempts = ATTEMPTS, "a webhook did not answer; the event is given up");
}
