//! Work Analytics: lists, and who in a queue does what.

use super::*;
use crate::{ActivityLayout, AgentsKey, Status};

#[tokio::test]
async fn pbxes_sites_queues_and_agents_are_listed_in_pages() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let pbxes = json(desk.analytics("/v2/pbxes/")).await;
    assert_eq!(pbxes["_embedded"]["pbxList"].as_array().unwrap().len(), 2);
    let sites = json(desk.analytics(&format!("/v2/pbxes/{}/sites", desk.pbx))).await;
    let site = sites["_embedded"]["siteList"][0]["id"].as_str().unwrap();
    let queues = json(desk.analytics(&format!("/v2/pbxes/{}/queues?sort=name,DESC", desk.pbx))).await;
    let names: Vec<&str> =
        queues["_embedded"]["queueList"].as_array().unwrap().iter().map(|q| q["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Support", "Service", "Sales"]);
    let of_site = json(desk.analytics(&format!("/v2/pbxes/{}/sites/{site}/queues", desk.pbx))).await;
    assert_eq!(of_site["page"]["totalElements"], 3);

    let agents = format!("/v2/pbxes/{}/agents?size=5&page=1&sort=lastName,ASC", desk.pbx);
    let page = json(desk.analytics(&agents)).await;
    let rows = page["_embedded"]["queueList"].as_array().unwrap();
    assert_eq!((rows.len(), page["page"]["number"].as_u64()), (5, Some(1)));
    assert!(rows[0].get("email").is_none() && rows[0]["extension"].is_string());
    assert!(page["_links"]["prev"].is_object() && page["_links"]["last"].is_object());
    world.sim.edit_eight_quirks(0, |quirks| quirks.agents_key = AgentsKey::AgentList);
    assert!(json(desk.analytics(&agents)).await["_embedded"]["agentList"].is_array());
    assert_eq!(status(desk.analytics("/v2/pbxes?size=101")).await, 400);
}

#[tokio::test]
async fn agent_activity_comes_in_both_layouts_and_names_the_queues() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = in_a_queue(&world);
    let rows = desk.activity("?metrics=ongoingTalkingInteractions,userStatusTime").await;
    let row = rows.iter().find(|row| row["userId"].as_str() == person.eight_id.as_deref()).unwrap();
    let seat = world.sim.seat(&person).unwrap();
    assert_eq!(row["loggedInQueues"], json!(seat.queues));
    assert_eq!(row["agentExtension"].as_str(), Some(seat.extension.unwrap().to_string().as_str()));
    assert_eq!(row["metrics"], json!({"ongoingTalkingInteractions": 0, "userStatusTime": 0}));
    world.sim.edit_eight_quirks(0, |quirks| quirks.activity_layout = ActivityLayout::Nested);
    let body = json(desk.analytics(&format!("/v2/pbxes/{}/agent-activity", desk.pbx))).await;
    let queues = body["queuesAgentActivity"].as_array().unwrap();
    assert_eq!(queues.len(), 3);
    let inner = |queue: &Value| queue["agentActivity"].as_array().unwrap().len();
    assert!(queues.iter().map(inner).sum::<usize>() >= rows.len());
    assert!(body.get("agentActivity").is_none());
}

#[tokio::test]
async fn somebody_in_no_queue_has_no_row_and_a_status_can_be_missing() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let nobody = people_who(&world, |seat| seat.pbx_id == desk.pbx && seat.queues.is_empty()).remove(0);
    let person = in_a_queue(&world);
    assert_eq!(desk.user_status(&nobody).await, None);
    assert_eq!(desk.user_status(&person).await.as_deref(), Some("AVAILABLE"));
    world.sim.hide_user_status(&person, true);
    let rows = desk.activity("").await;
    let row = rows.iter().find(|row| row["userId"].as_str() == person.eight_id.as_deref()).unwrap();
    assert!(row.get("userStatus").is_none() && row["activityStatus"] == "AVAILABLE_IDLE");
}

#[tokio::test]
async fn activity_is_filtered_and_says_what_it_does_not_understand() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = in_a_queue(&world);
    world.sim.start_eight_call(&person);
    let on_call = desk.activity("?userStatuses=ON_CALL,DND").await;
    assert_eq!((on_call.len(), on_call[0]["userId"].as_str()), (1, person.eight_id.as_deref()));
    assert_eq!(on_call[0]["interaction"]["address"], "+15550100");
    assert_eq!(desk.activity(&format!("?userIds={}", person.eight_id.as_ref().unwrap())).await.len(), 1);

    let url = format!("/v2/pbxes/{}/queue-agent-activity", desk.pbx);
    let queue = &world.sim.seat(&person).unwrap().queue_ids[0];
    let body = json(desk.analytics(&format!("{url}?queueIds={queue}&queueStatuses=BUSY_OTHER"))).await;
    let rows = &body["queuesAgentActivity"][0]["queueAgentActivity"];
    assert_eq!(rows[0]["userStatus"], "ON_CALL");
    assert_eq!((rows.as_array().unwrap().len(), rows[0]["queueStatus"].as_str()), (1, Some("BUSY_OTHER")));
    let summary = json(desk.analytics(&format!("{url}?includeSummary=false"))).await;
    assert!(summary["queuesAgentActivity"][0].get("metricsSummary").is_none());

    let bad = |query: &str| messages(desk.analytics(&format!("{url}?{query}")));
    assert_eq!(bad("metrics=random,notSupported").await, ["Invalid Metrics Passed [random,notSupported]."]);
    assert_eq!(bad("userStatuses=LUNCH").await, ["Invalid userStatuses Passed [LUNCH]."]);
    assert_eq!(bad("queueStatuses=LUNCH").await, ["Invalid queueStatuses Passed [LUNCH]."]);
    assert_eq!(bad("startDate=2026-01-05T00:00:00Z").await, ["startDate and endDate must be passed together."]);
}

#[tokio::test]
async fn a_user_status_is_one_of_the_eight_published_ones_or_a_word_that_a_test_put_in() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = in_a_queue(&world);
    let mut seen = Vec::new();
    for status in [Status::Available, Status::Busy, Status::Dnd, Status::Away, Status::Invisible] {
        world.sim.eight_manual(&person, Some(status));
        seen.push(desk.user_status(&person).await.unwrap());
    }
    world.sim.eight_manual(&person, None);
    world.sim.eight_idle(&person, true);
    seen.push(desk.user_status(&person).await.unwrap());
    world.sim.start_eight_call(&person);
    seen.push(desk.user_status(&person).await.unwrap());
    world.sim.end_eight_call(&person);
    world.sim.eight_signed_in(&person, false);
    seen.push(desk.user_status(&person).await.unwrap());
    let mut all: Vec<&str> = Status::ALL.map(Status::word).into();
    all.sort_unstable();
    seen.sort_unstable();
    assert_eq!(seen, all);
    world.sim.inject_raw_eight_status(&person, Some("LUNCH"));
    assert_eq!(desk.user_status(&person).await.as_deref(), Some("LUNCH"));
}

#[tokio::test]
async fn an_extension_summary_can_swap_mail_and_user_name() {
    let world = World::with(Config { odd_directory: true, ..grown() }).await;
    let desk = Desk::of(&world).await;
    let path = "/v2/extsum?pbxId=allpbxes&startTime=2026-01-05%2000:00:00&endTime=2026-01-06%2000:00:00&timeZone=UTC";
    let odd = async || {
        let rows = json(desk.analytics(path)).await;
        let rows = rows.as_array().unwrap().clone();
        rows.into_iter().find(|row| row["Email"] != row["UserName"]).unwrap()
    };
    let before = odd().await;
    assert!(before["Email"].as_str().unwrap().contains('@'));
    world.sim.edit_eight_quirks(0, |quirks| quirks.extension_summary_swapped = true);
    let after = odd().await;
    assert_eq!((&after["Email"], &after["UserName"]), (&before["UserName"], &before["Email"]));
    assert_eq!(status(desk.analytics("/v2/extsum?pbxId=allpbxes")).await, 400);
}
