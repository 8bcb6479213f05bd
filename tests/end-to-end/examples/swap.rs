//! How long it takes from saving a rule to its first verdict, while a thousand people move and a cycle runs each second; and whether
//! anything is lost, written twice or late by it. `cargo run -p presync-end-to-end --example swap [SWAPS]`; 200 unless said otherwise.
//!
//! The providers, the service and this program share the machine. A save is a rename, as a deployment does it; the time ends when a
//! batch of verdicts has been given by the new generation. The two rules that take turns differ in what they say of whoever presents,
//! so each swap makes writes.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a program that measures and tells")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use presync_end_to_end::component::{KEEP, renamed, variant};
use presync_end_to_end::tenant_config;
use presync_rules::defaults;
use presync_service::clock::SystemClock;
use presync_service::rules::RuleBase;
use presync_service::{Cadence, Fleet, RuleConfig, Tenant};
use presync_simulator::{Config, Simulator};
use presync_store::Store;
use tokio::time::sleep;

const PEOPLE: usize = 1_000;
const POLL: Duration = Duration::from_secs(1);
/// How long the cycles are watched before the first swap.
const BEFORE: Duration = Duration::from_secs(20);
/// From one swap to the next: no multiple of a cycle, so that swaps fall on every part of one.
const PAUSE: Duration = Duration::from_millis(370);
/// How long a person may be held back who was written to too often.
const BRAKED: Duration = Duration::from_secs(61);
/// A swap that takes this long has failed.
const LONGEST: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() {
    let swaps = std::env::args().nth(1).map_or(200, |text| text.parse().expect("a number of swaps"));
    let config = Config { users: PEOPLE, varied_start: true, move_every: Duration::from_secs(30), ..Config::default() };
    let simulator = Simulator::start(config).await.expect("the simulator starts");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("rule.wasm");
    std::fs::write(&path, defaults::TEAMS_TO_EIGHT).expect("the rule can be written");
    let rule = RuleConfig::of_file(&path, serde_json::Value::Null);
    let cadence = Cadence { poll: POLL, ..Cadence::default() };
    let access = simulator.tenants().into_iter().next().expect("a tenant");
    let config = tenant_config(&simulator, &access, vec![rule], cadence.call_deadline());
    let store = Store::open(&folder.path().join("presync.db")).expect("a new database");
    let base = RuleBase::new().expect("the rule engine starts");
    let tenant = Tenant::open(config, cadence, Arc::new(SystemClock), base, &store).expect("the tenant opens");

    let fleet = Fleet::start(vec![tenant], cadence);
    let tenant = Arc::clone(fleet.tenants().first().expect("a tenant"));
    while tenant.counters().cycles < 3 {
        sleep(Duration::from_millis(20)).await;
    }
    simulator.start_measuring();
    simulator.start_movement();
    sleep(BEFORE).await;
    let calm = Cycles::since(&tenant, 3);

    let resident = resident_mib();
    let mut took = Vec::new();
    for number in 0..swaps {
        sleep(PAUSE).await;
        // Every swap is another component, and the last one is the default map, whose outcome the simulator knows.
        let number = u32::try_from(number).expect("few swaps").to_be_bytes();
        let odd = (swaps - 1 - u32::from_be_bytes(number) as usize) % 2 == 1;
        let component = number
            .iter()
            .fold(if odd { KEEP } else { defaults::TEAMS_TO_EIGHT }.to_vec(), |whole, byte| variant(&whole, *byte));
        let before = tenant.decided_by();
        renamed(&path, &component).expect("the rule can be saved");
        let saved = Instant::now();
        while tenant.decided_by() <= before {
            assert!(saved.elapsed() < LONGEST, "no verdict by the new rule: {:?}", tenant.status().troubles);
            sleep(Duration::from_micros(500)).await;
        }
        took.push(saved.elapsed());
    }
    let busy = Cycles::since(&tenant, calm.until);
    simulator.stop_movement();
    // Whoever was written to too often is written to again when a minute has passed.
    sleep(BRAKED).await;
    let stop = tenant.counters().cycles + 5;
    while tenant.counters().cycles < stop {
        sleep(Duration::from_millis(20)).await;
    }
    let (counters, report, truth) = (tenant.counters(), simulator.report(), simulator.truth());
    fleet.stop().await;

    took.sort_unstable();
    println!("swaps                     {swaps}, of {PEOPLE} people, a cycle every {POLL:?}");
    println!("save to first verdict     {}", spread(&took));
    println!("cycles before the swaps   {calm}");
    println!("cycles during the swaps   {busy}");
    println!("resident memory           {resident:.0} MiB before the swaps, {:.0} MiB after", resident_mib());
    println!("questions, verdicts       {}, {}", counters.questions, counters.decisions);
    println!("published, failed writes  {}, {}", counters.published, counters.writes_failed);
    println!("written twice             {}", report.duplicates);
    println!("shown wrong at the end    {}", truth.wrong.len());
}

/// Resident memory of this process, providers included; 0 where it cannot be read.
fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

/// How a stretch of cycles went.
struct Cycles {
    late: Vec<Duration>,
    lengths: Vec<Duration>,
    until: usize,
}

impl Cycles {
    fn since(tenant: &Tenant, first: usize) -> Self {
        let sorted = |all: Vec<Duration>| {
            let mut some: Vec<Duration> = all.into_iter().skip(first).collect();
            some.sort_unstable();
            some
        };
        let (late, lengths) = (tenant.cycles_late(), tenant.cycle_lengths());
        Self { until: late.len(), late: sorted(late), lengths: sorted(lengths) }
    }
}

impl std::fmt::Display for Cycles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; late {}; long {}", self.late.len(), spread(&self.late), spread(&self.lengths))
    }
}

fn spread(sorted: &[Duration]) -> String {
    let at = |percent: usize| {
        let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(place).map_or(0.0, |length| length.as_secs_f64() * 1_000.0)
    };
    format!("p50 {:.1} ms, p99 {:.1} ms, most {:.1} ms", at(50), at(99), at(100))
}
