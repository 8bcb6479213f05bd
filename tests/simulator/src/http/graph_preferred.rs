//! What a person prefers to be shown as: `setUserPreferredPresence` and `clearUserPreferredPresence`.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::HeaderMap};
use serde::Deserialize;

use super::{
    graph::{Caller, guarded},
    graph_sessions::{pair_of, refused_pair},
    graph_target::{Whose, named, whole_seconds, writable},
    reply::{Reply, empty},
};
use crate::{
    faults::Endpoint,
    state::{tenant::Cause, world::World},
    teams::Preferred,
    words::Pair,
};

const DAY_SECONDS: i64 = 24 * 3_600;
/// The only presences that can be preferred.
const PREFERABLE: [Pair; 6] =
    [Pair::AVAILABLE, Pair::BUSY, Pair::DO_NOT_DISTURB, Pair::BE_RIGHT_BACK, Pair::AWAY, Pair::OFF_WORK];

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    availability: Option<String>,
    activity: Option<String>,
    expiration_duration: Option<String>,
}

pub(super) async fn set(State(world): State<Arc<World>>, headers: HeaderMap, id: Whose, body: Bytes) -> Reply {
    guarded(&world, &headers, Endpoint::SetPreferred, |caller| {
        let Ok(body) = serde_json::from_slice::<Body>(&body) else {
            return caller.error(400, "BadRequest", "Unable to read JSON request payload.");
        };
        let whose = id.as_deref().map(String::as_str);
        set_preferred(&caller, whose, &body).unwrap_or_else(|reply| *reply)
    })
    .await
}

fn set_preferred(caller: &Caller<'_>, whose: Option<&str>, body: &Body) -> Result<Reply, Box<Reply>> {
    let id = named(caller, whose)?;
    let invalid = |message: &str| Box::new(caller.error(400, "InvalidArgument", message));
    let (availability, activity) = (body.availability.as_deref(), body.activity.as_deref());
    let pair =
        pair_of(availability, activity, &PREFERABLE).ok_or_else(|| invalid(&refused_pair(availability, activity)))?;
    let asked = body.expiration_duration.as_deref().map_or(Some(usual_seconds(pair)), whole_seconds);
    let seconds = asked
        .filter(|seconds| *seconds > 0)
        .ok_or_else(|| invalid("[ExpirationDuration]: The duration must be an ISO 8601 duration such as PT8H."))?;
    let person = writable(caller, id)?;
    caller.world.with(caller.cell, |tenant, now| {
        let preferred = Preferred { pair, expires_ms: now.saturating_add(seconds.saturating_mul(1_000)) };
        tenant.edit_teams(person, now, Cause::Life, |layers| layers.preferred = Some(preferred));
    });
    Ok(empty(caller.world.quirks.load().action_status))
}

/// A day for what keeps others away, a week for the rest.
fn usual_seconds(pair: Pair) -> i64 {
    if matches!(pair, Pair::BUSY | Pair::DO_NOT_DISTURB) { DAY_SECONDS } else { 7 * DAY_SECONDS }
}

/// It is as good to clear what was never set.
pub(super) async fn clear(State(world): State<Arc<World>>, headers: HeaderMap, id: Whose) -> Reply {
    guarded(&world, &headers, Endpoint::ClearPreferred, |caller| {
        let person = named(&caller, id.as_deref().map(String::as_str)).and_then(|id| writable(&caller, id));
        match person {
            Ok(person) => {
                world.with(caller.cell, |tenant, now| {
                    tenant.edit_teams(person, now, Cause::Life, |layers| layers.preferred = None);
                });
                empty(world.quirks.load().action_status)
            }
            Err(reply) => *reply,
        }
    })
    .await
}
