//! Entra's token endpoint, for applications that sign in as themselves.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{Path, State},
    routing::post,
};
use serde::Deserialize;
use serde_json::json;

use super::reply::{Reply, json_text, strike, with_retry_after};
use crate::{
    clock::iso,
    faults::Endpoint,
    state::{
        access::{AppKind, Holder},
        world::{Cell, World},
    },
};

pub(crate) fn routes(world: &Arc<World>) -> Router {
    Router::new().route("/{directory}/oauth2/v2.0/token", post(token)).with_state(Arc::clone(world))
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    scope: String,
}

async fn token(State(world): State<Arc<World>>, Path(directory): Path<String>, Form(request): Form<Request>) -> Reply {
    let cell = world.cells.iter().find(|cell| cell.directory.eq_ignore_ascii_case(&directory));
    let Some(cell) = cell else {
        let message = format!("Tenant '{directory}' not found. Check to make sure you have the correct tenant ID.");
        return refusal(&world, 400, "invalid_request", 90002, &message);
    };
    let reply = match strike(&world, cell, Endpoint::EntraToken, |fault| {
        let reply = refusal(
            &world,
            fault.status,
            "temporarily_unavailable",
            90033,
            "A transient error has occurred. Please try again.",
        );
        with_retry_after(reply, fault.retry_after)
    })
    .await
    {
        Some(reply) => reply,
        None => sign_in(&world, cell, &request),
    };
    world.count(cell, Endpoint::EntraToken, reply.status().as_u16());
    reply
}

fn sign_in(world: &World, cell: &Cell, request: &Request) -> Reply {
    if request.grant_type != "client_credentials" {
        return refusal(world, 400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.");
    }
    if !request.scope.ends_with("/.default") {
        return refusal(
            world,
            400,
            "invalid_scope",
            70011,
            "The provided value for the input parameter 'scope' is not valid.",
        );
    }
    let ends_in = world.settings.entra_token_ms;
    world.with(cell, |tenant, now| {
        let kinds = [AppKind::Read, AppKind::Write];
        let (client, directory) = (&request.client_id, &tenant.access.directory);
        let known = kinds.into_iter().find(|kind| tenant.access.app(*kind).client_id.eq_ignore_ascii_case(client));
        let Some(kind) = known else {
            let message =
                format!("Application with identifier '{client}' was not found in the directory '{directory}'.");
            return refusal(world, 400, "unauthorized_client", 700_016, &message);
        };
        if tenant.access.app(kind).secret != request.client_secret {
            let message = format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret \
                 value, not the client secret ID, for a secret added to app '{client}'."
            );
            return refusal(world, 401, "invalid_client", 7_000_215, &message);
        }
        let holder = Holder::App(kind, tenant.grants(kind));
        let token = tenant.tokens.issue(tenant.place, &tenant.access, holder, now, now + ends_in);
        let seconds = ends_in / 1_000;
        let body =
            json!({"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token});
        json_text(200, body.to_string())
    })
}

fn refusal(world: &World, status: u16, error: &str, code: u32, message: &str) -> Reply {
    let (trace, correlation) = (world.request_id(), world.request_id());
    let timestamp = iso(world.clock.now_ms())
        .replace('T', " ")
        .split('.')
        .next()
        .map(|time| format!("{time}Z"))
        .unwrap_or_default();
    let ids = format!("Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}");
    let body = json!({
        "error": error,
        "error_description": format!("AADSTS{code}: {message} {ids}"),
        "error_codes": [code],
        "timestamp": timestamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
    });
    json_text(status, body.to_string())
}
