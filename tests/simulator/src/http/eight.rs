//! 8x8: the routes, and the token endpoint.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri},
    routing::{any, delete, get, patch, post},
};
use serde_json::json;

use super::{
    eight_activity, eight_agents, eight_analytics, eight_audits, eight_contacts, eight_directory,
    eight_gate::{basic, by_key, reset_of, with_rate},
    eight_operations, eight_publish, eight_read, eight_realtime, eight_ring_groups, eight_sapi, eight_scim,
    eight_stream, eight_webhooks,
    reply::{Reply, json_text, problem, strike, wait_of, with_retry_after},
};
use crate::{
    eight::quirks::UsersProduct,
    faults::Endpoint,
    state::{
        access::Holder,
        budget::Spent,
        carried::EightMode,
        grants::Product,
        ledger::Limited,
        tenant::Tenant,
        world::{Cell, World},
    },
};

pub(crate) fn routes(world: &Arc<World>) -> Router {
    let documented = documented();
    let all = match world.settings.eight_mode {
        EightMode::Public => documented,
        EightMode::Partner => documented.merge(partner()),
    };
    all.fallback(unknown).with_state(Arc::clone(world))
}

/// What 8x8 documents.
fn documented() -> Router<Arc<World>> {
    let agents = "/api/v1/tenants/{tenantId}/agentstatus/agents";
    let one_agent = get(eight_agents::one).put(eight_agents::set);
    let mut routes = Router::new()
        .route("/oauth/v2/token", post(token))
        .route("/analytics/work/v1/oauth/token", post(eight_analytics::token))
        .route("/analytics/work/v2/pbxes", get(eight_analytics::pbxes))
        .route("/analytics/work/v2/pbxes/", get(eight_analytics::pbxes))
        .route("/analytics/work/v2/pbxes/{pbxId}/sites", get(eight_analytics::sites))
        .route("/analytics/work/v2/pbxes/{pbxId}/queues", get(eight_analytics::queues))
        .route("/analytics/work/v2/pbxes/{pbxId}/sites/{siteId}/queues", get(eight_analytics::queues_of_site))
        .route("/analytics/work/v2/pbxes/{pbxId}/agents", get(eight_analytics::agents))
        .route("/analytics/work/v2/pbxes/{pbxId}/agent-activity", get(eight_activity::by_agent))
        .route("/analytics/work/v2/pbxes/{pbxId}/queue-agent-activity", get(eight_activity::by_queue))
        .route("/analytics/work/v2/extsum", get(eight_analytics::extension_summary))
        .route(agents, get(eight_agents::list))
        .route(&format!("{agents}/bulk"), any(eight_agents::bulk))
        .route(&format!("{agents}/{{agentId}}"), one_agent)
        .route("/ws/v2/reader/persistent/{tenant}/{namespace}/{topic}", get(eight_stream::reader))
        .route("/ws/v2/consumer/persistent/{tenant}/{namespace}/{topic}/{subscription}", get(eight_stream::consumer))
        .route("/api/streaming/v1/clientconnect/subscribe/{name}", get(eight_sapi::subscribe))
        .route("/administration/audit/v1/audits", get(eight_audits::list))
        .route("/directory-contacts/api/v3/contacts", get(eight_contacts::list))
        .route("/directoryContacts/api/v3/contacts", get(eight_contacts::list))
        .route("/admin-provisioning/operations/{operationId}", get(eight_operations::one))
        .route("/admin-provisioning/ring-groups", get(eight_ring_groups::list))
        .route("/admin-provisioning/ring-groups/{groupId}", get(eight_ring_groups::one));
    for region in ["us", "eu", "au", "ca"] {
        routes = routes.route(&format!("/vcc/{region}/chat/v2/jwk/{{kid}}/public"), get(eight_webhooks::key));
    }
    for region in ["", "/eu", "/au", "/ca"] {
        let base = format!("{region}/analytics/cc/v5/realtime-metrics");
        routes = routes
            .route(&format!("{base}/agents"), get(eight_realtime::agents))
            .route(&format!("{base}/agents/{{agentId}}"), get(eight_realtime::agent))
            .route(&format!("{base}/agents-in-queue-groups"), get(eight_realtime::in_queue_groups));
    }
    for base in ["/admin-provisioning", "/v1"] {
        let one = get(eight_directory::one).put(eight_operations::replace).delete(eight_operations::delete);
        routes = routes
            .route(&format!("{base}/users"), get(eight_directory::list).post(eight_operations::create))
            .route(&format!("{base}/users/{{userId}}"), one);
    }
    routes
        .route("/scim/v2/Users", get(eight_scim::list).post(eight_scim::create))
        .route("/scim/v2/Users/{id}", patch(eight_scim::patch))
        .route("/chat-gateway/v1/jwk/{kid}/public", get(eight_webhooks::key))
        .merge(webhooks("/chat-gateway/v1/webhooks"))
}

fn webhooks(base: &str) -> Router<Arc<World>> {
    let one = get(eight_webhooks::one).put(eight_webhooks::add).delete(eight_webhooks::remove);
    Router::new()
        .route(base, get(eight_webhooks::list).post(eight_webhooks::add))
        .route(&format!("{base}/verify"), post(eight_webhooks::verify))
        .route(&format!("{base}/{{id}}"), one)
}

/// What the partner contract adds.
fn partner() -> Router<Arc<World>> {
    Router::new()
        .route("/presence/v1/capabilities", get(eight_read::capabilities))
        .route("/presence/v1/users", get(eight_read::snapshot))
        .route("/presence/v1/changes", get(eight_read::changes))
        .route("/presence/v1/publications/bulk", post(eight_publish::bulk))
        .route("/presence/v1/publications/{userId}", delete(eight_publish::withdraw))
        .merge(webhooks("/presence/v1/webhooks"))
}

async fn unknown(State(world): State<Arc<World>>, uri: Uri) -> Reply {
    let reply = problem(&world, 404, "Not Found", uri.path(), None, "NOT_FOUND", "Resource not found");
    with_rate(reply, 0, 0, reset_of(world.clock.now_ms()))
}

/// The token endpoint: Basic credentials, a form, and numbers as strings in the answer.
async fn token(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Reply {
    let credentials = basic(&headers);
    let now = world.clock.now_ms();
    let refused = |status, code: &str, message: &str| {
        let reply = json_text(status, json!({"ErrorCode": code, "Error": message}).to_string());
        with_rate(reply, 0, 0, reset_of(now))
    };
    let cell = credentials.as_ref().and_then(|(key, _)| by_key(&world, key));
    let (Some(cell), Some((_, secret))) = (cell, &credentials) else {
        return refused(401, "invalid_client", "ClientId is Invalid");
    };
    world.with(cell, |tenant, now| tenant.note_asked(Limited::EightTokens, None, 1, now));
    let struck = strike(&world, cell, Endpoint::EightToken, |fault| {
        with_retry_after(refused(fault.status, "server_error", "The service is unavailable"), fault.retry_after)
    });
    let reply = if let Some(reply) = struck.await {
        reply
    } else if !body.split(|byte| *byte == b'&').any(|pair| pair == b"grant_type=client_credentials") {
        let grant = grant_type(&body);
        refused(400, "invalid_request", &format!("Unsupported grant type : {grant}"))
    } else {
        match issue(&world, cell, secret) {
            Err(Spent::Refused(seconds)) => {
                let reply = refused(429, "too_many_requests", "Too many tokens were asked for; use the one you have");
                with_retry_after(reply, Some(seconds.ceil().max(1.0)))
            }
            Err(Spent::Passes(_)) => refused(401, "invalid_client", "Client credentials are invalid"),
            Ok((body, left)) => with_rate(json_text(200, body), TOKENS_A_MINUTE, left, reset_of(now)),
        }
    };
    if let Some(seconds) = wait_of(&reply) {
        world.with(cell, |tenant, now| tenant.meter.ledger.asks_to_wait(Limited::EightTokens, None, seconds, now));
    }
    world.count(cell, Endpoint::EightToken, reply.status().as_u16());
    reply
}

/// How many tokens a tenant may ask for in a minute; 8x8 publishes no number.
pub(super) const TOKENS_A_MINUTE: u64 = 10;

fn grant_type(body: &[u8]) -> String {
    let pairs = body.split(|byte| *byte == b'&').filter_map(|pair| pair.strip_prefix(b"grant_type="));
    pairs.map(|value| String::from_utf8_lossy(value).into_owned()).next().unwrap_or_default()
}

/// The body of a new token, and how many more may be asked for; `Passes` as an error means that the secret is wrong.
fn issue(world: &World, cell: &Cell, secret: &str) -> Result<(String, u64), Spent> {
    let ends_in = world.settings.eight_token_ms;
    let public = world.settings.eight_mode == EightMode::Public;
    let (token, now, left, products) = world.with(cell, |tenant, now| {
        if tenant.access.eight_secret != secret || !tenant.phone.grants.key(now) {
            return Err(Spent::Passes(0));
        }
        let left = match tenant.phone.limits.tokens.spend(now) {
            Spent::Passes(left) => left,
            refused @ Spent::Refused(_) => return Err(refused),
        };
        let token = tenant.tokens.issue(tenant.place, &tenant.access, Holder::Eight, now, now + ends_in);
        Ok((token, now, left, products(tenant, public, now)))
    })?;
    let body = json!({"access_token": token, "token_type": "BearerToken",
        "api_product_list": format!("[{}]", products.join(", ")), "api_product_list_json": products,
        "status": "approved", "scope": "", "expires_in": (ends_in / 1_000).to_string(), "issued_at": now.to_string(),
        "refresh_token_expires_in": "0", "refresh_count": "0", "client_id": "deprecated",
        "organization_name": "simulator", "application_name": cell.id, "developer.email": "deprecated"});
    Ok((body.to_string(), left))
}

/// The names of the products that the key has now.
fn products(tenant: &Tenant, public: bool, now: i64) -> Vec<&'static str> {
    let named = |product: Product| match product {
        Product::Presence => (!public).then_some("presence"),
        Product::RealtimeMetrics => Some("analytics realtime-api"),
        Product::UserAdmin => Some(match tenant.phone.quirks.users_product {
            UsersProduct::Admin => "UC & CC User Admin",
            UsersProduct::Management => "UC & CC User Management",
        }),
        Product::AdminOperations => Some("UC & CC Admin Operations"),
        Product::RingGroupAdmin => Some("UC Ring Group Admin"),
        Product::ContactSearch => Some("Contact Search"),
        Product::EventStream => Some("Pulsar Event Stream"),
        Product::ChatGateway => Some("chat-gateway"),
        Product::Audit => Some("audit"),
    };
    let held = Product::ALL.into_iter().filter(|product| tenant.phone.grants.product(*product, now));
    held.filter_map(named).chain(["storage", "vcc"]).collect()
}
