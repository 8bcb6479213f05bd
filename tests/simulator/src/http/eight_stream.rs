//! Event Streaming: messages of Apache Pulsar over a WebSocket, to be acknowledged one by one.
//!
//! ```text
//!  event ──► frame {messageId, payload: base64, …} ──► client ──► {"messageId"} back
//!            no more than receiverQueueSize frames are out; then the stream stands still
//! ```

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use axum::{
    extract::{
        Path, Query, State,
        ws::{Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::HeaderMap,
    response::IntoResponse,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    eight_gate::{basic, by_key, header},
    eight_read::presence_change,
    eight_shapes::Shape,
    reply::Reply,
};
use crate::{
    clock::iso,
    state::{
        carried::EightMode,
        events::{Consumer, message_id, number_of},
        grants::Product,
        tenant::Tenant,
        world::{Cell, World},
    },
};

/// How many messages may be out, for a client that does not say.
const USUAL_QUEUE: usize = 1_000;

type Asked = HashMap<String, String>;
type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// What is listened to.
#[derive(Debug, Clone)]
enum Topic {
    All,
    Kind(String),
    Agent(String),
    Presence,
}

impl Topic {
    fn of(namespace: &str, topic: &str, mode: EightMode) -> Option<Self> {
        match (namespace, topic) {
            ("event-v1", "all") => Some(Self::All),
            ("event-v1", kind) => Some(Self::Kind(String::from(kind))),
            ("agent-v1", agent) => Some(Self::Agent(String::from(agent))),
            ("presence-v1", "all") if mode == EightMode::Partner => Some(Self::Presence),
            _ => None,
        }
    }

    /// The first message from `number` on: its number, when it happened, and its payload.
    fn next(&self, tenant: &Tenant, number: u64) -> Option<(u64, i64, String)> {
        let events = &tenant.phone.events;
        let found = match self {
            Self::Presence => return presence_change(tenant, number),
            Self::All => events.find(number, |_| true),
            Self::Kind(kind) => events.find(number, |event| event.kind == kind),
            Self::Agent(agent) => events.find(number, |event| event.agent.as_deref() == Some(agent)),
        };
        found.map(|(number, event)| (number, event.at_ms, event.payload.to_string()))
    }

    /// The number that the next message will get.
    fn end(&self, tenant: &Tenant) -> u64 {
        match self {
            Self::Presence => tenant.changes.next(),
            _ => tenant.phone.events.next(),
        }
    }
}

pub(super) async fn reader(
    State(world): State<Arc<World>>,
    Path((tenant, namespace, topic)): Path<(String, String, String)>,
    headers: HeaderMap,
    Query(query): Query<Asked>,
    upgrade: Upgrade,
) -> Reply {
    open(&world, (&tenant, &namespace, &topic), None, &headers, &query, upgrade)
}

pub(super) async fn consumer(
    State(world): State<Arc<World>>,
    Path((tenant, namespace, topic, subscription)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    Query(query): Query<Asked>,
    upgrade: Upgrade,
) -> Reply {
    open(&world, (&tenant, &namespace, &topic), Some(subscription), &headers, &query, upgrade)
}

/// Opens a stream for whoever may listen.
fn open(
    world: &Arc<World>,
    (tenant, namespace, topic): (&str, &str, &str),
    subscription: Option<String>,
    headers: &HeaderMap,
    query: &Asked,
    upgrade: Upgrade,
) -> Reply {
    let path = format!("/ws/v2/persistent/{tenant}/{namespace}/{topic}");
    let refuse = |status, message: &str| Shape::Problem.refuse(world, &path, status, message);
    let place = world.cells.iter().position(|cell| cell.cc_tenant == tenant);
    let Some(place) = place.filter(|place| listens(world, &world.cells[*place], headers, query)) else {
        return refuse(401, "The key or the tenant is invalid");
    };
    let cell = &world.cells[place];
    if !world.with(cell, |tenant, now| tenant.phone.grants.product(Product::EventStream, now)) {
        return refuse(403, "The key lacks the product Pulsar Event Stream");
    }
    let Some(topic) = Topic::of(namespace, topic, world.settings.eight_mode) else {
        return refuse(404, "There is no such topic");
    };
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let start = match query.get("messageId").map(String::as_str) {
        None | Some("latest") => world.with(cell, |tenant, _| topic.end(tenant)),
        Some("earliest") => 0,
        Some(id) => match number_of(id) {
            Some(number) => number + 1,
            None => return refuse(400, "The messageId is invalid; was it escaped in the address?"),
        },
    };
    let host = header(headers, "host").map(|host| host.split(':').next().unwrap_or(host)).unwrap_or_default();
    // Whoever has been let in is there to be cut off, though the connection takes a moment to become a stream.
    let (silent, drops) = world.with(cell, |tenant, _| {
        let silent = tenant.phone.quirks.stream_host.as_deref().is_some_and(|own| own != host);
        (silent, tenant.phone.events.drops)
    });
    let room = query.get("receiverQueueSize").and_then(|size| size.parse().ok()).unwrap_or(USUAL_QUEUE);
    let stream = Stream { place, topic, subscription, start, room, silent, drops };
    let world = Arc::clone(world);
    upgrade.on_upgrade(move |socket| async move { stream.run(&world, socket).await })
}

/// Whether the credentials are those of the tenant: a key, or the Data Request Token, in any of the accepted places.
fn listens(world: &World, cell: &Cell, headers: &HeaderMap, query: &Asked) -> bool {
    let data = world.with(cell, |tenant, _| tenant.access.cc_data_token.clone());
    let key_or_token = |key: &str| key == data || by_key(world, key).is_some_and(|owner| owner.id == cell.id);
    let mut as_basic = HeaderMap::new();
    if let Some(value) = query.get("token").and_then(|token| token.parse().ok()) {
        as_basic.insert("authorization", value);
    }
    let password = basic(headers).or_else(|| basic(&as_basic)).map(|(_, password)| password);
    header(headers, "x-api-key").is_some_and(key_or_token)
        || query.get("x-api-key").is_some_and(|key| key_or_token(key))
        || password.is_some_and(|password| password == data)
}

/// One connection.
struct Stream {
    place: usize,
    topic: Topic,
    subscription: Option<String>,
    start: u64,
    /// How many messages may be out.
    room: usize,
    /// Whether this is the wrong region.
    silent: bool,
    /// How often connections were cut before this one was let in.
    drops: u64,
}

/// What a look at the log finds to send.
struct Found {
    frames: Vec<Value>,
    numbers: Vec<u64>,
    next: u64,
}

impl Stream {
    async fn run(self, world: &World, mut socket: WebSocket) {
        let cell = &world.cells[self.place];
        let known = self.resume(world, cell);
        let mut next = known.map_or(self.start, |known| known.next);
        let mut out: BTreeSet<u64> = BTreeSet::new();
        loop {
            // Waiting begins before looking, so an event in between rings.
            let changed = cell.changed.notified();
            let (dropped, needed) = world.with(cell, |tenant, _| {
                (tenant.phone.events.drops != self.drops, tenant.phone.quirks.acknowledgements_needed)
            });
            if dropped {
                return;
            }
            let full = needed && out.len() >= self.room;
            let found = if full || self.silent { None } else { self.look(world, cell, next, known) };
            if let Some(found) = found {
                for frame in &found.frames {
                    if socket.send(Message::Text(frame.to_string().into())).await.is_err() {
                        return;
                    }
                }
                if needed {
                    out.extend(&found.numbers);
                }
                next = found.next;
                self.note(world, cell, next, &out);
                continue;
            }
            tokio::select! {
                () = changed => {}
                message = socket.recv() => match message {
                    Some(Ok(Message::Text(text))) => {
                        acknowledged(&text).inspect(|number| {
                            out.remove(number);
                        });
                        self.note(world, cell, next, &out);
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => {}
                },
            }
        }
    }

    /// Where a named subscription goes on.
    fn resume(&self, world: &World, cell: &Cell) -> Option<Consumer> {
        let name = self.subscription.as_ref()?;
        world.with(cell, |tenant, _| {
            let consumers = &mut tenant.phone.events.consumers;
            if let Some(known) = consumers.get_mut(name) {
                known.times += 1;
                return Some(*known);
            }
            consumers.insert(name.clone(), Consumer { next: self.start, sent_up_to: self.start, times: 0 });
            None
        })
    }

    /// Notes what a named subscription has been sent and has acknowledged.
    fn note(&self, world: &World, cell: &Cell, next: u64, out: &BTreeSet<u64>) {
        let Some(name) = &self.subscription else { return };
        world.with(cell, |tenant, _| {
            if let Some(known) = tenant.phone.events.consumers.get_mut(name) {
                known.next = out.first().copied().unwrap_or(next);
                known.sent_up_to = known.sent_up_to.max(next);
            }
        });
    }

    /// The next message, or the next two the wrong way round; twice, or after a frame that is no message, on demand.
    fn look(&self, world: &World, cell: &Cell, next: u64, known: Option<Consumer>) -> Option<Found> {
        world.with(cell, |tenant, _| {
            let first = self.topic.next(tenant, next)?;
            let second = (tenant.phone.events.out_of_order > 0).then(|| self.topic.next(tenant, first.0 + 1)).flatten();
            let events = &mut tenant.phone.events;
            let mut messages = vec![first];
            if let Some(second) = second {
                events.out_of_order -= 1;
                messages.insert(0, second);
            }
            let frame = |(number, at_ms, payload): &(u64, i64, String), again: u32| {
                let redelivered = known.filter(|known| *number < known.sent_up_to).map_or(0, |known| known.times);
                json!({"messageId": message_id(*number), "payload": STANDARD.encode(payload), "properties": {},
                    "publishTime": iso(*at_ms), "redeliveryCount": redelivered + again})
            };
            let mut frames: Vec<Value> = messages.iter().map(|message| frame(message, 0)).collect();
            if events.twice > 0 {
                events.twice -= 1;
                frames.push(frame(&messages[0], 1));
            }
            if events.control_frames > 0 {
                events.control_frames -= 1;
                frames.insert(0, json!({"type": "isEndOfTopic", "endOfTopic": false}));
            }
            let numbers: Vec<u64> = messages.iter().map(|(number, ..)| *number).collect();
            let next = numbers.iter().max().map_or(next, |number| number + 1);
            Some(Found { frames, numbers, next })
        })
    }
}

/// The message that a client's frame acknowledges.
fn acknowledged(text: &str) -> Option<u64> {
    let frame: Value = serde_json::from_str(text).ok()?;
    number_of(frame["messageId"].as_str()?)
}
