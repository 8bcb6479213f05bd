//! How fresh what is shown is: who is read when not everybody can be, what a provider that asks for patience does to the pace, and
//! how long changes take.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use std::time::Duration;

use presync_core::time::Timestamp;
use presync_core::words::{Direction, Side};
use presync_end_to_end::Bench;
use presync_service::freshness::{Hop, HopSpread};
use presync_service::groups::Memberships;
use presync_service::pace::Bound;
use presync_service::status::{Freshness, Place};
use presync_service::{Limit, Supply};
use presync_simulator::{Config, Endpoint, Fault, Status};

const SECOND: Duration = Duration::from_secs(1);

fn now(bench: &Bench) -> Timestamp {
    Timestamp::from_millis(u64::try_from(bench.simulator.clock().now_ms()).unwrap())
}

fn freshness(bench: &Bench) -> Freshness {
    bench.tenant().freshness()
}

fn hop(bench: &Bench, direction: Direction, hop: Hop) -> HopSpread {
    let is_meant = |one: &HopSpread| one.direction == direction && one.hop == hop;
    freshness(bench).hops.into_iter().find(is_meant).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_limit_is_short_who_is_on_shift_is_read_first_and_everybody_within_what_is_promised() {
    let config = Config { users: 1_400, oddities: false, ..Config::default() };
    let mut bench = Bench::supplied(config, Vec::new(), |people| {
        let mut queues = Memberships::default();
        queues.add("support", people[700].upn.as_deref().unwrap());
        Supply { queues, ..Supply::default() }
    })
    .await;
    // Half of it is 40 in an hour, 8 of them at once; two cycles by hand take 6 of these, and the next cycle needs 3 for all.
    bench.cadence.teams_limit = Limit { requests: 80, within: Duration::from_secs(3_600) };
    bench.restart().await;
    // So long that nobody is among those who changed a moment ago.
    bench.pass(Duration::from_secs(6 * 60)).await;
    for person in bench.simulator.people(0) {
        bench.simulator.teams_client(&person, "Busy", "Busy");
    }
    bench.pass_paced(SECOND).await;
    assert_eq!(bench.shown(&bench.person(700)).published, Some(Status::Busy), "the agent");
    for second in 2..12 {
        bench.pass_paced(SECOND).await;
        let oldest = freshness(&bench).teams_read_at.map(|read_at| now(&bench).since(read_at)).unwrap();
        assert!(oldest <= bench.cadence.poll, "after {second} s somebody was read {oldest:?} ago");
    }
    bench.assert_right();
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_asks_for_patience_is_left_alone_and_the_other_side_goes_on() {
    let bench = Bench::small().await;
    bench.simulator.faults().add(Fault::status(Endpoint::GetPresences, 429).retry_after(30.0).times(1));
    bench.pass_paced(SECOND).await;
    let fresh = freshness(&bench);
    assert_eq!(fresh.quiet.get(&Side::Teams), Some(&(now(&bench) + Duration::from_secs(30))));
    let tempo = fresh.tempo.unwrap();
    assert_eq!(tempo.bound, Bound::Throttled);
    assert_eq!(tempo.every, bench.cadence.poll, "no slower than promised, for the other side's sake");
    let asked = bench.answers("getPresences 200") + bench.answers("getPresences 429");
    bench.simulator.start_eight_call(&bench.person(0));
    for _ in 0..3 {
        bench.pass_paced(SECOND).await;
    }
    assert_eq!(bench.answers("getPresences 200") + bench.answers("getPresences 429"), asked, "it is not asked");
    assert!(bench.shown(&bench.person(0)).session, "the call is shown in Teams meanwhile");
    assert!(bench.trouble(Place::Teams).what.contains("next try in"), "{:?}", bench.troubles());
    bench.pass_paced(Duration::from_secs(30)).await;
    assert!(freshness(&bench).quiet.is_empty());
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_side_that_fails_for_some_seconds_is_not_down_however_fast_the_cycles_come() {
    let bench = Bench::small().await;
    bench.simulator.faults().add(Fault::status(Endpoint::GetPresences, 503).retry_after(1.5));
    for _ in 0..14 {
        bench.pass_paced(SECOND).await;
        assert_eq!(bench.tenant().down(), []);
    }
    for _ in 0..4 {
        bench.pass_paced(SECOND).await;
    }
    assert_eq!(bench.tenant().down(), [Side::Teams]);
    bench.simulator.faults().clear();
    bench.pass_paced(Duration::from_secs(2)).await;
    assert_eq!(bench.tenant().down(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_is_followed_to_the_other_side_and_the_age_of_what_is_known_is_told() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.pass_paced(SECOND).await;
    let before = now(&bench);
    bench.simulator.teams_client(&person, "Busy", "Busy");
    bench.pass_paced(Duration::from_secs(3)).await;
    let changed = now(&bench);
    for (name, seconds) in [(Hop::Unseen, 3), (Hop::Deciding, 0), (Hop::Writing, 0), (Hop::Whole, 3)] {
        let spread = hop(&bench, Direction::TeamsToEight, name).spread;
        assert_eq!((spread.measured, spread.sum), (1, Duration::from_secs(seconds)), "{name:?}");
    }
    bench.simulator.start_eight_call(&person);
    bench.pass_paced(Duration::from_secs(2)).await;
    let spread = hop(&bench, Direction::EightToTeams, Hop::Whole).spread;
    assert_eq!((spread.measured, spread.sum), (1, Duration::from_secs(2)));

    let why = bench.tenant().why(person.upn.as_deref().unwrap()).unwrap().unwrap();
    assert!(changed > before);
    assert_eq!(why.age.teams_changed_at, Some(changed), "what Teams shows by our session is no change");
    assert_eq!(why.age.teams_read_at, Some(now(&bench)));
    assert_eq!(why.age.eight_read_at, Some(now(&bench)));
    assert_eq!(why.age.eight_changed_at, Some(now(&bench)));
}
