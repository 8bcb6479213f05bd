//! Who is rung by queues and groups, and what keeps calls away.

use super::*;
use crate::{GroupSettings, RingOutcome, Status};

/// A queue and its members, primary ones first.
fn queue(world: &World) -> (String, Vec<PersonRef>) {
    let person = in_a_queue(world);
    let queue = world.sim.seat(&person).unwrap().queue_ids[0].clone();
    let members = people_who(world, |seat| seat.queue_ids.contains(&queue));
    (queue, members)
}

async fn queue_status(desk: &Desk<'_>, queue: &str, person: &PersonRef) -> String {
    let path = format!("/v2/pbxes/{}/queue-agent-activity?queueIds={queue}", desk.pbx);
    let body = json(desk.analytics(&path)).await;
    let rows = body["queuesAgentActivity"][0]["queueAgentActivity"].as_array().unwrap();
    let row = rows.iter().find(|row| row["userId"].as_str() == person.eight_id.as_deref()).unwrap();
    row["queueStatus"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_queue_skips_whoever_is_in_a_call_logged_out_or_not_to_be_disturbed() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let (queue, members) = queue(&world);
    let status = async |person: &PersonRef| queue_status(&desk, &queue, person).await;
    let first = world.sim.queue_call(0, &queue).unwrap();
    assert_eq!(status(&first).await, "ALERTING");
    world.sim.answer(&first);
    assert_eq!(status(&first).await, "HANDLING");
    let second = world.sim.queue_call(0, &queue).unwrap();
    assert_ne!(first, second);
    world.sim.decline_queue_call(&second);
    assert_eq!(status(&second).await, "PAUSE");
    for person in members.iter().filter(|person| **person != first && **person != second) {
        world.sim.eight_manual(person, Some(Status::Dnd));
        assert_eq!(status(person).await, "DND");
    }
    assert_eq!(world.sim.queue_call(0, &queue), None);
    world.step(15);
    assert_eq!(status(&second).await, "AVAILABLE_IDLE");
    world.sim.log_in_to_queues(&second, false);
    assert_eq!((status(&second).await.as_str(), world.sim.queue_call(0, &queue)), ("LOGGED_OUT", None));
    world.sim.hang_up(&first);
    assert_eq!((status(&first).await.as_str(), world.sim.queue_call(0, &queue)), ("WRAP_UP", None));
    world.step(10);
    assert_eq!(world.sim.queue_call(0, &queue), Some(first));
}

#[tokio::test]
async fn secondary_members_are_rung_only_when_no_primary_one_is_ready() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let users = json(desk.key("/admin-provisioning/users?pageSize=1000")).await;
    let kind = |person: &PersonRef, queue: &str| {
        let rows = users["data"].as_array().unwrap().iter();
        let row = rows.clone().find(|row| row["basicInfo"]["userId"].as_str() == person.eight_id.as_deref()).unwrap();
        let queues = row["assignmentInfo"]["ucCallQueues"].as_array().unwrap();
        queues.iter().find(|entry| entry["id"] == queue).unwrap()["memberType"].as_str().unwrap().to_owned()
    };
    let secondary = people_who(&world, |seat| !seat.queues.is_empty())
        .into_iter()
        .find(|person| kind(person, &world.sim.seat(person).unwrap().queue_ids[0]) == "SECONDARY")
        .unwrap();
    let queue = world.sim.seat(&secondary).unwrap().queue_ids[0].clone();
    let members = people_who(&world, |seat| seat.queue_ids.contains(&queue));
    for _ in 0..members.iter().filter(|person| kind(person, &queue) == "PRIMARY").count() {
        let rung = world.sim.queue_call(0, &queue).unwrap();
        assert_eq!(kind(&rung, &queue), "PRIMARY");
    }
    let rung = world.sim.queue_call(0, &queue).unwrap();
    assert_eq!(kind(&rung, &queue), "SECONDARY");
}

#[tokio::test]
async fn busy_in_teams_does_not_keep_calls_away_and_do_not_disturb_does() {
    let world = World::with(grown()).await;
    let (queue, members) = queue(&world);
    for status in ["BUSY", "ON_CALL", "AWAY"] {
        for person in &members {
            world.publish(person, status, 300).await;
        }
        let rung = world.sim.queue_call(0, &queue).unwrap_or_else(|| panic!("{status} keeps calls away"));
        world.sim.hang_up(&rung);
        world.step(15);
    }
    for person in &members {
        world.publish(person, "DND", 300).await;
    }
    assert_eq!(world.sim.queue_call(0, &queue), None);
    world.sim.edit_eight_quirks(0, |quirks| quirks.external_dnd_affects_routing = false);
    assert!(world.sim.queue_call(0, &queue).is_some());
}

#[tokio::test]
async fn ring_groups_ring_by_pattern_and_are_busy_when_nobody_may_be_disturbed() {
    let world = World::with(Config { users: 80, ..grown() }).await;
    let desk = Desk::of(&world).await;
    let listed = json(desk.key("/admin-provisioning/ring-groups")).await;
    let patterns: Vec<_> =
        listed["data"].as_array().unwrap().iter().map(|group| group["ringPattern"].as_str().unwrap()).collect();
    assert_eq!(patterns, ["ROUND_ROBIN", "SEQUENTIAL", "SIMULTANEOUS"]);
    let groups = world.sim.ring_groups(0);
    let ring = |group: &str| match world.sim.ring_group_call(0, group).unwrap() {
        RingOutcome::Rings { steps, no_answer_after } => (steps, no_answer_after.as_secs()),
        other => panic!("{other:?}"),
    };
    let members = world.sim.ring_group_members(0, &groups[0]);
    assert!(members.len() >= 2);
    let (first, second) = (ring(&groups[0]), ring(&groups[0]));
    assert_eq!((first.0[0][0].clone(), second.0[0][0].clone()), (members[0].clone(), members[1].clone()));
    assert_eq!(first.1, members.len() as u64 * 15 * 2);
    let together = world.sim.ring_group_members(0, &groups[2]);
    assert_eq!(ring(&groups[2]), (vec![together.clone()], 15));

    for person in &together {
        world.sim.start_eight_call(person);
    }
    assert_eq!(world.sim.ring_group_call(0, &groups[2]), Some(RingOutcome::Busy));
    let settings = GroupSettings { notify_if_busy: true, allow_log_in_log_out: true };
    world.sim.set_ring_group(0, &groups[2], settings);
    assert_eq!(ring(&groups[2]).0[0].len(), together.len());
    for person in &together {
        world.sim.end_eight_call(person);
        world.publish(person, "DND", 300).await;
    }
    assert_eq!(world.sim.ring_group_call(0, &groups[2]), Some(RingOutcome::Busy));
    for person in &together {
        world.sim.log_in_to_ring_group(person, &groups[2], false);
    }
    assert_eq!(world.sim.ring_group_call(0, &groups[2]), Some(RingOutcome::Outage));
    let one = json(desk.key(&format!("/admin-provisioning/ring-groups/{}", groups[2]))).await;
    assert_eq!(one["members"][0]["loggedIn"], false);

    for (group, rings) in [(&groups[0], false), (&groups[1], true)] {
        for person in world.sim.ring_group_members(0, group) {
            world.sim.use_phone_app(&person, true);
        }
        let outcome = world.sim.ring_group_call(0, group).unwrap();
        assert_eq!(matches!(outcome, RingOutcome::Rings { .. }), rings, "{outcome:?}");
    }
}

#[tokio::test]
async fn engage_ties_do_not_disturb_and_working_offline_and_pauses_after_a_call_was_declined() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let person = combo(&world);
    let id = world.sim.seat(&person).unwrap().agent_id.unwrap();
    let code = async || json(desk.agents(&format!("/{id}"))).await["agent-status"].as_u64().unwrap();
    let work = async || desk.user_status(&person).await;
    world.sim.engage(&person);
    world.sim.eight_manual(&person, Some(Status::Dnd));
    assert_eq!(code().await, 5);
    world.sim.eight_manual(&person, None);
    assert_eq!(code().await, 4);
    for status in [Status::Busy, Status::Away, Status::Invisible] {
        world.sim.eight_manual(&person, Some(status));
        assert_eq!(code().await, 4, "{status}");
    }
    world.sim.eight_manual(&person, None);
    world.sim.set_agent_status(&person, AgentStatus::WorkOffline, false);
    assert_eq!(work().await.as_deref(), Some("DND"));
    world.sim.set_agent_status(&person, AgentStatus::WaitTransact, false);
    assert_eq!(work().await.as_deref(), Some("AVAILABLE"));
    for (missed, paused) in [(false, 5), (true, 3)] {
        world.sim.set_agent_status(&person, AgentStatus::TransactOffered, true);
        world.sim.engage_declines(&person, missed, Duration::from_secs(10));
        world.step(9);
        assert_eq!(code().await, paused);
        world.step(1);
        assert_eq!(code().await, 4);
    }
}
