//! What may be written, for how long, and how a refusal says what is wrong.

use super::*;
use crate::{AppKind, ForeignSessionId, Permission, Quirks};

fn words(presence: &Value) -> String {
    format!("{}/{}", presence["availability"].as_str().unwrap(), presence["activity"].as_str().unwrap())
}

async fn shown(world: &World, person: &PersonRef) -> String {
    words(&world.presences(std::slice::from_ref(person)).await[0])
}

/// One of the actions on a person's presence, as the writing application.
async fn act(world: &World, person: &PersonRef, action: &str, body: Value) -> (u16, String) {
    let path = format!("/users/{}/presence/{action}", person.teams_id.as_ref().unwrap());
    let response = send(world.post(&path, &body)).await;
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let message = serde_json::from_str::<Value>(&text).map_or(text, |body| {
        format!("{}: {}", body["error"]["code"].as_str().unwrap(), body["error"]["message"].as_str().unwrap())
    });
    (status, message)
}

fn session(world: &World, pair: (&str, &str), duration: Option<&str>) -> Value {
    let mut body = json!({"sessionId": world.access.write_app.client_id, "availability": pair.0, "activity": pair.1});
    if let Some(duration) = duration {
        body["expirationDuration"] = json!(duration);
    }
    body
}

const WORDS: [&str; 13] = [
    "Available",
    "Away",
    "BeRightBack",
    "Busy",
    "DoNotDisturb",
    "InACall",
    "InAConferenceCall",
    "InAMeeting",
    "Offline",
    "OffWork",
    "OutOfOffice",
    "Presenting",
    "Focusing",
];

#[tokio::test]
async fn five_pairs_can_be_set_and_six_preferred_out_of_all() {
    let world =
        World::with(Config { graph_limit: NO_LIMIT, clock: SimClock::driven(START_MS), ..Config::default() }).await;
    let person = &world.sim.people(0)[0];
    let (mut set, mut preferred) = (vec![], vec![]);
    for availability in WORDS {
        for activity in WORDS {
            match act(&world, person, "setPresence", session(&world, (availability, activity), None)).await {
                (200, _) => set.push(format!("{availability}/{activity}")),
                (status, message) => {
                    assert_eq!(status, 400, "{message}");
                    assert!(message.starts_with("InvalidArgument: [Availability, Activity]"), "{message}");
                }
            }
            let body = json!({"availability": availability, "activity": activity});
            match act(&world, person, "setUserPreferredPresence", body).await {
                (200, _) => preferred.push(format!("{availability}/{activity}")),
                (status, message) => assert_eq!(status, 400, "{message}"),
            }
        }
    }
    let settable =
        ["Available/Available", "Away/Away", "Busy/InACall", "Busy/InAConferenceCall", "DoNotDisturb/Presenting"];
    assert_eq!(set, settable);
    let preferable = [
        "Available/Available",
        "Away/Away",
        "BeRightBack/BeRightBack",
        "Busy/Busy",
        "DoNotDisturb/DoNotDisturb",
        "Offline/OffWork",
    ];
    assert_eq!(preferred, preferable);
}

#[tokio::test]
async fn a_pair_that_cannot_be_set_may_also_be_accepted_without_effect() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.sim.set_quirks(Quirks { refuse_other_pairs: false, ..Quirks::default() });
    let (status, _) = act(&world, person, "setPresence", session(&world, ("Busy", "InAMeeting"), None)).await;
    assert_eq!((status, shown(&world, person).await.as_str()), (200, "Available/Available"));
}

#[tokio::test]
async fn a_missing_session_id_is_told_before_a_missing_permission() {
    let world = World::new().await;
    world.sim.register(0, AppKind::Write, |write| write.roles = vec![Permission::UserReadAll]).unwrap();
    let mut world = world;
    world.write = entra_token(&world.http, &world.sim, &world.access, &world.access.write_app).await;
    let person = &world.sim.people(0)[0];
    let missing = (400, String::from("InvalidArgument: [SessionId]: The SessionId field is required."));
    for action in ["setPresence", "clearPresence"] {
        let body = json!({"availability": "Busy", "activity": "InACall"});
        assert_eq!(act(&world, person, action, body).await, missing);
        let (status, message) = act(&world, person, action, session(&world, ("Busy", "InACall"), None)).await;
        assert_eq!((status, message.as_str()), (403, "Forbidden: "));
    }
}

#[tokio::test]
async fn another_session_id_is_refused_or_a_session_of_its_own() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let mut foreign = session(&world, ("DoNotDisturb", "Presenting"), None);
    foreign["sessionId"] = json!("9f4ebab6-520d-49c0-85cc-7b25c78d4a93");
    let (status, message) = act(&world, person, "setPresence", foreign.clone()).await;
    assert_eq!(status, 400);
    assert!(message.contains("[SessionId]"), "{message}");

    world.sim.set_quirks(Quirks { foreign_session_id: ForeignSessionId::AnotherSession, ..Quirks::default() });
    assert_eq!(act(&world, person, "setPresence", foreign.clone()).await.0, 200);
    assert_eq!(world.set_session(person).await, 200);
    assert_eq!(shown(&world, person).await, "DoNotDisturb/Presenting");
    assert_eq!(world.clear_session(person).await, 200);
    assert_eq!(shown(&world, person).await, "DoNotDisturb/Presenting");
    assert_eq!(act(&world, person, "clearPresence", foreign).await.0, 200);
    assert_eq!(shown(&world, person).await, "Available/Available");
}

#[tokio::test]
async fn a_session_lasts_from_five_minutes_to_four_hours_and_five_minutes_unless_said() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let call = ("Busy", "InACall");
    for duration in ["PT5M", "PT300S", "PT1H30M", "PT4H", "PT240M"] {
        assert_eq!(
            act(&world, person, "setPresence", session(&world, call, Some(duration))).await.0,
            200,
            "{duration}"
        );
    }
    for duration in ["PT4M59S", "PT4H1S", "P1D", "P1M", "an hour", "300", "", "PT"] {
        let (status, message) = act(&world, person, "setPresence", session(&world, call, Some(duration))).await;
        assert_eq!(status, 400, "{duration}");
        assert!(message.starts_with("InvalidArgument: [ExpirationDuration]"), "{message}");
    }
    act(&world, person, "setPresence", session(&world, call, None)).await;
    world.step(299);
    assert_eq!(shown(&world, person).await, "Busy/InACall");
    world.step(1);
    assert_eq!(shown(&world, person).await, "Available/Available");
}

#[tokio::test]
async fn a_preference_lasts_a_day_or_a_week_or_as_long_as_one_says() {
    let world = World::for_long().await;
    let person = &world.sim.people(0)[0];
    const DAY: u64 = 24 * 3_600;
    let cases = [
        ("Busy", "Busy", None, DAY),
        ("DoNotDisturb", "DoNotDisturb", None, DAY),
        ("BeRightBack", "BeRightBack", None, 7 * DAY),
        ("Away", "Away", None, 7 * DAY),
        ("Offline", "OffWork", None, 7 * DAY),
        ("Busy", "Busy", Some("PT1S"), 1),
        ("Busy", "Busy", Some("P365D"), 365 * DAY),
    ];
    let usual = shown(&world, person).await;
    for (availability, activity, duration, lasts) in cases {
        let mut body = json!({"availability": availability, "activity": activity});
        if let Some(duration) = duration {
            body["expirationDuration"] = json!(duration);
        }
        assert_eq!(act(&world, person, "setUserPreferredPresence", body).await.0, 200);
        world.step(lasts - 1);
        assert_eq!(shown(&world, person).await, format!("{availability}/{activity}"));
        world.step(1);
        assert_eq!(shown(&world, person).await, usual);
    }
}

#[tokio::test]
async fn clearing_a_session_that_is_not_there_is_404_or_200_and_a_preference_always_200() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.sim.teams_gone(person);
    assert_eq!(world.set_session(person).await, 200);
    assert_eq!(shown(&world, person).await, "Busy/InACall");
    assert_eq!(world.clear_session(person).await, 200);
    assert_eq!(shown(&world, person).await, "Offline/Offline");
    assert_eq!(world.clear_session(person).await, 404);
    world.sim.set_quirks(Quirks { clear_unknown_is_404: false, ..Quirks::default() });
    assert_eq!(world.clear_session(person).await, 200);
    for _ in 0..2 {
        assert_eq!(act(&world, person, "clearUserPreferredPresence", json!({})).await, (200, String::new()));
    }
    world.sim.set_quirks(Quirks { action_status: 204, ..Quirks::default() });
    assert_eq!(act(&world, person, "clearUserPreferredPresence", json!({})).await, (204, String::new()));
    assert_eq!(world.set_session(person).await, 204);
}

#[tokio::test]
async fn a_status_message_is_text_and_ends_when_it_says() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let set = async |message: Value, expiry: Option<Value>| {
        let mut body = json!({"statusMessage": {"message": message}});
        if let Some(expiry) = expiry {
            body["statusMessage"]["expiryDateTime"] = expiry;
        }
        act(&world, person, "setStatusMessage", body).await
    };
    let note = async || {
        let presence = world.presences(std::slice::from_ref(person)).await.remove(0);
        presence["statusMessage"]["message"]["content"].as_str().map(String::from)
    };
    let text = |content: &str| json!({"content": content, "contentType": "text"});
    let pacific = json!({"dateTime": "2026-01-05T02:20:00.2079781", "timeZone": "Pacific Standard Time"});
    assert_eq!(set(text("In a meeting"), Some(pacific)).await.0, 200);
    world.step(300);
    assert_eq!(note().await.as_deref(), Some("In a meeting"));
    world.step(1);
    assert_eq!(note().await, None);

    assert_eq!(set(text("For good"), None).await.0, 200);
    world.step(3_000);
    assert_eq!(note().await.as_deref(), Some("For good"));
    assert_eq!(set(text(""), None).await.0, 200);
    assert_eq!(note().await, None);

    let html = set(json!({"content": "<b>Bold</b>", "contentType": "html"}), None).await;
    assert_eq!(html.0, 400);
    assert!(html.1.contains("Only 'text'"), "{}", html.1);
    assert_eq!(set(text(&"x".repeat(281)), None).await.0, 400);
    assert_eq!(set(text("x"), Some(json!({"dateTime": "soon", "timeZone": "UTC"}))).await.0, 400);
    assert_eq!(act(&world, person, "setStatusMessage", json!({})).await.0, 400);
}
