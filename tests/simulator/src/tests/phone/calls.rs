//! Calls and statuses as people live them: ringing, answering, holding, choosing by hand, the calendar, the idle timer.

use super::*;
use crate::Status;

#[tokio::test]
async fn ringing_changes_nothing_and_an_answer_shows_after_the_lag() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = in_a_queue(&world);
    world.sim.edit_eight_quirks(0, |quirks| quirks.on_call_lag_ms = 2_000);
    world.sim.ring(&person);
    assert_eq!(desk.user_status(&person).await.as_deref(), Some("AVAILABLE"));
    world.sim.answer(&person);
    world.step(1);
    assert_eq!(desk.user_status(&person).await.as_deref(), Some("AVAILABLE"));
    world.step(1);
    assert_eq!(desk.user_status(&person).await.as_deref(), Some("ON_CALL"));
}

#[tokio::test]
async fn hold_and_a_second_call_stay_on_call_and_the_last_hang_up_restores_what_was_beneath() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = in_a_queue(&world);
    world.publish(&person, "AWAY", 300).await;
    let status = async || desk.user_status(&person).await.unwrap();
    world.sim.answer(&person);
    world.sim.hold(&person, true);
    assert_eq!(status().await, "ON_CALL");
    let row = desk.activity("?userStatuses=ON_CALL&metrics=ongoingTalkingInteractions,ongoingOnHoldInteractions").await;
    assert_eq!(row[0]["metrics"], json!({"ongoingTalkingInteractions": 0, "ongoingOnHoldInteractions": 1}));
    world.sim.answer(&person);
    world.sim.hang_up(&person);
    assert_eq!(status().await, "ON_CALL");
    world.sim.hang_up(&person);
    assert_eq!(status().await, "AWAY");
}

#[tokio::test]
async fn a_blind_transfer_ends_here_and_rings_there_and_a_conference_holds_both() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let people =
        people_who(&world, |seat| seat.pbx_id == desk.pbx && !seat.queues.is_empty() && seat.agent_id.is_none());
    let (one, other) = (&people[0], &people[1]);
    let statuses = async || (desk.user_status(one).await.unwrap(), desk.user_status(other).await.unwrap());
    world.sim.answer(one);
    world.sim.blind_transfer(one, other);
    assert_eq!(statuses().await, ("AVAILABLE".into(), "AVAILABLE".into()));
    world.sim.answer(other);
    assert_eq!(statuses().await, ("AVAILABLE".into(), "ON_CALL".into()));
    world.sim.conference(other, one);
    assert_eq!(statuses().await, ("ON_CALL".into(), "ON_CALL".into()));
}

#[tokio::test]
async fn a_call_between_two_collections_is_seen_by_nobody_and_one_across_a_collection_is() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = in_a_queue(&world);
    world.sim.edit_eight_quirks(0, |quirks| quirks.collected_every_ms = 10_000);
    let cursor = json(world.eight_get("/presence/v1/users?pageSize=1000")).await["cursor"].as_str().unwrap().to_owned();
    let changes = async || {
        let page = json(world.eight_get(&format!("/presence/v1/changes?cursor={cursor}&limit=500"))).await;
        let rows = page["data"].as_array().unwrap().iter();
        let mut seen: Vec<String> = rows.map(|row| row["presence"]["status"].as_str().unwrap().into()).collect();
        seen.dedup();
        seen
    };
    world.step(2);
    world.sim.start_eight_call(&person);
    world.step(5);
    assert_eq!(desk.user_status(&person).await.as_deref(), Some("AVAILABLE"));
    world.sim.end_eight_call(&person);
    world.step(3);
    assert!(changes().await.is_empty(), "it began and ended between two collections");
    world.step(8);
    world.sim.start_eight_call(&person);
    world.step(4);
    world.sim.end_eight_call(&person);
    assert_eq!(desk.user_status(&person).await.as_deref(), Some("ON_CALL"));
    assert_eq!(changes().await, ["ON_CALL"]);
    world.step(10);
    assert_eq!(changes().await, ["ON_CALL", "AVAILABLE"]);
}

#[tokio::test]
async fn several_changes_between_two_collections_are_one_and_a_collection_can_be_late() {
    let world = World::with(grown()).await;
    let person = &world.sim.people(0)[0];
    world.sim.edit_eight_quirks(0, |quirks| {
        quirks.collected_every_ms = 10_000;
        quirks.collected_jitter_ms = 2_000;
    });
    let cursor = json(world.eight_get("/presence/v1/users?pageSize=1000")).await["cursor"].as_str().unwrap().to_owned();
    for status in [Status::Busy, Status::Dnd, Status::Away] {
        world.sim.eight_manual(person, Some(status));
        world.step(1);
    }
    let page = async || json(world.eight_get(&format!("/presence/v1/changes?cursor={cursor}&limit=500"))).await;
    let mut late = 0;
    while page().await["data"].as_array().unwrap().is_empty() {
        world.sim.step(Duration::from_millis(100));
        late += 100;
        assert!(late <= 9_000, "ten seconds and two of jitter, less the three that passed");
    }
    let rows = page().await;
    let revisions: Vec<_> =
        rows["data"].as_array().unwrap().iter().map(|row| row["presence"]["revision"].as_u64().unwrap()).collect();
    assert!(revisions.iter().all(|revision| *revision == 2), "{revisions:?}");
    assert_eq!(rows["data"][0]["presence"]["status"], "AWAY");
    world.sim.edit_eight_quirks(0, |quirks| quirks.collected_every_ms = 0);
    world.sim.eight_manual(person, None);
    assert_eq!(page().await["data"].as_array().unwrap().last().unwrap()["presence"]["status"], "AVAILABLE");
}

#[tokio::test]
async fn a_status_chosen_by_hand_hides_a_call_and_a_publication() {
    let world = World::with(grown()).await;
    let person = &world.sim.people(0)[0];
    world.sim.eight_manual(person, Some(Status::Busy));
    world.sim.start_eight_call(person);
    assert!(world.sim.truth().wrong.is_empty(), "the call is not exported");
    assert!(world.sim.truth().stuck_sessions.is_empty());
    world.set_session(person).await;
    assert_eq!(world.sim.truth().stuck_sessions.len(), 1);
    world.clear_session(person).await;
    let masked = world.publish(person, "AWAY", 300).await;
    assert_eq!((masked["applied"].as_bool(), masked["effectiveStatus"].as_str()), (Some(true), Some("BUSY")));
}

#[tokio::test]
async fn choosing_available_ends_the_choice_and_the_idle_timer_spares_a_mobile() {
    let world = World::with(grown()).await;
    let people = world.sim.people(0);
    let (person, mobile) = (&people[0], &people[1]);
    world.sim.eight_manual(person, Some(Status::Dnd));
    world.sim.eight_manual(person, Some(Status::Available));
    assert_eq!(world.sim.shown(person).eight, Some(Status::Available));
    world.sim.mobile(mobile, true);
    for person in [person, mobile] {
        world.sim.rest_mouse(person, 300_000);
    }
    world.step(300);
    assert_eq!(world.sim.shown(person).eight, Some(Status::AutoAway));
    assert_eq!(world.sim.shown(mobile).eight, Some(Status::Available));
    world.sim.eight_manual(person, Some(Status::Invisible));
    assert_eq!(world.sim.shown(person).eight, Some(Status::Invisible), "the API sees it");
    assert_eq!(world.sim.seat(person).unwrap().peers_see, Status::Offline);
}

#[tokio::test]
async fn the_calendar_makes_busy_or_do_not_disturb_with_a_text() {
    let world = World::with(grown()).await;
    let person = in_a_queue(&world);
    for status in [Status::Busy, Status::Dnd] {
        world.sim.eight_meeting(&person, Some((status, "In a meeting")));
        let id = person.eight_id.as_ref().unwrap();
        let page = json(world.eight_get(&format!("/presence/v1/users?userIds={id}"))).await;
        let row = &page["data"][0];
        assert_eq!((row["status"].as_str(), row["source"].as_str()), (Some(status.word()), Some("CALENDAR")));
        assert_eq!(row["message"], json!({"text": "In a meeting", "source": "CALENDAR", "expiresAt": null}));
    }
    world.sim.eight_meeting(&person, None);
    assert_eq!(world.sim.shown(&person).eight, Some(Status::Available));
}

#[tokio::test]
async fn contact_center_is_shown_while_logged_in_work_when_not_and_offline_when_neither() {
    let world = World::with(grown()).await;
    let person = combo(&world);
    let presence = async || {
        let id = person.eight_id.as_ref().unwrap();
        json(world.eight_get(&format!("/presence/v1/users?userIds={id}"))).await["data"][0].clone()
    };
    world.sim.eight_manual(&person, Some(Status::Dnd));
    world.sim.set_agent_status(&person, AgentStatus::OnBreak, false);
    let row = presence().await;
    assert_eq!((row["status"].as_str(), row["source"].as_str()), (Some("AWAY"), Some("CC")));
    assert_eq!(row["cc"]["agentStatus"], 3);
    world.sim.eight_manual(&person, None);
    world.sim.set_agent_status(&person, AgentStatus::ProcessTransact, true);
    let row = presence().await;
    assert_eq!((row["status"].as_str(), row["call"]["active"].as_bool()), (Some("BUSY"), Some(true)));
    world.sim.set_agent_status(&person, AgentStatus::ProcessTransact, false);
    assert_eq!(presence().await["call"]["active"], false, "a chat is no call");
    world.sim.set_agent_status(&person, AgentStatus::LoggedOut, false);
    let row = presence().await;
    assert_eq!((row["status"].as_str(), row["cc"]["loggedIn"].as_bool()), (Some("AVAILABLE"), Some(false)));
    world.sim.eight_signed_in(&person, false);
    assert_eq!(presence().await["status"], "OFFLINE");
}
