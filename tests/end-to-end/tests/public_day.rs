//! Some hours of a working day by what 8x8 documents publicly; `examples/public_day.rs` is a whole one.

use std::time::Duration;

use presync_end_to_end::Bench;
use presync_end_to_end::day::Day;
use presync_end_to_end::public::PublicWay;
use presync_simulator::Config;

#[tokio::test(flavor = "multi_thread")]
async fn a_working_day_by_documented_endpoints_ends_with_all_that_can_be_carried_right_and_the_rest_told() {
    for (seed, directory) in [(1, "contacts"), (2, "users")] {
        let config = Config { users: 60, seed, varied_start: true, ..Config::default() };
        let way = PublicWay { directory, work_dnd: false, calls_only: true, ..PublicWay::default() };
        let bench = Bench::public(config, way).await;
        let evening = Day { length: Duration::from_secs(3_600), seed }.pass_over(&bench).await;
        assert!(evening.stirred.len() > 5, "{:?}", evening.stirred);
        let counters = &evening.report.counters;
        assert!(counters.agent_statuses_set > 20 && counters.sessions_set > 100, "{counters:?}");
        assert_eq!(counters.publications, 0, "there is nowhere to publish to");
        assert!(evening.wrong.is_empty() && evening.stuck.is_empty(), "seed {seed}: {evening:#?}");
        assert!(
            evening.reach.len() > 40 && evening.told_wrong().is_empty(),
            "seed {seed}: {:#?}",
            evening.told_wrong()
        );
        assert!(evening.report.limits.values().all(|limit| limit.over == 0), "{:#?}", evening.report.limits);
        assert!(evening.report.asked_too_early.is_empty() && evening.troubles.is_empty(), "{:#?}", evening.troubles);
    }
}
