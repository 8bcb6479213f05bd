//! What the partner contract says beside snapshot, changes and publications, which have tests of their own.

use super::*;
use crate::{EightMode, Status};

async fn cursor(world: &World) -> String {
    let page = json(world.eight_get("/presence/v1/users?pageSize=1000")).await;
    page["cursor"].as_str().unwrap().to_owned()
}

async fn changes(world: &World, cursor: &str) -> Value {
    json(world.eight_get(&format!("/presence/v1/changes?cursor={cursor}&limit=500"))).await
}

#[tokio::test]
async fn capabilities_say_what_the_contract_offers() {
    let world = World::with(grown()).await;
    let body = json(world.eight_get("/presence/v1/capabilities")).await;
    assert_eq!(body["statuses"].as_array().unwrap().len(), 8);
    assert_eq!(body["lease"], json!({"minSeconds": 60, "maxSeconds": 14_400, "defaultSeconds": 300}));
}

#[tokio::test]
async fn capabilities_name_the_host_that_the_stream_is_at() {
    let world = World::with(grown()).await;
    let body = json(world.eight_get("/presence/v1/capabilities")).await;
    let here = world.sim.eight_url().replace("http://", "");
    assert_eq!(body["stream"], json!({"supported": true, "host": here, "topic": "presence-v1/all"}));
}

#[tokio::test]
async fn a_cursor_lives_a_day_and_then_asks_for_a_full_resync() {
    let world = World::with(grown()).await;
    let person = &world.sim.people(0)[0];
    let start = cursor(&world).await;
    world.sim.start_eight_call(person);
    world.step(24 * 3_600);
    assert_eq!(status(world.eight_get("/presence/v1/changes")).await, 401, "tokens live shorter than cursors");
    let world = World { eight: eight_token(&world.http, &world.sim, &world.access).await, ..world };
    assert!(!changes(&world, &start).await["data"].as_array().unwrap().is_empty());
    world.step(1);
    let gone = changes(&world, &start).await;
    assert_eq!((gone["status"].as_u64(), gone["errors"][0]["code"].as_str()), (Some(410), Some("CURSOR_EXPIRED")));
}

#[tokio::test]
async fn a_resync_can_be_demanded_once_and_an_idle_long_poll_ends_with_an_empty_page() {
    let world = World::with(grown()).await;
    let start = cursor(&world).await;
    world.sim.edit_eight_quirks(0, |quirks| quirks.resync_next = true);
    assert_eq!(changes(&world, &start).await["resyncRequired"], true);
    assert_eq!(changes(&world, &start).await["resyncRequired"], false);
    let poll = json(world.eight_get(&format!("/presence/v1/changes?cursor={start}&waitSeconds=25")));
    let advance = async {
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            world.step(5);
        }
    };
    let page = tokio::select! {
        page = poll => page,
        () = advance => unreachable!("it has no end"),
    };
    assert_eq!((page["data"].as_array().unwrap().len(), page["cursor"].as_str()), (0, Some(start.as_str())));
}

#[tokio::test]
async fn snapshots_have_no_tag_unless_that_is_switched_on() {
    let world = World::with(grown()).await;
    let ask = |tag: &str| world.eight_get("/presence/v1/users").header("If-None-Match", tag);
    let plain = send(ask("\"any\"")).await;
    assert!(plain.status() == 200 && !plain.headers().contains_key("etag"));
    world.sim.edit_eight_quirks(0, |quirks| quirks.etags = true);
    let tagged = send(ask("\"any\"")).await;
    let tag = tagged.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(status(ask(&tag)).await, 304);
    world.sim.start_eight_call(&world.sim.people(0)[0]);
    assert_eq!(status(ask(&tag)).await, 200);
}

#[tokio::test]
async fn a_snapshot_can_be_asked_for_some_people_or_statuses_page_by_page() {
    let world = World::with(grown()).await;
    let people = world.sim.people(0);
    for person in &people[..3] {
        world.sim.eight_manual(person, Some(Status::Dnd));
    }
    let mut page = json(world.eight_get("/presence/v1/users?status=DND,ON_CALL&pageSize=2")).await;
    let mut rows = page["data"].as_array().unwrap().clone();
    while let Some(scroll) = page["pagination"]["nextScrollId"].as_str().map(String::from) {
        page = json(world.eight_get(&format!("/presence/v1/users?scrollId={scroll}"))).await;
        rows.extend(page["data"].as_array().unwrap().clone());
    }
    assert!(rows.len() == 3 && rows.iter().all(|row| row["status"] == "DND"));
    assert_eq!(rows[0]["dnd"]["enabled"], true);
    let ids: Vec<_> = people[..2].iter().filter_map(|person| person.eight_id.clone()).collect();
    let some = json(world.eight_get(&format!("/presence/v1/users?userIds={}", ids.join(",")))).await;
    assert_eq!(some["data"].as_array().unwrap().len(), 2);
    let many = vec!["x"; 101].join(",");
    assert_eq!(status(world.eight_get(&format!("/presence/v1/users?userIds={many}"))).await, 400);
    assert_eq!(status(world.eight_get("/presence/v1/users?status=LUNCH")).await, 400);
}

#[tokio::test]
async fn a_lease_that_nobody_renews_ends_and_a_renewal_is_no_change() {
    let world = World::with(grown()).await;
    let person = &world.sim.people(0)[0];
    world.publish(person, "BUSY", 300).await;
    let start = cursor(&world).await;
    world.step(200);
    world.publish(person, "BUSY", 300).await;
    assert!(changes(&world, &start).await["data"].as_array().unwrap().is_empty());
    world.step(299);
    assert_eq!(world.sim.shown(person).published, Some(Status::Busy));
    world.step(1);
    assert_eq!(world.sim.shown(person).published, None);
    let page = changes(&world, &start).await;
    assert_eq!(page["data"][0]["presence"]["status"], "AVAILABLE");
}

#[tokio::test]
async fn a_call_that_we_published_comes_back_as_our_own_and_must_not_become_a_session() {
    let world = World::with(grown()).await;
    let person = &world.sim.people(0)[0];
    world.sim.teams_client(person, "Busy", "InACall");
    let start = cursor(&world).await;
    world.publish(person, "ON_CALL", 300).await;
    let page = changes(&world, &start).await;
    let row = &page["data"][0];
    assert_eq!(
        (row["origin"]["publicationId"].as_str(), row["presence"]["status"].as_str()),
        (Some("p_1"), Some("ON_CALL"))
    );
    assert_eq!(row["presence"]["call"]["active"], false);
    assert!(world.sim.truth().wrong.is_empty());
    world.set_session(person).await;
    assert_eq!(world.sim.truth().stuck_sessions.len(), 1, "whoever carries it back is caught");
}

#[tokio::test]
async fn a_stale_publication_is_refused_unless_the_clocks_merely_differ() {
    let world = World::with(grown()).await;
    let person = &world.sim.people(0)[0];
    let publish = async |status: &str, observed: &str| {
        let item = json!({"publicationId": "p", "userId": person.eight_id, "status": status, "observedTime": observed,
            "expiresInSeconds": 300});
        world.publish_all(&[item]).await["data"][0].clone()
    };
    assert_eq!(publish("BUSY", "2026-01-05T10:15:00Z").await["changeStatus"], 200);
    let stale = publish("AWAY", "2026-01-05T10:14:59Z").await;
    assert_eq!((stale["changeStatus"].as_u64(), stale["reason"].as_str()), (Some(409), Some("STALE")));
    world.sim.edit_eight_quirks(0, |quirks| quirks.stale_tolerance_ms = 120_000);
    assert_eq!(publish("AWAY", "2026-01-05T10:13:00Z").await["changeStatus"], 200);
    assert_eq!(publish("DND", "2026-01-05T10:10:59Z").await["changeStatus"], 409);
}

#[tokio::test]
async fn a_change_that_was_lost_is_seen_by_the_next_snapshot_alone() {
    let world = World::with(grown()).await;
    let person = &world.sim.people(0)[0];
    world.sim.start_eight_call(person);
    world.set_session(person).await;
    let start = cursor(&world).await;
    world.sim.lose_changes(person, 1);
    world.sim.end_eight_call(person);
    assert!(changes(&world, &start).await["data"].as_array().unwrap().is_empty());
    let page = json(world.eight_get("/presence/v1/users?pageSize=1")).await;
    assert_eq!(page["data"][0]["call"]["active"], false);
    assert_eq!(world.sim.truth().stuck_sessions.len(), 1);
    world.step(300);
    assert!(world.sim.truth().stuck_sessions.is_empty(), "at the latest when the lease is over");
}

#[tokio::test]
async fn five_thousand_users_come_in_five_pages_and_a_storm_of_changes_in_one_read() {
    let world = World::with(Config { users: 5_000, oddities: false, contact_center: false, ..grown() }).await;
    let mut page = json(world.eight_get("/presence/v1/users?pageSize=1000")).await;
    let mut pages = 1;
    while let Some(scroll) = page["pagination"]["nextScrollId"].as_str().map(String::from) {
        page = json(world.eight_get(&format!("/presence/v1/users?scrollId={scroll}"))).await;
        pages += 1;
    }
    assert_eq!((pages, page["data"].as_array().unwrap().len()), (5, 1_000));
    let start = page["cursor"].as_str().unwrap();
    for (number, person) in world.sim.people(0)[..500].iter().enumerate() {
        world.sim.start_eight_call(person);
        world.sim.step(Duration::from_millis(if number % 2 == 0 { 20 } else { 0 }));
    }
    let storm = changes(&world, start).await;
    assert_eq!((storm["data"].as_array().unwrap().len(), storm["hasMore"].as_bool()), (501, Some(false)));
}

#[tokio::test]
async fn with_documented_endpoints_alone_the_contract_is_not_found() {
    let world = World::with(Config { eight_mode: EightMode::Public, ..grown() }).await;
    for path in ["/presence/v1/users", "/presence/v1/changes", "/presence/v1/capabilities"] {
        assert_eq!(status(world.eight_get(path)).await, 404, "{path}");
    }
    let bulk = world.http.post(world.sim.eight_url() + "/presence/v1/publications/bulk").bearer_auth(&world.eight);
    assert_eq!(status(bulk.json(&json!({"publications": []}))).await, 404);
    let desk = Desk::of(&world).await;
    assert_eq!(status(desk.agents("")).await, 200);
    assert_eq!(desk.user_status(&in_a_queue(&world)).await.as_deref(), Some("AVAILABLE"));
}
