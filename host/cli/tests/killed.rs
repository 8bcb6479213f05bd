//! The real binary on real files, killed without warning while people are on calls, and started again.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up is to fail")]

mod service;

use std::time::Duration;

use presync_simulator::{Config, PersonRef, SimClock, Simulator, Write, WriteKind};
use service::{Service, eventually};

fn calls(simulator: &Simulator, how_many: usize) -> Vec<PersonRef> {
    let people: Vec<_> = simulator.people(0).into_iter().take(how_many).collect();
    people.iter().for_each(|person| simulator.start_eight_call(person));
    people
}

fn session_writes(simulator: &Simulator, person: &PersonRef) -> Vec<Write> {
    let kinds = [WriteKind::SetSession, WriteKind::ClearSession];
    simulator.writes(person).into_iter().filter(|write| kinds.contains(&write.kind)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_in_mid_call_nothing_is_written_twice_and_ended_calls_are_cleared() {
    let simulator = Simulator::start(Config { users: 12, ..Config::default() }).await.unwrap();
    simulator.start_measuring();
    let mut service = Service::new(&simulator);
    service.start();
    let people = calls(&simulator, 10);
    eventually("every call is shown in Teams", || people.iter().all(|person| simulator.shown(person).session)).await;
    service.kill();
    let (ended, going_on) = people.split_at(5);
    ended.iter().for_each(|person| simulator.end_eight_call(person));
    service.start();
    eventually("ended calls are cleared", || ended.iter().all(|person| !simulator.shown(person).session)).await;
    // Two more cycles, in which anything written twice would be written.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    service.kill();
    for person in ended {
        let kinds: Vec<_> = session_writes(&simulator, person).iter().map(|write| write.kind).collect();
        assert_eq!(kinds, [WriteKind::SetSession, WriteKind::ClearSession], "{person:?}");
    }
    for person in going_on {
        let kinds: Vec<_> = session_writes(&simulator, person).iter().map(|write| write.kind).collect();
        assert_eq!(kinds, [WriteKind::SetSession], "{person:?}");
    }
    let truth = simulator.truth();
    assert!(truth.wrong.is_empty() && truth.stuck_sessions.is_empty(), "{truth:#?}");
    assert_eq!(simulator.report().duplicates, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn if_presync_never_comes_back_no_session_outlives_its_call_by_more_than_one_lease() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let clock = SimClock::driven(i64::try_from(now.as_millis()).unwrap());
    let simulator = Simulator::start(Config { users: 8, clock, ..Config::default() }).await.unwrap();
    let mut service = Service::new(&simulator);
    service.start();
    let people = calls(&simulator, 6);
    eventually("every call is shown in Teams", || people.iter().all(|person| simulator.shown(person).session)).await;
    service.kill();
    people.iter().for_each(|person| simulator.end_eight_call(person));
    assert_eq!(simulator.truth().stuck_sessions.len(), 6, "nobody is there to clear them");
    simulator.step(Duration::from_secs(5 * 60));
    assert_eq!(simulator.truth().stuck_sessions.len(), 0, "one lease later they are gone by themselves");
    service.start();
    // A cycle of the new process reads everybody; one write is all that it may send: the clear of a session that is gone.
    eventually("the service reads again", || service.has_cycled()).await;
    for person in &people {
        let writes = session_writes(&simulator, person);
        let sets = writes.iter().filter(|write| write.kind == WriteKind::SetSession).count();
        assert_eq!(sets, 1, "{person:?}: {writes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_while_people_move_it_ends_right_and_writes_nothing_twice() {
    let config = Config { users: 40, varied_start: true, move_every: Duration::from_secs(6), ..Config::default() };
    let simulator = Simulator::start(config).await.unwrap();
    let mut service = Service::new(&simulator);
    service.start();
    eventually("the service reads", || service.has_cycled()).await;
    simulator.start_movement();
    // Uneven pauses, so that the kills fall into reading, storing and writing alike.
    for pause in [1_730, 2_011, 1_303, 2_517, 1_009, 1_913] {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        service.kill();
        service.start();
    }
    simulator.stop_movement();
    eventually("everybody is shown as they should be", || {
        let truth = simulator.truth();
        truth.wrong.is_empty() && truth.stuck_sessions.is_empty()
    })
    .await;
    assert_eq!(simulator.report().duplicates, 0, "{:#?}", simulator.report());
}
