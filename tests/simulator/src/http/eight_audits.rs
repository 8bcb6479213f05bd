//! Audit records: the only documented way to learn that a user was deleted.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Query, State},
    http::HeaderMap,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    eight_gate::{Caller, guarded},
    reply::{Reply, json_text},
};
use crate::{
    clock::iso,
    faults::Endpoint,
    state::{
        audit::{Audit, AuditEvent},
        tenant::Tenant,
        world::World,
    },
};

const PATH: &str = "/administration/audit/v1/audits";
/// The longest time between `startTime` and `endTime`.
const LONGEST_MS: i64 = 31 * 24 * 3_600_000;

type Asked = HashMap<String, String>;

pub(super) async fn list(State(world): State<Arc<World>>, headers: HeaderMap, Query(query): Query<Asked>) -> Reply {
    guarded(&world, &headers, PATH, Endpoint::Audits, |caller| async move {
        page(&caller, &query).unwrap_or_else(|message| caller.refuse(400, &message))
    })
    .await
}

fn page(caller: &Caller<'_>, query: &Asked) -> Result<Reply, String> {
    let time = |name: &str| {
        let text = query.get(name).ok_or_else(|| format!("The parameter {name} is required"))?;
        let time = text.parse::<Timestamp>().map_err(|_| format!("The parameter {name} is not a time"))?;
        Ok::<_, String>(time.as_millisecond())
    };
    let (start, end) = (time("startTime")?, time("endTime")?);
    if end < start || end - start > LONGEST_MS {
        return Err(String::from("The time between startTime and endTime must be between 0 and 31 days"));
    }
    let size = match query.get("size").map(|size| size.parse()) {
        None => 20,
        Some(Ok(size @ 1..=100)) => size,
        Some(_) => return Err(String::from("size must be between 1 and 100")),
    };
    let from = match query.get("scrollId").map(|id| id.strip_prefix('a').and_then(|place| place.parse().ok())) {
        None => 0,
        Some(Some(from)) => from,
        Some(None) => return Err(String::from("The scrollId is invalid")),
    };
    let allows = |name: &str, word: &str| query.get(name).is_none_or(|list| list.split(',').any(|item| item == word));
    let (rows, next) = caller.with(|tenant, now| {
        let readable = now - tenant.phone.quirks.audit_lag_ms;
        let records = tenant.phone.audits.0.iter().enumerate().skip(from);
        let mut fitting = records.filter(|(_, record)| {
            (start..=end).contains(&record.at_ms)
                && record.at_ms <= readable
                && allows("service", "platform")
                && allows("entityTypes", "user")
                && allows("eventTypes", record.event.word())
        });
        let rows: Vec<Value> = fitting.by_ref().take(size).map(|(place, record)| row(tenant, place, record)).collect();
        (rows, fitting.next().map(|(place, _)| format!("a{place}")))
    });
    Ok(json_text(200, json!({"data": rows, "scrollId": next}).to_string()))
}

fn row(tenant: &Tenant, place: usize, record: &Audit) -> Value {
    let object = json!({"userId": record.user, "primaryEmail": record.email});
    let details = match record.event {
        AuditEvent::Create => json!({"new": object, "old": null}),
        AuditEvent::Update => json!({"new": object, "old": object}),
        AuditEvent::Delete => json!({"new": null, "old": object}),
    };
    json!({"id": format!("audit-{place}"), "displayName": record.name, "customerId": tenant.phone.customer,
        "auditTimestamp": iso(record.at_ms), "eventType": record.event.word(), "service": "platform",
        "entityType": "user", "entityKey": record.user, "auditUserId": "admin", "impersonator": null,
        "details": details.to_string(), "correlationType": null, "correlationId": null})
}
