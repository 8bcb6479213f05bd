//! The note beside a presence: `setStatusMessage`.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, http::HeaderMap};
use serde::Deserialize;

use super::{
    graph::{Caller, guarded},
    graph_target::{Whose, named, writable},
    reply::{Reply, empty},
};
use crate::{
    faults::Endpoint,
    state::{tenant::Cause, world::World},
    teams::message::{StatusMessage, fits, moment},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    status_message: Option<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message: Option<ItemBody>,
    expiry_date_time: Option<Expiry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemBody {
    content: Option<String>,
    content_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expiry {
    date_time: String,
    time_zone: Option<String>,
}

pub(super) async fn set(State(world): State<Arc<World>>, headers: HeaderMap, id: Whose, body: Bytes) -> Reply {
    guarded(&world, &headers, Endpoint::SetStatusMessage, |caller| {
        let Ok(body) = serde_json::from_slice::<Body>(&body) else {
            return caller.error(400, "BadRequest", "Unable to read JSON request payload.");
        };
        let whose = id.as_deref().map(String::as_str);
        set_message(&caller, whose, body).unwrap_or_else(|reply| *reply)
    })
    .await
}

fn set_message(caller: &Caller<'_>, whose: Option<&str>, body: Body) -> Result<Reply, Box<Reply>> {
    let id = named(caller, whose)?;
    let invalid = |message: &str| Box::new(caller.error(400, "InvalidArgument", message));
    let asked = body.status_message.ok_or_else(|| invalid("[StatusMessage]: The StatusMessage field is required."))?;
    let message = asked.message.ok_or_else(|| invalid("[Message]: The Message field is required."))?;
    if !message.content_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("text")) {
        return Err(invalid("[ContentType]: Only 'text' can be set as a status message."));
    }
    // An empty text takes the message away.
    let content = message.content.filter(|content| !content.is_empty());
    if content.as_deref().is_some_and(|content| !fits(content)) {
        return Err(invalid("[Content]: A status message has at most 280 characters."));
    }
    let expires_ms = match asked.expiry_date_time {
        None => None,
        Some(expiry) => Some(moment(&expiry.date_time, expiry.time_zone.as_deref()).ok_or_else(|| {
            invalid("[ExpiryDateTime]: Expected a date and time without an offset, and a time zone's name.")
        })?),
    };
    let person = writable(caller, id)?;
    caller.world.with(caller.cell, |tenant, now| {
        let message = content
            .filter(|_| expires_ms.is_none_or(|ends| now < ends))
            .map(|content| Box::new(StatusMessage { content: content.into(), published_ms: now, expires_ms }));
        tenant.edit_teams(person, now, Cause::Life, |layers| layers.status_message = message);
    });
    Ok(empty(caller.world.quirks.load().action_status))
}
