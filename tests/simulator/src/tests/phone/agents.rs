//! The status of Contact Center agents.

use super::*;
use crate::{AgentHost, BulkVerb, WriteKind};

fn agent_id(world: &World, person: &PersonRef) -> String {
    world.sim.seat(person).unwrap().agent_id.unwrap()
}

#[tokio::test]
async fn agents_are_read_with_the_twelve_codes_and_kebab_case_keys() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = combo(&world);
    let id = agent_id(&world, &person);
    for code in 0..12 {
        world.sim.set_agent_status(&person, AgentStatus::from_number(code).unwrap(), false);
        let one = json(desk.agents(&format!("/{id}"))).await;
        assert_eq!((one["agent-status"].as_i64(), one["agent-sub-status"].as_str()), (Some(code), Some("none")));
        assert!(one.get("status-code-list-id").is_none());
    }
    let all = json(desk.agents("?pageSize=2&pageIndex=1")).await;
    assert_eq!(all["data"].as_array().unwrap().len(), 8, "paging is described as not available");
    world.sim.edit_eight_quirks(0, |quirks| quirks.agents_in_pages = true);
    let page = json(desk.agents("?pageSize=3&pageIndex=2")).await;
    assert_eq!((page["data"].as_array().unwrap().len(), page["page"]["totalPages"].as_u64()), (2, Some(3)));
    assert_eq!(status(desk.agents("/nobody")).await, 404);
    let other = world.http.get(desk.url("/api/v1/tenants/other/agentstatus/agents"));
    assert_eq!(status(other.basic_auth(&world.access.cc_tenant, Some(&world.access.cc_action_token))).await, 403);
}

#[tokio::test]
async fn a_status_is_set_along_the_published_transitions_and_no_others() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = combo(&world);
    let id = agent_id(&world, &person);
    for from in AgentStatus::ALL {
        for to in AgentStatus::ALL {
            world.sim.set_agent_status(&person, from, false);
            let answer = send(desk.set_agent(&id, &json!({"agent-status": to}))).await;
            let settable = matches!(to.number(), 1 | 3 | 4 | 5);
            let allowed = settable && (from.may_become(to) || from == to);
            assert_eq!(answer.status().as_u16(), if allowed { 200 } else { 400 }, "{from:?} to {to:?}");
            let expected = if allowed { to } else { from };
            assert_eq!(world.sim.seat(&person).unwrap().agent_status, Some(expected));
        }
    }
    world.sim.set_agent_status(&person, AgentStatus::WaitTransact, false);
    let done = json(desk.set_agent(&id, &json!({"agent-status": 5}))).await;
    assert_eq!(done, json!({"reason": "OK", "change-status": 200, "message": "Agent status change successful"}));
    let writes = world.sim.writes(&person);
    assert_eq!(writes.last().map(|write| (write.kind, write.value.as_str())), Some((WriteKind::AgentStatus, "5")));
}

#[tokio::test]
async fn status_codes_are_told_apart_by_their_list_and_minus_one_is_none() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = combo(&world);
    let id = agent_id(&world, &person);
    let body = |list: i64, item: i64, short: &str| {
        json!({"agent-status": 5, "status-code-list-id": list, "status-code-item-id": item,
            "status-code-item-short-code": short})
    };
    let mut ids = Vec::new();
    for (list, item) in [(801, 1_721), (802, 1_731)] {
        assert_eq!(status(desk.set_agent(&id, &body(list, item, "Lunch"))).await, 200);
        let one = json(desk.agents(&format!("/{id}"))).await;
        assert_eq!(one["status-code-item-short-code"], "Lunch");
        ids.push((one["status-code-list-id"].as_i64(), one["status-code-item-id"].as_i64()));
    }
    assert_ne!(ids[0], ids[1]);
    assert_eq!(status(desk.set_agent(&id, &body(-1, -1, ""))).await, 200);
    assert!(json(desk.agents(&format!("/{id}"))).await.get("status-code-list-id").is_none());
    let refused = json(desk.set_agent(&id, &body(999, 1_721, "Lunch"))).await;
    assert_eq!(refused["detail"], "The status code list id is invalid.");
    assert_eq!(status(desk.set_agent(&id, &body(801, 1_731, "Lunch"))).await, 400);
}

#[tokio::test]
async fn each_agent_of_a_bulk_is_judged_alone() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let people = people_who(&world, |seat| seat.agent_id.is_some());
    world.sim.set_agent_status(&people[1], AgentStatus::ProcessTransact, true);
    let item = |person: &PersonRef, status: i64| json!({"agent-id": agent_id(&world, person), "agent-status": status});
    let mut coded = item(&people[2], 5);
    coded["status-code-list-id"] = json!(1);
    coded["status-code-item-id"] = json!(2);
    let agents = [
        item(&people[0], 5),
        item(&people[1], 5),
        coded,
        json!({"agent-id": "nobody", "agent-status": 5}),
        item(&people[3], 9),
    ];
    let answer = send(desk.set_agents(&json!({"agents": agents}))).await;
    assert_eq!(answer.status(), 207);
    let body: Value = answer.json().await.unwrap();
    let rows = body["data"].as_array().unwrap();
    let codes: Vec<i64> = rows.iter().map(|row| row["change-status"].as_i64().unwrap()).collect();
    assert_eq!(codes, [200, 400, 400, 404, 400]);
    assert_eq!(rows[2]["reason"], "The status code list id is invalid.");
    assert_eq!(rows[0]["agent-id"].as_str(), Some(agent_id(&world, &people[0]).as_str()));
    let many = vec![item(&people[0], 4); 101];
    assert_eq!(status(desk.set_agents(&json!({"agents": many}))).await, 400);
}

#[tokio::test]
async fn the_verb_of_a_bulk_and_the_host_can_be_switched() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let put = || desk.with_action_token(world.http.put(desk.agent_url("/bulk")).json(&json!({"agents": []})));
    let post = || desk.set_agents(&json!({"agents": []}));
    for (verb, expected) in [(BulkVerb::Both, (207, 207)), (BulkVerb::Post, (207, 405)), (BulkVerb::Put, (405, 207))] {
        world.sim.edit_eight_quirks(0, |quirks| quirks.bulk_verb = verb);
        assert_eq!((status(post()).await, status(put()).await), expected, "{verb:?}");
    }
    world.sim.edit_eight_quirks(0, |quirks| quirks.agent_host = AgentHost::Vcc);
    assert_eq!(status(desk.agents("")).await, 404);
    assert_eq!(status(desk.agents("").header("host", "vcc-na12.example")).await, 200);
}

#[tokio::test]
async fn a_tenant_without_the_feature_gets_403_in_a_text_that_is_no_json() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    world.sim.enable_agent_status(0, false);
    let refused = send(desk.agents("")).await;
    assert_eq!(refused.status(), 403);
    assert_eq!(refused.text().await.unwrap(), "<API><Error>403 - Forbidden.</Error></API>");
}
