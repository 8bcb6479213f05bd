//! Where a person works: the four actions on one's own presence. They change nothing else of it.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
};

use super::{
    graph::{Caller, guarded},
    graph_target::{Whose, named, writable},
    reply::{Reply, empty},
};
use crate::{
    faults::Endpoint,
    state::{tenant::Cause, world::World},
    teams::location::{Layer, WorkLocation},
};

pub(super) async fn set_manual(State(world): State<Arc<World>>, headers: HeaderMap, id: Whose, body: Bytes) -> Reply {
    guarded(&world, &headers, Endpoint::WorkLocation, |caller| set(&caller, id.as_ref(), Layer::Manual, &body)).await
}

pub(super) async fn set_automatic(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    id: Whose,
    body: Bytes,
) -> Reply {
    guarded(&world, &headers, Endpoint::WorkLocation, |caller| set(&caller, id.as_ref(), Layer::Automatic, &body)).await
}

pub(super) async fn clear_automatic(State(world): State<Arc<World>>, headers: HeaderMap, id: Whose) -> Reply {
    let layers = [Layer::Automatic];
    guarded(&world, &headers, Endpoint::WorkLocation, |caller| write(&caller, id.as_ref(), &layers, None)).await
}

pub(super) async fn clear(State(world): State<Arc<World>>, headers: HeaderMap, id: Whose) -> Reply {
    let layers = [Layer::Manual, Layer::Automatic];
    guarded(&world, &headers, Endpoint::WorkLocation, |caller| write(&caller, id.as_ref(), &layers, None)).await
}

fn set(caller: &Caller<'_>, id: Option<&Path<String>>, layer: Layer, body: &[u8]) -> Reply {
    match serde_json::from_slice::<WorkLocation>(body) {
        Ok(location) => write(caller, id, &[layer], Some(&location)),
        Err(_) => {
            let message = "[WorkLocationType]: The field must be 'office', 'remote' or 'timeOff'.";
            caller.error(400, "InvalidArgument", message)
        }
    }
}

/// There is no permission for applications, so that only the user can.
fn write(caller: &Caller<'_>, id: Option<&Path<String>>, layers: &[Layer], location: Option<&WorkLocation>) -> Reply {
    let id = match named(caller, id.map(|id| id.as_str())) {
        Ok(id) => id,
        Err(reply) => return *reply,
    };
    if caller.user.is_none() {
        return caller.forbidden();
    }
    match writable(caller, id) {
        Ok(person) => {
            caller.world.with(caller.cell, |tenant, now| {
                tenant.edit_teams(person, now, Cause::Life, |teams| {
                    let locations = teams.locations.get_or_insert_default();
                    for layer in layers {
                        locations.set(*layer, location.cloned());
                    }
                });
            });
            empty(caller.world.quirks.load().action_status)
        }
        Err(reply) => *reply,
    }
}
