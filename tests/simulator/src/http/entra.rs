//! Entra: which tenant a request is for, and the routes. Each of the endpoints has a file of its own beside this one.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    extract::{Form as Body, Path, Query, State, rejection::FormRejection},
    http::{HeaderMap, header::AUTHORIZATION},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::{
    aadsts::Aadsts,
    entra_authorize::authorize,
    entra_consent::{Version, admin_consent},
    entra_token::{Form, issuer, token},
    reply::{Reply, json_text, strike, with_retry_after},
};
use crate::{
    faults::{Endpoint, Fault},
    state::{
        access::AppKind,
        world::{Cell, World},
    },
};

type Shared = State<Arc<World>>;
type Parameters = HashMap<String, String>;

pub(crate) fn routes(world: &Arc<World>) -> Router {
    Router::new()
        .route("/{authority}/oauth2/v2.0/token", post(ask_token))
        .route("/{authority}/oauth2/v2.0/authorize", get(ask_authorize))
        .route("/{authority}/adminconsent", get(ask_consent))
        .route("/{authority}/v2.0/adminconsent", get(ask_consent_v2))
        .route("/{authority}/v2.0/.well-known/openid-configuration", get(metadata))
        .route("/{authority}/discovery/v2.0/keys", get(keys))
        .with_state(Arc::clone(world))
}

/// The tenant of an authority: its directory, its domain, or for the authorities of many tenants that of the
/// application.
fn cell_of<'a>(world: &'a World, authority: &str, client_id: &str) -> Result<&'a Cell, Aadsts> {
    let many = matches!(authority, "common" | "organizations" | "consumers");
    let mut cells = world.cells.iter().zip(1..);
    let found = cells.find(|(cell, number)| {
        if many {
            let known =
                |kind: AppKind| world.with(cell, |t, _| t.access.app(kind).client_id.eq_ignore_ascii_case(client_id));
            return AppKind::ALL.into_iter().any(known);
        }
        cell.directory.eq_ignore_ascii_case(authority) || format!("tenant{number}.example") == authority.to_lowercase()
    });
    found.map(|(cell, _)| cell).ok_or_else(|| {
        if many {
            return Aadsts::of(700_016);
        }
        Aadsts::of(90_002)
            .saying(format!("Tenant '{authority}' not found. Check to make sure you have the correct tenant ID."))
    })
}

fn fault_reply(world: &World, fault: &Fault) -> Reply {
    with_retry_after(Aadsts::of(90_033).json(world, Some(fault.status)), fault.retry_after)
}

async fn ask_token(
    State(world): Shared,
    Path(authority): Path<String>,
    headers: HeaderMap,
    body: Result<Body<Parameters>, FormRejection>,
) -> Reply {
    // A body that is no form holds no parameter.
    let mut form = body.map(|Body(form)| form).unwrap_or_default();
    if let Some((client_id, secret)) = basic(&headers) {
        form.extend([(String::from("client_id"), client_id), (String::from("client_secret"), secret)]);
    }
    let form = Form(form);
    let cell = match cell_of(&world, &authority, form.get("client_id").unwrap_or_default()) {
        Ok(cell) => cell,
        Err(error) => return error.json(&world, None),
    };
    let struck = strike(&world, cell, Endpoint::EntraToken, |fault| fault_reply(&world, fault)).await;
    let reply = struck.unwrap_or_else(|| match token(&world, cell, &authority, &form) {
        Ok(body) => json_text(200, body.to_string()),
        Err(error) => error.json(&world, None),
    });
    world.count(cell, Endpoint::EntraToken, reply.status().as_u16());
    reply
}

/// Client id and secret in a header, each percent-encoded as in a form.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let encoded = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (client_id, secret) = pair.split_once(':')?;
    let decoded = |text: &str| url::form_urlencoded::parse(text.as_bytes()).map(|(text, _)| text.into_owned()).next();
    Some((decoded(client_id)?, decoded(secret)?))
}

/// Lets a browser through to `work`.
async fn browse(
    world: &World,
    authority: &str,
    form: &Form,
    endpoint: Endpoint,
    work: impl FnOnce(&Cell) -> Reply,
) -> Reply {
    let cell = match cell_of(world, authority, form.get("client_id").unwrap_or_default()) {
        Ok(cell) => cell,
        Err(error) => return error.page(),
    };
    let struck = strike(world, cell, endpoint, |fault| fault_reply(world, fault)).await;
    let reply = struck.unwrap_or_else(|| work(cell));
    world.count(cell, endpoint, reply.status().as_u16());
    reply
}

async fn ask_authorize(State(world): Shared, Path(authority): Path<String>, Query(query): Query<Parameters>) -> Reply {
    let form = Form(query);
    browse(&world, &authority, &form, Endpoint::EntraAuthorize, |cell| authorize(&world, cell, &form)).await
}

async fn ask_consent(State(world): Shared, Path(authority): Path<String>, Query(query): Query<Parameters>) -> Reply {
    let form = Form(query);
    let consent = |cell: &Cell| admin_consent(&world, cell, &form, Version::V1);
    browse(&world, &authority, &form, Endpoint::EntraConsent, consent).await
}

/// The second version does not know `common`.
async fn ask_consent_v2(State(world): Shared, Path(authority): Path<String>, Query(query): Query<Parameters>) -> Reply {
    if authority == "common" {
        return Aadsts::of(9_001_023).saying("The endpoint is not supported over /common; use /organizations.").page();
    }
    let form = Form(query);
    let consent = |cell: &Cell| admin_consent(&world, cell, &form, Version::V2);
    browse(&world, &authority, &form, Endpoint::EntraConsent, consent).await
}

/// What an OpenID client has to know. For the authorities of many tenants the issuer is a template.
async fn metadata(State(world): Shared, Path(authority): Path<String>) -> Reply {
    let directory = match authority.as_str() {
        "common" | "organizations" => String::from("{tenantid}"),
        _ => match cell_of(&world, &authority, "") {
            Ok(cell) => cell.directory.clone(),
            Err(error) => return error.json(&world, None),
        },
    };
    let urls = world.urls.get();
    let entra = urls.map(|urls| urls.entra.as_str()).unwrap_or_default();
    let graph = urls.map(|urls| urls.graph.trim_end_matches("/v1.0")).unwrap_or_default();
    let body = json!({
        "authorization_endpoint": format!("{entra}/{authority}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{entra}/{authority}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{entra}/{authority}/discovery/v2.0/keys"),
        "response_modes_supported": ["query"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer(&world, &directory),
        "userinfo_endpoint": format!("{graph}/oidc/userinfo"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver",
            "email", "oid", "uti", "nbf"],
    });
    json_text(200, body.to_string())
}

async fn keys(State(world): Shared) -> Reply {
    match world.keys.published(world.clock.now_ms()) {
        Ok(keys) => json_text(200, keys.to_string()),
        Err(error) => Aadsts::of(90_033).saying(error.to_string()).json(&world, None),
    }
}
