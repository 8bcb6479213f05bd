//! `GET /users/delta`: the directory once, page by page, and from then on what changed in it.
//!
//! Every link carries all there is to know in its token: what was selected, how far this round has come, where it began.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Query, State},
    http::HeaderMap,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    graph::{Caller, guarded},
    graph_users::{DEFAULT, denied, may_list, row},
    reply::{Reply, json_text, with_header},
};
use crate::{
    faults::Endpoint,
    state::{directory::Happened, tenant::Tenant, world::World},
};

/// Users on one page.
const PAGE: usize = 100;
/// How long a token of the directory holds.
const TOKEN_MS: i64 = 7 * 24 * 3_600_000;
/// The most objects that a filter can name.
const MOST_FILTERED: usize = 50;

/// Where a round stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Token {
    select: Option<String>,
    only: Vec<Uuid>,
    /// When it was given out.
    at_ms: i64,
    /// The next place in the directory, in the first round.
    place: Option<usize>,
    /// The last entry that was told.
    told: u64,
    /// Whether the empty page that a round can begin with is over.
    begun: bool,
}

impl Token {
    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(json!(self).to_string())
    }

    fn read(text: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

pub(super) async fn delta(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Reply {
    let minimal = headers.get("prefer").is_some_and(|prefer| prefer.as_bytes() == b"return=minimal");
    guarded(&world, &headers, Endpoint::UsersDelta, |caller| answer(&caller, &query, minimal)).await
}

fn answer(caller: &Caller<'_>, query: &HashMap<String, String>, minimal: bool) -> Reply {
    if !may_list(caller) {
        return denied(caller);
    }
    let bad = |message: &str| caller.error(400, "Request_BadRequest", message);
    const KNOWN: [&str; 4] = ["$select", "$filter", "$deltatoken", "$skiptoken"];
    if let Some(other) = query.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return bad(&format!("'{other}' is not supported on delta queries of users."));
    }
    let now = caller.world.clock.now_ms();
    let given = query.get("$skiptoken").or(query.get("$deltatoken")).filter(|text| !text.is_empty());
    let (mut token, reset_ms) = match given.map(String::as_str) {
        Some(text) if text != "latest" => {
            if query.contains_key("$select") || query.contains_key("$filter") {
                return bad("The options of a delta query are in its token and cannot be given again.");
            }
            let Some(token) = Token::read(text) else { return bad("Badly formed token.") };
            (token, caller.world.with(caller.cell, |tenant, _| tenant.directory.reset_ms))
        }
        latest => {
            let Some(only) = query.get("$filter").map_or(Some(Vec::new()), |filter| only(filter)) else {
                return bad("A delta query of users can be filtered by up to 50 ids only.");
            };
            let last = caller.world.with(caller.cell, |tenant, _| tenant.directory.last());
            let place = latest.is_none().then_some(0);
            let select = query.get("$select").cloned();
            (Token { select, only, at_ms: now, place, told: last, begun: latest.is_some() }, None)
        }
    };
    if reset_ms.is_some_and(|reset| token.at_ms <= reset) {
        let select = token.select.map(|select| format!("$select={select}&")).unwrap_or_default();
        let location = format!("{}/users/delta?{select}$deltatoken=", base(caller));
        let reply = caller.error(410, "resyncRequired", "Resync required. Any differences must be discovered anew.");
        return with_header(reply, "location", &location);
    }
    if now - token.at_ms > TOKEN_MS {
        return caller.error(400, "syncStateNotFound", "The sync state is not found; begin again without a token.");
    }
    token.at_ms = now;
    let whole = given.is_some_and(|text| text == "latest");
    if !token.begun && caller.world.quirks.load().delta_empty_pages {
        token.begun = true;
        return page(caller, &[], &token, true);
    }
    token.begun = true;
    if whole {
        return page(caller, &[], &Token { begun: false, ..token }, false);
    }
    let repeats = caller.world.quirks.load().delta_repeats;
    let (rows, more) = caller.world.with(caller.cell, |tenant, _| match token.place {
        Some(place) => first_round(tenant, &mut token, place, repeats),
        None => changes(tenant, &mut token, minimal, repeats),
    });
    if !more {
        token = Token { place: None, begun: false, ..token };
    }
    page(caller, &rows, &token, more)
}

fn base<'a>(caller: &Caller<'a>) -> &'a str {
    caller.world.urls.get().map(|urls| urls.graph.as_str()).unwrap_or_default()
}

fn page(caller: &Caller<'_>, rows: &[Value], token: &Token, more: bool) -> Reply {
    let base = base(caller);
    let (link, option) = if more { ("@odata.nextLink", "$skiptoken") } else { ("@odata.deltaLink", "$deltatoken") };
    let url = format!("{base}/users/delta?{option}={}", token.text());
    let body = json!({"@odata.context": format!("{base}/$metadata#users"), "value": rows, link: url});
    json_text(200, body.to_string())
}

/// `id eq '…' or id eq '…'`
fn only(filter: &str) -> Option<Vec<Uuid>> {
    let id = |part: &str| {
        let quoted = part.trim().strip_prefix("id eq ")?.trim();
        Uuid::parse_str(quoted.strip_prefix('\'')?.strip_suffix('\'')?).ok()
    };
    let ids: Option<Vec<Uuid>> = filter.split(" or ").map(id).collect();
    ids.filter(|ids| ids.len() <= MOST_FILTERED)
}

/// Everybody who is there, from a place on.
fn first_round(tenant: &Tenant, token: &mut Token, place: usize, repeats: bool) -> (Vec<Value>, bool) {
    // The last user of the page before may come again.
    let from = place.saturating_sub(usize::from(repeats));
    let select = token.select.as_deref().unwrap_or(DEFAULT);
    let mut there = (from..)
        .zip(tenant.people.iter().skip(from))
        .filter_map(|(at, person)| Some((at, person.teams.as_ref()?)))
        .filter(|(_, teams)| token.only.is_empty() || token.only.contains(&teams.id));
    let (mut rows, mut end) = (Vec::new(), from);
    for (at, teams) in there.by_ref().take(PAGE + usize::from(repeats && place > 0)) {
        rows.push(row(teams, select));
        end = at + 1;
    }
    let more = there.next().is_some();
    token.place = more.then_some(end);
    (rows, more)
}

/// What happened since the last entry that was told.
fn changes(tenant: &Tenant, token: &mut Token, minimal: bool, repeats: bool) -> (Vec<Value>, bool) {
    let since = if repeats { token.told.saturating_sub(1) } else { token.told };
    let select = token.select.as_deref().unwrap_or(DEFAULT);
    let mut rows = Vec::new();
    let mut told = token.told;
    for entry in tenant.directory.since(since) {
        if rows.len() == PAGE {
            token.told = told;
            return (rows, true);
        }
        told = entry.number;
        if !token.only.is_empty() && !token.only.contains(&entry.user) {
            continue;
        }
        rows.extend(match entry.happened {
            Happened::Deleted => Some(removed(entry.user, "changed")),
            Happened::Purged => Some(removed(entry.user, "deleted")),
            // Whoever is not there any more has a later entry that says so.
            Happened::Changed(properties) => {
                let person = tenant.by_teams_id.get(&entry.user).and_then(|place| tenant.person(*place));
                person.and_then(|person| person.teams.as_ref()).map(|teams| {
                    let changed = |property: &&str| properties.contains(&property.trim());
                    let named: Vec<&str> = select.split(',').filter(changed).collect();
                    row(teams, &if minimal && !properties.is_empty() { named.join(",") } else { String::from(select) })
                })
            }
        });
    }
    token.told = told;
    (rows, false)
}

fn removed(user: Uuid, reason: &str) -> Value {
    json!({"id": user, "@removed": {"reason": reason}})
}
