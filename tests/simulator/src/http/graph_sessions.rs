//! An application's session on a user: `setPresence` and `clearPresence`.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::HeaderMap};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    graph::{Caller, guarded},
    graph_target::{Whose, named, not_found, whole_seconds, writable},
    reply::{Reply, empty},
};
use crate::{
    faults::Endpoint,
    state::{
        access::{AppKind, client_uuid},
        measure::{Write, WriteKind},
        quirks::ForeignSessionId,
        tenant::{Cause, Tenant},
        world::World,
    },
    teams::{Owner, Session},
    words::Pair,
};

/// Five minutes to four hours.
const LEASE_SECONDS: std::ops::RangeInclusive<i64> = 300..=14_400;
/// The only presences that an application may set.
const SETTABLE: [Pair; 5] =
    [Pair::AVAILABLE, Pair::IN_A_CALL, Pair::IN_A_CONFERENCE_CALL, Pair::AWAY, Pair::PRESENTING];

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    session_id: Option<String>,
    availability: Option<String>,
    activity: Option<String>,
    expiration_duration: Option<String>,
}

pub(super) async fn set(State(world): State<Arc<World>>, headers: HeaderMap, id: Whose, body: Bytes) -> Reply {
    guarded(&world, &headers, Endpoint::SetPresence, |caller| {
        let Ok(body) = serde_json::from_slice::<Body>(&body) else {
            return caller.error(400, "BadRequest", "Unable to read JSON request payload.");
        };
        let whose = id.as_deref().map(String::as_str);
        set_presence(&caller, whose, &body).unwrap_or_else(|reply| *reply)
    })
    .await
}

/// The body is looked at before the permissions are.
fn set_presence(caller: &Caller<'_>, whose: Option<&str>, body: &Body) -> Result<Reply, Box<Reply>> {
    let id = named(caller, whose)?;
    let owner = owner_of(caller, body)?;
    let invalid = |message: &str| Box::new(caller.error(400, "InvalidArgument", message));
    let pair = pair_of(body.availability.as_deref(), body.activity.as_deref(), &SETTABLE);
    let quirks = caller.world.quirks.load();
    if pair.is_none() && quirks.refuse_other_pairs {
        return Err(invalid(&refused_pair(body.availability.as_deref(), body.activity.as_deref())));
    }
    let asked = body.expiration_duration.as_deref().map_or(Some(*LEASE_SECONDS.start()), whole_seconds);
    let seconds = asked
        .filter(|seconds| LEASE_SECONDS.contains(seconds))
        .ok_or_else(|| invalid("[ExpirationDuration]: The duration must be from PT5M to PT4H."))?;
    let person = writable(caller, id)?;
    if let Some(pair) = pair {
        caller.world.with(caller.cell, |tenant, now| {
            set_session(tenant, person, Session { owner, pair, set_ms: now, expires_ms: now + seconds * 1_000 });
            if owner.is_ours() {
                tenant.meter.log(write(now, person, WriteKind::SetSession, pair.to_string(), seconds, 200));
            }
        });
    }
    Ok(empty(quirks.action_status))
}

pub(super) async fn clear(State(world): State<Arc<World>>, headers: HeaderMap, id: Whose, body: Bytes) -> Reply {
    guarded(&world, &headers, Endpoint::ClearPresence, |caller| {
        let body = serde_json::from_slice::<Body>(&body).unwrap_or_default();
        clear_presence(&caller, id.as_deref().map(String::as_str), &body).unwrap_or_else(|reply| *reply)
    })
    .await
}

fn clear_presence(caller: &Caller<'_>, whose: Option<&str>, body: &Body) -> Result<Reply, Box<Reply>> {
    let id = named(caller, whose)?;
    let owner = owner_of(caller, body)?;
    let person = writable(caller, id)?;
    let quirks = caller.world.quirks.load();
    let cleared = caller.world.with(caller.cell, |tenant, now| {
        let held = clear_session(tenant, person, owner, now);
        let cleared = held || !quirks.clear_unknown_is_404;
        if owner.is_ours() {
            let answer = if cleared { quirks.action_status } else { 404 };
            tenant.meter.log(write(now, person, WriteKind::ClearSession, String::new(), 0, answer));
        }
        cleared
    });
    Ok(if cleared { empty(quirks.action_status) } else { not_found(caller) })
}

fn set_session(tenant: &mut Tenant, person: u32, session: Session) {
    let (now, ours) = (session.set_ms, session.owner.is_ours());
    if ours {
        if tenant.person(person).is_some_and(|person| person.session_held(now)) {
            tenant.meter.counters.sessions_renewed += 1;
        } else {
            tenant.meter.counters.sessions_set += 1;
        }
        note_session(tenant, person, true, now, session.expires_ms);
    }
    tenant.edit_teams(person, now, if ours { Cause::Session } else { Cause::Life }, |layers| {
        layers.sessions.retain(|held| held.owner != session.owner);
        layers.sessions.push(session);
    });
}

/// Whether there was a session to clear.
fn clear_session(tenant: &mut Tenant, person: u32, owner: Owner, now: i64) -> bool {
    let teams = tenant.person(person).and_then(|person| person.teams.as_ref());
    let held = teams.is_some_and(|teams| teams.layers.sessions.iter().any(|session| session.owner == owner));
    if held {
        if owner.is_ours() {
            tenant.meter.counters.sessions_cleared += 1;
            note_session(tenant, person, false, now, now);
        }
        let cause = if owner.is_ours() { Cause::Session } else { Cause::Life };
        tenant.edit_teams(person, now, cause, |layers| layers.sessions.retain(|session| session.owner != owner));
    }
    held
}

fn note_session(tenant: &mut Tenant, person: u32, held: bool, now: i64, until_ms: i64) {
    let repeats = tenant.person_mut(person).is_some_and(|person| person.track.session.note_write(held, now, until_ms));
    tenant.meter.counters.duplicates += u64::from(repeats);
}

/// The session that a body names: the application's own, unless others are allowed.
fn owner_of(caller: &Caller<'_>, body: &Body) -> Result<Owner, Box<Reply>> {
    let invalid = |message: &str| Box::new(caller.error(400, "InvalidArgument", message));
    let named = body.session_id.as_deref().filter(|id| !id.is_empty());
    let named = named.ok_or_else(|| invalid("[SessionId]: The SessionId field is required."))?;
    let own = caller.world.with(caller.cell, |tenant, _| client_uuid(tenant.access.app(caller.app)));
    let foreign = || invalid("[SessionId]: The SessionId must be the id of the calling application.");
    let named = Uuid::parse_str(named).map_err(|_| foreign())?;
    match caller.world.quirks.load().foreign_session_id {
        _ if named == own && caller.app == AppKind::Write => Ok(Owner::App(named)),
        _ if named == own => Ok(Owner::Other(named)),
        ForeignSessionId::AnotherSession => Ok(Owner::Other(named)),
        ForeignSessionId::Refused => Err(foreign()),
    }
}

/// The pair of these words, if it is one of those allowed.
pub(super) fn pair_of(availability: Option<&str>, activity: Option<&str>, allowed: &[Pair]) -> Option<Pair> {
    let is = |word: &str, given: Option<&str>| given.is_some_and(|given| given.eq_ignore_ascii_case(word));
    allowed.iter().copied().find(|pair| is(pair.availability, availability) && is(pair.activity, activity))
}

/// Why a pair is refused.
pub(super) fn refused_pair(availability: Option<&str>, activity: Option<&str>) -> String {
    let (availability, activity) = (availability.unwrap_or_default(), activity.unwrap_or_default());
    format!("[Availability, Activity]: '{availability}' and '{activity}' cannot be set together.")
}

fn write(at_ms: i64, person: u32, kind: WriteKind, value: String, lease_seconds: i64, answer: u16) -> Write {
    Write { at_ms, person, kind, value, lease_seconds, answer }
}
