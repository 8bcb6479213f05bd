//! A bench for tests that cross crates: the service against the simulator, over real HTTP, on one driven clock. A simulated hour
//! takes seconds, and no test sleeps.
//!
//! What a tenant does beside its cycles (reading the directories, loading rules) is taken up by whichever cycle finds it done; tests
//! wait for it with [`Bench::until`], which repeats cycles while the clock stands still.

#![allow(clippy::expect_used, clippy::panic, reason = "a bench that cannot be set up is to fail its test")]

pub mod component;
pub mod day;
mod history;
mod listener;
pub mod public;
mod shown;
pub mod storm;
pub mod told;
pub mod weather;

pub use listener::Listener;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::{Duration, Instant};

use presync_core::id::TenantId;
use presync_core::time::{Clock, Timestamp};
use presync_eight::config::{Push, Settings};
use presync_service::rules::RuleBase;
use presync_service::{Cadence, LinkSettings, RuleConfig, Supply, Tenant, TenantConfig};
use presync_simulator::{Config, EightMode, PersonRef, SimClock, Simulator, TenantAccess};
use presync_store::Store;

use crate::public::PublicWay;

/// When driven days begin: a Monday, 08:00 UTC.
const MONDAY: i64 = 1_800_864_000_000;

/// How often [`Bench::until`] looks: what it waits for takes milliseconds, so this many cycles are never needed.
const MOST_LOOKS: usize = 2_000;

/// How long a saved file may take to be noticed, in real time; long, so that a slow machine fails no test.
const NOTICED_WITHIN: Duration = Duration::from_secs(120);

/// The engine and the default maps, compiled once for all tests of a binary.
static RULES: OnceLock<RuleBase> = OnceLock::new();

/// The simulator's clock, as presync reads it.
#[derive(Debug)]
struct DrivenClock(SimClock);

impl Clock for DrivenClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(u64::try_from(self.0.now_ms()).expect("the clock starts after 1970"))
    }
}

/// Providers, people and the tenants of the service.
#[derive(Debug)]
pub struct Bench {
    /// The providers and their people.
    pub simulator: Simulator,
    /// The service's tenants, in the order of the simulator's.
    pub tenants: Vec<Arc<Tenant>>,
    /// How often things are done.
    pub cadence: Cadence,
    /// The deadline of each call, in real time; long, so that a slow machine fails no test. Counts from the next opening.
    pub call_deadline: Duration,
    store: Store,
    folder: tempfile::TempDir,
    rules: RuleBase,
    /// Per tenant, its overrides; a tenant beyond the list has none.
    overrides: Vec<Vec<RuleConfig>>,
    supply: Supply,
    link: LinkSettings,
    /// How 8x8 is reached; `None` is the partner API. Counts from the next opening.
    pub public: Option<PublicWay>,
    /// What 8x8 is to tell by itself. Counts from the next opening; nobody listens before [`Self::listen`].
    pub push: Push,
    /// Where it is told of changes, and the sync users; nowhere unless a test says so.
    told: Option<(SocketAddr, Vec<String>)>,
}

impl Bench {
    /// One tenant with a few people, who have been read once.
    pub async fn small() -> Self {
        Self::start(Config { users: 5, ..Config::default() }).await
    }

    /// A simulator of this kind, on a driven clock, and a service that has run one cycle.
    pub async fn start(config: Config) -> Self {
        Self::with_rules(config, Vec::new()).await
    }

    /// Like [`Self::start`], with the same overrides for every tenant.
    pub async fn with_rules(config: Config, overrides: Vec<RuleConfig>) -> Self {
        let overrides = vec![overrides; config.tenants];
        Self::with_rules_of_each(config, overrides).await
    }

    /// Like [`Self::start`], with overrides of their own for the first tenants, and none for the rest.
    pub async fn with_rules_of_each(config: Config, overrides: Vec<Vec<RuleConfig>>) -> Self {
        let mut bench = Self::prepared(config, overrides).await;
        bench.restart().await;
        bench
    }

    /// Like [`Self::with_rules`], with what the settings say of people; `supply` gets to know them first.
    pub async fn supplied(
        config: Config,
        overrides: Vec<RuleConfig>,
        supply: impl FnOnce(&[PersonRef]) -> Supply,
    ) -> Self {
        let overrides = vec![overrides; config.tenants];
        let mut bench = Self::prepared(config, overrides).await;
        bench.supply = supply(&bench.simulator.people(0));
        bench.restart().await;
        bench
    }

    /// Like [`Self::start`], with what the settings say of who is whom.
    pub async fn linking(config: Config, link: LinkSettings) -> Self {
        let mut bench = Self::prepared(config, Vec::new()).await;
        bench.link = link;
        bench.restart().await;
        bench
    }

    /// Like [`Self::start`], by what 8x8 documents publicly and nothing else.
    pub async fn public(config: Config, way: PublicWay) -> Self {
        let config = Config { contact_center: true, eight_mode: EightMode::Public, ..config };
        let mut bench = Self::prepared(config, Vec::new()).await;
        bench.public = Some(way);
        bench.restart().await;
        bench
    }

    async fn prepared(config: Config, overrides: Vec<Vec<RuleConfig>>) -> Self {
        let config = Config { clock: SimClock::driven(MONDAY), ..config };
        let simulator = Simulator::start(config).await.expect("the simulator starts");
        simulator.start_measuring();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(&folder.path().join("presync.db")).expect("a new database");
        let rules = RULES.get_or_init(|| RuleBase::new().expect("the rule engine starts")).clone();
        let (cadence, call_deadline) = (Cadence::default(), Duration::from_secs(30));
        let (tenants, supply, link) = (Vec::new(), Supply::default(), LinkSettings::default());
        let (public, push, told) = (None, Push::default(), None);
        Self {
            simulator,
            tenants,
            cadence,
            call_deadline,
            store,
            folder,
            rules,
            overrides,
            supply,
            link,
            public,
            push,
            told,
        }
    }

    /// Ends the service without ceremony and starts another on the same state, which runs one cycle.
    pub async fn restart(&mut self) {
        self.open();
        self.cycle().await;
    }

    /// Like [`Self::restart`], without the cycle.
    pub fn open(&mut self) {
        self.tenants.clear();
        self.store = Store::open(&self.folder.path().join("presync.db")).expect("the database opens again");
        for (place, access) in self.simulator.tenants().into_iter().enumerate() {
            let rules = self.overrides.get(place).cloned().unwrap_or_default();
            let config = tenant_config(&self.simulator, &access, rules, self.call_deadline);
            let people = self.simulator.people(place);
            let mut eight = match self.public {
                Some(way) => public::settings(&self.simulator, &access, &people, way, self.call_deadline),
                None => config.eight.clone(),
            };
            if let Settings::Partner(eight) = &mut eight {
                eight.push = self.push.clone();
            }
            let config = TenantConfig { eight, supply: self.supply.clone(), link: self.link.clone(), ..config };
            let clock = Arc::new(DrivenClock(self.simulator.clock()));
            let told = self.told.as_ref().map(|(address, users)| told::settings(&config, &access, *address, users));
            let tenant = Tenant::open(config, self.cadence, clock, self.rules.clone(), &self.store);
            let tenant = tenant.expect("the tenant opens");
            self.tenants.push(Arc::new(match told {
                Some(told) => tenant.with_notifications(told).expect("its notifications open"),
                None => tenant,
            }));
        }
    }

    /// Like [`Self::restart`], told of changes at this address on behalf of these sync users.
    pub async fn told_at(&mut self, address: SocketAddr, sync_users: Vec<String>) {
        self.told = Some((address, sync_users));
        self.restart().await;
    }

    /// Begins a cycle and kills the service when the cycle has been woken `wakes` times, if it takes that many. Like a killed
    /// process it leaves nothing running: a commit that was under way ends, everything else stops where it is.
    pub async fn kill_amid_cycle(&mut self, wakes: usize) {
        let mut process = tokio::runtime::Builder::new_multi_thread();
        let process = process.worker_threads(1).enable_all().build().expect("a runtime of its own");
        let tenants = std::mem::take(&mut self.tenants);
        let life = process.spawn(async move {
            for tenant in &tenants {
                let mut cycle = pin!(tenant.cycle());
                let mut left = wakes;
                std::future::poll_fn(|context| {
                    if left == 0 {
                        return Poll::Ready(());
                    }
                    left -= 1;
                    cycle.as_mut().poll(context).map(drop)
                })
                .await;
            }
        });
        life.await.expect("the service does not panic");
        let ended = tokio::task::spawn_blocking(move || process.shutdown_timeout(Duration::from_secs(60))).await;
        ended.expect("the process ends");
    }

    /// One cycle of every tenant, one after the other. No time passes.
    pub async fn cycle(&self) {
        for tenant in &self.tenants {
            Box::pin(tenant.cycle()).await;
        }
    }

    /// Time passes and people move if they are to; then a cycle.
    pub async fn pass(&self, length: Duration) {
        self.simulator.step(length);
        self.cycle().await;
    }

    /// Time passes and people move if they are to; then a cycle of every tenant as the fleet runs it: it reads whose turn it is.
    pub async fn pass_paced(&self, length: Duration) {
        self.simulator.step(length);
        for tenant in &self.tenants {
            tenant.cycle_due(Instant::now()).await;
        }
    }

    /// So many poll intervals pass, each with its cycle.
    pub async fn cycles(&self, count: usize) {
        for _ in 0..count {
            self.pass(self.cadence.poll).await;
        }
    }

    /// Cycles without time passing until `so`, for what is done beside the cycles.
    ///
    /// # Panics
    /// When it does not come about.
    pub async fn until(&self, what: &str, so: impl Fn(&Self) -> bool) {
        for _ in 0..MOST_LOOKS {
            if so(self) {
                return;
            }
            self.cycle().await;
            tokio::task::yield_now().await;
        }
        panic!("it never came about that {what}; {:#?}", self.troubles());
    }

    /// Poll intervals pass, each with its cycle, until `so`.
    ///
    /// # Panics
    /// When it is not so after `most` of them.
    pub async fn within(&self, most: usize, what: &str, so: impl Fn(&Self) -> bool) {
        for _ in 0..most {
            if so(self) {
                return;
            }
            self.cycles(1).await;
        }
        assert!(so(self), "after {most} cycles it was not so that {what}; {:#?}", self.troubles());
    }

    /// Waits until the first tenant has noticed that a rule file was saved, and lets it take that up, as the fleet does.
    ///
    /// # Panics
    /// When it notices nothing.
    pub async fn saved(&self) {
        let noticed = tokio::time::timeout(NOTICED_WITHIN, self.tenant().rules_saved()).await;
        noticed.expect("a saved file is noticed");
        self.tenant().take_saved_rules().await;
    }

    /// The same, as often as it takes until `so`: one save may be noticed in several parts.
    pub async fn saved_until(&self, so: impl Fn(&Self) -> bool) {
        while !so(self) {
            self.saved().await;
        }
    }
}

/// The settings of a tenant of the simulator.
///
/// # Panics
/// When the simulator's addresses are no URLs.
pub fn tenant_config(
    simulator: &Simulator,
    access: &TenantAccess,
    rules: Vec<RuleConfig>,
    call_deadline: Duration,
) -> TenantConfig {
    let app = |app: &presync_simulator::App| presync_teams::App {
        client_id: app.client_id.clone(),
        secret: app.secret.clone().into(),
    };
    let url = |text: String| text.parse().expect("the simulator's addresses are URLs");
    let id = TenantId::from(access.id.as_str());
    TenantConfig {
        teams: presync_teams::Config {
            directory: access.directory.clone(),
            login: url(simulator.entra_url()),
            graph: url(simulator.graph_url()),
            read_app: app(&access.read_app),
            write_app: Some(app(&access.write_app)),
            call_deadline,
        },
        eight: presync_eight::Config {
            api: url(simulator.eight_url()),
            key: access.eight_key.clone(),
            secret: access.eight_secret.clone().into(),
            tenant: id.clone(),
            call_deadline,
            push: Push::default(),
        }
        .into(),
        rules,
        supply: Supply::default(),
        link: LinkSettings::default(),
        id,
    }
}
