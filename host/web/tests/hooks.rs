//! Deliveries of 8x8 over real HTTP: the simulator delivers to the address that the tenant has registered.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

mod scene;

use std::sync::Arc;
use std::time::Duration;

use presync_core::time::{Clock, Timestamp};
use presync_eight::config::Push;
use presync_service::rules::RuleBase;
use presync_service::status::Place;
use presync_service::{Cadence, Tenant};
use presync_simulator::{Config, PersonRef, SimClock, Simulator};
use presync_store::Store;
use presync_web::Server;
use reqwest::StatusCode;
use scene::{linked, settings};
use tokio::sync::watch;
use url::Url;

/// How long something may take to come about, in real time; long, so that a slow machine fails no test.
const PATIENCE: Duration = Duration::from_secs(120);

/// The simulator's clock, which stands still: nothing that happens here waits for time to pass.
#[derive(Debug)]
struct Still(SimClock);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(u64::try_from(self.0.now_ms()).unwrap())
    }
}

/// A tenant that is told by deliveries alone, and the API before it.
struct Scene {
    simulator: Simulator,
    tenant: Arc<Tenant>,
    hook: Url,
    stop: watch::Sender<bool>,
}

impl Scene {
    async fn start() -> Self {
        let clock = SimClock::driven(1_800_864_000_000);
        let simulator = Simulator::start(Config { users: 5, clock, ..Config::default() }).await.unwrap();
        let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let hook = Url::parse(&format!("http://{}/hooks/8x8/tenant-1", server.address())).unwrap();
        let tenant = Arc::new(open(&simulator, &hook));
        Box::pin(tenant.cycle()).await;
        let (stop, mut stopped) = watch::channel(false);
        let listening = (Arc::clone(&tenant), stop.subscribe());
        tokio::spawn(async move { listening.0.listen(listening.1).await });
        let until = async move { drop(stopped.wait_for(|stop| *stop).await) };
        tokio::spawn(server.serve([Arc::clone(&tenant)].into(), until));
        let scene = Self { simulator, tenant, hook, stop };
        scene.until(|scene| scene.tenant.freshness().listening.unwrap().webhook).await;
        scene
    }

    async fn until(&self, so: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !so(self) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap();
    }

    fn person(&self) -> PersonRef {
        linked(&self.simulator)
    }

    fn readings(&self) -> u64 {
        let requests = self.simulator.report().requests;
        ["eightChanges 200", "eightSnapshot 200"].iter().filter_map(|name| requests.get(*name)).sum()
    }

    async fn post(&self, url: &str, body: &'static str) -> StatusCode {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.post(url).body(body).send().await.unwrap().status()
    }
}

fn open(simulator: &Simulator, hook: &Url) -> Tenant {
    let (access, clock) = (simulator.tenants().remove(0), Arc::new(Still(simulator.clock())));
    let push = Push { wait: false, stream: None, webhook: Some(hook.clone()) };
    let config = settings(simulator, &access, push, Duration::from_secs(30));
    let store = Store::in_memory().unwrap();
    Tenant::open(config, Cadence::default(), clock, RuleBase::new().unwrap(), &store).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_delivered_is_shown_without_any_reading() {
    let scene = Scene::start().await;
    let person = scene.person();
    let before = scene.readings();
    scene.simulator.repeat_webhooks(0, 1);
    scene.simulator.start_eight_call(&person);
    scene.until(|scene| scene.simulator.shown(&person).session).await;
    scene.simulator.rotate_webhook_key(0);
    scene.simulator.end_eight_call(&person);
    scene.until(|scene| !scene.simulator.shown(&person).session).await;
    assert_eq!(scene.readings(), before);
    let status = scene.tenant.status();
    assert!(status.troubles.is_empty(), "{:?}", status.troubles);
    scene.stop.send_replace(true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_8x8_did_not_sign_is_turned_away_and_learns_nothing() {
    let scene = Scene::start().await;
    let hook = scene.hook.as_str();
    let elsewhere = hook.replace("tenant-1", "nobody");
    assert_eq!(scene.post(hook, "{}").await, StatusCode::BAD_REQUEST);
    assert_eq!(scene.post(&elsewhere, "{}").await, StatusCode::NOT_FOUND);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let headers = [
        ("x-8x8-customer-id", "c"),
        ("x-8x8-tenant-id", "t"),
        ("x-8x8-event-id", "e"),
        ("x-8x8-retry", "0"),
        ("x-8x8-transmission-time", "1800864000000"),
        ("x-8x8-signature", "eyJhbGciOiJub25lIn0..AA"),
    ];
    let forged =
        headers.iter().fold(client.post(hook).body("{}"), |request, (name, value)| request.header(*name, *value));
    assert_eq!(forged.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert!(!scene.tenant.status().troubles.contains_key(&Place::Webhook), "that is nobody's trouble");
    scene.stop.send_replace(true);
}
