//! Graph: the routes, and what every request has to pass: a token, the faults, the budget.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, Uri},
    middleware::{Next, from_fn_with_state},
    routing::{get, post},
};
use uuid::Uuid;

use super::{
    graph_batch::{self, Batching},
    graph_delta, graph_location, graph_mailbox, graph_message, graph_preferred, graph_presence, graph_sessions,
    graph_subscriptions, graph_userinfo, graph_users,
    reply::{Reply, graph_error, graph_fault, graph_throttled, strike, wait_of, with_header},
    watch::{self, watched},
};
use crate::{
    faults::Endpoint,
    state::{
        access::{AppKind, GRAPH, Grant, Holder},
        budget::Spent,
        ledger::Limited,
        permission::{Permission, Permissions},
        requests::Server,
        world::{Cell, World},
    },
};

pub(crate) fn routes(world: &Arc<World>) -> Router {
    let routes = watched(world, Server::Graph, singly(world));
    let batching = Batching { world: Arc::clone(world), routes: routes.clone() };
    let batch = Router::new().route("/v1.0/$batch", post(graph_batch::batch)).with_state(batching);
    watched(world, Server::Graph, with_ids(world, batch)).merge(routes)
}

fn with_ids(world: &Arc<World>, routes: Router) -> Router {
    routes.layer(from_fn_with_state(Arc::clone(world), name_answers))
}

/// Everything that is asked in a request of its own, or within a batch.
fn singly(world: &Arc<World>) -> Router {
    let routes = Router::new()
        .route("/v1.0/users", get(graph_users::list))
        .route("/v1.0/users/$count", get(graph_users::count))
        .route("/v1.0/users/delta", get(graph_delta::delta))
        .route("/v1.0/users/{id}", get(graph_users::one))
        .route("/v1.0/users/{id}/mailboxSettings", get(graph_mailbox::settings))
        .route("/v1.0/users/{id}/mailboxSettings/automaticRepliesSetting", get(graph_mailbox::replies))
        .route("/v1.0/me/presence", get(graph_presence::one))
        .route("/v1.0/users/{id}/presence", get(graph_presence::one))
        .route("/v1.0/communications/presences/{id}", get(graph_presence::listed))
        .route("/v1.0/communications/getPresencesByUserId", post(graph_presence::many))
        .merge(presence_actions("/v1.0/me/presence"))
        .merge(presence_actions("/v1.0/users/{id}/presence"))
        .route("/oidc/userinfo", get(graph_userinfo::who))
        .route("/v1.0/subscriptions", get(graph_subscriptions::list).post(graph_subscriptions::create))
        .route(
            "/v1.0/subscriptions/{id}",
            get(graph_subscriptions::get).patch(graph_subscriptions::patch).delete(graph_subscriptions::delete),
        )
        .route("/v1.0/subscriptions/{id}/reauthorize", post(graph_subscriptions::reauthorize))
        .fallback(unknown)
        .with_state(Arc::clone(world));
    with_ids(world, routes)
}

/// The headers that every answer of Graph carries, by which Microsoft finds it again.
async fn name_answers(State(world): State<Arc<World>>, request: Request, next: Next) -> Reply {
    let client = client_request_id(request.headers()).map(String::from);
    let mut reply = next.run(request).await;
    if !reply.headers().contains_key("request-id") {
        let id = world.request_id().to_string();
        reply = with_header(reply, "client-request-id", client.as_deref().unwrap_or(&id));
        reply = with_header(reply, "request-id", &id);
    }
    with_header(reply, "x-ms-ags-diagnostic", r#"{"ServerInfo":{"DataCenter":"Simulator","Slice":"E","Ring":"1"}}"#)
}

/// The actions on one's own presence, or on anybody's.
fn presence_actions(presence: &str) -> Router<Arc<World>> {
    let at = |action: &str| format!("{presence}/{action}");
    Router::new()
        .route(&at("setPresence"), post(graph_sessions::set))
        .route(&at("clearPresence"), post(graph_sessions::clear))
        .route(&at("setUserPreferredPresence"), post(graph_preferred::set))
        .route(&at("clearUserPreferredPresence"), post(graph_preferred::clear))
        .route(&at("setStatusMessage"), post(graph_message::set))
        .route(&at("setManualLocation"), post(graph_location::set_manual))
        .route(&at("setAutomaticLocation"), post(graph_location::set_automatic))
        .route(&at("clearAutomaticLocation"), post(graph_location::clear_automatic))
        .route(&at("clearLocation"), post(graph_location::clear))
}

async fn unknown(State(world): State<Arc<World>>, method: Method, uri: Uri, headers: HeaderMap) -> Reply {
    let message = format!("Resource not found for the segment '{method} {}'.", uri.path());
    graph_error(&world, client_request_id(&headers), 404, "BadRequest", &message)
}

/// Who asks, and where.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) world: &'a World,
    pub(super) cell: &'a Cell,
    pub(super) app: AppKind,
    /// Whether the token carries permissions that still hold.
    pub(super) granted: bool,
    /// The user who signed in, if the application does not ask for itself.
    pub(super) user: Option<Uuid>,
    /// When the token ends.
    pub(super) token_ends_ms: i64,
    permissions: Permissions,
    /// The caller's own request id.
    pub(super) request: Option<&'a str>,
}

impl Caller<'_> {
    /// An error in Graph's words.
    pub(super) fn error(&self, status: u16, code: &str, message: &str) -> Reply {
        graph_error(self.world, self.request, status, code, message)
    }

    /// Whether the token holds any of these permissions.
    pub(super) fn may(&self, any: &[Permission]) -> bool {
        self.granted && any.iter().any(|permission| self.permissions.holds(*permission))
    }

    /// Counts the answer.
    pub(super) fn counted(&self, endpoint: Endpoint, reply: Reply) -> Reply {
        self.world.count(self.cell, endpoint, reply.status().as_u16());
        reply
    }

    /// The refusal of a presence call for want of a role: its message is empty.
    pub(super) fn forbidden(&self) -> Reply {
        self.error(403, "Forbidden", "")
    }
}

/// Lets a request through to `work` if its token holds, no fault strikes and, for presence, the budget allows it.
pub(super) async fn guarded(
    world: &World,
    headers: &HeaderMap,
    endpoint: Endpoint,
    work: impl FnOnce(Caller<'_>) -> Reply,
) -> Reply {
    match admit(world, headers, endpoint).await {
        Ok(caller) => caller.counted(endpoint, work(caller)),
        Err(reply) => *reply,
    }
}

/// Lets a request through, or answers it; for work that takes time. Whoever is let through has to be counted.
pub(super) async fn admit<'a>(
    world: &'a World,
    headers: &'a HeaderMap,
    endpoint: Endpoint,
) -> Result<Caller<'a>, Box<Reply>> {
    let request = client_request_id(headers);
    let token = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let unauthenticated = |message| graph_error(world, request, 401, "InvalidAuthenticationToken", message);
    let Some((cell, Holder::Entra(Grant { app, user, permissions, audience }))) =
        token.and_then(|token| world.bearer(token))
    else {
        return Err(Box::new(unauthenticated(match token {
            Some(_) => "Lifetime validation failed, the token is expired.",
            None => "Access token is empty.",
        })));
    };
    if audience != GRAPH {
        return Err(Box::new(unauthenticated("Access token validation failure. Invalid audience.")));
    }
    watch::note(&cell.id, Some(app));
    if endpoint.is_presence() && !world.quirks.load().cloud.has_presence() {
        let message = "Resource not found for the segment 'presence'.";
        return Err(Box::new(graph_error(world, request, 400, "BadRequest", message)));
    }
    note_asked(world, cell, endpoint, app);
    let spent = if endpoint.is_presence() {
        let counts = world.quirks.load().throttled_requests_count;
        world.with(cell, |tenant, now| {
            let budget = &mut tenant.graph_budgets[app as usize];
            if counts { budget.charge(now) } else { budget.spend(now) }
        })
    } else {
        Spent::Passes(1)
    };
    let refusal = if let Some(reply) = strike(world, cell, endpoint, |fault| graph_fault(world, request, fault)).await {
        reply
    } else if let Spent::Refused(seconds) = spent {
        let every = u64::from(world.quirks.load().throttled_without_retry_after);
        let number = world.with(cell, |tenant, _| tenant.meter.counters.throttled) + 1;
        let told = every == 0 || !number.is_multiple_of(every);
        graph_throttled(world, told.then(|| (seconds.max(0.001) * 1_000.0).ceil() / 1_000.0))
    } else {
        // What an application holds by itself can be taken back at once; what a user delegated ends with the token.
        let holds = user.is_some() || world.with(cell, |tenant, _| tenant.grants(app));
        let granted = holds && !permissions.is_empty();
        let user = user.map(|(_, id)| id);
        let token_ends_ms = token.map_or(0, |token| world.token_ends_ms(token));
        return Ok(Caller { world, cell, app, granted, user, token_ends_ms, permissions, request });
    };
    if let Some(seconds) = wait_of(&refusal) {
        let limited = endpoint.limit_of_graph().unwrap_or(Limited::Graph);
        world.with(cell, |tenant, now| tenant.meter.ledger.asks_to_wait(limited, Some(app), seconds, now));
    }
    world.count(cell, endpoint, refusal.status().as_u16());
    Err(Box::new(refusal))
}

/// Counts a request against what Graph documents: each by itself, those of a batch too, and those of the directory by their units.
fn note_asked(world: &World, cell: &Cell, endpoint: Endpoint, app: AppKind) {
    let lists = endpoint == Endpoint::ListUsers;
    let selects = |query: &Option<String>| query.as_ref().is_some_and(|query| query.contains("select="));
    let selected = watch::with(|current| selects(&current.request.query)).unwrap_or_default();
    let units = if lists && !selected { 2 } else { 1 };
    world.with(cell, |tenant, now| {
        if endpoint != Endpoint::Batch {
            tenant.note_asked(Limited::Graph, Some(app), 1, now);
        }
        if let Some(limited) = endpoint.limit_of_graph() {
            tenant.note_asked(limited, Some(app), units, now);
        }
    });
}

pub(super) fn client_request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("client-request-id").and_then(|value| value.to_str().ok())
}
