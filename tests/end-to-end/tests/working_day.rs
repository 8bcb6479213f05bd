//! People live a working day; presync keeps both sides in step.

use std::time::Duration;

use presync_end_to_end::Bench;
use presync_simulator::Config;

#[tokio::test(flavor = "multi_thread")]
async fn after_hours_of_movement_both_sides_show_what_they_should() {
    let bench = Bench::start(Config { tenants: 2, users: 60, seed: 7, varied_start: true, ..Config::default() }).await;
    bench.simulator.start_movement();
    // Cycles at an uneven beat, so that changes fall anywhere within one.
    for round in 0..400u64 {
        bench.pass(Duration::from_millis(9_000 + round % 7 * 300)).await;
    }
    bench.simulator.stop_movement();
    bench.cycles(2).await;
    bench.assert_right();
    let report = bench.simulator.report();
    assert!(report.both_directions_used);
    assert_eq!(report.duplicates, 0, "nothing is written twice");
    assert!(report.most_requests_in_30_seconds <= 1_500);
    let counters = bench.counters();
    assert!(counters.echoes_ignored > 0);
    assert_eq!(counters.writes_failed, 0);
    assert!(report.change_to_publish_seconds.max <= 10.9, "{:?}", report.change_to_publish_seconds);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_nobody_makes_causes_no_write() {
    let bench = Bench::start(Config { users: 20, varied_start: true, ..Config::default() }).await;
    bench.cycles(2).await;
    let before = bench.counters();
    bench.cycles(6).await;
    let after = bench.counters();
    assert_eq!(
        (after.published, after.sessions_held, after.sessions_cleared, after.renewed),
        (before.published, before.sessions_held, before.sessions_cleared, before.renewed)
    );
    assert!(after.presences_read > before.presences_read, "it did look");
}
