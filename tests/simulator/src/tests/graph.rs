//! Presence in Graph: reads and sessions.

use super::*;

fn words(presence: &Value) -> String {
    format!("{}/{}", presence["availability"].as_str().unwrap(), presence["activity"].as_str().unwrap())
}

async fn one(world: &World, person: &PersonRef) -> Value {
    world.presences(std::slice::from_ref(person)).await.remove(0)
}

#[tokio::test]
async fn a_bulk_read_answers_in_another_order_and_leaves_out_who_is_unknown() {
    let world = World::new().await;
    let mut people = world.sim.people(0);
    people.retain(|person| person.teams_id.is_some());
    let read = world.presences(&people).await;
    assert_eq!(read.len(), people.len());
    assert_ne!(read[0]["id"].as_str(), people[0].teams_id.as_deref());
    let mut nobody = people[0].clone();
    nobody.teams_id = Some(String::from("9f4ebab6-520d-49c0-85cc-7b25c78d4a93"));
    assert!(world.presences(&[nobody]).await.is_empty());
}

#[tokio::test]
async fn a_bulk_read_takes_650_ids_and_not_one_more() {
    let world = World::new().await;
    let ask = |count: usize| {
        let ids = vec![world.sim.people(0)[0].teams_id.clone(); count];
        world
            .http
            .post(world.sim.graph_url() + "/communications/getPresencesByUserId")
            .bearer_auth(&world.read)
            .json(&json!({"ids": ids}))
    };
    assert_eq!(status(ask(650)).await, 200);
    assert_eq!(status(ask(651)).await, 400);
    let url = world.sim.graph_url() + "/communications/getPresencesByUserId";
    assert_eq!(status(world.http.post(url).bearer_auth(&world.read).json(&json!({}))).await, 400);
}

#[tokio::test]
async fn the_sequence_number_grows_with_each_visible_change_only() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let sequence = async || one(&world, person).await["sequenceNumber"].as_str().unwrap().to_owned();
    let first = sequence().await;
    world.sim.teams_client(person, "Available", "Available");
    assert_eq!(sequence().await, first);
    world.sim.teams_client(person, "Busy", "InACall");
    assert!(sequence().await > first);
    world.sim.set_out_of_office(person, true);
    let presence = one(&world, person).await;
    assert_eq!(words(&presence), "Busy/InACall");
    assert_eq!(presence["outOfOfficeSettings"]["isOutOfOffice"], true);
}

#[tokio::test]
async fn a_session_shows_until_it_is_cleared_and_clearing_it_twice_is_404() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    assert_eq!(world.clear_session(person).await, 404);
    assert_eq!(world.set_session(person).await, 200);
    assert_eq!(words(&one(&world, person).await), "Busy/InACall");
    assert_eq!(world.clear_session(person).await, 200);
    assert_eq!(words(&one(&world, person).await), "Available/Available");
    assert_eq!(world.clear_session(person).await, 404);
}

#[tokio::test]
async fn a_session_ends_by_itself_unless_it_is_renewed() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.set_session(person).await;
    world.step(180);
    world.set_session(person).await;
    world.step(299);
    assert!(world.sim.shown(person).session);
    world.step(1);
    assert!(!world.sim.shown(person).session);
    assert_eq!(words(&one(&world, person).await), "Available/Available");
    let counters = world.sim.report().counters;
    assert_eq!((counters.sessions_set, counters.sessions_renewed, counters.duplicates), (1, 1, 0));
}

#[tokio::test]
async fn appearing_offline_hides_a_session_that_is_accepted() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.sim.teams_preferred(person, Some(("Offline", "OffWork")));
    assert_eq!(world.set_session(person).await, 200);
    assert_eq!(words(&one(&world, person).await), "Offline/OffWork");
}

#[tokio::test]
async fn bad_bodies_are_refused_before_missing_roles_are() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let id = person.teams_id.as_ref().unwrap();
    let own = &world.access.write_app.client_id;
    let set = |token: &str, body: Value| {
        world
            .http
            .post(format!("{}/users/{id}/presence/setPresence", world.sim.graph_url()))
            .bearer_auth(token)
            .json(&body)
    };
    // The reading application has no role to write; its body is looked at all the same.
    let missing = send(set(&world.read, json!({"availability": "Busy", "activity": "InACall"}))).await;
    assert_eq!(missing.status(), 400);
    let body: Value = missing.json().await.unwrap();
    assert_eq!(body["error"]["code"], "InvalidArgument");
    assert_eq!(body["error"]["message"], "[SessionId]: The SessionId field is required.");
    let good = json!({"sessionId": world.access.read_app.client_id, "availability": "Busy", "activity": "InACall"});
    let forbidden = send(set(&world.read, good)).await;
    assert_eq!(forbidden.status(), 403);
    let body: Value = forbidden.json().await.unwrap();
    assert_eq!((body["error"]["code"].as_str(), body["error"]["message"].as_str()), (Some("Forbidden"), Some("")));
    assert_eq!(body["error"]["innerError"]["date"], "2026-01-05T10:15:00");

    let bad = [
        json!({"sessionId": own, "availability": "Busy", "activity": "Busy"}),
        json!({"sessionId": own, "availability": "DoNotDisturb", "activity": "DoNotDisturb"}),
        json!({"sessionId": own, "availability": "Busy", "activity": "InACall", "expirationDuration": "PT4M"}),
        json!({"sessionId": own, "availability": "Busy", "activity": "InACall", "expirationDuration": "PT5H"}),
        json!({"sessionId": own, "availability": "Busy", "activity": "InACall", "expirationDuration": "an hour"}),
        json!({"sessionId": id, "availability": "Busy", "activity": "InACall"}),
    ];
    for body in bad {
        assert_eq!(status(set(&world.write, body.clone())).await, 400, "{body}");
    }
}

#[tokio::test]
async fn one_presence_is_read_by_id_and_not_by_name() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let read = json(world.get(&format!("/users/{}/presence", person.teams_id.as_ref().unwrap()))).await;
    assert_eq!(words(&read), "Available/Available");
    assert_eq!(status(world.get(&format!("/users/{}/presence", person.upn.as_ref().unwrap()))).await, 404);
    world.sim.delete_teams_user(person);
    assert_eq!(status(world.get(&format!("/users/{}/presence", person.teams_id.as_ref().unwrap()))).await, 404);
}

#[tokio::test]
async fn words_that_nobody_knows_can_be_put_in() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.sim.inject_raw_teams_words(person, "Hovering", "Floating");
    assert_eq!(words(&one(&world, person).await), "Hovering/Floating");
}

#[tokio::test]
async fn too_many_requests_are_told_to_wait_for_a_fraction_of_a_second() {
    let limit = Limit { burst: 2.0, per_second: 0.47 };
    let world =
        World::with(Config { graph_limit: limit, clock: SimClock::driven(START_MS), ..Config::default() }).await;
    let path = format!("/users/{}/presence", world.sim.people(0)[0].teams_id.as_ref().unwrap());
    for _ in 0..2 {
        assert_eq!(status(world.get(&path)).await, 200);
    }
    let refused = send(world.get(&path)).await;
    assert_eq!(refused.status(), 429);
    // The refused request counts, too.
    assert_eq!(refused.headers()["retry-after"], "4.256");
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["error"]["code"], "TooManyRequests");
    assert_eq!(body["error"]["innerError"]["status"], "429");
    assert_eq!(world.sim.report().most_requests_in_30_seconds, 3);
    assert_eq!(world.sim.report().counters.throttled, 1);
    world.step(5);
    assert_eq!(status(world.get(&path)).await, 200);
}
