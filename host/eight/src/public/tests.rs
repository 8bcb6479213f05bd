//! A whole client of public mode against an 8x8 made of `wiremock`, with the documented services alone.

mod directory;
mod restart;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::words::{Calls, EightStatus, EightTarget};
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use super::*;
use crate::agents::StatusCode;
use crate::config::{Raw, RawAgents, RawWork};
use crate::publish::{Publication, Published};
use crate::testing::{Eight, ok};

const CONTACTS: &str = "/directory-contacts/api/v3/contacts";
const AUDITS: &str = "/administration/audit/v1/audits";
const LOGIN: &str = "/analytics/work/v1/oauth/token";
const PBXES: &str = "/analytics/work/v2/pbxes/";
const ACTIVITY: &str = "/analytics/work/v2/pbxes/P1/agent-activity";
const QUEUES: &str = "/analytics/work/v2/pbxes/P1/queue-agent-activity";
const AGENTS: &str = "/api/v1/tenants/acme01/agentstatus/agents";
const BULK: &str = "/api/v1/tenants/acme01/agentstatus/agents/bulk";

/// The code of ours.
const LIST: i64 = 801;
const ITEM: i64 = 1722;

fn contact(id: &str, email: &str, extension: &str) -> Value {
    json!({ "id": id, "assignedUserId": id, "contactType": "corporate", "name": id, "pbxName": "acmepbx",
        "emails": [{ "email": email, "primary": true }],
        "extensions": [{ "extension": extension, "extensionType": "UC", "pbxName": "acmepbx" }] })
}

fn row(extension: &str, status: &str) -> Value {
    json!({ "userId": "not-the-directorys", "agentExtension": extension, "userStatus": status,
        "metrics": { "ongoingTalkingInteractions": u8::from(status == "ON_CALL"), "ongoingOnHoldInteractions": 0 } })
}

fn activity(rows: &[Value]) -> Value {
    json!({ "agentActivity": rows, "summary": {} })
}

fn agents(states: &[(&str, u8)]) -> Value {
    let agent = |(id, state): &(&str, u8)| json!({ "agent-id": id, "agent-status": state });
    json!({ "data": states.iter().map(agent).collect::<Vec<_>>() })
}

/// An 8x8 with a directory of three, of whom ann is a member of a queue and bob an agent.
struct Bench {
    eight: Eight,
}

impl Bench {
    async fn start() -> Self {
        let eight = Eight::without_tokens().await;
        let people = json!({ "data": [contact("ann", "ann@corp.com", "1001"), contact("bob", "bob@corp.com", "1002"),
            contact("cid", "cid@corp.com", "1003")], "meta": { "hasMore": false, "scrollId": null } });
        eight.once("GET", CONTACTS, ok(&people)).await;
        eight
            .on("POST", LOGIN, ok(&json!({ "access_token": "eyJ", "token_type": "bearer", "expires_in": 1800 })))
            .await;
        let pbxes = json!({ "_embedded": { "pbxList": [{ "id": "P1", "name": "acmepbx", "deleted": false }] },
            "page": { "totalPages": 1 } });
        eight.on("GET", PBXES, ok(&pbxes)).await;
        let queues = json!({ "queuesAgentActivity": [{ "queueName": "Sales", "queueAgentActivity": [
            { "agentExtension": "1001", "queueStatus": "AVAILABLE_IDLE", "userStatus": "AVAILABLE" }] }] });
        eight.on("GET", QUEUES, ok(&queues)).await;
        Self { eight }
    }

    fn config(&self) -> Public {
        let raw = Raw {
            api: Some(self.eight.server.uri()),
            key: Some("eght_k".into()),
            work: Some(RawWork {
                key: Some("work-key".into()),
                user: Some("svc@corp.com".to_owned()),
                password: Some("p&ss".into()),
            }),
            agents: Some(RawAgents {
                host: Some(self.eight.server.uri()),
                tenant: Some("acme01".to_owned()),
                token: Some("t0ken".into()),
                working_offline: Some(StatusCode { list: LIST, item: ITEM, short: "Teams".into() }),
                people: BTreeMap::from([("Bob@corp.com".to_owned(), "ag2".to_owned())]),
                ..RawAgents::default()
            }),
            ..Raw::default()
        };
        raw.check("acme".into(), Duration::from_secs(5)).unwrap()
    }

    fn client(&self, config: Public) -> Client {
        let clock: Arc<dyn Clock> = Arc::new(self.eight.clock.clone());
        Client::new(config, &clock).unwrap()
    }

    fn wait(&self, seconds: u64) {
        self.eight.clock.advance(Duration::from_secs(seconds));
    }

    /// Answers an agent's state, which a bulk changes; `agent` is where it is kept.
    async fn agent(&self, state: &Arc<AtomicU8>) {
        let (kept, ours) = (Arc::clone(state), json!({ "status-code-list-id": LIST, "status-code-item-id": ITEM }));
        let list = move |_: &Request| {
            let state = kept.load(Ordering::SeqCst);
            let mut agent = json!({ "agent-id": "ag2", "agent-status": state });
            if state == 5 {
                agent.as_object_mut().unwrap().extend(ours.as_object().unwrap().clone());
            }
            ok(&json!({ "data": [agent] }))
        };
        self.eight.on("GET", AGENTS, list).await;
        let kept = Arc::clone(state);
        let set = move |request: &Request| {
            let body: Value = request.body_json().unwrap();
            kept.store(u8::try_from(body["agents"][0]["agent-status"].as_u64().unwrap()).unwrap(), Ordering::SeqCst);
            let data = json!([{ "agent-id": "ag2", "change-status": 200, "reason": "OK" }]);
            ResponseTemplate::new(207).set_body_json(json!({ "data": data }))
        };
        self.eight.on("POST", BULK, set).await;
    }
}

fn publication(user: &str, status: Option<EightTarget>, calls: Calls) -> Publication {
    let lease = status.map(|_| Duration::from_secs(300));
    Publication { user: user.into(), status, note: None, calls, observed_at: Clock::now(&Zero), lease }
}

#[derive(Debug)]
struct Zero;

impl Clock for Zero {
    fn now(&self) -> presync_core::time::Timestamp {
        presync_core::time::Timestamp::EPOCH
    }
}

async fn publish(client: &Client, user: &str, status: Option<EightTarget>, calls: Calls) -> Published {
    client.publish(&[publication(user, status, calls)]).await.swap_remove(0)
}

fn told(
    readings: &[(EightUserId, presync_core::presence::Reading<presync_core::presence::EightPresence>)],
) -> Vec<(&str, EightStatus)> {
    readings.iter().map(|(user, reading)| (user.as_str(), reading.presence.own)).collect()
}

#[tokio::test]
async fn a_call_of_a_queue_member_is_seen_and_ends() {
    let bench = Bench::start().await;
    for status in ["AVAILABLE", "ON_CALL", "AVAILABLE"] {
        bench.eight.once("GET", ACTIVITY, ok(&activity(&[row("1001", status)]))).await;
    }
    bench.eight.on("GET", AGENTS, ok(&agents(&[("ag2", 3), ("ag9", 4)]))).await;
    let client = bench.client(bench.config());
    let users = client.users().await.unwrap();
    assert_eq!(users.len(), 3);
    let snapshot = client.snapshot().await.unwrap();
    assert_eq!(told(&snapshot.presences), [("ann", EightStatus::Available), ("bob", EightStatus::Away)]);
    bench.wait(10);
    let on = client.changes(&snapshot.cursor).await.unwrap();
    assert_eq!(told(&on.readings), [("ann", EightStatus::OnCall)]);
    assert!(on.readings[0].1.presence.call_active);
    bench.wait(10);
    let over = client.changes(&on.cursor).await.unwrap();
    assert_eq!(told(&over.readings), [("ann", EightStatus::Available)]);
    let again = client.changes(&over.cursor).await.unwrap();
    assert_eq!(told(&again.readings), [], "asked again at once, nobody is asked");
    assert_eq!(bench.eight.requests(ACTIVITY).await.len(), 3);
    assert_eq!(client.board().users()[0].queues, ["Sales"]);
}

#[tokio::test]
async fn each_service_is_entered_by_its_own_family_of_credentials() {
    let bench = Bench::start().await;
    bench.eight.on("GET", ACTIVITY, ok(&activity(&[]))).await;
    bench.eight.on("GET", AGENTS, ok(&agents(&[]))).await;
    let client = bench.client(bench.config());
    client.users().await.unwrap();
    client.snapshot().await.unwrap();
    let login = &bench.eight.requests(LOGIN).await[0];
    assert_eq!(login.headers["8x8-apikey"], "work-key");
    assert_eq!(login.body, b"username=svc%40corp.com&password=p%26ss");
    let work = &bench.eight.requests(ACTIVITY).await[0];
    assert_eq!(
        (&work.headers["8x8-apikey"], &work.headers["authorization"]),
        (&"work-key".parse().unwrap(), &"Bearer eyJ".parse().unwrap())
    );
    assert!(!work.headers.contains_key("x-api-key"));
    let agents = &bench.eight.requests(AGENTS).await[0];
    assert_eq!(agents.headers["authorization"], "Basic YWNtZTAxOnQwa2Vu");
    let contacts = &bench.eight.requests(CONTACTS).await[0];
    assert_eq!(contacts.headers["x-api-key"], "eght_k");
    assert!(!contacts.headers.contains_key("authorization"));
}

#[tokio::test]
async fn an_agent_on_a_call_is_held_out_after_it_and_let_go_when_nothing_is_wanted() {
    let bench = Bench::start().await;
    bench.eight.on("GET", ACTIVITY, ok(&activity(&[]))).await;
    let state = Arc::new(AtomicU8::new(7));
    bench.agent(&state).await;
    let client = bench.client(bench.config());
    client.users().await.unwrap();
    let cursor = client.snapshot().await.unwrap().cursor;
    let dnd = Some(EightTarget::DoNotDisturb);
    let waits = publish(&client, "bob", dnd, Calls::Unchanged).await;
    assert!(matches!(waits.outcome, Outcome::Later { reason: Obstacle::AfterThisCall, .. }), "{waits:?}");
    state.store(4, Ordering::SeqCst);
    bench.wait(10);
    let changes = client.changes(&cursor).await.unwrap();
    assert_eq!(state.load(Ordering::SeqCst), 5, "as soon as it is seen that the call is over");
    let presence = changes.readings.iter().find(|(user, _)| user.as_str() == "bob").unwrap().1.presence;
    assert_eq!((presence.own, presence.publication), (EightStatus::Available, dnd), "an echo, not their own");
    let held = publish(&client, "bob", dnd, Calls::Unchanged).await;
    assert_eq!(held.outcome, Outcome::Applied);
    assert!(held.detail.unwrap().contains("direct calls still come"));
    bench.wait(10);
    assert_eq!(told(&client.changes(&changes.cursor).await.unwrap().readings), [], "nothing new");
    assert_eq!(publish(&client, "bob", None, Calls::Unchanged).await.outcome, Outcome::Applied);
    assert_eq!(state.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn an_event_that_a_call_is_over_holds_the_agent_out_at_once() {
    let bench = Bench::start().await;
    bench.eight.on("GET", ACTIVITY, ok(&activity(&[]))).await;
    let state = Arc::new(AtomicU8::new(7));
    bench.agent(&state).await;
    let client = bench.client(bench.config());
    client.users().await.unwrap();
    client.snapshot().await.unwrap();
    publish(&client, "bob", Some(EightTarget::DoNotDisturb), Calls::Unchanged).await;
    let event =
        |agent: &str| json!({ "AgentStatusChange": { "agentId": agent, "newState": 4, "msgInfo": {} } }).to_string();
    assert!(!client.told(event("ag9").as_bytes()).await, "nobody of ours");
    assert_eq!(state.load(Ordering::SeqCst), 7);
    assert!(client.told(event("ag2").as_bytes()).await);
    assert_eq!(state.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn what_nothing_documented_can_carry_is_said_and_not_sent() {
    let bench = Bench::start().await;
    bench.eight.on("GET", ACTIVITY, ok(&activity(&[row("1001", "AVAILABLE")]))).await;
    bench.eight.on("GET", AGENTS, ok(&agents(&[("ag2", 4)]))).await;
    let client = bench.client(bench.config());
    client.users().await.unwrap();
    client.snapshot().await.unwrap();
    let outcome = async |user: &str, status, calls| publish(&client, user, Some(status), calls).await.outcome;
    let not = |reason| Outcome::NotCarried { reason };
    assert_eq!(outcome("ann", EightTarget::Busy, Calls::Unchanged).await, not(Obstacle::NoPublishing));
    assert_eq!(outcome("ann", EightTarget::DoNotDisturb, Calls::Unchanged).await, not(Obstacle::NotAnAgent));
    assert_eq!(outcome("ann", EightTarget::Available, Calls::Unchanged).await, Outcome::Applied);
    assert_eq!(outcome("nobody", EightTarget::Available, Calls::Unchanged).await, Outcome::NotFound);
    assert!(bench.eight.requests(BULK).await.is_empty());
    let abilities = |user: &str| -> String {
        client.abilities(&user.into()).iter().map(|ability| format!("{user}: {ability}\n")).collect()
    };
    insta::assert_snapshot!(["ann", "bob", "cid"].map(abilities).concat());
}

#[tokio::test]
async fn a_service_that_cannot_be_read_fails_the_reading_and_keeps_what_the_others_said() {
    let bench = Bench::start().await;
    bench.eight.once("GET", ACTIVITY, ok(&activity(&[row("1001", "AVAILABLE")]))).await;
    bench.eight.on("GET", ACTIVITY, ResponseTemplate::new(502).set_body_string("<html>Bad Gateway</html>")).await;
    bench.eight.on("GET", AGENTS, ok(&agents(&[("ag2", 4)]))).await;
    let client = bench.client(bench.config());
    client.users().await.unwrap();
    let cursor = client.snapshot().await.unwrap().cursor;
    bench.wait(10);
    assert!(matches!(client.changes(&cursor).await, Err(Error::Unavailable { status: 502, .. })));
    assert_eq!(told(&client.board().snapshot(&client.0.config, |_| false, Clock::now(&Zero)).0).len(), 2);
}

#[tokio::test]
async fn metrics_that_8x8_does_not_know_are_not_asked_for_again() {
    let bench = Bench::start().await;
    let body =
        json!({ "timestamp": "t", "status": 400, "messages": ["Invalid Metrics Passed [x]."], "path": ACTIVITY });
    let answer = move |request: &Request| {
        let named = request.url.query_pairs().any(|(key, _)| key == "metrics");
        if named { ResponseTemplate::new(400).set_body_json(&body) } else { ok(&activity(&[row("1001", "ON_CALL")])) }
    };
    bench.eight.on("GET", ACTIVITY, answer).await;
    bench.eight.on("GET", AGENTS, ok(&agents(&[]))).await;
    let client = bench.client(bench.config());
    client.users().await.unwrap();
    let snapshot = client.snapshot().await.unwrap();
    assert_eq!(told(&snapshot.presences), [("ann", EightStatus::OnCall)]);
    bench.wait(10);
    client.changes(&snapshot.cursor).await.unwrap();
    assert_eq!(bench.eight.requests(ACTIVITY).await.len(), 3);
}

#[tokio::test]
async fn do_not_disturb_is_set_on_the_extension_and_unset_when_nothing_is_wanted() {
    let bench = Bench::start().await;
    bench.eight.on("GET", ACTIVITY, ok(&activity(&[]))).await;
    bench.eight.on("GET", AGENTS, ok(&agents(&[]))).await;
    let user = "/admin-provisioning/users/cid";
    let whole = |on: bool| {
        json!({ "basicInfo": { "userId": "cid" }, "brandNew": 1,
            "serviceInfo": { "extensions": [{ "id": "7", "extensionType": "UC", "doNotDisturb": on }] } })
    };
    bench.eight.once("GET", user, ok(&whole(false))).await;
    bench.eight.on("GET", user, ok(&whole(true))).await;
    let pending = json!({ "operationId": "op_1", "status": "PENDING" });
    bench.eight.on("PUT", user, ResponseTemplate::new(202).set_body_json(pending)).await;
    let completed = ok(&json!({ "operationId": "op_1", "status": "COMPLETED", "error": null }));
    bench.eight.on("GET", "/admin-provisioning/operations/op_1", completed).await;
    let client = bench.client(Public { work_dnd: true, ..bench.config() });
    client.users().await.unwrap();
    let dnd = Some(EightTarget::DoNotDisturb);
    for wanted in [dnd, None] {
        let under_way = publish(&client, "cid", wanted, Calls::Unchanged).await.outcome;
        assert!(matches!(under_way, Outcome::Later { reason: Obstacle::UnderWay, .. }), "{under_way:?}");
        bench.wait(2);
        assert_eq!(publish(&client, "cid", wanted, Calls::Unchanged).await.outcome, Outcome::Applied);
        assert_eq!(client.0.extensions.is_held(&"cid".into()), wanted.is_some());
    }
    let sent: Vec<Value> = bench.eight.requests(user).await.iter().filter_map(|r| r.body_json().ok()).collect();
    assert_eq!(sent, [whole(true), whole(false)]);
}

#[tokio::test]
async fn where_8x8_takes_no_changes_of_users_it_is_said_and_not_tried_again_for_an_hour() {
    let bench = Bench::start().await;
    let user = "/admin-provisioning/users/cid";
    let whole =
        json!({ "serviceInfo": { "extensions": [{ "id": "7", "extensionType": "UC", "doNotDisturb": false }] } });
    bench.eight.on("GET", user, ok(&whole)).await;
    bench.eight.on("PUT", user, ResponseTemplate::new(405)).await;
    let client = bench.client(Public { work_dnd: true, ..bench.config() });
    client.users().await.unwrap();
    let dnd = Some(EightTarget::DoNotDisturb);
    let not = Outcome::NotCarried { reason: Obstacle::DndNotTaken };
    assert_eq!(publish(&client, "cid", dnd, Calls::Unchanged).await.outcome, not);
    let asked = bench.eight.requests(user).await.len();
    publish(&client, "cid", dnd, Calls::Unchanged).await;
    assert_eq!(bench.eight.requests(user).await.len(), asked);
    bench.wait(3600);
    publish(&client, "cid", dnd, Calls::Unchanged).await;
    assert_eq!(bench.eight.requests(user).await.len(), asked + 2, "read and written");
}

#[tokio::test]
async fn verifying_tries_each_family_by_itself() {
    let bench = Bench::start().await;
    bench.eight.on("GET", AGENTS, ResponseTemplate::new(401).set_body_string("<API><Error>401</Error></API>")).await;
    let checks = bench.client(bench.config()).verify().await;
    let went: Vec<bool> = checks.iter().map(|check| check.result.is_ok()).collect();
    assert_eq!(went, [true, true, false]);
    let told = checks[2].result.as_ref().unwrap_err().to_string();
    assert!(told.contains("`agents.token`") && told.contains("New Token"), "{told}");
}
