//! How soon a change in Teams is published for people whose changes Microsoft tells of, beside people who are only asked about.
//! `cargo run --release -p presync-end-to-end --example told [PEOPLE] [SECONDS] [DELAY] [FASTEST]`; 10,000 people, 60 seconds, Microsoft
//! tells after 2 seconds, and the cycles come each second where the limits allow it, unless said otherwise. With FASTEST at 10 the cycles
//! are as slow as promised, and being told is all that makes anybody faster.
//!
//! One sync user signs in, so that 650 people are covered; they are in a queue. Ten of them change each second, and as many others as make
//! everybody change every ten minutes. Providers, service and this program share the machine.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a program that measures and tells")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use presync_end_to_end::tenant_config;
use presync_end_to_end::told::{Browser, settings};
use presync_service::clock::SystemClock;
use presync_service::groups::Memberships;
use presync_service::rules::RuleBase;
use presync_service::{Cadence, Fleet, Limit, Supply, Tenant};
use presync_simulator::{Config, Notifications, PersonRef, Quirks, Simulator, Write, WriteKind};
use presync_store::Store;
use presync_web::Server;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::time::{Instant, sleep, sleep_until};

const COVERED: usize = 650;
/// How many of those covered change in a second.
const COVERED_PER_SECOND: u64 = 10;
/// How often everybody changes on average.
const MOVE_EVERY: Duration = Duration::from_secs(600);
/// Nobody changes again before that: who does is written to too often, which is braked.
const REST_MS: i64 = 20_000;
/// Until what the start asked for is no longer within the limit's time.
const CALM: Duration = Duration::from_secs(32);
/// What somebody may go on to: in Teams, and as 8x8 has it.
const STATES: [(&str, &str); 4] =
    [("Available", "AVAILABLE"), ("Busy", "BUSY"), ("DoNotDisturb", "DND"), ("Away", "AWAY")];

/// A change that was made.
struct Change {
    place: usize,
    at_ms: i64,
    wanted: &'static str,
}

#[tokio::main]
async fn main() {
    let mut said = std::env::args().skip(1).map(|text| text.parse::<u32>().expect("a whole number"));
    let (people, seconds) = (said.next().unwrap_or(10_000), said.next().unwrap_or(60));
    let (delay, fastest) = (said.next().unwrap_or(2), said.next().unwrap_or(1));
    let told = Notifications { delay_ms: i64::from(delay) * 1_000, ..Notifications::default() };
    let quirks = Quirks { notifications: told, ..Quirks::default() };
    let config = Config { users: people as usize, oddities: false, quirks, ..Config::default() };
    let simulator = Simulator::start(config).await.expect("the simulator starts");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cadence = Cadence { fastest: Duration::from_secs(fastest.into()), ..Cadence::default() };
    let access = simulator.tenants().into_iter().next().expect("a tenant");
    let everybody = simulator.people(0);
    let mut queues = Memberships::default();
    let upn = |person: &PersonRef| person.upn.clone().expect("a Teams user");
    everybody.iter().take(COVERED).for_each(|person| queues.add("support", &upn(person)));
    let config = tenant_config(&simulator, &access, Vec::new(), cadence.call_deadline());
    let config = presync_service::TenantConfig { supply: Supply { queues, ..Supply::default() }, ..config };
    let server = Server::bind("127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
    let (address, sync_user) = (server.address(), upn(everybody.first().expect("somebody")));
    let told = settings(&config, &access, address, std::slice::from_ref(&sync_user));
    let store = Store::open(&folder.path().join("presync.db")).expect("a new database");
    let base = RuleBase::new().expect("the rule engine starts");
    let tenant = Tenant::open(config, cadence, Arc::new(SystemClock), base, &store).expect("the tenant opens");
    let tenant = tenant.with_notifications(told).expect("its notifications open");
    let fleet = Fleet::start(vec![tenant], cadence);
    let serving = tokio::spawn(server.serve(fleet.tenants(), std::future::pending()));
    let tenant = Arc::clone(fleet.tenants().first().expect("a tenant"));
    while tenant.counters().cycles < 2 {
        sleep(Duration::from_millis(20)).await;
    }
    Browser::at(address).sign_in(&access.id, &sync_user).await;
    let status = || tenant.notifications().expect("notifications").status();
    while status().covered < COVERED.min(people as usize) {
        sleep(Duration::from_millis(20)).await;
    }
    sleep(CALM).await;

    let (before, first) = (tenant.counters(), tenant.cycle_lengths().len());
    let (changes, most) = Box::pin(drive(&simulator, &tenant, &everybody, seconds)).await;
    // Whatever is on its way arrives.
    sleep(cadence.poll * 2 + Duration::from_secs(delay.into())).await;
    let (after, heard, truth) = (tenant.counters(), status(), simulator.truth());
    let fresh = tenant.freshness();
    fleet.stop().await;
    serving.abort();

    let (covered, others): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.place < COVERED);
    let written: HashMap<usize, Vec<Write>> =
        changes.iter().map(|change| (change.place, simulator.writes(&everybody[change.place]))).collect();
    println!("people                  {people}, {} covered by one sync user; {seconds} s of changes", heard.covered);
    if let Some(tempo) = fresh.tempo {
        println!("pace                    every {:?} ({:?}), promised {:?}", tempo.every, tempo.bound, fresh.promised);
    }
    println!("Microsoft tells after   {delay} s, simulated");
    println!("change to publish");
    println!("  covered               {}", spread(&covered, &written));
    println!("  asked about only      {}", spread(&others, &written));
    println!("notifications           {} believed, {} not", heard.heard, heard.rejected);
    println!("reading in 30 s         {most} requests at most; half of the limit is {}", Limit::GRAPH_PRESENCE.half());
    let mut lengths: Vec<Duration> = tenant.cycle_lengths().into_iter().skip(first).collect();
    lengths.sort_unstable();
    let length =
        |percent: usize| lengths.get(lengths.len() * percent / 100).or(lengths.last()).copied().unwrap_or_default();
    println!(
        "cycles                  {}; long p50 {:.0?}, p95 {:.0?}: whoever is told of meanwhile waits for the end",
        after.cycles - before.cycles,
        length(50),
        length(95)
    );
    println!("failed writes, wrong    {}, {}", after.writes_failed - before.writes_failed, truth.wrong.len());
}

/// Has people change for so long. Gives the changes, and the most requests for reading within 30 seconds.
async fn drive(simulator: &Simulator, tenant: &Tenant, everybody: &[PersonRef], seconds: u32) -> (Vec<Change>, u32) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let others = everybody.len().saturating_sub(COVERED);
    let others_per_second = (others as u64).div_ceil(MOVE_EVERY.as_secs());
    let per_second = COVERED_PER_SECOND + others_per_second;
    let (mut last, mut most) = (HashMap::<usize, (i64, usize)>::new(), 0);
    let (mut changes, started) = (Vec::new(), Instant::now());
    for number in 0..per_second * u64::from(seconds) {
        sleep_until(started + Duration::from_micros(number * 1_000_000 / per_second)).await;
        let is_covered = others == 0 || number % per_second < COVERED_PER_SECOND;
        let place = match is_covered {
            true => rng.random_range(0..COVERED.min(everybody.len())),
            false => COVERED + rng.random_range(0..others),
        };
        let at_ms = simulator.clock().now_ms();
        let (since, state) = last.get(&place).copied().unwrap_or((0, 0));
        if at_ms - since < REST_MS {
            continue;
        }
        let next = (state + rng.random_range(1..STATES.len())) % STATES.len();
        let (teams, wanted) = STATES[next];
        simulator.teams_client(&everybody[place], teams, teams);
        last.insert(place, (at_ms, next));
        changes.push(Change { place, at_ms, wanted });
        most = tenant.freshness().requests.iter().map(|requests| requests.made).fold(most, u32::max);
    }
    (changes, most)
}

/// How long the changes took until 8x8 had them.
fn spread(changes: &[&Change], written: &HashMap<usize, Vec<Write>>) -> String {
    let took = |change: &&Change| {
        let answers = |write: &&Write| {
            write.kind == WriteKind::Publish && write.at_ms >= change.at_ms && write.value == change.wanted
        };
        Some(written.get(&change.place)?.iter().find(answers)?.at_ms - change.at_ms)
    };
    let mut all: Vec<i64> = changes.iter().filter_map(took).collect();
    all.sort_unstable();
    let at = |percent: usize| {
        let place = (all.len() * percent / 100).min(all.len().saturating_sub(1));
        Duration::from_millis(all.get(place).copied().unwrap_or_default().unsigned_abs()).as_secs_f64()
    };
    let [p50, p95, p99, most] = [50, 95, 99, 100].map(at);
    let missing = changes.len() - all.len();
    format!(
        "{} changes; p50 {p50:.2} s, p95 {p95:.2} s, p99 {p99:.2} s, most {most:.2} s; never published: {missing}",
        changes.len()
    )
}
