//! What every request to 8x8 has to pass: credentials of the right family, the product, the faults, the budget. Each
//! family words its refusals in its own shape.

use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    eight_shapes::Shape,
    reply::{Reply, apigee_fault, strike, wait_of, with_header, with_retry_after},
    watch,
};
use crate::{
    faults::{Asked, Endpoint},
    state::{
        access::{Holder, serial_of},
        budget::Spent,
        grants::Product,
        ledger::Limited,
        tenant::Tenant,
        world::{Cell, World},
    },
};

/// How a caller shows who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// A bearer of client credentials, or an `x-api-key`.
    BearerOrKey,
    /// A bearer of client credentials.
    Bearer,
    /// An `x-api-key`.
    Key,
    /// `8x8-apikey` and the bearer of an account.
    Analytics,
    /// The name of the tenant and a token of the Contact Center.
    Basic,
}

/// Which budget a request is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pool {
    Presence,
    Administration,
    Contacts,
    Analytics,
    None,
}

impl Pool {
    /// The limits that it is counted against.
    const fn limits(self) -> &'static [Limited] {
        match self {
            Self::Presence => &[Limited::EightPresence],
            Self::Administration => &[Limited::EightAdministration, Limited::EightAdministrationBurst],
            Self::Contacts => &[Limited::EightContacts],
            Self::Analytics => &[Limited::EightAnalytics],
            Self::None => &[],
        }
    }
}

/// The gate in front of one endpoint.
#[derive(Debug, Clone, Copy)]
struct Gate {
    family: Family,
    product: Option<Product>,
    pool: Pool,
    shape: Shape,
}

impl Gate {
    const fn of(endpoint: Endpoint) -> Self {
        use Endpoint as E;
        let (family, product, pool, shape) = match endpoint {
            E::EightUsers => (Family::BearerOrKey, Some(Product::UserAdmin), Pool::Administration, Shape::Problem),
            E::EightUserWrite => (Family::Key, Some(Product::AdminOperations), Pool::Administration, Shape::Problem),
            E::RingGroups => (Family::Key, Some(Product::RingGroupAdmin), Pool::Administration, Shape::Problem),
            E::Contacts => (Family::Key, Some(Product::ContactSearch), Pool::Contacts, Shape::Problem),
            E::Audits => (Family::Key, Some(Product::Audit), Pool::Administration, Shape::Audit),
            E::Webhooks => (Family::BearerOrKey, Some(Product::ChatGateway), Pool::None, Shape::Problem),
            E::AnalyticsLists | E::AgentActivity | E::QueueActivity => {
                (Family::Analytics, None, Pool::Analytics, Shape::Activity)
            }
            E::AgentStatusRead | E::AgentStatusWrite => (Family::Basic, None, Pool::None, Shape::Agents),
            E::Realtime => (Family::Bearer, Some(Product::RealtimeMetrics), Pool::None, Shape::Realtime),
            _ => (Family::BearerOrKey, Some(Product::Presence), Pool::Presence, Shape::Problem),
        };
        Self { family, product, pool, shape }
    }
}

/// Who asks, and where.
#[derive(Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) world: &'a World,
    pub(super) cell: &'a Cell,
    pub(super) path: &'a str,
    pub(super) shape: Shape,
}

impl Caller<'_> {
    /// A problem in 8x8's words.
    pub(super) fn problem(&self, status: u16, title: &str, field: Option<&str>, code: &str, message: &str) -> Reply {
        super::reply::problem(self.world, status, title, self.path, field, code, message)
    }

    /// The problem of a parameter or body that is not understood.
    pub(super) fn invalid(&self, field: &str, code: &str, message: &str) -> Reply {
        self.problem(400, "Bad Request", Some(field), code, message)
    }

    /// A refusal in the shape of the family.
    pub(super) fn refuse(&self, status: u16, message: &str) -> Reply {
        self.shape.refuse(self.world, self.path, status, message)
    }

    /// The status that an item of this request is answered with, if a fault strikes it.
    pub(super) fn strikes_item(&self, endpoint: Endpoint) -> Option<u16> {
        watch::with(|current| {
            let (method, path) = (&*current.request.method, &*current.request.path);
            self.world.faults.strike_item(Asked { endpoint, method, path, tenant: &self.cell.id })
        })
        .flatten()
    }

    /// Works on the caller's tenant.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut Tenant, i64) -> R) -> R {
        self.world.with(self.cell, work)
    }
}

/// Lets a request through to `work` if it carries the right credentials, no fault strikes and the budget allows it.
/// Every answer carries the rate headers.
pub(super) async fn guarded<'a, Work: Future<Output = Reply>>(
    world: &'a World,
    headers: &HeaderMap,
    path: &'a str,
    endpoint: Endpoint,
    work: impl FnOnce(Caller<'a>) -> Work,
) -> Reply {
    let gate = Gate::of(endpoint);
    let now = world.clock.now_ms();
    let cell = match caller(world, headers, path, gate) {
        Ok(cell) => cell,
        Err(reply) => return with_rate(*reply, 0, 0, reset_of(now)),
    };
    let (spent, most, reset) = world.with(cell, |tenant, now| {
        for limited in gate.pool.limits() {
            tenant.note_asked(*limited, None, 1, now);
        }
        spend(tenant, gate.pool, now)
    });
    let struck = strike(world, cell, endpoint, |fault| {
        with_retry_after(gate.shape.fault(world, path, fault.status), fault.retry_after)
    });
    let reply = if let Some(reply) = struck.await {
        reply
    } else if let Spent::Refused(seconds) = spent {
        let code = world.with(cell, |tenant, _| tenant.phone.quirks.too_many);
        with_retry_after(gate.shape.too_many(world, path, code), Some(seconds.ceil().max(1.0)))
    } else {
        work(Caller { world, cell, path, shape: gate.shape }).await
    };
    if let Some(seconds) = wait_of(&reply) {
        world.with(cell, |tenant, now| {
            for limited in gate.pool.limits() {
                tenant.meter.ledger.asks_to_wait(*limited, None, seconds, now);
            }
        });
    }
    world.count(cell, endpoint, reply.status().as_u16());
    let left = if let Spent::Passes(left) = spent { left } else { 0 };
    let reply = with_rate(reply, most, left, reset);
    with_header(reply, "x-response-id", &world.request_id().to_string())
}

/// Takes one request from a pool: what it finds, how many the pool holds, and when it is full again.
fn spend(tenant: &mut Tenant, pool: Pool, now: i64) -> (Spent, u64, i64) {
    let limits = &mut tenant.phone.limits;
    let window = match pool {
        Pool::Presence => {
            let budget = &mut tenant.presence_budget;
            return (budget.spend(now), budget.burst(), reset_of(now));
        }
        Pool::None => return (Spent::Passes(1_000), 1_000, reset_of(now)),
        Pool::Administration => &mut limits.administration,
        Pool::Contacts => &mut limits.contacts,
        Pool::Analytics => &mut limits.analytics,
    };
    let spent = window.spend(now);
    let reset = window.full_until(now).map_or_else(|| reset_of(now), |until| (until + 999) / 1_000);
    (spent, window.limit() as u64, reset)
}

/// When the next minute begins, in Unix seconds.
pub(super) fn reset_of(now: i64) -> i64 {
    (now / 60_000 + 1) * 60
}

/// The headers that every 8x8 answer carries; `reset` is in Unix seconds.
pub(super) fn with_rate(reply: Reply, limit: u64, left: u64, reset: i64) -> Reply {
    let reply = with_header(reply, "x-ratelimit-limit", &limit.to_string());
    let reply = with_header(reply, "x-ratelimit-remaining", &left.to_string());
    with_header(reply, "x-ratelimit-reset", &reset.to_string())
}

/// The user name and the password of a `Basic` authorization.
pub(super) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let text = STANDARD.decode(header(headers, "authorization")?.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(text).ok()?;
    text.split_once(':').map(|(user, password)| (String::from(user), String::from(password)))
}

pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The tenant with this key, if the key holds now.
pub(super) fn by_key<'a>(world: &'a World, key: &str) -> Option<&'a Cell> {
    let cell = world.cells.iter().find(|cell| cell.eight_key == key)?;
    world.with(cell, |tenant, now| tenant.phone.grants.key(now)).then_some(cell)
}

fn caller<'a>(world: &'a World, headers: &HeaderMap, path: &str, gate: Gate) -> Result<&'a Cell, Box<Reply>> {
    let bearer = header(headers, "authorization").and_then(|value| value.strip_prefix("Bearer "));
    let unknown = || Box::new(gate.shape.refuse(world, path, 401, "Valid authentication credentials required"));
    let cell = match gate.family {
        Family::Analytics => return analytics(world, headers, bearer, path),
        Family::Basic => by_token(world, headers, path, gate.shape)?,
        Family::BearerOrKey | Family::Bearer if bearer.is_some() => {
            let held = bearer.and_then(|token| world.bearer(token));
            let held = held.filter(|(cell, holder)| {
                *holder == Holder::Eight && world.with(cell, |tenant, now| tenant.phone.grants.key(now))
            });
            held.map(|(cell, _)| cell).ok_or_else(|| Box::new(apigee_fault()))?
        }
        Family::BearerOrKey | Family::Key => {
            header(headers, "x-api-key").and_then(|key| by_key(world, key)).ok_or_else(unknown)?
        }
        Family::Bearer => return Err(Box::new(apigee_fault())),
    };
    let (granted, organisation, customer) = world.with(cell, |tenant, now| {
        let grants = &tenant.phone.grants;
        let granted = gate.product.is_none_or(|product| grants.product(product, now));
        (granted, grants.organisation(now), tenant.phone.customer.clone())
    });
    if !organisation {
        let message = format!("CustomerId mismatch: {customer} vs disabled");
        return Err(Box::new(gate.shape.refuse(world, path, 403, &message)));
    }
    if !granted {
        let message = "The API product is not part of this key; add it in the Admin Console";
        return Err(Box::new(gate.shape.refuse(world, path, 403, message)));
    }
    Ok(cell)
}

/// The Contact Center: `Basic`, and the feature that 8x8's support switches on.
fn by_token<'a>(world: &'a World, headers: &HeaderMap, path: &str, shape: Shape) -> Result<&'a Cell, Box<Reply>> {
    let credentials = basic(headers);
    let cell = credentials.as_ref().and_then(|(user, token)| {
        let cell = world.cells.iter().find(|cell| cell.cc_tenant == *user)?;
        world.with(cell, |tenant, _| tenant.access.cc_action_token == *token).then_some(cell)
    });
    let refuse = |status, message: &str| Err(Box::new(shape.refuse(world, path, status, message)));
    let Some(cell) = cell else {
        return refuse(401, "The user name or the Action Request Token is wrong");
    };
    if !world.with(cell, |tenant, _| tenant.phone.agent_status_on) {
        return Err(Box::new(super::eight_shapes::feature_off()));
    }
    Ok(cell)
}

/// Work Analytics: the key, then the bearer.
fn analytics<'a>(
    world: &'a World,
    headers: &HeaderMap,
    bearer: Option<&str>,
    path: &str,
) -> Result<&'a Cell, Box<Reply>> {
    use super::eight_shapes::{bad_analytics_key, invalid_token};
    let Some(token) = bearer else {
        return Err(Box::new(invalid_token("Full authentication is required to access this resource")));
    };
    let key = header(headers, "8x8-apikey").unwrap_or_default();
    let cell = world.cells.iter().find(|cell| cell.analytics_key == key);
    let cell = cell.ok_or_else(|| Box::new(bad_analytics_key()))?;
    match world.bearer(token) {
        Some((owner, Holder::Analytics)) if owner.id == cell.id => {}
        _ => {
            let issued = serial_of(token).is_some_and(|(place, serial)| {
                world.cells.get(place).is_some_and(|cell| world.with(cell, |tenant, _| tenant.tokens.issued(serial)))
            });
            let message = if issued {
                format!("Access token expired: {token}")
            } else {
                String::from("Cannot convert access token to JSON")
            };
            return Err(Box::new(invalid_token(&message)));
        }
    }
    let (organisation, customer) =
        world.with(cell, |tenant, now| (tenant.phone.grants.organisation(now), tenant.phone.customer.clone()));
    if !organisation {
        let message = format!("CustomerId mismatch: {customer} vs disabled");
        return Err(Box::new(Shape::Activity.refuse(world, path, 403, &message)));
    }
    Ok(cell)
}
