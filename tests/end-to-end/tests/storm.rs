//! Every documented failure of both providers on a fifth of all requests, for some minutes; `examples/faults.rs` does it for longer.

use std::collections::BTreeSet;
use std::time::Duration;

use presync_end_to_end::Bench;
use presync_end_to_end::public::PublicWay;
use presync_end_to_end::storm::{Storm, Told};
use presync_end_to_end::weather::Delays;
use presync_simulator::Config;

const MINUTES: u64 = 3;
const SHARE: f64 = 0.2;

fn people(seed: u64) -> Config {
    Config { tenants: 2, users: 40, seed, move_every: Duration::from_secs(20), ..Config::default() }
}

async fn passed_over(mut bench: Bench, seed: u64) -> Told {
    bench.call_deadline = Delays::default().deadline;
    bench.restart().await;
    let told = Storm { length: Duration::from_secs(MINUTES * 60), share: SHARE, seed }.pass_over(&bench).await;
    assert_eq!(told.over(), 0, "a documented limit was exceeded:\n{told}");
    assert!(told.wrong.is_empty() && told.stuck.is_empty(), "seed {seed}:\n{told}");
    told
}

/// Fails unless that was bad weather.
fn assert_bad(told: &[Told]) {
    let struck: u64 = told.iter().map(Told::requests_struck).sum();
    let met = told.iter().flat_map(|told| &told.struck.requests).filter(|(_, count)| **count > 0);
    let kinds: BTreeSet<&String> = met.map(|(kind, _)| kind).collect();
    assert!(struck > 60 && kinds.len() > 20, "{struck} requests were struck, by {kinds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_storm_over_both_providers_everybody_is_right_and_no_limit_was_exceeded() {
    let mut told = Vec::new();
    for seed in 1..=3 {
        told.push(passed_over(Bench::start(people(seed)).await, seed).await);
    }
    assert_bad(&told);
    assert!(told.iter().all(|told| told.report.both_directions_used));
    assert!(told.iter().flat_map(|told| told.struck.items.values()).sum::<u64>() > 10, "items of bulks fail, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_storm_over_the_documented_services_everything_that_can_be_carried_is_right() {
    let way = PublicWay { work_dnd: false, calls_only: true, ..PublicWay::default() };
    let mut told = Vec::new();
    for seed in 1..=3 {
        told.push(passed_over(Bench::public(people(seed), way).await, seed).await);
    }
    assert_bad(&told);
    assert!(told.iter().any(|told| told.report.counters.agent_statuses_set > 0), "agents are held out");
}
