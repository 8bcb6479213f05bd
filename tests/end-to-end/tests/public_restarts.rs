//! Public mode over restarts: what was set at 8x8 is known to be ours, what was under way is brought to its end, and nothing is made up.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use std::time::Duration;

use presync_end_to_end::Bench;
use presync_end_to_end::public::PublicWay;
use presync_simulator::{AgentStatus, Config, DirectoryRow, PersonRef, WriteKind};

/// Long enough for 8x8 to work on a change of a user, and for a lease to end.
const SOME_CYCLES: usize = 12;
const A_LEASE: usize = 34;

async fn start(work_dnd: bool) -> Bench {
    let way = PublicWay { directory: "users", work_dnd, ..PublicWay::default() };
    Bench::public(Config { users: 20, oddities: false, ..Config::default() }, way).await
}

fn person(bench: &Bench, fits: impl Fn(&DirectoryRow) -> bool) -> PersonRef {
    let mut people = bench.simulator.people(0).into_iter().filter(|person| person.linkable);
    people.find(|person| bench.simulator.seat(person).is_some_and(|seat| fits(&seat))).unwrap()
}

/// Somebody with an extension and without an agent.
fn member(bench: &Bench) -> PersonRef {
    person(bench, |seat| seat.agent_id.is_none() && seat.extension.is_some())
}

fn disturb_not(bench: &Bench, person: &PersonRef, on: bool) {
    bench.simulator.teams_preferred(person, on.then_some(("DoNotDisturb", "DoNotDisturb")));
}

fn is_on(bench: &Bench, person: &PersonRef) -> bool {
    bench.simulator.seat(person).unwrap().extension_dnd
}

fn agent_is(bench: &Bench, person: &PersonRef) -> AgentStatus {
    bench.simulator.seat(person).unwrap().agent_status.unwrap()
}

fn kinds(bench: &Bench, person: &PersonRef) -> Vec<String> {
    bench.events(person).into_iter().map(|(kind, _)| kind).collect()
}

/// A bench on which do not disturb of somebody is on, by us.
async fn disturbed() -> (Bench, PersonRef) {
    let bench = start(true).await;
    let person = member(&bench);
    disturb_not(&bench, &person, true);
    bench.within(SOME_CYCLES, "it is on", |bench| is_on(bench, &person)).await;
    (bench, person)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_8x8_works_on_during_a_restart_is_ours_when_it_is_done() {
    let mut bench = start(true).await;
    let person = member(&bench);
    disturb_not(&bench, &person, true);
    bench.cycles(1).await;
    assert!(!is_on(&bench, &person), "8x8 works on it");
    bench.restart().await;
    bench.cycles(SOME_CYCLES).await;
    assert!(is_on(&bench, &person));
    assert_eq!(bench.writes(&person, WriteKind::ExtensionDnd).len(), 1, "it was not sent a second time");
    disturb_not(&bench, &person, false);
    bench.cycles(SOME_CYCLES).await;
    assert!(!is_on(&bench, &person));
}

#[tokio::test(flavor = "multi_thread")]
async fn restarts_while_something_is_held_write_nothing_and_lose_nothing() {
    let (mut bench, person) = disturbed().await;
    bench.cycles(2).await;
    let before = kinds(&bench, &person);
    for _ in 0..5 {
        bench.restart().await;
        bench.cycles(2).await;
    }
    assert!(is_on(&bench, &person));
    assert_eq!(bench.writes(&person, WriteKind::ExtensionDnd).len(), 1);
    assert_eq!(kinds(&bench, &person), before, "and nothing is told to have happened");
    disturb_not(&bench, &person, false);
    bench.restart().await;
    bench.cycles(SOME_CYCLES).await;
    assert!(!is_on(&bench, &person), "the process that ends it is not the one that began it");
}

#[tokio::test(flavor = "multi_thread")]
async fn do_not_disturb_that_ends_while_nobody_runs_is_ended_at_the_next_start() {
    let (mut bench, person) = disturbed().await;
    bench.cycles(1).await;
    bench.tenants.clear();
    disturb_not(&bench, &person, false);
    bench.simulator.step(Duration::from_secs(3_600));
    assert!(is_on(&bench, &person), "nothing at 8x8 ends by itself");
    bench.restart().await;
    bench.cycles(SOME_CYCLES).await;
    assert!(!is_on(&bench, &person));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_while_nobody_runs_does_not_keep_what_was_set() {
    let (mut bench, person) = disturbed().await;
    bench.cycles(1).await;
    bench.tenants.clear();
    bench.simulator.delete_teams_user(&person);
    bench.restart().await;
    bench.cycles(A_LEASE).await;
    assert!(!is_on(&bench, &person));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_anywhere_leaves_nobody_in_do_not_disturb_and_nobody_out_of_it() {
    let mut bench = start(true).await;
    let person = member(&bench);
    for wakes in (0..60).step_by(3) {
        for on in [true, false] {
            disturb_not(&bench, &person, on);
            bench.simulator.step(bench.cadence.poll);
            bench.kill_amid_cycle(wakes).await;
            bench.restart().await;
            bench.cycles(A_LEASE).await;
            assert_eq!(is_on(&bench, &person), on, "killed after {wakes} wakes");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_for_the_end_of_a_call_goes_on_after_a_restart_and_ends_if_nobody_wants_it_any_more() {
    let mut bench = start(false).await;
    let agent = person(&bench, |seat| seat.agent_id.is_some());
    for still_wanted in [true, false] {
        bench.simulator.set_agent_status(&agent, AgentStatus::ProcessTransact, true);
        disturb_not(&bench, &agent, true);
        bench.cycles(2).await;
        bench.tenants.clear();
        disturb_not(&bench, &agent, still_wanted);
        bench.restart().await;
        bench.cycles(2).await;
        assert_eq!(agent_is(&bench, &agent), AgentStatus::ProcessTransact, "nobody is taken out of a call");
        bench.simulator.set_agent_status(&agent, AgentStatus::WaitTransact, false);
        bench.cycles(3).await;
        let expected = if still_wanted { AgentStatus::WorkOffline } else { AgentStatus::WaitTransact };
        assert_eq!(agent_is(&bench, &agent), expected);
        disturb_not(&bench, &agent, false);
        bench.cycles(3).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_came_back_by_hand_is_not_held_out_again_by_a_restart() {
    let mut bench = start(false).await;
    let agent = person(&bench, |seat| seat.agent_id.is_some());
    disturb_not(&bench, &agent, true);
    bench.within(3, "the agent is held out", |bench| agent_is(bench, &agent) == AgentStatus::WorkOffline).await;
    bench.simulator.set_agent_status(&agent, AgentStatus::WaitTransact, false);
    bench.cycles(2).await;
    for _ in 0..2 {
        bench.restart().await;
        bench.cycles(A_LEASE).await;
        assert_eq!(agent_is(&bench, &agent), AgentStatus::WaitTransact, "what the agent chose stands");
    }
    disturb_not(&bench, &agent, false);
    bench.cycles(2).await;
    disturb_not(&bench, &agent, true);
    bench.within(4, "a new wish is a new wish", |bench| agent_is(bench, &agent) == AgentStatus::WorkOffline).await;
}
