//! What an operator sees: metrics, readiness, and warnings before it hurts; and what is cleared at the end.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use presync_core::time::{Clock, Timestamp};
use presync_end_to_end::{Bench, tenant_config};
use presync_service::metrics;
use presync_service::readiness::Readiness;
use presync_service::rules::RuleBase;
use presync_service::warnings::{Expiry, Warning};
use presync_service::{Cadence, Cleared, Tenant};
use presync_simulator::{AppKind, Config, Endpoint, Fault, SimClock, Simulator};
use presync_store::Store;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn now(bench: &Bench) -> Timestamp {
    Timestamp::from_millis(u64::try_from(bench.simulator.clock().now_ms()).unwrap())
}

/// Every series with its number.
fn series(bench: &Bench) -> BTreeMap<String, f64> {
    let text = metrics::render(&bench.tenants, now(bench)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

fn warning(bench: &Bench, word: &str) -> Option<Warning> {
    bench.tenant().warnings().into_iter().find(|warning| warning.warning == word)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_is_measured_and_nobody_is_named() {
    let config = Config { tenants: 2, users: 6, ..Config::default() };
    let bench = Bench::start(config).await;
    bench.simulator.start_eight_call(&bench.person(0));
    bench.simulator.teams_client(&bench.person(1), "Busy", "Busy");
    bench.cycles(3).await;
    let series = series(&bench);
    let of = |name: &str| *series.get(name).unwrap_or_else(|| panic!("no {name} in {series:#?}"));
    assert_eq!(of("presync_tenants{state=\"ready\"}"), 2.0);
    assert_eq!(of("presync_cycle_seconds_count{tenant=\"tenant-1\"}"), 4.0);
    assert_eq!(of("presync_cycle_promised_seconds{tenant=\"tenant-1\"}"), 10.0);
    assert_eq!(of("presync_side_up{tenant=\"tenant-1\",side=\"teams\"}"), 1.0);
    assert_eq!(of("presync_people_linked{tenant=\"tenant-2\"}"), 6.0);
    assert_eq!(of("presync_sessions_total{tenant=\"tenant-1\",what=\"held\"}"), 1.0);
    assert_eq!(of("presync_writes_total{tenant=\"tenant-1\",side=\"teams\",outcome=\"applied\"}"), 1.0);
    assert_eq!(of("presync_writes_total{tenant=\"tenant-2\",side=\"teams\",outcome=\"applied\"}"), 0.0);
    assert!(of("presync_requests_total{tenant=\"tenant-1\",provider=\"teams\"}") >= 4.0);
    assert!(of("presync_store_commits_total{tenant=\"tenant-1\",result=\"done\"}") >= 1.0);
    assert!(of("presync_changes_read_total{tenant=\"tenant-1\",side=\"8x8\"}") >= 1.0);
    assert!(
        of("presync_change_seconds{tenant=\"tenant-1\",direction=\"8x8-to-teams\",hop=\"whole\",quantile=\"0.99\"}")
            > 0.0
    );
    assert_eq!(of("presync_warning{tenant=\"tenant-1\",warning=\"teams-unreliable\"}"), 0.0);
    for person in bench.simulator.people(0) {
        for name in [person.upn, person.email, person.teams_id, person.eight_id].into_iter().flatten() {
            assert!(series.keys().all(|series| !series.contains(&name)), "{name} is in a label");
        }
    }
    let per_tenant = series.keys().filter(|series| series.contains("tenant=\"tenant-1\"")).count();
    assert!(per_tenant <= 200, "{per_tenant} series for one tenant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_ready_once_it_was_read_well_or_said_why_it_cannot_be() {
    let mut bench = Bench::small().await;
    assert_eq!(bench.tenant().readiness(), Readiness::Read);
    bench.open();
    assert_eq!(bench.tenant().readiness(), Readiness::Waiting);
    assert!(!bench.tenant().readiness().has_answered());
    bench.simulator.faults().add(Fault::status(Endpoint::GetPresences, 503).retry_after(1.0));
    bench.cycle().await;
    let Readiness::Unwell(reasons) = bench.tenant().readiness() else { panic!("{:?}", bench.tenant().readiness()) };
    assert!(reasons[0].starts_with("teams: "), "{reasons:?}");
    assert!(bench.tenant().readiness().has_answered());
    bench.simulator.faults().clear();
    bench.cycles(2).await;
    assert_eq!(bench.tenant().readiness(), Readiness::Read);
    bench.simulator.faults().add(Fault::status(Endpoint::GetPresences, 503).retry_after(1.0));
    bench.cycles(4).await;
    assert_eq!(bench.tenant().readiness(), Readiness::Read, "what happens later is no matter of readiness");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_that_is_held_is_told_since_when_and_ends_with_it() {
    let bench = Bench::small().await;
    bench.cycles(1).await;
    assert_eq!(bench.tenant().warnings(), []);
    bench.simulator.faults().add(Fault::status(Endpoint::GetPresences, 503).retry_after(1.5));
    bench.cycles(3).await;
    let since = now(&bench);
    bench.cycles(4).await;
    let told = warning(&bench, "teams-unreliable").unwrap();
    assert_eq!(told.since, since, "since it went down, not since it was looked at");
    assert!(told.what.starts_with("Microsoft's presence is unreliable since 20"), "{}", told.what);
    let words: Vec<String> = bench.tenant().all_warnings().into_iter().map(|warning| warning.warning).collect();
    assert_eq!(words, ["teams-trouble", "teams-unreliable"]);
    let key = "presync_warning{tenant=\"tenant-1\",warning=\"teams-unreliable\"}";
    assert_eq!(series(&bench)[key], 1.0);
    assert_eq!(series(&bench)["presync_outages_total{tenant=\"tenant-1\",side=\"teams\"}"], 1.0);
    bench.simulator.faults().clear();
    bench.cycles(2).await;
    assert_eq!(bench.tenant().warnings(), []);
    assert_eq!(series(&bench)[key], 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_side_that_says_nothing_in_a_busy_hour_is_told_until_it_speaks_again() {
    let bench = Bench::start(Config { users: 30, oddities: false, ..Config::default() }).await;
    let people = bench.simulator.people(0);
    let minute = Duration::from_secs(60);
    for person in &people {
        bench.simulator.teams_client(person, "Busy", "Busy");
        bench.pass(minute).await;
    }
    for _ in 0..20 {
        bench.pass(minute).await;
    }
    assert_eq!(warning(&bench, "teams-silent"), None, "thirty busy minutes: half an hour is no surprise");
    for _ in 0..12 {
        bench.pass(minute).await;
    }
    let told = warning(&bench, "teams-silent").unwrap();
    assert!(told.what.contains("though 30 people are there"), "{}", told.what);
    assert_eq!(warning(&bench, "8x8-silent"), None, "nothing was to be expected there");
    bench.simulator.teams_client(&people[0], "Available", "Available");
    bench.pass(minute).await;
    assert_eq!(warning(&bench, "teams-silent"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whose_state_does_not_come_to_rest_is_told_by_link_and_not_by_name() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    for step in 0..40 {
        let word = if step % 2 == 0 { "Busy" } else { "Available" };
        bench.simulator.teams_client(&person, word, word);
        bench.pass(Duration::from_secs(8)).await;
    }
    let told = warning(&bench, "flapping").unwrap();
    assert!(
        told.needs_action && told.what.starts_with("the state of 1 of its people does not come to rest"),
        "{}",
        told.what
    );
    assert!(!told.what.contains('@'));
    assert_eq!(series(&bench)["presync_people_flapping{tenant=\"tenant-1\"}"], 1.0);
    for _ in 0..70 {
        bench.pass(Duration::from_secs(10)).await;
    }
    assert_eq!(warning(&bench, "flapping"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_was_taken_back_is_told_with_the_app_until_it_is_granted_again() {
    let bench = Bench::small().await;
    bench.cycles(1).await;
    bench.simulator.revoke_consent(0, AppKind::Read);
    bench.simulator.set_roles(0, AppKind::Read, false);
    bench.simulator.revoke_tokens();
    bench.cycles(2).await;
    let told = warning(&bench, "consent-missing").unwrap_or_else(|| panic!("{:#?}", bench.tenant().all_warnings()));
    assert_eq!(told.about.as_deref(), Some("read-app"));
    assert!(told.needs_action && told.what.contains("revoked: it was granted and is no more"), "{}", told.what);
    bench.simulator.set_roles(0, AppKind::Read, true);
    bench.within(20, "it is granted again", |bench| warning(bench, "consent-missing").is_none()).await;
}

/// The simulator's time, off by so many seconds.
#[derive(Debug)]
struct Off(SimClock, i64);

impl Clock for Off {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(u64::try_from(self.0.now_ms() + self.1 * 1000).unwrap())
    }
}

/// A tenant of its own, on a clock that is off by so many seconds.
fn tenant(simulator: &Simulator, off: i64) -> Tenant {
    let config = tenant_config(simulator, &simulator.tenants()[0], Vec::new(), Duration::from_secs(30));
    let clock = Arc::new(Off(simulator.clock(), off));
    Tenant::open(config, Cadence::default(), clock, RuleBase::new().unwrap(), &Store::in_memory().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_told_for_each_provider() {
    let simulator =
        Simulator::start(Config { users: 5, clock: SimClock::driven(1_800_864_000_000), ..Config::default() });
    let simulator = simulator.await.unwrap();
    for (off, expected) in [(0, 0), (10, 0), (-90, 2), (90, 2)] {
        let tenant = tenant(&simulator, off);
        for _ in 0..4 {
            Box::pin(tenant.cycle()).await;
        }
        let told: Vec<_> = tenant.warnings().into_iter().filter(|warning| warning.warning == "clock-skew").collect();
        assert_eq!(told.len(), expected, "{off}: {told:?}");
        let way = if off > 0 { "90 s ahead of" } else { "90 s behind" };
        assert!(
            told.iter().all(|told| told.what.contains(way) || told.what.contains(&way.replace("90", "89"))),
            "{told:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_credential_is_told_thirty_seven_and_one_day_before() {
    let simulator =
        Simulator::start(Config { users: 5, clock: SimClock::driven(1_800_864_000_000), ..Config::default() });
    let simulator = simulator.await.unwrap();
    let at = Timestamp::from_millis(1_800_864_000_000) + DAY * 40;
    let tenant = tenant(&simulator, 0).with_expiries(vec![Expiry { credential: "read-app".to_owned(), at }]);
    let mut told = Vec::new();
    for days in [5, 6, 22, 1, 5, 1, 1] {
        simulator.step(DAY * days);
        Box::pin(tenant.cycle()).await;
        let found = tenant.warnings().into_iter().find(|warning| warning.warning == "credential-expires");
        told.push(found.map(|found| (found.needs_action, found.what)));
    }
    let what = |needs_action, rest: &str| Some((needs_action, format!("the credential read-app {rest}")));
    let day = "2027-03-06 08:00 UTC";
    assert_eq!(
        told,
        [
            None,
            what(false, &format!("ends on {day}, in less than 30 days")),
            what(true, &format!("ends on {day}, in less than 8 days")),
            what(true, &format!("ends on {day}, in less than 7 days")),
            what(true, &format!("ends on {day}, in less than 2 days")),
            what(true, &format!("ended on {day}")),
            what(true, &format!("ended on {day}")),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_cleared_at_the_end_and_held_again_by_the_next_process() {
    let mut bench = Bench::small().await;
    let people = [bench.person(0), bench.person(1)];
    people.iter().for_each(|person| bench.simulator.start_eight_call(person));
    bench.cycles(1).await;
    assert!(people.iter().all(|person| bench.shown(person).session));
    let cleared = bench.tenant().clear_sessions(Duration::from_secs(30)).await;
    assert_eq!(cleared, Cleared { cleared: 2, left: 0 });
    assert!(people.iter().all(|person| !bench.shown(person).session));
    bench.restart().await;
    assert!(people.iter().all(|person| bench.shown(person).session), "the calls are still on");
    bench.assert_right();
    bench.simulator.faults().add(Fault::status(Endpoint::ClearPresence, 503).retry_after(1.0));
    let cleared = bench.tenant().clear_sessions(Duration::from_secs(5)).await;
    assert_eq!(cleared, Cleared { cleared: 0, left: 2 }, "what Teams does not clear is left to lapse");
}
