//! Publishing to 8x8: a layer of ours on each user, a lease that ends by itself.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    eight_gate::{Caller, guarded},
    reply::{Reply, empty, json_text},
};
use crate::{
    eight::External,
    faults::Endpoint,
    state::{
        measure::{Write, WriteKind},
        tenant::{Cause, Tenant},
        world::World,
    },
    words::Status,
};

const BULK: &str = "/presence/v1/publications/bulk";
/// The most items in one request.
const MOST_ITEMS: usize = 100;
/// The leases that may be asked for, and the one for those who do not ask.
const LEASE_SECONDS: std::ops::RangeInclusive<i64> = 60..=14_400;
const USUAL_LEASE_SECONDS: i64 = 300;
/// The longest note.
const MOST_LETTERS: usize = 140;
/// What may be published; the other statuses belong to the person and the idle timer.
const PUBLISHABLE: [Status; 6] =
    [Status::Available, Status::Busy, Status::OnCall, Status::Dnd, Status::Away, Status::Offline];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bulk {
    publications: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    publication_id: String,
    user_id: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    observed_time: Option<String>,
    #[serde(default)]
    expires_in_seconds: Option<i64>,
}

/// What an item asks for, once it is understood.
struct Wanted<'a> {
    status: Status,
    message: Option<&'a str>,
    observed_ms: Option<i64>,
    lease_seconds: i64,
}

/// How an item ends: the code, its word, and whether our layer is now as asked.
struct Outcome {
    code: u16,
    reason: &'static str,
    message: &'static str,
}

const ACCEPTED: Outcome = Outcome { code: 200, reason: "OK", message: "Presence change accepted" };
const MANUAL: Outcome = Outcome {
    code: 422,
    reason: "MANUAL_STATUS_SET",
    message: "The user chose a status; the publication waits beneath it",
};
const STALE: Outcome = Outcome { code: 409, reason: "STALE", message: "A newer presence was published before" };
/// What a fault on demand says of an item, but for its code.
const STRUCK: Outcome = Outcome { code: 0, reason: "ERROR", message: "This item was not taken" };
const NOT_FOUND: Outcome = Outcome { code: 404, reason: "NOT_FOUND", message: "Unknown user" };

pub(super) async fn bulk(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Reply {
    guarded(&world, &headers, BULK, Endpoint::Publish, |caller| async move {
        let bulk: Bulk = match serde_json::from_slice(&body) {
            Ok(bulk) => bulk,
            Err(error) => return caller.invalid("publications", "VALIDATION_ERROR", &error.to_string()),
        };
        if bulk.publications.len() > MOST_ITEMS {
            return caller.invalid("publications", "VALIDATION_ERROR", "At most 100 publications are allowed");
        }
        let manual_answers_422 = caller.world.settings.manual_answers_422;
        let struck = || caller.strikes_item(Endpoint::Publish);
        let results: Vec<Value> = caller.world.with(caller.cell, |tenant, now| {
            let publish = |item| publish(tenant, item, now, manual_answers_422, struck());
            bulk.publications.iter().map(publish).collect()
        });
        json_text(207, json!({"data": results}).to_string())
    })
    .await
}

/// Publishes one item, unless it is struck: then it has this status and nothing is changed.
fn publish(tenant: &mut Tenant, item: &Item, now: i64, manual_answers_422: bool, struck: Option<u16>) -> Value {
    let person = tenant.by_eight_id.get(item.user_id.as_str()).copied();
    let person =
        person.filter(|person| tenant.person(*person).and_then(|p| p.eight.as_ref()).is_some_and(|eight| eight.active));
    let outcome = match (understood(item), person) {
        _ if struck.is_some() => Outcome { code: struck.unwrap_or_default(), ..STRUCK },
        (Err(message), _) => Outcome { code: 400, reason: "VALIDATION_ERROR", message },
        (Ok(_), None) => NOT_FOUND,
        (Ok(wanted), Some(person)) => apply(tenant, person, item, &wanted, now, manual_answers_422),
    };
    let applied = struck.is_none() && matches!(outcome.code, 200 | 422);
    let mut result = json!({"userId": item.user_id, "publicationId": item.publication_id, "changeStatus": outcome.code,
        "reason": outcome.reason, "message": outcome.message, "applied": applied});
    if let Some(person) = person {
        let lease_seconds = item.expires_in_seconds.unwrap_or(USUAL_LEASE_SECONDS);
        let value = item.status.clone().unwrap_or_else(|| String::from("AVAILABLE"));
        tenant.meter.log(Write {
            at_ms: now,
            person,
            kind: WriteKind::Publish,
            value,
            lease_seconds,
            answer: outcome.code,
        });
        if let Some(eight) = tenant.person(person).and_then(|person| person.eight.as_ref()) {
            result["revision"] = json!(eight.revision);
            result["effectiveStatus"] = json!(eight.layers.effective().status);
        }
    }
    result
}

fn understood(item: &Item) -> Result<Wanted<'_>, &'static str> {
    let status = match &item.status {
        None => Status::Available,
        Some(word) => Status::from_word(word).filter(|status| PUBLISHABLE.contains(status)).ok_or("Unknown status")?,
    };
    let lease_seconds = item.expires_in_seconds.unwrap_or(USUAL_LEASE_SECONDS);
    if !LEASE_SECONDS.contains(&lease_seconds) {
        return Err("expiresInSeconds must be between 60 and 14400");
    }
    let message = item.message.as_deref();
    if message.is_some_and(|message| message.chars().count() > MOST_LETTERS) {
        return Err("The message is longer than 140 characters");
    }
    let observed =
        item.observed_time.as_deref().map(|time| time.parse::<Timestamp>().map_err(|_| "observedTime is not a time"));
    let observed_ms = observed.transpose()?.map(Timestamp::as_millisecond);
    Ok(Wanted { status, message, observed_ms, lease_seconds })
}

fn apply(
    tenant: &mut Tenant,
    person: u32,
    item: &Item,
    wanted: &Wanted<'_>,
    now: i64,
    manual_answers_422: bool,
) -> Outcome {
    let until_ms = now + wanted.lease_seconds * 1_000;
    let tolerance_ms = tenant.phone.quirks.stale_tolerance_ms;
    let Some(known) = tenant.person_mut(person) else { return NOT_FOUND };
    let Some(eight) = &mut known.eight else { return NOT_FOUND };
    if wanted.observed_ms.zip(eight.observed_ms).is_some_and(|(observed, before)| observed + tolerance_ms < before) {
        return STALE;
    }
    eight.observed_ms = wanted.observed_ms.or(eight.observed_ms);
    let held = eight.layers.external.as_ref();
    let same = held.is_some_and(|held| held.status == wanted.status && held.message.as_deref() == wanted.message);
    let manual = eight.layers.manual.is_some();
    let same_note = eight.note.as_deref() == wanted.message;
    eight.note = wanted.message.map(Into::into);

    let repeats = known.track.publication.note_write(wanted.status, now, until_ms);
    let counters = &mut tenant.meter.counters;
    counters.publications += 1;
    counters.publication_renewals += u64::from(same);
    counters.duplicates += u64::from(repeats && same_note);
    tenant.edit_eight(person, now, Cause::Publication(&item.publication_id), |layers| {
        let since_ms =
            layers.external.as_ref().filter(|held| held.status == wanted.status).map_or(now, |held| held.since_ms);
        layers.external = (wanted.status != Status::Available).then(|| {
            Arc::new(External {
                status: wanted.status,
                since_ms,
                expires_ms: until_ms,
                publication_id: item.publication_id.as_str().into(),
                message: wanted.message.map(Into::into),
            })
        });
    });
    if manual && manual_answers_422 { MANUAL } else { ACCEPTED }
}

pub(super) async fn withdraw(State(world): State<Arc<World>>, headers: HeaderMap, Path(user): Path<String>) -> Reply {
    let path = format!("/presence/v1/publications/{user}");
    guarded(&world, &headers, &path, Endpoint::Unpublish, |caller| async move { withdraw_from(caller, &user) }).await
}

fn withdraw_from(caller: Caller<'_>, user: &str) -> Reply {
    let done = caller.world.with(caller.cell, |tenant, now| {
        let person = tenant.by_eight_id.get(user).copied()?;
        let track = &mut tenant.person_mut(person)?.track.publication;
        let repeats = track.note_write(Status::Available, now, now + USUAL_LEASE_SECONDS * 1_000);
        tenant.meter.counters.publications += 1;
        tenant.meter.counters.duplicates += u64::from(repeats);
        tenant.edit_eight(person, now, Cause::Publication(""), |layers| layers.external = None);
        let value = String::from("AVAILABLE");
        tenant.meter.log(Write {
            at_ms: now,
            person,
            kind: WriteKind::Unpublish,
            value,
            lease_seconds: 0,
            answer: 204,
        });
        Some(())
    });
    match done {
        Some(()) => empty(204),
        None => caller.problem(404, "Not Found", None, "NOT_FOUND", "Unknown user"),
    }
}
