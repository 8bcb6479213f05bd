//! How fresh ten thousand people are, and what that asks of the providers: requests within 30 seconds beside half of the limit, the time
//! from a change to the write that answers it, and how late the cycles begin.
//! `cargo run --release -p presync-end-to-end --example freshness [PEOPLE] [SECONDS]`; 10,000 people and 60 seconds unless said otherwise.
//!
//! The providers, the service and this program share the machine. The pace is the usual one: 10 seconds promised, a second where the
//! limits allow it. Each person does something every ten minutes on average, which is busier than an office.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a program that measures and tells")]

use std::sync::Arc;
use std::time::Duration;

use presync_end_to_end::tenant_config;
use presync_service::clock::SystemClock;
use presync_service::rules::RuleBase;
use presync_service::{Cadence, Fleet, Limit, Tenant};
use presync_simulator::{Config, Simulator, Spread};
use presync_store::Store;
use tokio::time::sleep;

const MOVE_EVERY: Duration = Duration::from_secs(600);
/// Until what the start asked for is no longer within the limit's time.
const CALM: Duration = Duration::from_secs(32);

#[tokio::main]
async fn main() {
    let mut said = std::env::args().skip(1).map(|text| text.parse::<u32>().expect("a whole number"));
    let (people, seconds) = (said.next().unwrap_or(10_000), said.next().unwrap_or(60));
    let config = Config { users: people as usize, oddities: false, move_every: MOVE_EVERY, ..Config::default() };
    let simulator = Simulator::start(config).await.expect("the simulator starts");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cadence = Cadence::default();
    let access = simulator.tenants().into_iter().next().expect("a tenant");
    let config = tenant_config(&simulator, &access, Vec::new(), cadence.call_deadline());
    let store = Store::open(&folder.path().join("presync.db")).expect("a new database");
    let base = RuleBase::new().expect("the rule engine starts");
    let tenant = Tenant::open(config, cadence, Arc::new(SystemClock), base, &store).expect("the tenant opens");
    let fleet = Fleet::start(vec![tenant], cadence);
    let tenant = Arc::clone(fleet.tenants().first().expect("a tenant"));
    while tenant.counters().cycles < 2 {
        sleep(Duration::from_millis(20)).await;
    }
    sleep(CALM).await;

    let (before, first, asked) = (tenant.counters(), tenant.cycles_late().len(), reads(&simulator));
    simulator.start_measuring();
    simulator.start_movement();
    let mut most = 0;
    for _ in 0..seconds {
        sleep(Duration::from_secs(1)).await;
        most = tenant.freshness().requests.iter().map(|requests| requests.made).fold(most, u32::max);
    }
    simulator.stop_movement();
    let (fresh, after, asked) = (tenant.freshness(), tenant.counters(), reads(&simulator) - asked);
    let spread = |all: Vec<Duration>| {
        let mut some: Vec<Duration> = all.into_iter().skip(first).collect();
        some.sort_unstable();
        some
    };
    let (late, lengths) = (spread(tenant.cycles_late()), spread(tenant.cycle_lengths()));
    // Two cycles of calm, and everybody is shown as they are.
    let stop = tenant.counters().cycles + 3;
    while tenant.counters().cycles < stop {
        sleep(Duration::from_millis(20)).await;
    }
    let (report, truth) = (simulator.report(), simulator.truth());
    fleet.stop().await;

    let half = Limit::GRAPH_PRESENCE.half();
    println!("people                     {people}, each moves every {MOVE_EVERY:?} on average, for {seconds} s");
    println!("pace                       {:?}, promised {:?}", fresh.tempo, fresh.promised);
    println!(
        "requests per 30 s          reading {:.0} on average, {most} at most; half of the limit is {half}",
        rate(asked, seconds)
    );
    println!(
        "                           any application, as Graph counted from the start: {} at most",
        report.most_requests_in_30_seconds
    );
    println!("change to write            {}", of(&report.change_to_publish_seconds));
    println!("  Teams to 8x8             {}", of(&report.teams_to_eight_seconds));
    println!("  8x8 to Teams             {}", of(&report.eight_to_teams_seconds));
    println!("as the service tells it    (unseen, and so whole, at most)");
    for hop in &fresh.hops {
        let s = &hop.spread;
        println!(
            "  {:26} {} changes; p50 {:?}, p95 {:?}, p99 {:?}, most {:?}",
            format!("{:?} {:?}", hop.direction, hop.hop),
            s.measured,
            s.p50,
            s.p95,
            s.p99,
            s.most
        );
    }
    println!(
        "cycles                     {}; late {}; long {}",
        after.cycles - before.cycles,
        percentiles(&late),
        percentiles(&lengths)
    );
    println!(
        "presences read             {}, 429 answers {}",
        after.presences_read - before.presences_read,
        report.counters.throttled
    );
    println!("failed writes, wrong end   {}, {}", after.writes_failed - before.writes_failed, truth.wrong.len());
}

/// Readings of presence that Graph has answered.
fn reads(simulator: &Simulator) -> u64 {
    let requests = simulator.report().requests;
    requests.iter().filter(|(name, _)| name.starts_with("getPresences ")).map(|(_, count)| count).sum()
}

#[allow(clippy::cast_precision_loss, reason = "a few thousand requests")]
fn rate(requests: u64, seconds: u32) -> f64 {
    requests as f64 * 30.0 / f64::from(seconds.max(1))
}

fn of(spread: &Spread) -> String {
    format!("{} changes; p50 {:.2} s, p99 {:.2} s, most {:.2} s", spread.samples, spread.p50, spread.p99, spread.max)
}

fn percentiles(sorted: &[Duration]) -> String {
    let at = |percent: usize| {
        let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(place).map_or(0.0, |length| length.as_secs_f64() * 1_000.0)
    };
    format!("p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, most {:.1} ms", at(50), at(95), at(99), at(100))
}
