//! Work Analytics: the account that signs in, and the lists of PBXes, sites, queues and agents.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Form,
    extract::{Path, Query, State, rejection::FormRejection},
    http::{HeaderMap, Uri},
};
use serde_json::{Value, json};

use super::{
    eight_gate::{Caller, guarded, header},
    eight_shapes::{Shape, bad_analytics_key},
    reply::{Reply, json_text, strike, with_retry_after},
};
use crate::{
    eight::quirks::AgentsKey,
    faults::Endpoint,
    state::{
        access::Holder,
        ledger::Limited,
        phone::Phone,
        tenant::Tenant,
        world::{Cell, World},
    },
};

/// How long such a token holds, in seconds; a number here, unlike elsewhere.
const TOKEN_SECONDS: i64 = 1_800;

/// `POST /analytics/work/v1/oauth/token`: the key in a header, the account in a form.
pub(super) async fn token(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    form: Result<Form<Asked>, FormRejection>,
) -> Reply {
    let key = header(&headers, "8x8-apikey").unwrap_or_default();
    let cell = world.cells.iter().find(|cell| cell.analytics_key == key);
    let cell = cell.filter(|cell| world.with(cell, |tenant, now| tenant.phone.grants.key(now)));
    let Some(cell) = cell else { return bad_analytics_key() };
    world.with(cell, |tenant, now| tenant.note_asked(Limited::EightAnalytics, None, 1, now));
    let path = "/analytics/work/v1/oauth/token";
    let struck = strike(&world, cell, Endpoint::AnalyticsToken, |fault| {
        with_retry_after(Shape::Activity.fault(&world, path, fault.status), fault.retry_after)
    });
    let reply = match struck.await {
        Some(reply) => reply,
        None => sign_in(&world, cell, &form.map(|Form(form)| form).unwrap_or_default()),
    };
    world.count(cell, Endpoint::AnalyticsToken, reply.status().as_u16());
    reply
}

fn sign_in(world: &World, cell: &Cell, form: &Asked) -> Reply {
    let given = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let token = world.with(cell, |tenant, now| {
        let access = &tenant.access;
        let right = access.analytics_user == given("username") && access.analytics_password == given("password");
        // An account that has never opened Analytics in a browser is not known to it.
        (right && tenant.phone.analytics_opened).then(|| {
            let ends_ms = now + TOKEN_SECONDS * 1_000;
            tenant.tokens.issue(tenant.place, &tenant.access, Holder::Analytics, now, ends_ms)
        })
    });
    match token {
        Some(token) => {
            let body = json!({"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS});
            json_text(200, body.to_string())
        }
        None => {
            let body = json!({"error": "invalid_grant", "error_description": "USER_NOTFOUND_ERROR"});
            json_text(400, body.to_string())
        }
    }
}

type Asked = HashMap<String, String>;

pub(super) async fn pbxes(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Query(query): Query<Asked>,
) -> Reply {
    guarded(&world, &headers, uri.path(), Endpoint::AnalyticsLists, |caller| async move {
        let rows = caller.with(|tenant, _| {
            let pbxes = tenant.phone.pbxes.iter();
            pbxes.map(|pbx| json!({"id": pbx.id, "name": pbx.name, "deleted": false})).collect()
        });
        page(&caller, &query, rows, "pbxList")
    })
    .await
}

pub(super) async fn sites(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path(pbx): Path<String>,
    Query(query): Query<Asked>,
) -> Reply {
    of_pbx(&world, &headers, uri.path(), &pbx, &query, "siteList", |tenant, pbx| {
        let phone = &tenant.phone;
        let sites = phone.sites.iter().filter(|site| site.pbx == pbx);
        sites
            .map(|site| json!({"id": site.id, "pbxId": phone.pbxes[pbx].id, "name": site.name, "deleted": false}))
            .collect()
    })
    .await
}

pub(super) async fn queues(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path(pbx): Path<String>,
    Query(query): Query<Asked>,
) -> Reply {
    of_pbx(&world, &headers, uri.path(), &pbx, &query, "queueList", |tenant, pbx| queue_rows(&tenant.phone, pbx, None))
        .await
}

pub(super) async fn queues_of_site(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path((pbx, site)): Path<(String, String)>,
    Query(query): Query<Asked>,
) -> Reply {
    of_pbx(&world, &headers, uri.path(), &pbx, &query, "queueList", |tenant, pbx| {
        queue_rows(&tenant.phone, pbx, Some(&site))
    })
    .await
}

fn queue_rows(phone: &Phone, pbx: usize, site: Option<&str>) -> Vec<Value> {
    let queues = phone.queues.iter().filter(|queue| queue.pbx == pbx);
    let rows = queues.filter_map(|queue| {
        let at = phone.sites.get(queue.site)?;
        site.is_none_or(|wanted| wanted == at.id).then(|| {
            json!({"id": queue.id, "pbxId": phone.pbxes[pbx].id, "siteId": at.id,
                "extensionNumber": queue.extension, "name": queue.name, "deleted": false})
        })
    });
    rows.collect()
}

pub(super) async fn agents(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path(pbx): Path<String>,
    Query(query): Query<Asked>,
) -> Reply {
    of_pbx(&world, &headers, uri.path(), &pbx, &query, "agentList", |tenant, pbx| {
        let phone = &tenant.phone;
        let people = tenant.people.iter().filter_map(|person| person.eight.as_ref());
        let rows = people.filter(|eight| eight.active && !eight.profile.queues.is_empty()).filter_map(|eight| {
            let (uc, site) = (eight.profile.uc.as_ref()?, phone.sites.get(eight.profile.site)?);
            let (first, last) = eight.name.split_once(' ').unwrap_or((&eight.name, ""));
            (site.pbx == pbx).then(|| {
                json!({"id": eight.id, "pbxId": phone.pbxes[pbx].id, "siteId": site.id, "firstName": first,
                    "lastName": last, "extension": uc.number.to_string(), "deleted": false})
            })
        });
        rows.collect()
    })
    .await
}

/// A list of one PBX.
async fn of_pbx(
    world: &World,
    headers: &HeaderMap,
    path: &str,
    pbx: &str,
    query: &Asked,
    key: &str,
    rows: impl FnOnce(&Tenant, usize) -> Vec<Value>,
) -> Reply {
    guarded(world, headers, path, Endpoint::AnalyticsLists, |caller| async move {
        // What one would expect is not what is published.
        let published = caller.with(|tenant, _| tenant.phone.quirks.agents_key == AgentsKey::QueueList);
        let key = if key == "agentList" && published { "queueList" } else { key };
        match allowed_pbx(&caller, pbx) {
            Ok(pbx) => page(&caller, query, caller.with(|tenant, _| rows(tenant, pbx)), key),
            Err(refused) => *refused,
        }
    })
    .await
}

/// The place of a PBX that the account may see.
pub(super) fn allowed_pbx(caller: &Caller<'_>, pbx: &str) -> Result<usize, Box<Reply>> {
    let (place, user) = caller.with(|tenant, _| {
        let place = tenant.phone.pbx(pbx).filter(|_| tenant.phone.analytics_allowed);
        (place, tenant.access.analytics_user.clone())
    });
    let message = || format!("user [{user}] does not have access to pbxId [{pbx}] to make this request.");
    place.ok_or_else(|| Box::new(caller.refuse(403, &message())))
}

/// A page of rows in the style of HAL, `page` from 0 and `size` up to 100.
fn page(caller: &Caller<'_>, query: &Asked, mut rows: Vec<Value>, key: &str) -> Reply {
    let number = |name: &str, usual: usize| query.get(name).map_or(Some(usual), |text| text.parse().ok());
    let (Some(page), Some(size @ 1..=100)) = (number("page", 0), number("size", 20)) else {
        return caller.refuse(400, "page must be at least 0, size must be between 1 and 100.");
    };
    if let Some(sort) = query.get("sort") {
        let (field, down) = match sort.split_once(',') {
            Some((field, order)) => (field, order.eq_ignore_ascii_case("DESC")),
            None => (sort.as_str(), false),
        };
        rows.sort_by_key(|row| row[field].as_str().unwrap_or_default().to_lowercase());
        if down {
            rows.reverse();
        }
    }
    let (total, pages) = (rows.len(), rows.len().div_ceil(size));
    let rows: Vec<Value> = rows.into_iter().skip(page * size).take(size).collect();
    let link = |page: usize| json!({"href": format!("{}?page={page}&size={size}", caller.path)});
    let last = pages.saturating_sub(1);
    let mut links = json!({"first": link(0), "self": link(page), "last": link(last)});
    if page > 0 {
        links["prev"] = link(page - 1);
    }
    if page < last {
        links["next"] = link(page + 1);
    }
    let body = json!({"_embedded": {key: rows}, "_links": links,
        "page": {"size": size, "totalElements": total, "totalPages": pages, "number": page}});
    json_text(200, body.to_string())
}

/// `GET /v2/extsum`: one row per extension, for joining numbers with people; its totals are zero here.
pub(super) async fn extension_summary(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Query(query): Query<Asked>,
) -> Reply {
    guarded(&world, &headers, uri.path(), Endpoint::AnalyticsLists, |caller| async move {
        if let Some(missing) = ["pbxId", "startTime", "endTime", "timeZone"].iter().find(|n| !query.contains_key(**n)) {
            return caller.refuse(400, &format!("Required parameter '{missing}' is missing."));
        }
        let wanted = query.get("pbxId").map(String::as_str).unwrap_or_default();
        let rows = caller.with(|tenant, _| summary_rows(tenant, wanted));
        json_text(200, Value::from(rows).to_string())
    })
    .await
}

fn summary_rows(tenant: &Tenant, wanted: &str) -> Vec<Value> {
    let phone = &tenant.phone;
    let swapped = phone.quirks.extension_summary_swapped;
    let people = tenant.people.iter().filter_map(|person| person.eight.as_ref());
    let rows = people.filter_map(|eight| {
        let (profile, uc) = (&eight.profile, eight.profile.uc.as_ref()?);
        let pbx = &phone.pbxes.get(phone.pbx_of_site(profile.site))?.name;
        if wanted != "allpbxes" && !wanted.split(',').any(|name| name == pbx) {
            return None;
        }
        let (first, last) = eight.name.split_once(' ').unwrap_or((&eight.name, ""));
        let (email, name) =
            if swapped { (&profile.user_name, &eight.email) } else { (&eight.email, &profile.user_name) };
        Some(json!({"PbxId": pbx, "Extension": uc.number.to_string(), "ServiceType": "UE", "FirstName": first,
            "LastName": last, "Branch": phone.sites.get(profile.site).map(|site| &site.name),
            "Department": profile.department, "Email": email, "UserName": name}))
    });
    rows.collect()
}
