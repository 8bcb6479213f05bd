//! `GET /users/{id}/mailboxSettings` and its `automaticRepliesSetting`.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::HeaderMap,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    graph::{Caller, guarded},
    reply::{Reply, json_text},
};
use crate::{
    clock::iso,
    faults::Endpoint,
    state::{permission::Permission, tenant::Tenant, world::World},
};

const NOTE: &str = "<html>\n<body>\n<p>I am out of the office.</p>\n</body>\n</html>\n";

/// A person's automatic replies.
#[derive(Debug, Clone, Copy)]
enum Replies {
    Disabled,
    AlwaysEnabled,
    /// From one time to another.
    Scheduled(i64, i64),
}

pub(super) async fn settings(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<String>) -> Reply {
    guarded(&world, &headers, Endpoint::Mailbox, |caller| {
        read(&caller, &id, "mailboxSettings", |replies| {
            json!({"automaticRepliesSetting": replies, "timeZone": "UTC", "dateFormat": "yyyy-MM-dd",
                "timeFormat": "HH:mm", "language": {"locale": "en-US", "displayName": "English (United States)"}})
        })
    })
    .await
}

pub(super) async fn replies(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<String>) -> Reply {
    guarded(&world, &headers, Endpoint::Mailbox, |caller| {
        read(&caller, &id, "mailboxSettings/automaticRepliesSetting", |replies| replies)
    })
    .await
}

fn read(caller: &Caller<'_>, id: &str, what: &str, shape: impl FnOnce(Value) -> Value) -> Reply {
    if !caller.may(&[Permission::MailboxSettingsRead]) {
        return caller.error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
    }
    let found = caller.world.with(caller.cell, |tenant, now| {
        let (place, user) = user_of(tenant, id)?;
        Some((user, replies_of(tenant, place, now)))
    });
    match found {
        None => caller.error(404, "ErrorInvalidUser", &format!("The requested user '{id}' is invalid.")),
        Some((_, None)) => caller.error(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        ),
        Some((user, Some(replies))) => {
            let graph = caller.world.urls.get().map(|urls| urls.graph.as_str()).unwrap_or_default();
            let mut body = shape(setting(replies));
            body["@odata.context"] = json!(format!("{graph}/$metadata#users('{user}')/{what}"));
            json_text(200, body.to_string())
        }
    }
}

/// A user by object id or principal name, which this resource takes as well.
fn user_of(tenant: &Tenant, id: &str) -> Option<(u32, Uuid)> {
    let by_id = Uuid::parse_str(id).ok().and_then(|id| Some((*tenant.by_teams_id.get(&id)?, id)));
    by_id.or_else(|| {
        let mut people = (0..).zip(&tenant.people);
        people.find_map(|(place, person)| {
            let teams = person.teams.as_ref().filter(|teams| teams.upn.eq_ignore_ascii_case(id))?;
            Some((place, teams.id))
        })
    })
}

/// A person's automatic replies; nothing without a mailbox.
fn replies_of(tenant: &Tenant, place: u32, now: i64) -> Option<Replies> {
    let teams = tenant.person(place)?.teams.as_ref()?;
    if teams.guest || tenant.without_mailbox.contains(&place) {
        return None;
    }
    if teams.layers.out_of_office {
        return Some(Replies::AlwaysEnabled);
    }
    let mut planned = teams.layers.absences.iter().filter(|absence| absence.replies && now < absence.until_ms);
    Some(planned.next().map_or(Replies::Disabled, |next| Replies::Scheduled(next.from_ms, next.until_ms)))
}

fn setting(replies: Replies) -> Value {
    let time = |ms| json!({"dateTime": iso(ms).replace('Z', "0000"), "timeZone": "UTC"});
    let (status, from_ms, until_ms) = match replies {
        Replies::Disabled => ("disabled", 0, 0),
        Replies::AlwaysEnabled => ("alwaysEnabled", 0, 0),
        Replies::Scheduled(from_ms, until_ms) => ("scheduled", from_ms, until_ms),
    };
    let note = if status == "disabled" { "" } else { NOTE };
    json!({"status": status, "externalAudience": "all", "scheduledStartDateTime": time(from_ms),
        "scheduledEndDateTime": time(until_ms), "internalReplyMessage": note, "externalReplyMessage": note})
}
