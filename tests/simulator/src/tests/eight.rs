//! Presence in 8x8: snapshot, changes, publications.

use super::*;
use crate::{SimClock, Status};

/// The cursor after a snapshot of everybody.
async fn cursor(world: &World) -> String {
    let page = json(world.eight_get("/presence/v1/users?pageSize=1000")).await;
    page["cursor"].as_str().unwrap().to_owned()
}

async fn changes(world: &World, cursor: &str) -> Value {
    json(world.eight_get(&format!("/presence/v1/changes?cursor={cursor}&limit=500"))).await
}

fn updates(page: &Value) -> Vec<(u64, String)> {
    let rows = page["data"].as_array().unwrap().iter();
    let mut updates: Vec<_> = rows
        .map(|row| {
            (row["presence"]["revision"].as_u64().unwrap(), row["presence"]["status"].as_str().unwrap().to_owned())
        })
        .collect();
    updates.dedup();
    updates
}

#[tokio::test]
async fn a_snapshot_in_pages_misses_nothing_that_happens_meanwhile() {
    let world = World::new().await;
    let people = world.sim.people(0);
    let first = json(world.eight_get("/presence/v1/users?pageSize=10")).await;
    assert!(first.get("cursor").is_none());
    world.sim.start_eight_call(&people[0]);
    let mut page = first;
    let mut users = page["data"].as_array().unwrap().len();
    while let Some(scroll) = page["pagination"]["nextScrollId"].as_str().map(String::from) {
        page = json(world.eight_get(&format!("/presence/v1/users?scrollId={scroll}"))).await;
        users += page["data"].as_array().unwrap().len();
    }
    assert_eq!(users, 26, "everybody but the inactive user");
    let since = changes(&world, page["cursor"].as_str().unwrap()).await;
    assert_eq!(updates(&since), [(2, String::from("ON_CALL"))]);
    assert_eq!(since["data"][0]["presence"]["call"]["active"], true);
    assert_eq!(since["data"][0]["origin"], json!({"publicationId": null, "source": "CALL"}));
    assert!(since["data"].as_array().unwrap().len() > 1, "a change may come twice");
}

#[tokio::test]
async fn our_own_publication_comes_back_with_its_id_and_a_renewal_does_not() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let start = cursor(&world).await;
    let first = world.publish(person, "ON_CALL", 300).await;
    assert_eq!((first["changeStatus"].as_u64(), first["effectiveStatus"].as_str()), (Some(200), Some("ON_CALL")));
    world.step(180);
    let renewed = world.publish(person, "ON_CALL", 300).await;
    assert_eq!(renewed["revision"], first["revision"]);
    let page = changes(&world, &start).await;
    assert_eq!(updates(&page).len(), 1);
    let row = &page["data"][0];
    assert_eq!(row["origin"]["publicationId"], "p_1");
    assert_eq!(row["presence"]["source"], "EXTERNAL");
    assert_eq!(row["presence"]["call"]["active"], false);

    let now = json(world.eight_get("/presence/v1/users?pageSize=1000")).await;
    assert_eq!(now["data"][0]["since"], row["presence"]["since"]);
    let counters = world.sim.report().counters;
    assert_eq!((counters.publications, counters.publication_renewals, counters.duplicates), (2, 1, 0));
}

#[tokio::test]
async fn a_publication_that_is_not_renewed_ends_and_the_end_is_a_change() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.publish(person, "BUSY", 60).await;
    let start = cursor(&world).await;
    world.step(59);
    assert_eq!(world.sim.shown(person).eight, Some(Status::Busy));
    world.step(1);
    assert_eq!(world.sim.shown(person).eight, Some(Status::Available));
    let page = changes(&world, &start).await;
    assert_eq!(updates(&page), [(3, String::from("AVAILABLE"))]);
    assert_eq!(page["data"][0]["presence"]["since"], "2026-01-05T10:15:00.000Z");
}

#[tokio::test]
async fn available_and_null_clear_our_layer_and_force_nothing() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.sim.eight_idle(person, true);
    for clear in [json!("AVAILABLE"), Value::Null] {
        world.publish(person, "BUSY", 300).await;
        assert_eq!(world.sim.shown(person).eight, Some(Status::Busy));
        let item = json!({"publicationId": "p_2", "userId": person.eight_id, "status": clear, "expiresInSeconds": 300});
        let result = world.publish_all(&[item]).await;
        assert_eq!(result["data"][0]["effectiveStatus"], "AUTO_AWAY");
        assert_eq!(world.sim.shown(person).published, None);
    }
}

#[tokio::test]
async fn a_publication_waits_beneath_a_call_and_a_manual_status() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.sim.start_eight_call(person);
    world.sim.eight_manual(person, Some(Status::Dnd));
    let masked = world.publish(person, "AWAY", 300).await;
    assert_eq!((masked["changeStatus"].as_u64(), masked["effectiveStatus"].as_str()), (Some(200), Some("DND")));
    world.sim.eight_manual(person, None);
    assert_eq!(world.sim.shown(person).eight, Some(Status::OnCall));
    world.sim.end_eight_call(person);
    assert_eq!(world.sim.shown(person).eight, Some(Status::Away));
}

#[tokio::test]
async fn a_manual_status_can_be_answered_with_422_and_the_layer_waits_all_the_same() {
    let world = World::with(Config { manual_answers_422: true, ..Config::default() }).await;
    let person = &world.sim.people(0)[0];
    world.sim.eight_manual(person, Some(Status::Busy));
    let masked = world.publish(person, "AWAY", 300).await;
    assert_eq!((masked["changeStatus"].as_u64(), masked["reason"].as_str()), (Some(422), Some("MANUAL_STATUS_SET")));
    world.sim.eight_manual(person, None);
    assert_eq!(world.sim.shown(person).eight, Some(Status::Away));
}

#[tokio::test]
async fn each_item_of_a_bulk_is_judged_by_itself() {
    let world = World::new().await;
    let id = world.sim.people(0)[0].eight_id.clone().unwrap();
    let inactive = world
        .sim
        .people(0)
        .into_iter()
        .rfind(|person| !person.linkable && person.eight_id.is_some() && person.upn == person.email);
    let item = |user: &str, status: &str, more: Value| {
        let mut item = json!({"publicationId": "p", "userId": user, "status": status, "expiresInSeconds": 300});
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        item
    };
    let items = [
        item(&id, "BUSY", json!({"observedTime": "2026-01-05T10:14:00Z"})),
        item("zzz", "BUSY", json!({})),
        item(&id, "AWAY", json!({"observedTime": "2026-01-05T10:13:59Z"})),
        item(&id, "LUNCH", json!({})),
        item(&id, "INVISIBLE", json!({})),
        item(&id, "BUSY", json!({"expiresInSeconds": 59})),
        item(&id, "BUSY", json!({"expiresInSeconds": 14_401})),
        item(&id, "BUSY", json!({"message": "x".repeat(141)})),
        item(&id, "DND", json!({"observedTime": "2026-01-05T10:14:00Z", "message": "out of office"})),
    ];
    let result = world.publish_all(&items).await;
    let codes: Vec<u64> =
        result["data"].as_array().unwrap().iter().map(|row| row["changeStatus"].as_u64().unwrap()).collect();
    assert_eq!(codes, [200, 404, 409, 400, 400, 400, 400, 400, 200]);
    assert_eq!(world.sim.shown(&world.sim.people(0)[0]).note.as_deref(), Some("out of office"));
    assert!(inactive.is_some());

    let many = vec![item(&id, "BUSY", json!({})); 101];
    assert_eq!(world.publish_all(&many).await["status"], 400);
}

#[tokio::test]
async fn a_status_that_nobody_knows_can_be_put_in() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let start = cursor(&world).await;
    world.sim.inject_raw_eight_status(person, Some("LUNCH"));
    assert_eq!(updates(&changes(&world, &start).await), [(2, String::from("LUNCH"))]);
    world.sim.inject_raw_eight_status(person, None);
    assert_eq!(updates(&changes(&world, &start).await), [(2, String::from("LUNCH")), (3, String::from("AVAILABLE"))]);
}

#[tokio::test]
async fn a_publication_can_be_withdrawn() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.publish(person, "BUSY", 300).await;
    let withdraw = |user: &str| {
        world
            .http
            .delete(format!("{}/presence/v1/publications/{user}", world.sim.eight_url()))
            .bearer_auth(&world.eight)
    };
    assert_eq!(status(withdraw(person.eight_id.as_ref().unwrap())).await, 204);
    assert_eq!(world.sim.shown(person).published, None);
    assert_eq!(status(withdraw("zzz")).await, 404);
}

#[tokio::test]
async fn a_deleted_user_is_told_and_is_gone_from_the_snapshot() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let start = cursor(&world).await;
    world.sim.start_eight_call(person);
    world.sim.delete_eight_user(person);
    let page = changes(&world, &start).await;
    assert_eq!(page["data"][0]["changeType"], "DELETED");
    assert_eq!(page["data"][0]["userId"].as_str(), person.eight_id.as_deref());
    assert_eq!(world.publish(person, "BUSY", 300).await["changeStatus"], 404);
}

#[tokio::test]
async fn an_expired_cursor_asks_for_a_fresh_snapshot_and_nonsense_is_refused() {
    let world = World::new().await;
    let start = cursor(&world).await;
    world.sim.expire_cursors();
    let gone = changes(&world, &start).await;
    assert_eq!((gone["status"].as_u64(), gone["errors"][0]["code"].as_str()), (Some(410), Some("CURSOR_EXPIRED")));
    let fresh = cursor(&world).await;
    assert_eq!(changes(&world, &fresh).await["cursor"].as_str(), Some(fresh.as_str()));
    assert_eq!(changes(&world, "c_opaque").await["errors"][0]["code"], "INVALID_CURSOR");
    assert_eq!(status(world.eight_get(&format!("/presence/v1/changes?cursor={fresh}&limit=501"))).await, 400);
    assert_eq!(status(world.eight_get(&format!("/presence/v1/changes?cursor={fresh}&waitSeconds=26"))).await, 400);
}

#[tokio::test]
async fn a_long_poll_answers_as_soon_as_something_changes_and_at_the_latest_when_its_time_is_over() {
    let world = World::with(Config { clock: SimClock::real(), ..Config::default() }).await;
    let person = &world.sim.people(0)[0];
    let start = cursor(&world).await;
    let begun = std::time::Instant::now();
    let poll = json(world.eight_get(&format!("/presence/v1/changes?cursor={start}&waitSeconds=20")));
    let (page, ()) = tokio::join!(poll, async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        world.sim.start_eight_call(person);
    });
    assert_eq!(updates(&page), [(2, String::from("ON_CALL"))]);
    let next = page["cursor"].as_str().unwrap();
    let page = json(world.eight_get(&format!("/presence/v1/changes?cursor={next}&waitSeconds=1"))).await;
    assert!(page["data"].as_array().unwrap().is_empty());
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_page_of_changes_is_limited_and_says_that_there_is_more() {
    let world = World::with(Config { repeat_changes: false, ..Config::default() }).await;
    let people = world.sim.people(0);
    let start = cursor(&world).await;
    for person in &people[..3] {
        world.sim.start_eight_call(person);
    }
    let page = json(world.eight_get(&format!("/presence/v1/changes?cursor={start}&limit=2"))).await;
    assert_eq!((page["data"].as_array().unwrap().len(), page["hasMore"].as_bool()), (2, Some(true)));
    let rest = changes(&world, page["cursor"].as_str().unwrap()).await;
    assert_eq!((rest["data"].as_array().unwrap().len(), rest["hasMore"].as_bool()), (1, Some(false)));
}
