//! Presence in Graph: read by id or in bulk, and the session of an application.

use std::{borrow::Cow, sync::Arc};

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
};
use jiff::SignedDuration;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    graph::{Caller, guarded},
    reply::{Reply, empty, json_text},
};
use crate::{
    faults::Endpoint,
    state::{
        access::client_uuid,
        measure::{Write, WriteKind},
        permission::Permission,
        tenant::{Cause, Tenant},
        world::World,
    },
    teams::{Owner, Session, json::push_presence},
    words::Pair,
};

/// The most ids in one bulk read.
const MOST_IDS: usize = 650;
/// Five minutes to four hours.
const LEASE_SECONDS: std::ops::RangeInclusive<i64> = 300..=14_400;
/// The only presences that an application may set.
const SETTABLE: [Pair; 5] =
    [Pair::AVAILABLE, Pair::IN_A_CALL, Pair::IN_A_CONFERENCE_CALL, Pair::AWAY, Pair::PRESENTING];

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
        if !caller.may(&[Permission::PresenceReadAll, Permission::PresenceReadWriteAll]) {
            return caller.forbidden();
        }
        let mut text = String::with_capacity(80 + ids.len() * 240);
        text.push_str(
            r#"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#Collection(presence)","value":["#,
        );
        world.with(caller.cell, |tenant, _| {
            // Not in the order of the request, since nothing promises it: last half first, backwards.
            let (head, tail) = ids.split_at(ids.len() / 2);
            let people = tail.iter().rev().chain(head).filter_map(|id| person_of(tenant, id));
            let mut read = 0;
            for (id, pair, out_of_office, sequence) in
                people.filter_map(|person| tenant.teams_answer(tenant.person(person)?))
            {
                if read > 0 {
                    text.push(',');
                }
                push_presence(&mut text, id, pair, out_of_office, sequence);
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

pub(super) async fn one(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<String>) -> Reply {
    guarded(&world, &headers, Endpoint::GetPresence, |caller| {
        if !caller.may(&[Permission::PresenceReadAll, Permission::PresenceReadWriteAll]) {
            return caller.forbidden();
        }
        let answer = world.with(caller.cell, |tenant, _| tenant.teams_answer(tenant.person(person_of(tenant, &id)?)?));
        let Some((id, pair, out_of_office, sequence)) = answer else {
            return not_found(&caller);
        };
        world.with(caller.cell, |tenant, _| tenant.meter.counters.presences_read += 1);
        let mut text = String::with_capacity(240);
        push_presence(&mut text, id, pair, out_of_office, sequence);
        json_text(200, text)
    })
    .await
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct SessionRequest {
    session_id: Option<String>,
    availability: Option<String>,
    activity: Option<String>,
    expiration_duration: Option<String>,
}

pub(super) async fn set(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Reply {
    guarded(&world, &headers, Endpoint::SetPresence, |caller| {
        let Ok(request) = serde_json::from_slice::<SessionRequest>(&body) else {
            return caller.error(400, "BadRequest", "Unable to read JSON request payload.");
        };
        // The body is looked at before the roles are.
        let session = match session_of(&caller, &request) {
            Ok(session) => session,
            Err(reply) => return *reply,
        };
        let words =
            (request.availability.as_deref().unwrap_or_default(), request.activity.as_deref().unwrap_or_default());
        let Some(pair) = SETTABLE.into_iter().find(|pair| words == (pair.availability, pair.activity)) else {
            let message = format!("[Availability, Activity]: '{}' and '{}' cannot be set together.", words.0, words.1);
            return caller.error(400, "InvalidArgument", &message);
        };
        let asked = request.expiration_duration.as_deref().map_or(Some(*LEASE_SECONDS.start()), whole_seconds);
        let Some(seconds) = asked.filter(|seconds| LEASE_SECONDS.contains(seconds)) else {
            return caller.error(
                400,
                "InvalidArgument",
                "[ExpirationDuration]: The duration must be from PT5M to PT4H.",
            );
        };
        if !caller.may(&[Permission::PresenceReadWriteAll]) {
            return caller.forbidden();
        }
        let done = world.with(caller.cell, |tenant, now| {
            let person = person_of(tenant, &id)?;
            set_session(
                tenant,
                person,
                Session { owner: Owner::App(session), pair, set_ms: now, expires_ms: now + seconds * 1_000 },
            );
            tenant.meter.log(write(now, person, WriteKind::SetSession, pair.to_string(), seconds, 200));
            Some(())
        });
        if done.is_some() { empty(200) } else { not_found(&caller) }
    })
    .await
}

pub(super) async fn clear(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Reply {
    guarded(&world, &headers, Endpoint::ClearPresence, |caller| {
        let request = serde_json::from_slice::<SessionRequest>(&body).unwrap_or_default();
        let session = match session_of(&caller, &request) {
            Ok(session) => session,
            Err(reply) => return *reply,
        };
        if !caller.may(&[Permission::PresenceReadWriteAll]) {
            return caller.forbidden();
        }
        let cleared = world.with(caller.cell, |tenant, now| {
            let person = person_of(tenant, &id)?;
            let held = tenant.person(person)?.session_held(now);
            if held {
                tenant.meter.counters.sessions_cleared += 1;
                note_session(tenant, person, false, now, now);
                tenant.edit_teams(person, now, Cause::Session, |layers| {
                    layers.sessions.retain(|held| held.owner != Owner::App(session));
                });
            }
            tenant.meter.log(write(
                now,
                person,
                WriteKind::ClearSession,
                String::new(),
                0,
                if held { 200 } else { 404 },
            ));
            held.then_some(())
        });
        if cleared.is_some() { empty(200) } else { not_found(&caller) }
    })
    .await
}

fn set_session(tenant: &mut Tenant, person: u32, session: Session) {
    let now = session.set_ms;
    if tenant.person(person).is_some_and(|person| person.session_held(now)) {
        tenant.meter.counters.sessions_renewed += 1;
    } else {
        tenant.meter.counters.sessions_set += 1;
    }
    note_session(tenant, person, true, now, session.expires_ms);
    tenant.edit_teams(person, now, Cause::Session, |layers| {
        layers.sessions.retain(|held| held.owner != session.owner);
        layers.sessions.push(session);
    });
}

fn note_session(tenant: &mut Tenant, person: u32, held: bool, now: i64, until_ms: i64) {
    let repeats = tenant.person_mut(person).is_some_and(|person| person.track.session.note_write(held, now, until_ms));
    tenant.meter.counters.duplicates += u64::from(repeats);
}

/// The session that a body names; it has to be the application's own.
fn session_of(caller: &Caller<'_>, request: &SessionRequest) -> Result<Uuid, Box<Reply>> {
    let Some(named) = request.session_id.as_deref().filter(|id| !id.is_empty()) else {
        return Err(Box::new(caller.error(400, "InvalidArgument", "[SessionId]: The SessionId field is required.")));
    };
    let own = caller.world.with(caller.cell, |tenant, _| client_uuid(tenant.access.app(caller.app)));
    Uuid::parse_str(named).ok().filter(|id| *id == own).ok_or_else(|| {
        let message = "[SessionId]: The SessionId must be the id of the calling application.";
        Box::new(caller.error(400, "InvalidArgument", message))
    })
}

fn whole_seconds(text: &str) -> Option<i64> {
    text.parse::<SignedDuration>().ok().filter(|_| text.starts_with('P')).map(|duration| duration.as_secs())
}

fn person_of(tenant: &Tenant, id: &str) -> Option<u32> {
    Uuid::parse_str(id).ok().and_then(|id| tenant.by_teams_id.get(&id).copied())
}

fn write(at_ms: i64, person: u32, kind: WriteKind, value: String, lease_seconds: i64, answer: u16) -> Write {
    Write { at_ms, person, kind, value, lease_seconds, answer }
}

fn not_found(caller: &Caller<'_>) -> Reply {
    caller.error(404, "NotFound", "The resource could not be found.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_day_and_time_form() {
        assert_eq!(whole_seconds("PT5M"), Some(300));
        assert_eq!(whole_seconds("PT1H30M"), Some(5_400));
        assert_eq!(whole_seconds("PT90M"), Some(5_400));
        assert_eq!(whole_seconds("five minutes"), None);
        assert_eq!(whole_seconds("5m"), None);
    }
}
