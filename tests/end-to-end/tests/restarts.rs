//! The service ends, is killed or stays away while people move: what it finds when it is back decides, and what it left runs out.

use std::collections::BTreeMap;
use std::time::Duration;

use presync_end_to_end::Bench;
use presync_simulator::Config;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A Teams session lives this long.
const LEASE_MS: i64 = 300_000;

/// Since when each session has had no call, by user.
#[derive(Default)]
struct Stuck(BTreeMap<String, i64>);

impl Stuck {
    /// Looks again; fails when a session has outlived its call by more than a lease.
    fn look(&mut self, bench: &Bench) {
        let truth = bench.simulator.truth();
        let before = std::mem::take(&mut self.0);
        for session in truth.stuck_sessions {
            let since = before.get(&session.user).copied().unwrap_or(truth.at_ms);
            assert!(truth.at_ms - since <= LEASE_MS, "{session:?} since {since}");
            self.0.insert(session.user, since);
        }
    }
}

fn forty() -> Config {
    Config { users: 40, seed: 11, varied_start: true, ..Config::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_with_many_restarts_ends_right_and_nothing_is_written_twice() {
    let mut bench = Bench::start(forty()).await;
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut stuck = Stuck::default();
    bench.simulator.start_movement();
    for _ in 0..360 {
        bench.simulator.step(Duration::from_secs(10));
        stuck.look(&bench);
        if rng.random_ratio(1, 10) {
            bench.restart().await;
        } else {
            bench.cycle().await;
        }
        stuck.look(&bench);
    }
    bench.simulator.stop_movement();
    bench.cycles(3).await;
    bench.assert_right();
    assert_eq!(bench.simulator.report().duplicates, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_service_is_away_its_sessions_end_by_themselves() {
    let mut bench = Bench::start(forty()).await;
    bench.simulator.start_movement();
    bench.cycles(30).await;
    assert!(bench.simulator.truth().sessions_held > 0);
    bench.tenants.clear();
    let mut stuck = Stuck::default();
    for minute in 1..=10 {
        bench.simulator.step(Duration::from_secs(60));
        stuck.look(&bench);
        assert!(minute < 5 || bench.simulator.truth().sessions_held == 0, "minute {minute}");
    }
    bench.restart().await;
    bench.simulator.stop_movement();
    bench.cycles(3).await;
    bench.assert_right();
    assert_eq!(bench.simulator.report().duplicates, 0);
}

/// How many writes of the first tenant are under way, or were when its service was killed: nobody knows what became of them.
fn in_doubt(bench: &Bench) -> u64 {
    let rows = bench.tenant().table(usize::MAX);
    rows.iter().map(|row| u64::from(row.view.publication.unsettled) + u64::from(row.view.session.unsettled)).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_killed_anywhere_in_a_cycle_ends_right_and_repeats_only_what_may_not_have_arrived() {
    let mut bench = Bench::start(Config { move_every: Duration::from_secs(20), ..forty() }).await;
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut stuck = Stuck::default();
    let mut doubts = 0;
    bench.simulator.start_movement();
    for _ in 0..60 {
        bench.simulator.step(Duration::from_secs(10));
        bench.kill_amid_cycle(rng.random_range(1..24)).await;
        bench.open();
        doubts += in_doubt(&bench);
        stuck.look(&bench);
        if rng.random_ratio(1, 2) {
            bench.cycles(1).await;
        }
    }
    bench.simulator.stop_movement();
    bench.cycles(10).await;
    bench.assert_right();
    assert!(bench.tenant().is_settled());
    // A read shows whether another status has arrived. It does not show a renewal, another note, or a session beneath what the
    // person chose by hand: those are written again, since they may not have arrived.
    let duplicates = bench.simulator.report().duplicates;
    assert!(doubts > 0, "some kills fell between a write and its answer");
    assert!(duplicates <= doubts, "{duplicates} writes were repeated, and {doubts} were in doubt");
    bench.cycles(20).await;
    assert_eq!(bench.simulator.report().duplicates, duplicates, "nothing is repeated once the doubts are settled");
}
