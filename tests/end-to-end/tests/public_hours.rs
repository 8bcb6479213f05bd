//! Hours of movement with nothing but documented endpoints: what can be carried is right in the end, restarts or not, and whatever cannot
//! be is told of exactly those whom it concerns.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use std::time::Duration;

use presync_end_to_end::Bench;
use presync_end_to_end::public::PublicWay;
use presync_service::carrying::Can;
use presync_simulator::{AgentStatus, Config, NotCarried, PersonRef, PublicCarries};

/// Until 8x8 has worked on the last changes, and the longest pause after a failure is over.
const UNTIL_SETTLED: usize = 40;

/// So many cycles of movement, four restarts among them, and a rest.
async fn hours(work_dnd: bool, cycles: u64) -> Bench {
    let public_carries = PublicCarries { agent_status: true, extension_dnd: work_dnd };
    let config = Config { users: 60, seed: 7, varied_start: true, public_carries, ..Config::default() };
    let way = PublicWay { directory: "users", calls_only: true, work_dnd, ..PublicWay::default() };
    let mut bench = Bench::public(config, way).await;
    bench.simulator.start_movement();
    for round in 0..cycles {
        bench.pass(Duration::from_millis(9_000 + round % 7 * 300)).await;
        if round % (cycles / 4) == cycles / 8 {
            bench.restart().await;
        }
    }
    bench.simulator.stop_movement();
    // Do not disturb that somebody chose at 8x8 is left as theirs, and ours is not set beside it; so such choices end here.
    // Beneath a session of ours nothing of Teams can be seen: what somebody does there in a call is learned when it is over.
    for person in bench.simulator.people(0) {
        bench.simulator.eight_manual(&person, None);
        bench.simulator.end_eight_call(&person);
        let status = bench.simulator.seat(&person).and_then(|seat| seat.agent_status);
        if matches!(status, Some(AgentStatus::ProcessTransact | AgentStatus::DirectCall | AgentStatus::Busy)) {
            bench.simulator.set_agent_status(&person, AgentStatus::WaitTransact, false);
        }
    }
    bench.cycles(UNTIL_SETTLED).await;
    bench
}

fn linked(bench: &Bench) -> Vec<PersonRef> {
    bench.simulator.people(0).into_iter().filter(|person| person.linkable).collect()
}

fn can(bench: &Bench, person: &PersonRef, what: &str) -> Can {
    let carrying = bench.tenant().why(person.upn.as_deref().unwrap()).unwrap().unwrap().carrying;
    carrying.abilities.into_iter().find(|can| can.what == what).unwrap()
}

/// Fails unless what is said to be impossible is what is.
fn assert_told(bench: &Bench) {
    let truth = bench.simulator.truth();
    let people = linked(bench);
    assert_eq!(truth.people, people.len());
    let of = |reason| truth.not_carried.get(&reason).copied().unwrap_or_default();
    let (mut no_status, mut calls_unseen) = (0, 0);
    for person in &people {
        let seat = bench.simulator.seat(person).unwrap();
        assert_eq!(can(bench, person, "show-status").because, Some("no-publishing"));
        no_status += usize::from(can(bench, person, "keep-all-calls").can == "no");
        let unseen = can(bench, person, "see-calls").because == Some("no-reading-of-work");
        calls_unseen += usize::from(seat.extension.is_some() && unseen);
    }
    assert_eq!(no_status, of(NotCarried::StatusHasNoDocumentedWrite), "{:?}", truth.not_carried);
    assert_eq!(calls_unseen, of(NotCarried::CallsAreNotSeen), "{:?}", truth.not_carried);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_contact_centre_alone_all_that_can_be_carried_is_right_and_the_rest_is_told() {
    let bench = hours(false, 240).await;
    bench.assert_right();
    assert_told(&bench);
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn with_extensions_too_all_that_can_be_carried_is_right_and_the_rest_is_told() {
    let bench = hours(true, 80).await;
    bench.assert_right();
    assert_told(&bench);
}
