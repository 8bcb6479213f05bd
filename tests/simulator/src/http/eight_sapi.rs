//! The old streaming API: three subscriptions per tenant, an hour each, two hours of memory.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{
        Path, Query, State,
        ws::{Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::HeaderMap,
    response::IntoResponse,
};
use serde_json::json;

use super::{eight_gate::basic, eight_shapes::Shape, reply::Reply};
use crate::state::{
    events::Subscriber,
    world::{Cell, World},
};

/// How many subscriptions a tenant may have at once.
const MOST: usize = 3;
/// How long a connection lasts.
const CUT_MS: i64 = 60 * 60_000;
/// For how long events are kept for a subscriber that is away.
const KEPT_MS: i64 = 2 * 3_600_000;

pub(super) async fn subscribe(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Reply {
    let refuse = |status, message: &str| Shape::Agents.refuse(&world, &name, status, message);
    let asked = |key: &str| query.get(key).map(String::as_str).unwrap_or_default();
    let (tenant, id) = (asked("tenantId"), asked("subsId"));
    let place = world.cells.iter().position(|cell| cell.cc_tenant == tenant).filter(|place| {
        let held = world.with(&world.cells[*place], |own, _| own.access.cc_data_token.clone());
        basic(&headers).is_some_and(|(user, token)| user == tenant && token == held)
    });
    let Some(place) = place else {
        return refuse(401, "The tenant or the Data Request Token is wrong");
    };
    if id.is_empty() || name != format!("TenantUpdates-{tenant}-{id}") {
        return refuse(400, "The path must be TenantUpdates-{tenantId}-{subsId}");
    }
    let newline = match asked("desiredOutputType") {
        "" | "JSON" => "",
        "NEWLINE_JSON" => "\n",
        _ => return refuse(400, "desiredOutputType must be JSON or NEWLINE_JSON in this simulator"),
    };
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let Some(next) = join(&world, &world.cells[place], id) else {
        return refuse(403, "The tenant has three subscriptions already, or this one is connected");
    };
    let subscription = Subscription { place, id: String::from(id), tenant: String::from(tenant), next, newline };
    let world = Arc::clone(&world);
    upgrade.on_upgrade(move |socket| async move {
        let next = subscription.run(&world, socket).await;
        world.with(&world.cells[subscription.place], |tenant, now| {
            let away = Subscriber { next, away_ms: Some(now) };
            tenant.phone.events.subscribers.insert(subscription.id.clone(), away);
        });
    })
}

/// Where a subscriber begins: after what it saw last if that is kept, else now; nothing if it may not come in.
fn join(world: &World, cell: &Cell, id: &str) -> Option<u64> {
    world.with(cell, |tenant, now| {
        let events = &mut tenant.phone.events;
        events.subscribers.retain(|_, known| known.away_ms.is_none_or(|since| now - since <= KEPT_MS));
        let connected = events.subscribers.values().filter(|known| known.away_ms.is_none()).count();
        let known = events.subscribers.get(id).copied();
        if connected >= MOST || known.is_some_and(|known| known.away_ms.is_none()) {
            return None;
        }
        let next = known.map_or(events.next(), |known| known.next);
        events.subscribers.insert(String::from(id), Subscriber { next, away_ms: None });
        Some(next)
    })
}

struct Subscription {
    place: usize,
    id: String,
    tenant: String,
    next: u64,
    newline: &'static str,
}

impl Subscription {
    /// Tells everything until the hour is over, the client goes or the token changes; returns where it stands then.
    async fn run(&self, world: &World, mut socket: WebSocket) -> u64 {
        let cell = &world.cells[self.place];
        let (drops, cut_ms) = world.with(cell, |tenant, now| (tenant.phone.events.drops, now + CUT_MS));
        let heartbeat = json!({"ClientCheck": {"heartbeat": "[HEARTBEAT]", "subscription-id": self.id,
            "tenant-id": self.tenant, "msgInfo": {}}});
        let mut next = self.next;
        let mut text = Some(heartbeat.to_string());
        loop {
            let changed = cell.changed.notified();
            if let Some(text) = text.take()
                && socket.send(Message::Text((text + self.newline).into())).await.is_err()
            {
                return next;
            }
            let (found, over) = world.with(cell, |tenant, now| {
                let events = &tenant.phone.events;
                let found = events.find(next, |_| true).map(|(number, event)| (number, event.payload.to_string()));
                (found, now >= cut_ms || events.drops != drops)
            });
            if over {
                return next;
            }
            if let Some((number, payload)) = found {
                text = Some(payload);
                next = number + 1;
                continue;
            }
            tokio::select! {
                () = changed => {}
                () = world.clock.sleep_until(cut_ms) => {}
                message = socket.recv() => if !matches!(message, Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_)))) {
                    return next;
                },
            }
        }
    }
}
