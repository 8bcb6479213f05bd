//! Work Analytics' activity of the people in call queues: the one documented way to see who is on a call.
//!
//! Somebody in no queue has no row. The status fields say what is now; the metrics say as much as the simulator knows.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, Uri},
};
use serde_json::{Map, Value, json};

use super::{
    eight_analytics::allowed_pbx,
    eight_gate::{Caller, guarded},
    reply::{Reply, json_text},
};
use crate::{
    eight::quirks::ActivityLayout,
    faults::Endpoint,
    state::{
        person::EightSide,
        phone::{Phone, Queue},
        profile::{Membership, keeps_calls_away},
        tenant::Tenant,
        world::World,
    },
    words::Status,
};

/// The metrics that can be asked for.
const METRICS: [&str; 24] = [
    "missedInteractions",
    "rejectedInteractions",
    "ongoingTalkingInteractions",
    "rejectedInteractionsPercentage",
    "averageOnHoldInteractionsTime",
    "ongoingOnHoldInteractions",
    "userStatusTime",
    "missedInteractionsPercentage",
    "ongoingWrapUpInteractionsTime",
    "ongoingAvgTalkingInteractionsTime",
    "enteredInteractions",
    "ongoingTotalHandlingInteractionsTime",
    "acceptedInteractionsPercentage",
    "averageTalkingInteractionsTime",
    "totalInteractionTime",
    "ongoingHandlingInteractions",
    "queueStatusTime",
    "ongoingWrapUpInteractions",
    "ongoingAvgHandlingInteractionsTime",
    "ongoingOnHoldInteractionsTime",
    "ongoingTalkingInteractionsTime",
    "averageWrapUpTime",
    "acceptedInteractions",
    "agentAverageTimeToAnswer",
];
const QUEUE_STATUSES: [&str; 8] =
    ["AVAILABLE_IDLE", "HANDLING", "ALERTING", "PAUSE", "WRAP_UP", "BUSY_OTHER", "DND", "LOGGED_OUT"];

type Asked = HashMap<String, String>;

/// What a request asks for.
struct Wanted {
    sites: Option<Vec<String>>,
    queues: Option<Vec<String>>,
    users: Option<Vec<String>>,
    user_statuses: Option<Vec<String>>,
    queue_statuses: Option<Vec<String>>,
    metrics: Vec<String>,
    summary: bool,
}

impl Wanted {
    /// Reads the query; the error is the message of a 400.
    fn of(query: &Asked, by_queue: bool) -> Result<Self, String> {
        let list = |name: &str| query.get(name).map(|text| text.split(',').map(String::from).collect::<Vec<_>>());
        let pair = |one: &str, other: &str| query.contains_key(one) == query.contains_key(other);
        for (one, other) in [("startDate", "endDate"), ("intraDayStart", "intraDayEnd")] {
            if !pair(one, other) {
                return Err(format!("{one} and {other} must be passed together."));
            }
        }
        let user_statuses = known("userStatuses", list("userStatuses"), &Status::ALL.map(Status::word))?;
        let queue_statuses = list("queueStatuses").filter(|_| by_queue);
        let queue_statuses = known("queueStatuses", queue_statuses, &QUEUE_STATUSES)?;
        let metrics = list("metrics");
        let bad: Vec<&str> =
            metrics.iter().flatten().map(String::as_str).filter(|metric| !METRICS.contains(metric)).collect();
        if !bad.is_empty() {
            return Err(format!("Invalid Metrics Passed [{}].", bad.join(",")));
        }
        Ok(Self {
            sites: list("siteIds"),
            queues: list("queueIds"),
            users: list("userIds"),
            user_statuses,
            queue_statuses,
            metrics: metrics.unwrap_or_else(|| METRICS.map(String::from).into()),
            summary: query.get("includeSummary").is_none_or(|text| text != "false"),
        })
    }
}

fn known(name: &str, given: Option<Vec<String>>, words: &[&str]) -> Result<Option<Vec<String>>, String> {
    match given.iter().flatten().find(|word| !words.contains(&word.as_str())) {
        Some(bad) => Err(format!("Invalid {name} Passed [{bad}].")),
        None => Ok(given),
    }
}

fn allows(list: Option<&Vec<String>>, value: &str) -> bool {
    list.is_none_or(|list| list.iter().any(|item| item == value))
}

pub(super) async fn by_queue(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path(pbx): Path<String>,
    Query(query): Query<Asked>,
) -> Reply {
    guarded(&world, &headers, uri.path(), Endpoint::QueueActivity, |caller| async move {
        answer(&caller, &pbx, &query, true, |tenant, pbx, wanted, now| {
            json!({"queuesAgentActivity": queues(tenant, pbx, wanted, now, "queueAgentActivity")})
        })
    })
    .await
}

pub(super) async fn by_agent(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Path(pbx): Path<String>,
    Query(query): Query<Asked>,
) -> Reply {
    guarded(&world, &headers, uri.path(), Endpoint::AgentActivity, |caller| async move {
        answer(&caller, &pbx, &query, false, |tenant, pbx, wanted, now| match tenant.phone.quirks.activity_layout {
            ActivityLayout::Flat => flat(tenant, pbx, wanted, now),
            ActivityLayout::Nested => {
                json!({"queuesAgentActivity": queues(tenant, pbx, wanted, now, "agentActivity")})
            }
        })
    })
    .await
}

fn answer(
    caller: &Caller<'_>,
    pbx: &str,
    query: &Asked,
    by_queue: bool,
    body: impl FnOnce(&Tenant, usize, &Wanted, i64) -> Value,
) -> Reply {
    let pbx = match allowed_pbx(caller, pbx) {
        Ok(pbx) => pbx,
        Err(refused) => return *refused,
    };
    match Wanted::of(query, by_queue) {
        Ok(wanted) => {
            caller.world.note_read();
            json_text(200, caller.with(|tenant, now| body(tenant, pbx, &wanted, now)).to_string())
        }
        Err(message) => caller.refuse(400, &message),
    }
}

/// Everybody who is in a queue of the PBX, with the memberships that count.
fn members<'a>(
    tenant: &'a Tenant,
    pbx: usize,
    wanted: &'a Wanted,
) -> impl Iterator<Item = (&'a EightSide, Vec<(Membership, &'a Queue)>)> {
    let people = tenant.people.iter().filter_map(|person| person.eight.as_ref());
    people.filter(|eight| eight.active && eight.profile.uc.is_some()).filter_map(move |eight| {
        let queues: Vec<_> = eight
            .profile
            .queues
            .iter()
            .filter_map(|member| Some((*member, tenant.phone.queues.get(member.queue)?)))
            .filter(|(_, queue)| queue.pbx == pbx && allows(wanted.queues.as_ref(), &queue.id))
            .filter(|(_, queue)| {
                let site = tenant.phone.sites.get(queue.site).map_or("", |site| &site.id);
                allows(wanted.sites.as_ref(), site)
            })
            .collect();
        let status = eight.told().work().status.word();
        let fits = allows(wanted.users.as_ref(), &eight.id) && allows(wanted.user_statuses.as_ref(), status);
        (fits && !queues.is_empty()).then_some((eight, queues))
    })
}

/// One list of all agents, as the schema has it.
fn flat(tenant: &Tenant, pbx: usize, wanted: &Wanted, now: i64) -> Value {
    let rows: Vec<Value> =
        members(tenant, pbx, wanted).map(|(eight, queues)| agent_row(tenant, eight, &queues, wanted, now)).collect();
    let mut body = json!({"agentActivity": rows});
    if wanted.summary {
        body["summary"] = summary(&rows);
    }
    body
}

/// A list of agents in each queue; `key` is what the inner list is called.
fn queues(tenant: &Tenant, pbx: usize, wanted: &Wanted, now: i64, key: &str) -> Vec<Value> {
    let phone = &tenant.phone;
    let here = phone.queues.iter().enumerate().filter(|(_, queue)| queue.pbx == pbx);
    let lists = here.filter_map(|(place, queue)| {
        let rows: Vec<Value> = members(tenant, pbx, wanted)
            .filter_map(|(eight, queues)| {
                let (member, _) = *queues.iter().find(|(member, _)| member.queue == place)?;
                if key == "agentActivity" {
                    return Some(agent_row(tenant, eight, &queues, wanted, now));
                }
                let state = queue_status(phone, eight, member, now);
                allows(wanted.queue_statuses.as_ref(), state).then(|| {
                    let mut row = person_row(eight, wanted, now);
                    row["queueStatus"] = Value::from(state);
                    row["overflowAgent"] = Value::from(false);
                    row
                })
            })
            .collect();
        let asked = allows(wanted.queues.as_ref(), &queue.id);
        (asked && (!rows.is_empty() || wanted.users.is_none())).then(|| {
            let mut list = json!({"pbx": phone.pbxes[pbx].name, "site": phone.sites[queue.site].name,
                "queueExtension": queue.extension, "queueId": queue.id, "queueName": queue.name, "autoLogin": false});
            if wanted.summary {
                list["metricsSummary"] = summary(&rows);
            }
            list[key] = Value::from(rows);
            list
        })
    });
    lists.collect()
}

fn agent_row(tenant: &Tenant, eight: &EightSide, queues: &[(Membership, &Queue)], wanted: &Wanted, now: i64) -> Value {
    let states: Vec<&str> = queues.iter().map(|(member, _)| queue_status(&tenant.phone, eight, *member, now)).collect();
    let activity = states.iter().find(|state| **state == "HANDLING" || **state == "ALERTING");
    let activity = activity.or(states.first()).copied().unwrap_or("NEW");
    let logged_in: Vec<&str> =
        queues.iter().filter(|(member, _)| member.logged_in).map(|(_, queue)| queue.name.as_str()).collect();
    let mut row = person_row(eight, wanted, now);
    row["activityStatus"] = Value::from(activity);
    row["loggedInQueues"] = Value::from(logged_in);
    row
}

/// What both endpoints say of a person.
fn person_row(eight: &EightSide, wanted: &Wanted, now: i64) -> Value {
    let layers = eight.told();
    let work = layers.work();
    let number = eight.profile.uc.as_ref().map_or(0, |uc| uc.number);
    let mut row = json!({"userId": eight.id, "agentExtension": number.to_string(), "agentName": eight.name,
        "metrics": metrics(eight, wanted, now)});
    if !eight.desk.status_missing {
        row["userStatus"] = Value::from(layers.raw.unwrap_or(work.status.word()));
    }
    if layers.call.is_some() {
        row["interaction"] = json!({"caller": "A Caller", "address": "+15550100"});
    }
    row
}

fn metrics(eight: &EightSide, wanted: &Wanted, now: i64) -> Map<String, Value> {
    let layers = eight.told();
    let since = now - layers.work().since_ms;
    let (talking, held, time) = layers.call.map_or((0, 0, 0), |call| {
        let held = u32::from(call.on_hold);
        (call.count.saturating_sub(held), held, now - call.since_ms)
    });
    let value = |name: &str| match name {
        "ongoingTalkingInteractions" => json!(talking),
        "ongoingOnHoldInteractions" => json!(held),
        "ongoingHandlingInteractions" => json!(talking + held),
        "ongoingTalkingInteractionsTime" | "ongoingTotalHandlingInteractionsTime" => json!(time),
        "ongoingOnHoldInteractionsTime" => json!(if held > 0 { time } else { 0 }),
        "userStatusTime" | "queueStatusTime" => json!(since),
        "ongoingWrapUpInteractions" => json!(u32::from(eight.desk.wraps_up && now < eight.desk.not_before_ms)),
        "agentAverageTimeToAnswer" => Value::Null,
        _ => json!(0),
    };
    wanted.metrics.iter().map(|name| (name.clone(), value(name))).collect()
}

fn summary(rows: &[Value]) -> Value {
    let sum = |name: &str| rows.iter().filter_map(|row| row["metrics"][name].as_i64()).sum::<i64>();
    let names = ["ongoingTalkingInteractions", "ongoingOnHoldInteractions", "ongoingHandlingInteractions"];
    names.iter().map(|name| (String::from(*name), Value::from(sum(name)))).collect::<Map<_, _>>().into()
}

/// The state of a person in one queue.
pub(super) fn queue_status(phone: &Phone, eight: &EightSide, member: Membership, now: i64) -> &'static str {
    let (layers, desk) = (eight.told(), &eight.desk);
    let here = desk.queue == Some(member.queue);
    let signed_out = layers.work().status == Status::Offline;
    match () {
        () if !member.logged_in || signed_out => "LOGGED_OUT",
        () if layers.call.is_some() && here => "HANDLING",
        () if layers.call.is_some() => "BUSY_OTHER",
        () if desk.ringing > 0 && here => "ALERTING",
        () if keeps_calls_away(layers, phone.quirks.external_dnd_affects_routing) => "DND",
        () if now < desk.not_before_ms && desk.wraps_up => "WRAP_UP",
        () if now < desk.not_before_ms => "PAUSE",
        () => "AVAILABLE_IDLE",
    }
}
