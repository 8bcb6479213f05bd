//! Reading presence in Graph: one's own, one by id, or many at once.

use std::{borrow::Cow, sync::Arc};

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    graph::{Caller, guarded},
    graph_target::{Whose, may_read, named, not_found, place_of},
    reply::{Reply, json_text},
};
use crate::{
    faults::Endpoint,
    state::{
        quirks::{Quirks, UnknownUsers},
        tenant::Tenant,
        world::World,
    },
    teams::json::Presence,
};

/// The most ids in one bulk read.
const MOST_IDS: usize = 650;

#[derive(Deserialize)]
struct Ids<'a> {
    #[serde(borrow)]
    ids: Option<Vec<Cow<'a, str>>>,
}

pub(super) async fn many(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Reply {
    guarded(&world, &headers, Endpoint::GetPresences, |caller| {
        let Some(ids) = serde_json::from_slice::<Ids<'_>>(&body).ok().and_then(|body| body.ids) else {
            return caller.error(400, "BadRequest", "Ids: The Ids field is required.");
        };
        if ids.len() > MOST_IDS {
            return caller.error(400, "BadRequest", "");
        }
        if !may_read(&caller, None) {
            return caller.forbidden();
        }
        let quirks = world.quirks.load();
        let mut text = String::with_capacity(80 + ids.len() * 240);
        text.push_str(
            r#"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#Collection(presence)","value":["#,
        );
        world.with(caller.cell, |tenant, _| {
            // Not in the order of the request, since nothing promises it: last half first, backwards.
            let (head, tail) = ids.split_at(ids.len() / 2);
            let ids = tail.iter().rev().chain(head).filter_map(|id| Uuid::parse_str(id).ok());
            let mut read = 0;
            for presence in ids.filter_map(|id| answer(tenant, &caller, id, &quirks)) {
                text.push_str(if read > 0 { ",{" } else { "{" });
                presence.push_fields(&mut text, &quirks);
                text.push('}');
                read += 1;
            }
            tenant.meter.counters.presences_read += read;
        });
        world.note_read();
        text.push_str("]}");
        json_text(200, text)
    })
    .await
}

/// What is said of one id of many.
fn answer<'a>(tenant: &'a Tenant, caller: &Caller<'_>, id: Uuid, quirks: &Quirks) -> Option<Presence<'a>> {
    match presence_of(tenant, caller, id) {
        None if quirks.unknown_users == UnknownUsers::PresenceUnknown => Some(Presence::unknown(id)),
        known => known,
    }
}

fn presence_of<'a>(tenant: &'a Tenant, caller: &Caller<'_>, id: Uuid) -> Option<Presence<'a>> {
    let presence = tenant.teams_answer(tenant.person(place_of(tenant, id)?)?)?;
    Some(Presence { own: caller.user == Some(id), ..presence })
}

/// `GET /me/presence` and `GET /users/{id}/presence`.
pub(super) async fn one(State(world): State<Arc<World>>, headers: HeaderMap, id: Whose) -> Reply {
    guarded(&world, &headers, Endpoint::GetPresence, |caller| {
        read(&caller, id.as_deref().map(String::as_str), |entity| entity)
    })
    .await
}

/// `GET /communications/presences/{id}`, the same under another name, or in a list of one.
pub(super) async fn listed(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<String>) -> Reply {
    guarded(&world, &headers, Endpoint::GetPresence, |caller| {
        let in_a_list = world.quirks.load().presence_in_a_list;
        read(&caller, Some(&id), |entity| if in_a_list { format!(r#"{{"value":[{entity}]}}"#) } else { entity })
    })
    .await
}

fn read(caller: &Caller<'_>, id: Option<&str>, shape: impl FnOnce(String) -> String) -> Reply {
    let id = match named(caller, id) {
        Ok(id) => id,
        Err(reply) => return *reply,
    };
    if !may_read(caller, Some(id)) {
        return caller.forbidden();
    }
    let quirks = caller.world.quirks.load();
    let entity = caller.world.with(caller.cell, |tenant, _| {
        let presence = presence_of(tenant, caller, id)?;
        let mut text = format!(
            r#"{{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('{id}')/presence/$entity","#
        );
        presence.push_fields(&mut text, &quirks);
        text.push('}');
        tenant.meter.counters.presences_read += 1;
        Some(text)
    });
    entity.map_or_else(|| not_found(caller), |entity| json_text(200, shape(entity)))
}
