//! 8x8 presence as it is read: a snapshot in pages, then the changes since.
//!
//! The cursor of the last page points to the moment of the first one, so nothing that happens while the pages are read
//! is lost; what a later page shows already comes again as a change, with a revision that is no newer.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use axum::{
    extract::{Query, State},
    http::HeaderMap,
};
use serde_json::json;

use super::{
    eight_gate::{Caller, guarded, header},
    eight_scroll::Scroll,
    reply::{Reply, empty, json_text, with_header},
};
use crate::{
    eight::{
        changes::{Change, CursorError, What},
        json::{Identity, push_presence, push_text},
    },
    faults::Endpoint,
    state::{person::EightSide, tenant::Tenant, world::World},
    words::Status,
};

const USERS: &str = "/presence/v1/users";
const CHANGES: &str = "/presence/v1/changes";

/// What the contract lets a client find out before it begins. The stream is at this host, whatever its name is outside.
pub(super) async fn capabilities(State(world): State<Arc<World>>, headers: HeaderMap) -> Reply {
    let path = "/presence/v1/capabilities";
    guarded(&world, &headers, path, Endpoint::EightSnapshot, |caller| async move {
        let here = caller.world.urls.get().map(|urls| urls.eight.as_str()).unwrap_or_default();
        let host = here.split("://").last().unwrap_or_default();
        let statuses = Status::ALL.map(Status::word);
        let body = json!({"readable": ["WORK", "CC"], "writable": ["EXTERNAL"], "statuses": statuses, "maxBatch": 100,
            "changeFeed": {"supported": true, "retentionSeconds": 86_400},
            "stream": {"supported": true, "host": host, "topic": "presence-v1/all"},
            "lease": {"minSeconds": 60, "maxSeconds": 14_400, "defaultSeconds": 300}});
        json_text(200, body.to_string())
    })
    .await
}

pub(super) async fn snapshot(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Reply {
    let seen = header(&headers, "if-none-match").map(String::from);
    guarded(&world, &headers, USERS, Endpoint::EightSnapshot, |caller| async move {
        let etag = caller.with(|tenant, _| tenant.phone.quirks.etags.then(|| etag(tenant, &query)));
        if etag.is_some() && seen == etag {
            return empty(304);
        }
        let reply = page(caller, &query);
        match etag {
            Some(etag) if reply.status().is_success() => with_header(reply, "etag", &etag),
            _ => reply,
        }
    })
    .await
}

/// A tag that is another one after any change, and for any other question.
fn etag(tenant: &Tenant, query: &HashMap<String, String>) -> String {
    let mut asked: Vec<String> = query.iter().map(|(key, value)| format!("{key}={value}")).collect();
    asked.sort_unstable();
    format!("\"{}-{:08x}\"", tenant.changes.next(), crc32fast::hash(asked.join("&").as_bytes()))
}

/// Whom a snapshot is for: everybody, or up to a hundred by id; with a status out of some, or with any.
fn asked(caller: &Caller<'_>, query: &HashMap<String, String>) -> Result<(Option<HashSet<String>>, u8), Box<Reply>> {
    let list = |name: &str| query.get(name).map(|text| text.split(',').map(String::from).collect::<Vec<_>>());
    let users = list("userIds");
    if users.as_ref().is_some_and(|users| users.len() > 100) {
        return Err(Box::new(caller.invalid("userIds", "VALIDATION_ERROR", "At most 100 userIds are allowed")));
    }
    let mut statuses = 0;
    for word in list("status").into_iter().flatten() {
        let Some(place) = Status::ALL.iter().position(|status| status.word() == word) else {
            return Err(Box::new(caller.invalid("status", "VALIDATION_ERROR", &format!("Unknown status {word}"))));
        };
        statuses |= 1_u8 << place;
    }
    Ok((users.map(HashSet::from_iter), statuses))
}

fn page(caller: Caller<'_>, query: &HashMap<String, String>) -> Reply {
    let mark = caller.with(|tenant, _| tenant.changes.next());
    let mut scroll = match Scroll::of(&caller, query, &["includeCall", "userIds", "status"], mark, 1_000) {
        Ok(scroll) => scroll,
        Err(reply) => return *reply,
    };
    let users = match asked(&caller, query) {
        Ok((users, statuses)) => {
            scroll.statuses |= statuses;
            users
        }
        Err(reply) => return *reply,
    };
    // Hundred users by id come on one page.
    scroll.size = if users.is_some() { scroll.size.max(100) } else { scroll.size };
    let fits = |eight: &EightSide| {
        let status = eight.told().effective().status;
        let bit = Status::ALL.iter().position(|known| *known == status).map_or(0, |place| 1_u8 << place);
        eight.active
            && (scroll.statuses == 0 || scroll.statuses & bit != 0)
            && users.as_ref().is_none_or(|users| users.contains(&*eight.id))
    };
    let mut text = String::with_capacity(128 + scroll.size.min(1_000) * 640);
    text.push_str(r#"{"data":["#);
    let (next_id, cursor) = caller.with(|tenant, _| {
        let people = tenant.people.iter().skip(scroll.start);
        let mut there = (scroll.start..)
            .zip(people)
            .filter_map(|(at, person)| Some((at, person.eight.as_ref().filter(|e| fits(e))?)));
        for (number, (_, eight)) in there.by_ref().take(scroll.size).enumerate() {
            if number > 0 {
                text.push(',');
            }
            push_presence(&mut text, &Identity::of(eight, eight.revision, eight.updated_ms), eight.told());
        }
        let next_id = there.next().map(|(at, _)| scroll.next_id(at));
        let cursor = next_id.is_none().then(|| tenant.changes.cursor(scroll.mark));
        (next_id, cursor)
    });
    let pagination = json!({"pageSize": scroll.size, "hasMore": next_id.is_some(), "nextScrollId": next_id});
    text.push_str(r#"],"pagination":"#);
    text.push_str(&pagination.to_string());
    if let Some(cursor) = cursor {
        text.push_str(r#","cursor":"#);
        push_text(&mut text, &cursor);
    }
    text.push_str(r#","_links":{"self":{"href":"/presence/v1/users"}}}"#);
    json_text(200, text)
}

pub(super) async fn changes(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Reply {
    guarded(&world, &headers, CHANGES, Endpoint::EightChanges, |caller| async move { poll(caller, &query).await }).await
}

async fn poll(caller: Caller<'_>, query: &HashMap<String, String>) -> Reply {
    let Some(cursor) = query.get("cursor") else {
        return caller.invalid("cursor", "INVALID_CURSOR", "The cursor is missing");
    };
    let limit = match query.get("limit").map(|limit| limit.parse()) {
        None => 200,
        Some(Ok(limit @ 1..=500)) => limit,
        Some(_) => return caller.invalid("limit", "VALIDATION_ERROR", "limit must be between 1 and 500"),
    };
    let wait = match query.get("waitSeconds").map(|wait| wait.parse()) {
        None => 0,
        Some(Ok(wait @ 0..=25)) => wait,
        Some(_) => return caller.invalid("waitSeconds", "VALIDATION_ERROR", "waitSeconds must be between 0 and 25"),
    };
    let deadline = caller.world.clock.now_ms() + wait * 1_000;
    loop {
        // Waiting begins before looking, so a change in between rings.
        let changed = caller.cell.changed.notified();
        let (found, now) = caller.world.with(caller.cell, |tenant, now| {
            let found = tenant.changes.locate(cursor, now);
            (found.map(|number| read(tenant, number, limit, caller.world.settings.repeat_changes)), now)
        });
        match found {
            Err(CursorError::Invalid) => {
                return caller.invalid("cursor", "INVALID_CURSOR", "The cursor is not one of ours");
            }
            Err(CursorError::Expired) => {
                let message = "The cursor is too old; take a fresh snapshot";
                return caller.problem(410, "Cursor expired", Some("cursor"), "CURSOR_EXPIRED", message);
            }
            Ok(page) if !page.empty || now >= deadline => return json_text(200, page.text),
            Ok(_) => tokio::select! {
                () = changed => {}
                () = caller.world.clock.sleep_until(deadline) => {}
            },
        }
    }
}

struct Page {
    text: String,
    empty: bool,
}

fn read(tenant: &mut Tenant, number: u64, limit: usize, repeat: bool) -> Page {
    let mut text = String::from(r#"{"data":["#);
    let mut count = 0;
    let mut rows = 0;
    for change in tenant.changes.read(number, limit) {
        let start = text.len();
        if rows > 0 {
            text.push(',');
        }
        if push_change(&mut text, tenant, change) {
            rows += 1;
            if repeat && rows == 1 {
                let first = String::from(&text[start..]);
                text.push(',');
                text.push_str(&first);
            }
        } else {
            text.truncate(start);
        }
        count += 1;
    }
    let next = number + count;
    let more = next < tenant.changes.next();
    text.push_str(r#"],"cursor":"#);
    push_text(&mut text, &tenant.changes.cursor(next));
    text.push_str(if more { r#","hasMore":true"# } else { r#","hasMore":false"# });
    let resync = std::mem::take(&mut tenant.phone.quirks.resync_next);
    text.push_str(if resync { r#","resyncRequired":true}"# } else { r#","resyncRequired":false}"# });
    Page { text, empty: count == 0 && !resync }
}

/// The change with this number or the next one that still has a user, as a stream tells it: its number, when, what.
pub(super) fn presence_change(tenant: &Tenant, number: u64) -> Option<(u64, i64, String)> {
    (number..tenant.changes.next()).find_map(|number| {
        let change = tenant.changes.read(number, 1).next()?;
        let mut text = String::from(r#"{"PresenceChange":"#);
        push_change(&mut text, tenant, change).then(|| {
            text.pop();
            let info = json!({"instanceId": "simulator", "sequenceId": number, "timestamp": change.at_ms});
            text.push_str(&format!(r#","msgInfo":{info}}}}}"#));
            (number, change.at_ms, text)
        })
    })
}

/// Writes one change; not if its user has been deleted since, which a later change tells.
fn push_change(text: &mut String, tenant: &Tenant, change: &Change) -> bool {
    match &change.what {
        What::Deleted { user_id } => {
            text.push_str(
                &json!({"changeType": "DELETED", "userId": user_id, "revision": change.revision, "presence": null})
                    .to_string(),
            );
        }
        What::Updated { person, layers, fields, publication } => {
            let Some(eight) = tenant.person(*person).and_then(|person| person.eight.as_ref()) else {
                return false;
            };
            text.push_str(r#"{"changeType":"UPDATED","changedFields":"#);
            text.push_str(fields);
            text.push_str(r#","presence":"#);
            push_presence(text, &Identity::of(eight, change.revision, change.at_ms), layers);
            let source = if publication.is_some() { "EXTERNAL" } else { layers.effective().source.word() };
            text.push_str(r#","origin":"#);
            text.push_str(&json!({"publicationId": publication, "source": source}).to_string());
            text.push('}');
        }
    }
    true
}
