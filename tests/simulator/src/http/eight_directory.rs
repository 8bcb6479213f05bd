//! `GET /admin-provisioning/users`: the 8x8 directory, in pages that are followed by a scroll id.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Query, State},
    http::HeaderMap,
};
use serde_json::{Value, json};

use super::{
    eight::{Caller, guarded},
    reply::{Reply, json_text},
};
use crate::{
    faults::Endpoint,
    state::{person::EightSide, world::World},
};

const PATH: &str = "/admin-provisioning/users";

/// How a list is walked: the page's size, and where it begins.
pub(super) struct Scroll {
    pub(super) size: usize,
    pub(super) start: usize,
    /// A number fixed when the first page was asked for.
    pub(super) mark: u64,
}

impl Scroll {
    /// The id of the page that begins at `start`.
    pub(super) fn next_id(&self, start: usize) -> String {
        format!("s{:04x}{start:08x}{:016x}", self.size, self.mark)
    }

    /// Reads the query of a list. Later pages carry the scroll id alone; `mark` is for first pages.
    pub(super) fn of(
        caller: &Caller<'_>,
        query: &HashMap<String, String>,
        allowed: &[&str],
        mark: u64,
    ) -> Result<Self, Box<Reply>> {
        let refuse = |field: &str, code: &str, message: &str| Err(Box::new(caller.invalid(field, code, message)));
        if let Some(id) = query.get("scrollId") {
            if query.len() > 1 {
                let message = "scrollId cannot be combined with other query parameters";
                return refuse("scrollId", "CONFLICTING_QUERY_PARAMETER", message);
            }
            return match Self::parse(id) {
                Some(scroll) => Ok(scroll),
                None => refuse("scrollId", "VALIDATION_ERROR", "The scrollId is invalid or has expired"),
            };
        }
        if let Some(other) = query.keys().find(|key| *key != "pageSize" && !allowed.contains(&key.as_str())) {
            return refuse(other, "VALIDATION_ERROR", "This parameter is not supported by this simulator");
        }
        match query.get("pageSize").map(|size| size.parse()) {
            None => Ok(Self { size: 100, start: 0, mark }),
            Some(Ok(size @ 1..=1_000)) => Ok(Self { size, start: 0, mark }),
            Some(_) => refuse("pageSize", "VALIDATION_ERROR", "pageSize must be between 1 and 1000"),
        }
    }

    fn parse(id: &str) -> Option<Self> {
        let hex = id.strip_prefix('s').filter(|hex| hex.len() == 28 && hex.is_ascii())?;
        let number = |from: usize, to: usize| usize::from_str_radix(&hex[from..to], 16).ok();
        let mark = u64::from_str_radix(&hex[12..], 16).ok()?;
        Some(Self { size: number(0, 4)?, start: number(4, 12)?, mark })
    }
}

pub(super) async fn list(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Reply {
    guarded(&world, &headers, PATH, Endpoint::EightUsers, |caller| async move { page(caller, &query) }).await
}

fn page(caller: Caller<'_>, query: &HashMap<String, String>) -> Reply {
    let scroll = match Scroll::of(&caller, query, &["sort"], 0) {
        Ok(scroll) => scroll,
        Err(reply) => return *reply,
    };
    let (rows, next) = caller.world.with(caller.cell, |tenant, _| {
        let customer = format!("0012J000{:010}", tenant.place + 1);
        let people = tenant.people.iter().skip(scroll.start);
        let mut there = (scroll.start..).zip(people).filter_map(|(at, person)| Some((at, person.eight.as_ref()?)));
        let rows: Vec<Value> = there.by_ref().take(scroll.size).map(|(_, eight)| row(eight, &customer)).collect();
        (rows, there.next().map(|(at, _)| at))
    });
    let next_id = next.map(|next| scroll.next_id(next));
    let link = next_id.as_ref().map(|id| json!({"href": format!("{PATH}?scrollId={id}")}));
    let body = json!({
        "data": rows,
        "pagination": {"pageSize": scroll.size, "pageNumber": scroll.start / scroll.size.max(1),
            "hasMore": next_id.is_some(), "nextScrollId": next_id, "filter": null, "sort": "basicInfo.userName"},
        "_links": {"self": {"href": PATH}, "next": link},
    });
    json_text(200, body.to_string())
}

fn row(eight: &EightSide, customer: &str) -> Value {
    let (first, last) = eight.name.split_once(' ').unwrap_or((&eight.name, ""));
    json!({
        "basicInfo": {"userId": eight.id, "customerId": customer, "userName": eight.email, "firstName": first,
            "lastName": last, "primaryEmail": eight.email, "status": if eight.active { "ACTIVE" } else { "INACTIVE" },
            "locale": "en-GB", "timezone": "Europe/London", "createdTime": "2026-01-01T01:02:03Z",
            "lastUpdatedTime": "2026-01-02T01:02:03Z", "scimProvider": null, "ssoProvider": null,
            "ssoFederationId": null, "site": null},
        "directoryInfo": {"department": "Sales", "jobTitle": null, "directoryScope": "PBX", "displayInDirectory": true,
            "personalPhoneNumbers": []},
        "serviceInfo": {"licenses": [], "extensions": []},
        "assignmentInfo": {"profilePolicy": {"name": "Default"}, "ringGroups": [], "ucCallQueues": [],
            "userGroups": []},
    })
}
