//! Ring groups, as administrators read them.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
};
use serde_json::{Value, json};

use super::{
    eight_gate::guarded,
    reply::{Reply, json_text},
};
use crate::{
    faults::Endpoint,
    state::{phone::RingGroup, tenant::Tenant, world::World},
};

const PATH: &str = "/admin-provisioning/ring-groups";

pub(super) async fn list(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Reply {
    guarded(&world, &headers, PATH, Endpoint::RingGroups, |caller| async move {
        if let Some(other) = query.keys().find(|key| *key != "pageSize") {
            return caller.invalid(other, "VALIDATION_ERROR", "This parameter is not supported by this simulator");
        }
        let rows: Vec<Value> =
            caller.with(|tenant, _| tenant.phone.groups.iter().map(|group| row(tenant, group)).collect());
        let pagination = json!({"pageSize": 100, "pageNumber": 0, "hasMore": false, "nextScrollId": null,
            "filter": null, "sort": "name"});
        let body = json!({"data": rows, "pagination": pagination, "_links": {"self": {"href": PATH}, "next": null}});
        json_text(200, body.to_string())
    })
    .await
}

pub(super) async fn one(State(world): State<Arc<World>>, headers: HeaderMap, Path(id): Path<String>) -> Reply {
    let path = format!("{PATH}/{id}");
    guarded(&world, &headers, &path, Endpoint::RingGroups, |caller| async move {
        let found = caller
            .with(|tenant, _| tenant.phone.groups.iter().find(|group| group.id == id).map(|group| row(tenant, group)));
        match found {
            Some(row) => json_text(200, row.to_string()),
            None => caller.problem(404, "Not Found", None, "NOT_FOUND", "Resource not found"),
        }
    })
    .await
}

fn row(tenant: &Tenant, group: &RingGroup) -> Value {
    let member = |(place, logged_in): &(u32, bool)| {
        let eight = tenant.person(*place)?.eight.as_ref()?;
        let extension = eight.profile.uc.as_ref()?;
        Some(json!({"userId": eight.id, "extensionNumber": extension.number.to_string(), "loggedIn": logged_in}))
    };
    let members: Vec<Value> = group.members.iter().filter_map(member).collect();
    let site = tenant.phone.sites.get(group.site).map(|site| json!({"id": site.id, "name": site.name}));
    json!({"id": group.id, "name": group.name, "extensionNumber": group.extension, "site": site,
        "ringPattern": group.pattern.word(), "ringTimeout": group.ring_timeout, "numberOfCycles": group.cycles,
        "notifyIfBusy": group.notify_if_busy, "allowLogInLogOut": group.allow_log_in_log_out, "members": members})
}
