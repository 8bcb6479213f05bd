//! Writing users, which ends later, and the operations that tell how it ended.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, Uri},
};
use serde_json::{Value, json};

use super::{
    eight_directory::wrong_base,
    eight_gate::{Caller, guarded},
    reply::{Reply, json_text, with_header},
};
use crate::{
    clock::iso,
    eight::quirks::UsersPut,
    faults::Endpoint,
    state::{
        operations::{Ended, Operation, Work},
        world::World,
    },
};

pub(super) async fn create(State(world): State<Arc<World>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Reply {
    guarded(&world, &headers, uri.path(), Endpoint::EightUserWrite, |caller| async move {
        if let Some(refused) = wrong_base(&caller) {
            return refused;
        }
        match understood(&caller, &body, None) {
            Ok(body) => start(&caller, Work::Create(body)),
            Err(refused) => *refused,
        }
    })
    .await
}

pub(super) async fn replace(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path(user): Path<String>,
    body: Bytes,
) -> Reply {
    guarded(&world, &headers, uri.path(), Endpoint::EightUserWrite, |caller| async move {
        match caller.with(|tenant, _| tenant.phone.quirks.users_put) {
            UsersPut::Implemented => {}
            UsersPut::NotAllowed => {
                return caller.problem(405, "Method Not Allowed", None, "BAD_REQUEST", "PUT is not implemented");
            }
            UsersPut::NotFound => return missing(&caller),
        }
        if let Some(refused) = wrong_base(&caller) {
            return refused;
        }
        if !known(&caller, &user) {
            return missing(&caller);
        }
        match understood(&caller, &body, Some(&user)) {
            Ok(body) => start(&caller, Work::Replace(user, body)),
            Err(refused) => *refused,
        }
    })
    .await
}

pub(super) async fn delete(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path(user): Path<String>,
) -> Reply {
    guarded(&world, &headers, uri.path(), Endpoint::EightUserWrite, |caller| async move {
        match known(&caller, &user) {
            true => start(&caller, Work::Delete(user)),
            false => missing(&caller),
        }
    })
    .await
}

pub(super) async fn one(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<String>) -> Reply {
    let path = format!("/admin-provisioning/operations/{id}");
    let reply = guarded(&world, &headers, &path, Endpoint::EightUserWrite, |caller| async move {
        let found = caller.with(|tenant, now| {
            tenant.phone.operations.find(&id).map(|operation| row(operation, &tenant.phone.customer, now))
        });
        found.map_or_else(|| missing(&caller), |row| json_text(200, row.to_string()))
    });
    let reply = reply.await;
    if reply.status().is_success() {
        return with_header(reply, "content-type", "application/vnd.operations.v1+json");
    }
    reply
}

fn missing(caller: &Caller<'_>) -> Reply {
    caller.problem(404, "Not Found", None, "NOT_FOUND", "Resource not found")
}

fn known(caller: &Caller<'_>, user: &str) -> bool {
    caller.with(|tenant, _| tenant.by_eight_id.contains_key(user))
}

/// The body, if it is a user; a name that is taken is found here or, by a switch, only when the operation ends.
fn understood(caller: &Caller<'_>, body: &[u8], user: Option<&str>) -> Result<Value, Box<Reply>> {
    let refuse = |field: &str, message: &str| Err(Box::new(caller.invalid(field, "VALIDATION_ERROR", message)));
    let body: Value = match serde_json::from_slice(body) {
        Ok(body) => body,
        Err(error) => return refuse("body", &format!("The body is not JSON: {error}")),
    };
    let text = |path: &str| body.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let (name, email) = (text("/basicInfo/userName"), text("/basicInfo/primaryEmail"));
    let letters = |letter: char| letter.is_ascii_alphanumeric() || ".@-_/".contains(letter);
    if !(3..=70).contains(&name.len()) || !name.chars().all(letters) {
        return refuse("basicInfo.userName", "userName must be 3 to 70 of the letters A-Za-z0-9.@-_/");
    }
    if !(5..=128).contains(&email.len()) {
        return refuse("basicInfo.primaryEmail", "primaryEmail must be 5 to 128 characters");
    }
    let taken = caller.with(|tenant, _| !tenant.phone.quirks.duplicate_fails_later && tenant.name_taken(name, user));
    if taken {
        return refuse("basicInfo.userName", "The userName is taken");
    }
    Ok(body)
}

/// Starts the operation and answers with it.
fn start(caller: &Caller<'_>, work: Work) -> Reply {
    let started = caller.with(|tenant, now| {
        let operation = tenant.start_operation(work, now)?;
        Some(row(&operation, &tenant.phone.customer, now))
    });
    match started {
        Some(row) => {
            let href = row["_links"]["self"]["href"].as_str().unwrap_or_default().to_owned();
            with_header(json_text(202, row.to_string()), "location", &href)
        }
        None => {
            let message = "Ten operations of this organisation are running; wait until one has ended";
            caller.problem(429, "Too Many Requests", None, "TOO_MANY_REQUESTS", message)
        }
    }
}

fn row(operation: &Operation, customer: &str, now: i64) -> Value {
    let error = match &operation.ended {
        Some((_, Ended::Failed { code, field, message })) => json!({"status": 400, "title": "Operation failed",
            "detail": message, "errors": [{"field": field, "code": code, "message": message}]}),
        _ => Value::Null,
    };
    let completed = operation.ended.as_ref().map(|(at, _)| iso(*at));
    let resource = operation.resource.as_ref().map(|id| json!({"href": format!("/users/{id}")}));
    json!({"operationId": operation.id, "status": operation.state(now), "customerId": customer,
        "resourceType": "USER", "resourceId": operation.resource, "operationType": operation.kind(),
        "createdTime": iso(operation.created_ms), "completedTime": completed, "error": error,
        "_links": {"self": {"href": format!("/operations/{}", operation.id)}, "resource": resource}})
}
