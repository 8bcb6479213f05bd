//! 8x8 presence as it is read: a snapshot in pages, then the changes since.
//!
//! The cursor of the last page points to the moment of the first one, so nothing that happens while the pages are read
//! is lost; what a later page shows already comes again as a change, with a revision that is no newer.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Query, State},
    http::HeaderMap,
};
use serde_json::json;

use super::{
    eight::{Caller, guarded},
    eight_directory::Scroll,
    reply::{Reply, json_text},
};
use crate::{
    eight::{
        changes::{Change, CursorError, What},
        json::{Identity, push_presence, push_text},
    },
    faults::Endpoint,
    state::{tenant::Tenant, world::World},
};

const USERS: &str = "/presence/v1/users";
const CHANGES: &str = "/presence/v1/changes";

pub(super) async fn snapshot(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Reply {
    guarded(&world, &headers, USERS, Endpoint::EightSnapshot, |caller| async move { page(caller, &query) }).await
}

fn page(caller: Caller<'_>, query: &HashMap<String, String>) -> Reply {
    let mark = caller.world.with(caller.cell, |tenant, _| tenant.changes.next());
    let scroll = match Scroll::of(&caller, query, &["includeCall"], mark) {
        Ok(scroll) => scroll,
        Err(reply) => return *reply,
    };
    let mut text = String::with_capacity(128 + scroll.size.min(1_000) * 640);
    text.push_str(r#"{"data":["#);
    let (next_id, cursor) = caller.world.with(caller.cell, |tenant, _| {
        let people = tenant.people.iter().skip(scroll.start);
        let mut there = (scroll.start..)
            .zip(people)
            .filter_map(|(at, person)| Some((at, person.eight.as_ref().filter(|e| e.active)?)));
        for (number, (_, eight)) in there.by_ref().take(scroll.size).enumerate() {
            if number > 0 {
                text.push(',');
            }
            let who =
                Identity { id: &eight.id, email: &eight.email, revision: eight.revision, updated_ms: eight.updated_ms };
            push_presence(&mut text, &who, &eight.layers);
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
            let found = tenant
                .changes
                .locate(cursor, now)
                .map(|number| read(tenant, number, limit, caller.world.settings.repeat_changes));
            (found, now)
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

fn read(tenant: &Tenant, number: u64, limit: usize, repeat: bool) -> Page {
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
    text.push_str(r#","resyncRequired":false}"#);
    Page { text, empty: count == 0 }
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
            let who =
                Identity { id: &eight.id, email: &eight.email, revision: change.revision, updated_ms: change.at_ms };
            push_presence(text, &who, layers);
            let source = if publication.is_some() { "EXTERNAL" } else { layers.effective().source.word() };
            text.push_str(r#","origin":"#);
            text.push_str(&json!({"publicationId": publication, "source": source}).to_string());
            text.push('}');
        }
    }
    true
}
