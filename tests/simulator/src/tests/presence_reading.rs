//! How a presence is written on the wire, and what of it depends on who reads.

use super::{browser::*, *};
use crate::{OptionalFields, Quirks, UnknownUsers, WordCase};

fn id(person: &PersonRef) -> &str {
    person.teams_id.as_deref().unwrap()
}

async fn one(world: &World, person: &PersonRef) -> Value {
    json(world.get(&format!("/users/{}/presence", id(person)))).await
}

/// Reads one's own presence, and has it written beforehand.
async fn signed_in(world: &World, person: &PersonRef) -> String {
    let scope = "Presence.Read.All Presence.ReadWrite";
    sign_in(world, &world.access.read_app, person, scope).await["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_presence_is_found_by_object_id_under_three_names_and_by_no_other_name() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let token = signed_in(&world, person).await;
    let me = json(world.http.get(world.sim.graph_url() + "/me/presence").bearer_auth(&token)).await;
    let user = one(&world, person).await;
    let listed = json(world.get(&format!("/communications/presences/{}", id(person)))).await;
    assert_eq!((&me, &listed), (&user, &user));
    let context = format!("https://graph.microsoft.com/v1.0/$metadata#users('{}')/presence/$entity", id(person));
    assert_eq!(user["@odata.context"], context);
    for name in [person.upn.as_deref().unwrap(), "9f4ebab6-520d-49c0-85cc-7b25c78d4a93"] {
        assert_eq!(status(world.get(&format!("/users/{name}/presence"))).await, 404, "{name}");
        assert_eq!(status(world.get(&format!("/communications/presences/{name}"))).await, 404, "{name}");
    }
    world.sim.set_quirks(Quirks { presence_in_a_list: true, ..Quirks::default() });
    let listed = json(world.get(&format!("/communications/presences/{}", id(person)))).await;
    assert_eq!(listed["value"][0]["id"], id(person));
    assert_eq!(one(&world, person).await["id"], id(person));
}

#[tokio::test]
async fn unknown_people_are_left_out_of_a_bulk_read_or_have_an_unknown_presence() {
    let world = World::new().await;
    let mut people = vec![world.sim.people(0)[0].clone(); 2];
    people[1].teams_id = Some(String::from("9f4ebab6-520d-49c0-85cc-7b25c78d4a93"));
    assert_eq!(world.presences(&people).await.len(), 1);
    world.sim.set_quirks(Quirks { unknown_users: UnknownUsers::PresenceUnknown, ..Quirks::default() });
    let read = world.presences(&people).await;
    let unknown = read.iter().find(|presence| presence["id"] == *people[1].teams_id.as_ref().unwrap()).unwrap();
    assert_eq!(
        (read.len(), &unknown["availability"], &unknown["activity"]),
        (2, &json!("PresenceUnknown"), &json!("PresenceUnknown"))
    );
}

#[tokio::test]
async fn a_bulk_read_without_a_list_of_ids_is_400() {
    let world = World::new().await;
    let url = world.sim.graph_url() + "/communications/getPresencesByUserId";
    for body in [json!({}), json!({"ids": null}), json!({"ids": "one"}), json!({"ids": [1]}), json!([])] {
        let request = world.http.post(&url).bearer_auth(&world.read).json(&body);
        assert_eq!(status(request).await, 400, "{body}");
    }
}

#[tokio::test]
async fn words_begin_with_a_capital_unless_the_newer_list_is_followed() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let words = async || {
        let presence = one(&world, person).await;
        (presence["availability"].as_str().unwrap().to_owned(), presence["activity"].as_str().unwrap().to_owned())
    };
    world.sim.teams_client(person, "DoNotDisturb", "Presenting");
    assert_eq!(words().await, ("DoNotDisturb".into(), "Presenting".into()));
    world.sim.set_quirks(Quirks { word_case: WordCase::Camel, ..Quirks::default() });
    assert_eq!(words().await, ("doNotDisturb".into(), "presenting".into()));
    world.sim.inject_raw_teams_words(person, "Hovering", "InTheAir");
    assert_eq!(words().await, ("hovering".into(), "inTheAir".into()));
}

#[tokio::test]
async fn the_times_of_a_status_message_are_for_its_author() {
    let world = World::new().await;
    let (person, other) = (&world.sim.people(0)[0], &world.sim.people(0)[1]);
    let (own, others) = (signed_in(&world, person).await, signed_in(&world, other).await);
    let set = world.http.post(world.sim.graph_url() + "/me/presence/setStatusMessage").bearer_auth(&own);
    let message = json!({"message": {"content": "Back at three \"sharp\"", "contentType": "text"}});
    assert_eq!(status(set.json(&json!({"statusMessage": message}))).await, 200);

    let read = async |token: &str, path: &str| {
        json(world.http.get(world.sim.graph_url() + path).bearer_auth(token)).await["statusMessage"].clone()
    };
    let path = format!("/users/{}/presence", id(person));
    for mine in [read(&own, "/me/presence").await, read(&own, &path).await] {
        assert_eq!(mine["message"], message["message"]);
        assert_eq!(mine["expiryDateTime"], json!({"dateTime": "9999-12-31T00:00:00.0000000", "timeZone": "UTC"}));
        assert_eq!(mine["publishedDateTime"], "2026-01-05T10:15:00.0000000Z");
    }
    for theirs in [read(&others, &path).await, read(&world.read, &path).await] {
        assert_eq!(theirs, message, "no times for anybody else");
    }
    let bulk = world.presences(std::slice::from_ref(person)).await;
    assert_eq!(bulk[0]["statusMessage"], message);
}

#[tokio::test]
async fn the_sequence_number_grows_as_text_with_every_change_and_rests_otherwise() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let sequence = async || one(&world, person).await["sequenceNumber"].as_str().unwrap().to_owned();
    let mut last = sequence().await;
    let note = |content: &str| {
        let body = json!({"statusMessage": {"message": {"content": content, "contentType": "text"},
            "expiryDateTime": {"dateTime": "2026-01-05T10:30:00", "timeZone": "UTC"}}});
        world.post(&format!("/users/{}/presence/setStatusMessage", id(person)), &body)
    };
    for change in 0..14 {
        match change {
            0 | 2 | 4 | 6 | 8 | 10 => world.sim.teams_client(person, "Busy", "InACall"),
            12 => world.sim.set_out_of_office(person, true),
            13 => assert_eq!(status(note("Soon")).await, 200),
            _ => world.sim.teams_client(person, "Available", "Available"),
        }
        let next = sequence().await;
        assert!(next > last, "{next} after {last}");
        last = next;
        world.step(1);
        assert_eq!(sequence().await, last);
    }
    world.step(900);
    assert!(sequence().await > last, "the note has ended");
}

#[tokio::test]
async fn automatic_replies_and_the_calendar_make_out_of_office() {
    let world = World::for_long().await;
    let person = &world.sim.people(0)[0];
    let out = async || {
        let presence = one(&world, person).await;
        let words =
            format!("{}/{}", presence["availability"].as_str().unwrap(), presence["activity"].as_str().unwrap());
        let settings = &presence["outOfOfficeSettings"];
        (words, settings["isOutOfOffice"].as_bool().unwrap(), settings["message"].is_string())
    };
    let hour = Duration::from_secs(3_600);
    world.sim.schedule_replies(person, hour, hour);
    world.sim.plan_absence(person, 3 * hour, hour);
    assert_eq!(out().await, ("Available/Available".into(), false, false));
    world.step(3_600);
    assert_eq!(out().await, ("Available/OutOfOffice".into(), true, true));
    world.sim.teams_client(person, "Busy", "InACall");
    assert_eq!(out().await, ("Busy/InACall".into(), true, true));
    world.sim.teams_gone(person);
    assert_eq!(out().await, ("Offline/OutOfOffice".into(), true, true));
    world.step(3_600);
    assert_eq!(out().await, ("Offline/Offline".into(), false, false));
    world.sim.teams_client(person, "Available", "Available");
    world.step(3_600);
    assert_eq!(out().await, ("Available/OutOfOffice".into(), true, false), "a calendar sends no replies");
    world.sim.set_quirks(Quirks { out_of_office_activity: false, ..Quirks::default() });
    assert_eq!(out().await, ("Available/Available".into(), true, false), "only the settings tell");
    world.step(3_600);
    assert_eq!(out().await, ("Available/Available".into(), false, false));
}

#[tokio::test]
async fn everything_but_the_id_may_be_null_or_missing() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let fields = async |optional_fields| {
        world.sim.set_quirks(Quirks { optional_fields, ..Quirks::default() });
        let presence = world.presences(std::slice::from_ref(person)).await.remove(0);
        assert_eq!(presence["id"], id(person));
        let fields = ["availability", "activity", "statusMessage", "outOfOfficeSettings", "sequenceNumber"];
        fields.map(|field| presence.get(field).map(|value| !value.is_null()))
    };
    let (here, null, gone) = (Some(true), Some(false), None);
    assert_eq!(fields(OptionalFields::Given).await, [here, here, null, here, here]);
    assert_eq!(fields(OptionalFields::Null).await, [here, here, null, null, null]);
    assert_eq!(fields(OptionalFields::Absent).await, [here, here, gone, gone, gone]);
    assert_eq!(fields(OptionalFields::NullWords).await, [null; 5]);
    assert_eq!(fields(OptionalFields::IdOnly).await, [gone; 5]);
}
