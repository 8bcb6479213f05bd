//! Public mode, told by Event Streaming what agents do: a call is shown in Teams without a reading in between.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use std::sync::Arc;
use std::time::Duration;

use presync_core::time::{Clock, Timestamp};
use presync_eight::config::{Raw, RawAgents};
use presync_end_to_end::tenant_config;
use presync_service::listening::By;
use presync_service::rules::RuleBase;
use presync_service::{Cadence, Tenant, TenantConfig};
use presync_simulator::{AgentStatus, Config, EightMode, PersonRef, SimClock, Simulator};
use presync_store::Store;
use tokio::sync::watch;

/// How long something may take to come about, in real time; long, so that a slow machine fails no test.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Debug)]
struct Driven(SimClock);

impl Clock for Driven {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(u64::try_from(self.0.now_ms()).unwrap())
    }
}

/// A tenant whose agents take nothing but calls.
fn open(simulator: &Simulator) -> Tenant {
    let access = simulator.tenants().remove(0);
    let secret = |text: &str| Some(text.to_owned().into());
    let agent = |person: &PersonRef| Some((person.upn.clone()?, simulator.seat(person)?.agent_id?));
    let raw = Raw {
        api: Some(simulator.eight_url()),
        key: secret(&access.eight_key),
        agents: Some(RawAgents {
            host: Some(simulator.eight_url()),
            tenant: Some(access.cc_tenant.clone()),
            token: secret(&access.cc_action_token),
            people: simulator.people(0).iter().filter_map(agent).collect(),
            calls_only: true,
            stream: Some(simulator.eight_url().replacen("http", "ws", 1)),
            ..RawAgents::default()
        }),
        ..Raw::default()
    };
    let deadline = Duration::from_secs(30);
    let eight = raw.check(access.id.as_str().into(), deadline).unwrap().into();
    let config = TenantConfig { eight, ..tenant_config(simulator, &access, Vec::new(), deadline) };
    let clock = Arc::new(Driven(simulator.clock()));
    let store = Store::in_memory().unwrap();
    Tenant::open(config, Cadence::default(), clock, RuleBase::new().unwrap(), &store).unwrap()
}

async fn until(so: impl Fn() -> bool) {
    let waiting = async {
        while !so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_takes_a_call_is_shown_on_it_though_agents_are_not_read_again() {
    let clock = SimClock::driven(1_800_864_000_000);
    let (contact_center, eight_mode) = (true, EightMode::Public);
    let config = Config { users: 40, clock, contact_center, eight_mode, ..Config::default() };
    let simulator = Simulator::start(config).await.unwrap();
    let is_agent = |person: &PersonRef| simulator.seat(person).is_some_and(|seat| seat.agent_id.is_some());
    let agent = simulator.people(0).into_iter().find(|person| person.linkable && is_agent(person)).unwrap();
    simulator.set_agent_status(&agent, AgentStatus::WaitTransact, false);
    let tenant = Arc::new(open(&simulator));
    for _ in 0..3 {
        Box::pin(tenant.cycle()).await;
    }
    let (stop, stopped) = watch::channel(false);
    let listening = tokio::spawn({
        let tenant = Arc::clone(&tenant);
        async move { tenant.listen(stopped).await }
    });
    until(|| tenant.freshness().listening.unwrap().by == Some(By::Stream)).await;
    let read = || simulator.requests().iter().filter(|request| request.path.contains("agentstatus")).count();
    let before = read();
    simulator.set_agent_status(&agent, AgentStatus::ProcessTransact, true);
    until(|| simulator.shown(&agent).session).await;
    simulator.set_agent_status(&agent, AgentStatus::WaitTransact, false);
    until(|| !simulator.shown(&agent).session).await;
    assert_eq!(read(), before);
    let troubles = tenant.status().troubles;
    assert!(troubles.is_empty(), "{troubles:?}");
    stop.send_replace(true);
    listening.await.unwrap();
}
