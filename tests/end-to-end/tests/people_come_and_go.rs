//! Accounts that are deleted, doubled and made single: who is linked follows, and nothing of ours stays behind.

#![allow(clippy::expect_used, reason = "a scene that cannot be set is to fail its test")]

use presync_end_to_end::Bench;
use presync_simulator::{PersonRef, Status, WriteKind};

/// The person of whom there are two in 8x8, and the second of them.
fn double(bench: &Bench) -> (PersonRef, PersonRef) {
    let people = bench.simulator.people(0);
    let second = people.iter().find(|second| {
        second.teams_id.is_none() && people.iter().any(|first| first.teams_id.is_some() && first.email == second.email)
    });
    let second = second.expect("the oddities hold a double").clone();
    let first = people.iter().find(|first| first.teams_id.is_some() && first.email == second.email);
    (first.expect("the first of the two").clone(), second)
}

/// The reasons for which the accounts of a person are listed.
fn listed(bench: &Bench, person: &PersonRef) -> Vec<&'static str> {
    let ids = [&person.teams_id, &person.eight_id];
    let of_person = bench.tenant().alone().into_iter().filter(|alone| ids.contains(&&Some(alone.id.clone())));
    of_person.map(|alone| alone.reason.label()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_teams_user_who_is_deleted_in_mid_call_is_unlinked_with_the_next_reading_of_the_directory() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.teams_client(&person, "Busy", "Busy");
    bench.simulator.start_eight_call(&person);
    bench.cycles(1).await;
    assert_eq!(bench.shown(&person).published, Some(Status::Busy));
    bench.simulator.delete_teams_user(&person);
    bench.cycles(6).await;
    bench.until("the person is unlinked", |bench| bench.tenant().status().linked == 4).await;
    bench.cycles(1).await;
    assert_eq!(bench.shown(&person).published, None, "what was published is taken back");
    assert_eq!(listed(&bench, &person), ["no-partner"], "the 8x8 account is listed");
    assert!(bench.tenant().is_settled());
    assert!(bench.events(&person).is_empty(), "the person is forgotten");
    bench.assert_right();
    let writes = bench.simulator.writes(&person).len();
    bench.cycles(10).await;
    assert_eq!(bench.simulator.writes(&person).len(), writes, "and left alone from then on");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_8x8_user_who_is_deleted_in_mid_call_is_unlinked_at_once() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.teams_client(&person, "Busy", "Busy");
    bench.simulator.start_eight_call(&person);
    bench.cycles(1).await;
    assert!(bench.shown(&person).session);
    bench.simulator.delete_eight_user(&person);
    bench.cycles(1).await;
    assert_eq!(bench.tenant().status().linked, 4);
    assert!(!bench.shown(&person).session, "the session is cleared");
    assert!(bench.tenant().is_settled());
    bench.assert_right();
    bench.cycles(6).await;
    bench.until("the Teams account is listed", |bench| listed(bench, &person) == ["no-partner"]).await;
    assert_eq!(bench.tenant().status().linked, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_user_stays_forgotten_through_a_restart() {
    let mut bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.start_eight_call(&person);
    bench.cycles(1).await;
    bench.tenants.clear();
    bench.simulator.delete_eight_user(&person);
    bench.restart().await;
    bench.cycles(1).await;
    assert_eq!(bench.tenant().status().linked, 4);
    assert!(!bench.shown(&person).session);
    assert!(bench.tenant().is_settled());
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_users_with_one_address_are_never_linked() {
    let bench = Bench::small().await;
    let (first, second) = double(&bench);
    bench.simulator.teams_client(&first, "Busy", "Busy");
    bench.simulator.start_eight_call(&first);
    bench.simulator.start_eight_call(&second);
    bench.cycles(8).await;
    assert_eq!(listed(&bench, &first), ["ambiguous", "ambiguous"]);
    assert_eq!(listed(&bench, &second), ["ambiguous"]);
    assert_eq!((bench.simulator.writes(&first), bench.simulator.writes(&second)), (Vec::new(), Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_can_be_linked_after_the_start_is_in_step_after_a_directory_interval() {
    let bench = Bench::small().await;
    let (first, second) = double(&bench);
    bench.simulator.teams_client(&first, "Busy", "Busy");
    bench.simulator.start_eight_call(&first);
    bench.simulator.delete_eight_user(&second);
    bench.cycles(6).await;
    bench.until("the person is linked", |bench| bench.tenant().status().linked == 6).await;
    bench.cycles(1).await;
    let shown = bench.shown(&first);
    assert_eq!((shown.published, shown.session), (Some(Status::Busy), true), "though neither side changed since");
    assert_eq!(bench.writes(&first, WriteKind::SetSession).len(), 1);
    bench.assert_right();
}
