//! Most of a tenant turning unknown at once is an outage, until it has lasted too long to be one.

use std::time::Duration;

use presync_core::words::Side;
use presync_end_to_end::Bench;
use presync_service::status::Place;
use presync_simulator::{Config, Endpoint, Fault, Status};

async fn forty() -> Bench {
    let bench = Bench::start(Config { users: 40, ..Config::default() }).await;
    for place in 0..10 {
        bench.simulator.teams_client(&bench.person(place), "Busy", "Busy");
    }
    bench.cycles(1).await;
    bench
}

/// How many of the linked people are published with this status.
fn published(bench: &Bench, status: Option<Status>) -> usize {
    let linked = bench.simulator.people(0).into_iter().filter(|person| person.linkable);
    linked.filter(|person| bench.shown(person).published == status).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn when_teams_loses_everybody_at_once_nobody_is_published_offline() {
    let bench = forty().await;
    bench.simulator.set_mass_unknown(0, true);
    bench.cycles(30).await;
    assert_eq!((published(&bench, Some(Status::Offline)), published(&bench, Some(Status::Busy))), (0, 10));
    assert_eq!(bench.tenant().down(), [Side::Teams]);
    let trouble = bench.trouble(Place::Teams);
    assert!(!trouble.needs_action && trouble.what.contains("taken for an outage"), "{}", trouble.what);
    bench.simulator.set_mass_unknown(0, false);
    bench.cycles(1).await;
    assert_eq!((bench.tenant().down(), bench.troubles().len()), (Vec::new(), 0));
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_the_middle_of_a_mass_loss_does_not_make_it_believed() {
    let mut bench = forty().await;
    bench.simulator.set_mass_unknown(0, true);
    bench.cycles(2).await;
    bench.restart().await;
    bench.cycles(2).await;
    assert_eq!((published(&bench, Some(Status::Offline)), published(&bench, Some(Status::Busy))), (0, 10));
    assert!(bench.trouble(Place::Teams).what.contains("taken for an outage"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mass_loss_that_outlasts_patience_is_believed() {
    let bench = forty().await;
    bench.simulator.set_mass_unknown(0, true);
    bench.cycles(1).await;
    let minutes = bench.cadence.patience.as_secs() / 60;
    for _ in 0..minutes {
        assert_eq!(published(&bench, Some(Status::Offline)), 0);
        bench.pass(Duration::from_secs(60)).await;
    }
    bench.cycles(1).await;
    assert_eq!(published(&bench, Some(Status::Offline)), 40);
    bench.simulator.set_mass_unknown(0, false);
    bench.cycles(2).await;
    assert_eq!(published(&bench, Some(Status::Offline)), 0);
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn when_8x8_signs_everybody_out_at_once_running_calls_are_held() {
    let bench = forty().await;
    let caller = bench.person(0);
    bench.simulator.start_eight_call(&caller);
    bench.cycles(1).await;
    let people = bench.simulator.people(0);
    for person in &people {
        bench.simulator.eight_signed_in(person, false);
    }
    bench.simulator.end_eight_call(&caller);
    bench.cycles(2).await;
    assert!(bench.shown(&caller).session);
    assert!(bench.trouble(Place::Eight).what.contains("taken for an outage"));
    for person in &people {
        bench.simulator.eight_signed_in(person, true);
    }
    bench.cycles(2).await;
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_went_and_came_back_between_two_reads_are_no_mass_loss() {
    let bench = forty().await;
    let people = bench.simulator.people(0);
    for signed_in in [false, true] {
        bench.simulator.step(Duration::from_secs(3));
        people.iter().for_each(|person| bench.simulator.eight_signed_in(person, signed_in));
    }
    bench.cycles(1).await;
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_is_empty_all_at_once_unlinks_nobody_until_that_has_lasted() {
    let bench = forty().await;
    // No changes are told, so that all of the directory is read: and nobody is in it.
    bench.simulator.faults().add(Fault::status(Endpoint::UsersDelta, 404));
    bench.simulator.faults().add(Fault::status(Endpoint::ListUsers, 200).body(r#"{"value":[]}"#));
    bench.simulator.step(bench.cadence.directory);
    bench.until("the directory is doubted", |bench| bench.troubles().contains_key(&Place::Directory)).await;
    let trouble = bench.trouble(Place::Directory);
    assert!(!trouble.needs_action && trouble.what.contains("40 of 40 people are missing"), "{}", trouble.what);
    // The first doubt was later than now less one minute, and patience has not run out a minute before its end.
    for _ in 0..bench.cadence.patience.as_secs() / 60 - 1 {
        bench.pass(Duration::from_secs(60)).await;
        assert_eq!(bench.tenant().status().linked, 40);
    }
    bench.simulator.step(Duration::from_secs(180));
    bench.until("everybody is unlinked", |bench| bench.tenant().status().linked == 0).await;
    assert_eq!(published(&bench, None), 40, "and what was published is taken back");
    bench.simulator.faults().clear();
    bench.simulator.step(bench.cadence.directory);
    bench.until("everybody is linked again", |bench| bench.tenant().status().linked == 40).await;
    bench.cycles(2).await;
    bench.assert_right();
}
