//! One presence out of many: Teams clients, applications, preference, time. And what Teams shows of it, later.

use super::*;
use crate::{AppKind, Device, Faded, Quirks};

async fn shown(world: &World, person: &PersonRef) -> String {
    let presence = world.presences(std::slice::from_ref(person)).await.remove(0);
    format!("{}/{}", presence["availability"].as_str().unwrap(), presence["activity"].as_str().unwrap())
}

/// A session of one of the tenant's applications.
async fn set(world: &World, person: &PersonRef, app: AppKind, pair: (&str, &str), duration: &str) -> u16 {
    let app = if app == AppKind::Other { &world.access.other_app } else { &world.access.write_app };
    let token = entra_token(&world.http, &world.sim, &world.access, app).await;
    let path = format!("/users/{}/presence/setPresence", person.teams_id.as_ref().unwrap());
    let body = json!({"sessionId": app.client_id, "availability": pair.0, "activity": pair.1,
        "expirationDuration": duration});
    status(world.http.post(world.sim.graph_url() + &path).bearer_auth(token).json(&body)).await
}

const AVAILABLE: (&str, &str) = ("Available", "Available");
const IN_A_CALL: (&str, &str) = ("Busy", "InACall");
const PRESENTING: (&str, &str) = ("DoNotDisturb", "Presenting");
const AWAY: (&str, &str) = ("Away", "Away");

#[tokio::test]
async fn available_fades_at_five_and_ten_minutes_and_ends_and_nothing_else_fades() {
    let world = World::for_long().await;
    let person = &world.sim.people(0)[0];
    world.sim.teams_gone(person);
    set(&world, person, AppKind::Write, AVAILABLE, "PT20M").await;
    world.step(299);
    assert_eq!(shown(&world, person).await, "Available/Available");
    world.step(1);
    assert_eq!(shown(&world, person).await, "Available/AvailableInactive");
    for (faded, words) in [(Faded::AvailableIdle, "AvailableIdle/Inactive"), (Faded::Inactive, "Available/Inactive")] {
        world.sim.set_quirks(Quirks { faded, ..Quirks::default() });
        assert_eq!(shown(&world, person).await, words);
    }
    world.step(300);
    assert_eq!(shown(&world, person).await, "Away/Away");
    world.step(599);
    assert_eq!(shown(&world, person).await, "Away/Away");
    world.step(1);
    assert_eq!(shown(&world, person).await, "Offline/Offline");

    for (pair, words) in [(IN_A_CALL, "Busy/InACall"), (PRESENTING, "DoNotDisturb/Presenting"), (AWAY, "Away/Away")] {
        set(&world, person, AppKind::Write, pair, "PT15M").await;
        world.step(899);
        assert_eq!(shown(&world, person).await, words);
        world.step(1);
        assert_eq!(shown(&world, person).await, "Offline/Offline");
    }
}

#[tokio::test]
async fn setting_a_session_again_starts_both_of_its_clocks_again() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.sim.teams_gone(person);
    for _ in 0..3 {
        set(&world, person, AppKind::Write, AVAILABLE, "PT5M").await;
        world.step(240);
        assert_eq!(shown(&world, person).await, "Available/Available");
    }
    world.step(60);
    assert_eq!(shown(&world, person).await, "Offline/Offline", "five minutes are over before the fade begins");
}

#[tokio::test]
async fn the_best_of_all_clients_and_applications_is_shown() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.sim.teams_client(person, "Away", "Away");
    world.sim.teams_device(person, Device::Mobile, Some(AVAILABLE));
    assert_eq!(shown(&world, person).await, "Available/Available");
    set(&world, person, AppKind::Write, AWAY, "PT1H").await;
    assert_eq!(shown(&world, person).await, "Available/Available", "an application cannot push a client away");
    world.sim.teams_device(person, Device::Web, Some(("Busy", "InAConferenceCall")));
    assert_eq!(shown(&world, person).await, "Busy/InAConferenceCall");
    set(&world, person, AppKind::Write, AVAILABLE, "PT1H").await;
    assert_eq!(shown(&world, person).await, "Busy/InAConferenceCall", "nor hide that it is busy");
    set(&world, person, AppKind::Other, PRESENTING, "PT1H").await;
    assert_eq!(shown(&world, person).await, "DoNotDisturb/Presenting");
    assert_eq!(set(&world, person, AppKind::Other, AWAY, "PT1H").await, 200);
    assert_eq!(shown(&world, person).await, "Busy/InAConferenceCall");
    for device in [Device::Web, Device::Mobile, Device::Desktop] {
        world.sim.teams_device(person, device, None);
    }
    assert_eq!(shown(&world, person).await, "Available/Available", "two applications are left");
    assert_eq!(world.clear_session(person).await, 200);
    assert_eq!(shown(&world, person).await, "Away/Away");
}

#[tokio::test]
async fn of_equals_the_newest_is_shown() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.sim.teams_device(person, Device::Desktop, Some(("Busy", "InAConferenceCall")));
    world.step(1);
    set(&world, person, AppKind::Write, IN_A_CALL, "PT1H").await;
    assert_eq!(shown(&world, person).await, "Busy/InACall");
    world.step(1);
    world.sim.teams_meeting(person, true);
    assert_eq!(shown(&world, person).await, "Busy/InAMeeting");
    world.step(1);
    set(&world, person, AppKind::Other, ("Busy", "InAConferenceCall"), "PT1H").await;
    assert_eq!(shown(&world, person).await, "Busy/InAConferenceCall");
}

#[tokio::test]
async fn another_applications_session_is_the_persons_own_presence_to_presync() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    set(&world, person, AppKind::Other, IN_A_CALL, "PT1H").await;
    assert!(!world.sim.shown(person).session);
    assert_eq!(world.clear_session(person).await, 404, "it is not ours to clear");
    assert!(world.sim.writes(person).iter().all(|write| write.kind == crate::WriteKind::ClearSession));
    let wrong = world.sim.truth().wrong;
    assert!(wrong.iter().any(|wrong| wrong.person == person.person && wrong.expected == "ON_CALL"), "{wrong:?}");
}

#[tokio::test]
async fn a_preference_beats_every_session_needs_one_and_ends() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    let prefer = async |availability: &str, activity: &str| {
        let path = format!("/users/{}/presence/setUserPreferredPresence", person.teams_id.as_ref().unwrap());
        let body = json!({"availability": availability, "activity": activity, "expirationDuration": "PT10M"});
        assert_eq!(status(world.post(&path, &body)).await, 200);
    };
    world.sim.teams_client(person, "DoNotDisturb", "Presenting");
    prefer("BeRightBack", "BeRightBack").await;
    assert_eq!(shown(&world, person).await, "BeRightBack/BeRightBack");
    world.sim.teams_device(person, Device::Desktop, None);
    assert_eq!(shown(&world, person).await, "Offline/Offline", "nobody is there to prefer anything");
    set(&world, person, AppKind::Write, IN_A_CALL, "PT1H").await;
    assert_eq!(shown(&world, person).await, "BeRightBack/BeRightBack", "it was remembered");
    prefer("Offline", "OffWork").await;
    assert_eq!(set(&world, person, AppKind::Write, IN_A_CALL, "PT1H").await, 200);
    assert_eq!(shown(&world, person).await, "Offline/OffWork");
    world.step(599);
    assert_eq!(shown(&world, person).await, "Offline/OffWork");
    world.step(1);
    assert_eq!(shown(&world, person).await, "Busy/InACall");
}

#[tokio::test]
async fn teams_shows_a_change_later_than_graph_does() {
    let quirks = Quirks { teams_lag_ms: 180_000, ..Quirks::default() };
    let world = World::with(Config { quirks, clock: SimClock::driven(START_MS), ..Config::default() }).await;
    let person = &world.sim.people(0)[0];
    let view = || world.sim.teams_view(person).unwrap().to_string();
    world.step(60);
    world.sim.teams_client(person, "Busy", "InACall");
    world.step(60);
    world.sim.teams_client(person, "Away", "Away");
    assert_eq!((shown(&world, person).await.as_str(), view().as_str()), ("Away/Away", "Available/Available"));
    world.step(119);
    assert_eq!(view(), "Available/Available");
    world.step(1);
    assert_eq!(view(), "Busy/InACall");
    let people = json(world.http.get(world.sim.admin_url() + "/admin/people")).await;
    let row = &people[person.person as usize];
    assert_eq!((&row["teams"], &row["teamsView"]), (&json!("Away/Away"), &json!("Busy/InACall")));
    world.step(60);
    assert_eq!(view(), "Away/Away");
    world.sim.set_quirks(Quirks::default());
    world.sim.teams_client(person, "Available", "Available");
    assert_eq!(view(), "Available/Available", "without a lag at once");
}
