//! The Agent Status API against an 8x8 made of `wiremock`.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use super::*;
use crate::access::{Entry, Gates};
use crate::testing::{Eight, ok};

const AGENTS: &str = "/api/v1/tenants/acme01/agentstatus/agents";
const BULK_OF_AGENTS: &str = "/api/v1/tenants/acme01/agentstatus/agents/bulk";

fn api(eight: &Eight) -> AgentApi {
    let http = presync_http::transport::client().unwrap();
    let entry = Entry::Key(HeaderMap::new());
    let access = Access::new(http, Arc::new(eight.clock.clone()), entry, Gates::default(), Duration::from_secs(5));
    let code = StatusCode { list: 801, item: 1722, short: "Teams".into() };
    AgentApi::new(access, &Url::parse(&eight.server.uri()).unwrap(), "acme01", Some(code)).unwrap()
}

fn taken(request: &Request) -> ResponseTemplate {
    let body: Value = request.body_json().unwrap();
    let item = |agent: &Value| json!({ "agent-id": agent["agent-id"], "change-status": 200, "reason": "OK" });
    let data: Vec<Value> = body["agents"].as_array().unwrap().iter().map(item).collect();
    ResponseTemplate::new(207).set_body_json(json!({ "data": data }))
}

#[tokio::test]
async fn agents_are_read_with_what_is_ours_among_them() {
    let eight = Eight::start().await;
    let list = json!({ "data": [
        { "agent-id": "ag1", "name": "Jane", "agent-status": 5, "agent-sub-status": "none", "status-code-list-id": 801,
          "status-code-item-id": 1722, "status-code-item-short-code": "Teams" },
        { "agent-id": "ag2", "agent-status": 5, "status-code-list-id": 802, "status-code-item-id": 1722 },
        { "agent-id": "ag3", "agent-status": "4", "status-code-list-id": -1, "status-code-item-id": "-1" },
        { "agent-id": "ag4", "agent-status": 17 }, { "name": "nobody" }],
        "page": { "pageSize": 500, "totalElements": 4, "totalPages": 1, "pageIndex": 0 } });
    eight.on("GET", AGENTS, ok(&list)).await;
    let agents = api(&eight).read().await.unwrap();
    let seen = |id: &str| agents.seen[&AgentId::from(id)];
    assert_eq!(seen("ag1"), Seen { status: AgentStatus::WorkOffline, ours: true });
    assert_eq!(seen("ag2"), Seen { status: AgentStatus::WorkOffline, ours: false }, "the same entry of another list");
    assert_eq!(seen("ag3").status, AgentStatus::WaitTransact);
    assert_eq!(seen("ag4").status, AgentStatus::Unrecognised);
    assert_eq!(eight.requests(AGENTS).await.len(), 1);
}

#[tokio::test]
async fn a_list_that_claims_more_pages_and_repeats_itself_ends() {
    let eight = Eight::start().await;
    let list = json!({ "data": [{ "agent-id": "ag1", "agent-status": 4 }], "page": { "totalPages": 7 } });
    eight.on("GET", AGENTS, ok(&list)).await;
    assert_eq!(api(&eight).read().await.unwrap().seen.len(), 1);
    assert_eq!(eight.requests(AGENTS).await.len(), 2);
}

#[tokio::test]
async fn each_agent_of_a_bulk_has_its_own_outcome() {
    let eight = Eight::start().await;
    let answer = json!({ "data": [
        { "agent-id": "ag2", "change-status": 400, "reason": "The status code list id is invalid." },
        { "agent-id": "ag1", "change-status": 200, "reason": "OK", "message": "Agent status change successful" }] });
    eight.on("POST", BULK_OF_AGENTS, ResponseTemplate::new(207).set_body_json(answer)).await;
    let changes = [
        ("ag1".into(), Settable::WorkOffline),
        ("ag2".into(), Settable::WaitTransact),
        ("ag3".into(), Settable::WaitTransact),
    ];
    let outcomes: Vec<Outcome> = api(&eight).set(&changes).await.into_iter().map(|changed| changed.outcome).collect();
    assert_eq!(outcomes, [Outcome::Applied, Outcome::Refused, Outcome::Failed]);
    let sent = eight.requests(BULK_OF_AGENTS).await[0].body_json::<Value>().unwrap();
    let expected = json!({ "agents": [
        { "agent-id": "ag1", "agent-status": 5, "status-code-list-id": 801, "status-code-item-id": 1722,
          "status-code-item-short-code": "Teams" },
        { "agent-id": "ag2", "agent-status": 4 }, { "agent-id": "ag3", "agent-status": 4 }] });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_bulk_that_is_refused_as_post_is_sent_as_put_from_then_on() {
    let eight = Eight::start().await;
    eight.on("POST", BULK_OF_AGENTS, ResponseTemplate::new(405)).await;
    eight.on("PUT", BULK_OF_AGENTS, taken).await;
    let api = api(&eight);
    for _ in 0..2 {
        let changed = api.set(&[("ag1".into(), Settable::WorkOffline)]).await;
        assert_eq!(changed[0].outcome, Outcome::Applied);
    }
    let verbs: Vec<String> = eight.requests(BULK_OF_AGENTS).await.iter().map(|r| r.method.to_string()).collect();
    assert_eq!(verbs, ["POST", "PUT", "PUT"]);
}

#[tokio::test]
async fn a_hundred_and_one_agents_are_two_requests() {
    let eight = Eight::start().await;
    eight.on("POST", BULK_OF_AGENTS, taken).await;
    let changes: Vec<_> = (0..101).map(|n| (AgentId::from(format!("ag{n}").as_str()), Settable::WorkOffline)).collect();
    assert_eq!(api(&eight).set(&changes).await.len(), 101);
    assert_eq!(eight.requests(BULK_OF_AGENTS).await.len(), 2);
}

#[tokio::test]
async fn a_tenant_without_the_feature_is_told_what_to_do() {
    let eight = Eight::start().await;
    let text = "<API><Error>403 - Forbidden.</Error></API>";
    eight.on("GET", AGENTS, ResponseTemplate::new(403).set_body_string(text)).await;
    let told = api(&eight).read().await.unwrap_err().to_string();
    assert!(told.contains("403 - Forbidden.") && told.contains("8x8 support enables"), "{told}");
}
