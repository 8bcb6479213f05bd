//! `GET /admin-provisioning/users` and `…/{userId}`: the 8x8 directory as administrators read it.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, Uri, header::CONTENT_TYPE},
};
use serde_json::Value;

use super::{
    eight_gate::{Caller, guarded},
    eight_scroll::{Asked, Scroll, bad_filter, first_page, later_page, suite_page},
    reply::{Reply, json_text, with_header},
};
use crate::{
    eight::{
        quirks::UsersBase,
        rsql::{Dialect, Filter, Sort},
        user::{FILTERABLE, SORTABLE, user},
    },
    faults::Endpoint,
    state::{person::EightSide, phone::Phone, world::World},
};

/// The order of a list that asks for none.
const USUAL_SORT: &str = "basicInfo.userName";

pub(super) async fn list(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Reply {
    let reply = guarded(&world, &headers, uri.path(), Endpoint::EightUsers, |caller| async move {
        if let Some(refused) = wrong_base(&caller) {
            return refused;
        }
        page(caller, &query)
    });
    vendor(reply.await)
}

pub(super) async fn one(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Reply {
    let reply = guarded(&world, &headers, uri.path(), Endpoint::EightUsers, |caller| async move {
        if let Some(refused) = wrong_base(&caller) {
            return refused;
        }
        let found = caller.with(|tenant, _| {
            let eight =
                tenant.by_eight_id.get(id.as_str()).and_then(|person| tenant.person(*person)?.eight.as_ref())?;
            Some(user(eight, &tenant.phone, true))
        });
        match found {
            Some(user) => json_text(200, user.to_string()),
            None => caller.problem(404, "Not Found", None, "NOT_FOUND", "Resource not found"),
        }
    });
    vendor(reply.await)
}

/// The media type of users, on what is a user or a list of them.
fn vendor(reply: Reply) -> Reply {
    let plain = reply.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if reply.status().is_success() && plain {
        return with_header(reply, "content-type", "application/vnd.users.v1+json");
    }
    reply
}

/// 404 if users are asked for at the other of the two addresses.
pub(super) fn wrong_base(caller: &Caller<'_>) -> Option<Reply> {
    let base = caller.with(|tenant, _| tenant.phone.quirks.users_base);
    let right = match base {
        UsersBase::Suite => "/admin-provisioning/",
        UsersBase::Version => "/v1/",
    };
    let refused = || caller.problem(404, "Not Found", None, "NOT_FOUND", "Resource not found");
    (!caller.path.starts_with(right)).then(refused)
}

fn page(caller: Caller<'_>, query: &HashMap<String, String>) -> Reply {
    let most = caller.with(|tenant, _| tenant.phone.quirks.most_users_in_a_page);
    let scroll = match Scroll::of(&caller, query, &["sort", "filter"], 0, most) {
        Ok(scroll) => scroll,
        Err(reply) => return *reply,
    };
    if query.contains_key("scrollId") {
        return match later_page(&caller, &scroll) {
            Ok(page) => suite_page(&caller, caller.path, page),
            Err(reply) => *reply,
        };
    }
    let filter = match query.get("filter").map(|text| Filter::parse(text, Dialect::Rsql, &FILTERABLE)).transpose() {
        Ok(filter) => filter,
        Err(message) => return bad_filter(&caller, "filter", &message),
    };
    let sort = match query.get("sort").map(|text| Sort::parse(text, &SORTABLE)).transpose() {
        Ok(sort) => sort,
        Err(message) => return bad_filter(&caller, "sort", &message),
    };
    let asked = Asked {
        size: scroll.size,
        filter: query.get("filter").cloned(),
        sort: Some(query.get("sort").map_or(USUAL_SORT, String::as_str).into()),
    };
    let page = caller.with(|tenant, now| {
        let people = tenant.found(row, filter.as_ref(), sort.as_ref());
        first_page(tenant, people, row, asked, now)
    });
    suite_page(&caller, caller.path, page)
}

/// The row of a list.
fn row(eight: &EightSide, phone: &Phone) -> Value {
    user(eight, phone, false)
}
