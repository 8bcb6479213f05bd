//! The truth and the latencies, on people who do one thing at a time.

use super::*;
use crate::{Side, Spread, WriteKind};

#[tokio::test]
async fn at_rest_nothing_is_wrong() {
    let world = World::new().await;
    let truth = world.sim.truth();
    assert_eq!((truth.people, truth.wrong.len(), truth.stuck_sessions.len()), (20, 0, 0));
}

#[tokio::test]
async fn a_call_that_teams_does_not_show_is_wrong_until_a_session_shows_it() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.sim.start_measuring();
    world.sim.start_eight_call(person);
    let wrong = world.sim.truth().wrong;
    assert_eq!(wrong.len(), 1);
    assert_eq!(
        (wrong[0].side, wrong[0].expected.as_str(), wrong[0].shown.as_str()),
        (Side::Teams, "Busy/InACall", "Available/Available")
    );

    world.step(3);
    world.set_session(person).await;
    assert!(world.sim.truth().wrong.is_empty(), "what is beneath our session is nobody's business during the call");
    world.step(60);
    world.sim.end_eight_call(person);
    let truth = world.sim.truth();
    assert_eq!((truth.wrong.len(), truth.stuck_sessions.len(), truth.sessions_held), (1, 1, 1));
    world.step(2);
    world.clear_session(person).await;
    let report = world.sim.report();
    assert_eq!((report.wrong_at_end, report.stuck_sessions_at_end), (0, 0));
    assert_eq!(report.eight_to_teams_seconds, Spread { samples: 2, p50: 2.0, p99: 3.0, max: 3.0 });
    let kinds: Vec<_> = world.sim.writes(person).iter().map(|write| write.kind).collect();
    assert_eq!(kinds, [WriteKind::SetSession, WriteKind::ClearSession]);
}

#[tokio::test]
async fn a_teams_change_is_wrong_until_it_is_published() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.sim.start_measuring();
    world.sim.teams_client(person, "Busy", "InAMeeting");
    let wrong = world.sim.truth().wrong;
    assert_eq!(
        (wrong[0].side, wrong[0].expected.as_str(), wrong[0].shown.as_str()),
        (Side::Eight, "ON_CALL", "AVAILABLE")
    );
    world.step(4);
    world.publish(person, "ON_CALL", 300).await;
    assert!(world.sim.truth().wrong.is_empty(), "a published call is no call that Teams has to show");
    assert_eq!(world.sim.report().teams_to_eight_seconds, Spread { samples: 1, p50: 4.0, p99: 4.0, max: 4.0 });
}

#[tokio::test]
async fn what_comes_to_light_when_our_session_ends_is_timed_from_then() {
    let world = World::new().await;
    let person = &world.sim.people(0)[0];
    world.sim.start_measuring();
    world.sim.start_eight_call(person);
    world.set_session(person).await;
    // Beneath the session, unseen: a Teams call of the same kind.
    world.sim.teams_client(person, "Busy", "InACall");
    world.step(60);
    world.sim.end_eight_call(person);
    world.clear_session(person).await;
    world.step(5);
    world.publish(person, "ON_CALL", 300).await;
    assert_eq!(world.sim.report().teams_to_eight_seconds, Spread { samples: 1, p50: 5.0, p99: 5.0, max: 5.0 });
}

#[tokio::test]
async fn writing_the_same_again_early_is_a_duplicate() {
    let world = World::new().await;
    let people = world.sim.people(0);
    world.sim.teams_client(&people[0], "Busy", "Busy");
    world.publish(&people[0], "BUSY", 300).await;
    world.step(60);
    world.publish(&people[0], "BUSY", 300).await;
    assert_eq!(world.sim.report().duplicates, 1);
    world.sim.start_eight_call(&people[1]);
    world.set_session(&people[1]).await;
    world.set_session(&people[1]).await;
    assert_eq!(world.sim.report().duplicates, 2);
    world.step(180);
    world.set_session(&people[1]).await;
    assert_eq!(world.sim.report().duplicates, 2);
}

#[tokio::test]
async fn the_oddities_are_never_judged() {
    let world = World::new().await;
    let people = world.sim.people(0);
    for person in people.iter().filter(|person| !person.linkable) {
        world.sim.teams_client(person, "Busy", "InACall");
        world.sim.start_eight_call(person);
    }
    assert!(world.sim.truth().wrong.is_empty());
    assert!(people.iter().filter(|person| !person.linkable).count() >= 8);
}

#[tokio::test]
async fn a_second_user_with_the_same_mail_gone_makes_the_first_one_linked() {
    let world = World::new().await;
    let people = world.sim.people(0);
    let double = people.iter().find(|one| {
        one.teams_id.is_none() && people.iter().any(|other| other.teams_id.is_some() && other.email == one.email)
    });
    world.sim.delete_eight_user(double.unwrap());
    assert_eq!(world.sim.truth().people, 21);
}
