//! `/subscriptions`: who wants to be told of presences. Delegated only; one per application and signed-in user.

use std::{net::IpAddr, sync::Arc};

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use url::{Host, Url};
use uuid::Uuid;

use super::{
    graph::{Caller, admit, guarded},
    reply::{Reply, empty, json_text},
};
use crate::{
    faults::Endpoint,
    notify::{
        courier,
        resource::{MOST_PEOPLE, Refused, people},
        sealing::Certificate,
        subscription::{LONGEST_MS, Owner, SHORTEST_MS, Subscription},
    },
    state::{permission::Permission, world::World},
};

/// The longest `clientState` and `encryptionCertificateId`.
const LONGEST_TEXT: usize = 128;

/// A refusal: status, code and message.
type Refusal = (u16, &'static str, String);

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Wanted {
    change_type: Option<String>,
    notification_url: Option<String>,
    lifecycle_notification_url: Option<String>,
    resource: Option<String>,
    expiration_date_time: Option<String>,
    client_state: Option<String>,
    include_resource_data: bool,
    encryption_certificate: Option<String>,
    encryption_certificate_id: Option<String>,
    latest_supported_tls_version: Option<String>,
}

/// The caller as the owner of subscriptions, and when its token ends.
fn owner(caller: &Caller<'_>) -> Option<(Owner, i64)> {
    let user = caller.user.filter(|_| caller.may(&[Permission::PresenceReadAll]))?;
    Some((Owner { app: caller.app, user }, caller.token_ends_ms))
}

fn not_authorized(operation: &str) -> Refusal {
    let message = format!(
        "Operation: {operation}; Exception: [Status Code: Forbidden; Reason: The request is not authorized for this \
         user or application.]"
    );
    (403, "ExtensionError", message)
}

fn invalid(message: impl Into<String>) -> Refusal {
    (400, "InvalidRequest", message.into())
}

fn answer(caller: &Caller<'_>, result: Result<Reply, Refusal>) -> Reply {
    result.unwrap_or_else(|(status, code, message)| caller.error(status, code, &message))
}

fn shown(caller: &Caller<'_>, status: u16, subscription: &Subscription) -> Reply {
    let graph = caller.world.urls.get().map(|urls| urls.graph.as_str()).unwrap_or_default();
    json_text(status, subscription.body(&format!("{graph}/$metadata#subscriptions/$entity")).to_string())
}

pub(super) async fn create(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Reply {
    match admit(&world, &headers, Endpoint::Subscriptions).await {
        Ok(caller) => {
            let result = created(&caller, &body).await;
            caller.counted(Endpoint::Subscriptions, answer(&caller, result))
        }
        Err(reply) => *reply,
    }
}

async fn created(caller: &Caller<'_>, body: &[u8]) -> Result<Reply, Refusal> {
    let wanted: Wanted = serde_json::from_slice(body)
        .map_err(|_| (400, "BadRequest", String::from("Unable to read JSON request payload.")))?;
    let (owner, token_ends_ms) = owner(caller).ok_or_else(|| not_authorized("Create"))?;
    let (subscription, urls) = checked(caller, wanted, owner, token_ends_ms)?;
    free_to_create(caller, &subscription)?;
    // The handshake runs while the caller waits for this very answer.
    for url in urls {
        courier::validate(caller.world, &url)
            .await
            .map_err(|why| invalid(format!("Subscription validation request failed. {why}")))?;
    }
    free_to_create(caller, &subscription)?;
    let reply = shown(caller, 201, &subscription);
    caller.world.with(caller.cell, |tenant, _| tenant.subscriptions.add(subscription));
    Ok(reply)
}

/// The subscription that a body asks for, and the URLs that have to prove themselves.
fn checked(
    caller: &Caller<'_>,
    wanted: Wanted,
    owner: Owner,
    token_ends_ms: i64,
) -> Result<(Subscription, Vec<Url>), Refusal> {
    let quirks = caller.world.quirks.load();
    if !quirks.cloud.has_presence_subscriptions() {
        return Err(invalid("Resource 'communications/presences' cannot be subscribed to in this cloud."));
    }
    if wanted.change_type.as_deref() != Some("updated") {
        return Err(invalid("ChangeType must be 'updated' for resource 'communications/presences'."));
    }
    let resource = wanted.resource.unwrap_or_default();
    let people = people(&resource).map_err(|refused| match refused {
        Refused::NotPresence => invalid(format!("Resource '{resource}' is not supported by this simulator.")),
        Refused::Filter => (400, "BadRequest", String::from("Invalid filter clause")),
        Refused::TooMany(count) => {
            (400, "BadRequest", format!("The filter names {count} ids; at most {MOST_PEOPLE} are supported."))
        }
    })?;
    if quirks.deleted_user_fails_subscription {
        let gone: Vec<String> = caller.world.with(caller.cell, |tenant, _| {
            let gone = people.iter().filter(|id| !tenant.by_teams_id.contains_key(id));
            gone.map(ToString::to_string).collect()
        });
        if !gone.is_empty() {
            return Err((500, "ExtensionError", format!("Operation: Create; Exception: [{}]", gone.join(", "))));
        }
    }
    let url = hook(wanted.notification_url.as_deref(), "NotificationUrl")?;
    let lifecycle = wanted.lifecycle_notification_url.as_deref();
    let lifecycle = lifecycle.map(|url| hook(Some(url), "LifecycleNotificationUrl")).transpose()?;
    let short = |text: &Option<String>| text.as_ref().is_none_or(|text| text.len() <= LONGEST_TEXT);
    if !short(&wanted.client_state) {
        return Err(invalid(format!("ClientState must not be longer than {LONGEST_TEXT} characters.")));
    }
    let certificate = match (wanted.include_resource_data, wanted.encryption_certificate) {
        (false, _) => None,
        (true, None) => return Err(invalid("EncryptionCertificate is required to include resource data.")),
        (true, Some(text)) => Some(certificate(&text, wanted.encryption_certificate_id.as_deref())?),
    };
    let expires_ms = expiry(wanted.expiration_date_time.as_deref(), caller)?;
    let urls = std::iter::once(&url).chain(&lifecycle).cloned().collect();
    let application_id = caller.world.with(caller.cell, |tenant, _| tenant.access.app(owner.app).client_id.clone());
    let subscription = Subscription {
        id: Uuid::new_v4(),
        owner,
        application_id,
        resource,
        people,
        url: url.as_str().into(),
        lifecycle_url: lifecycle.as_ref().map(|url| url.as_str().into()),
        client_state: wanted.client_state,
        tls_version: wanted.latest_supported_tls_version,
        certificate,
        expires_ms,
        token_ends_ms,
        asked_ms: None,
    };
    Ok((subscription, urls))
}

fn certificate(text: &str, id: Option<&str>) -> Result<Arc<Certificate>, Refusal> {
    let id = id
        .filter(|id| !id.is_empty() && id.len() <= LONGEST_TEXT)
        .ok_or_else(|| invalid("EncryptionCertificateId is required, with at most 128 characters."))?;
    let read =
        Certificate::read(text, id).map_err(|why| invalid(format!("EncryptionCertificate is invalid: {why}.")))?;
    Ok(Arc::new(read))
}

/// HTTPS anywhere, and plain HTTP on loopback, which the real service does not reach.
fn hook(text: Option<&str>, field: &str) -> Result<Url, Refusal> {
    let url = text.and_then(|text| Url::parse(text).ok()).ok_or_else(|| invalid(format!("{field} must be a URL.")))?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        _ => Err(invalid(format!("{field} must be an HTTPS URL."))),
    }
}

/// When a subscription ends that is asked to end then.
fn expiry(text: Option<&str>, caller: &Caller<'_>) -> Result<i64, Refusal> {
    let now = caller.world.clock.now_ms();
    let asked = text
        .and_then(|text| text.parse::<Timestamp>().ok())
        .ok_or_else(|| invalid("ExpirationDateTime is required, as a date and time with a zone."))?
        .as_millisecond();
    if asked <= now {
        return Err(invalid("Subscription expiration can not be in the past."));
    }
    if asked - now > LONGEST_MS && caller.world.quirks.load().refuse_long_subscriptions {
        return Err(invalid("Subscription expiration can only be 60 minutes in the future."));
    }
    Ok(asked.clamp(now + SHORTEST_MS, now + LONGEST_MS))
}

/// Whether the owner may have this subscription beside what there is.
fn free_to_create(caller: &Caller<'_>, wanted: &Subscription) -> Result<(), Refusal> {
    let settles_ms = caller.world.quirks.load().create_after_delete_fails_ms;
    caller.world.with(caller.cell, |tenant, now| {
        if tenant.subscriptions.deleted_at(wanted.owner).is_some_and(|at| now < at + settles_ms) {
            return Err((500, "ExtensionError", String::from("Operation: Create; Exception: [Internal Server Error]")));
        }
        match tenant.subscriptions.of(wanted.owner).next() {
            None => Ok(()),
            Some(there) if there.resource == wanted.resource => Err((
                409,
                "ExtensionError",
                String::from("Subscription Id <> already exists for the requested combination"),
            )),
            // The spelling is the service's.
            Some(_) => Err((
                409,
                "ExtensionError",
                String::from(
                    "Operation: Create; Exception: [Status Code: Conflict; Reason: A subscripton already exists. It \
                     must be deleted before a another can be made.]",
                ),
            )),
        }
    })
}

pub(super) async fn list(State(world): State<Arc<World>>, headers: HeaderMap) -> Reply {
    guarded(&world, &headers, Endpoint::Subscriptions, |caller| {
        let own = |(owner, _)| {
            caller.world.with(caller.cell, |tenant, _| {
                tenant.subscriptions.of(owner).map(|subscription| subscription.body("")).collect::<Vec<_>>()
            })
        };
        // An application by itself cannot have any.
        let value = owner(&caller).map(own).unwrap_or_default();
        let graph = caller.world.urls.get().map(|urls| urls.graph.as_str()).unwrap_or_default();
        json_text(
            200,
            json!({"@odata.context": format!("{graph}/$metadata#subscriptions"), "value": value}).to_string(),
        )
    })
    .await
}

fn not_found(id: &str) -> Refusal {
    (404, "ResourceNotFound", format!("The object was not found. Subscription {id}"))
}

/// Works on a subscription that the caller owns.
fn on_own<R>(
    caller: &Caller<'_>,
    operation: &str,
    id: &str,
    work: impl FnOnce(&mut Subscription, i64) -> R,
) -> Result<R, Refusal> {
    let (owner, token_ends_ms) = owner(caller).ok_or_else(|| not_authorized(operation))?;
    let id = Uuid::parse_str(id).map_err(|_| not_found(id))?;
    caller.world.with(caller.cell, |tenant, _| {
        let subscription = tenant.subscriptions.get_mut(id).filter(|there| there.owner == owner);
        subscription.map(|subscription| work(subscription, token_ends_ms)).ok_or_else(|| not_found(&id.to_string()))
    })
}

pub(super) async fn get(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<String>) -> Reply {
    guarded(&world, &headers, Endpoint::Subscriptions, |caller| {
        let result = on_own(&caller, "Get", &id, |subscription, _| subscription.clone());
        answer(&caller, result.map(|subscription| shown(&caller, 200, &subscription)))
    })
    .await
}

pub(super) async fn patch(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Reply {
    guarded(&world, &headers, Endpoint::Subscriptions, |caller| answer(&caller, patched(&caller, &id, &body))).await
}

fn patched(caller: &Caller<'_>, id: &str, body: &[u8]) -> Result<Reply, Refusal> {
    let wanted: Wanted = serde_json::from_slice(body)
        .map_err(|_| (400, "BadRequest", String::from("Unable to read JSON request payload.")))?;
    if wanted.lifecycle_notification_url.is_some() {
        return Err(invalid("LifecycleNotificationUrl can not be changed; create another subscription."));
    }
    if wanted.expiration_date_time.is_some() && !caller.world.quirks.load().subscriptions_renew {
        return Err(invalid("Update of the subscription is not supported for this resource."));
    }
    let expires_ms = wanted.expiration_date_time.as_deref().map(|text| expiry(Some(text), caller)).transpose()?;
    let certificate = match &wanted.encryption_certificate {
        Some(text) => Some(certificate(text, wanted.encryption_certificate_id.as_deref())?),
        None => None,
    };
    let subscription = on_own(caller, "Update", id, |subscription, token_ends_ms| {
        if let Some(expires_ms) = expires_ms {
            subscription.expires_ms = expires_ms;
            // A renewal authorizes again, too.
            authorize(subscription, token_ends_ms);
        }
        if certificate.is_some() {
            subscription.certificate = certificate;
        }
        subscription.clone()
    })?;
    caller.world.outbox.hurry(subscription.id, caller.world.clock.now_ms());
    Ok(shown(caller, 200, &subscription))
}

fn authorize(subscription: &mut Subscription, token_ends_ms: i64) {
    subscription.token_ends_ms = token_ends_ms;
    subscription.asked_ms = None;
}

pub(super) async fn reauthorize(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<String>) -> Reply {
    guarded(&world, &headers, Endpoint::Subscriptions, |caller| {
        let result = on_own(&caller, "Reauthorize", &id, |subscription, token_ends_ms| {
            authorize(subscription, token_ends_ms);
            subscription.id
        });
        let result = result.map(|id| {
            caller.world.outbox.hurry(id, caller.world.clock.now_ms());
            empty(204)
        });
        answer(&caller, result)
    })
    .await
}

pub(super) async fn delete(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<String>) -> Reply {
    guarded(&world, &headers, Endpoint::Subscriptions, |caller| {
        let result = owner(&caller).ok_or_else(|| not_authorized("Delete")).and_then(|(owner, _)| {
            let known = Uuid::parse_str(&id).ok().filter(|id| {
                caller.world.with(caller.cell, |tenant, now| tenant.subscriptions.delete(owner, *id, now))
            });
            known.map(|_| empty(204)).ok_or_else(|| not_found(&id))
        });
        answer(&caller, result)
    })
    .await
}
