//! A bench for tests that cross crates: the service against the simulator, over real HTTP, on one driven clock. A simulated hour
//! takes seconds, and no test sleeps.

#![allow(clippy::expect_used, clippy::panic, reason = "a bench that cannot be set up is to fail its test")]

use std::sync::Arc;
use std::time::Duration;

use presync_core::id::TenantId;
use presync_core::time::{Clock, Timestamp};
use presync_service::rules::RuleBase;
use presync_service::status::Counters;
use presync_service::{Cadence, RuleConfig, Tenant, TenantConfig};
use presync_simulator::{Config, PersonRef, SimClock, Simulator, TenantAccess};
use presync_store::Store;

/// When driven days begin: a Monday, 08:00 UTC.
const MONDAY: i64 = 1_800_864_000_000;

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
    pub tenants: Vec<Tenant>,
    /// How often things are done.
    pub cadence: Cadence,
    store: Store,
    folder: tempfile::TempDir,
    rules: RuleBase,
    overrides: Vec<RuleConfig>,
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

    /// Like [`Self::start`], with overrides for every tenant.
    pub async fn with_rules(config: Config, overrides: Vec<RuleConfig>) -> Self {
        let config = Config { clock: SimClock::driven(MONDAY), ..config };
        let simulator = Simulator::start(config).await.expect("the simulator starts");
        simulator.start_measuring();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::open(&folder.path().join("presync.db")).expect("a new database");
        let rules = RuleBase::new().expect("the rule engine starts");
        let cadence = Cadence::default();
        let mut bench = Self { simulator, tenants: Vec::new(), cadence, store, folder, rules, overrides };
        bench.restart().await;
        bench
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
        for access in self.simulator.tenants() {
            let config = self.tenant_config(&access);
            let clock = Arc::new(DrivenClock(self.simulator.clock()));
            let tenant = Tenant::open(config, self.cadence, clock, self.rules.clone(), &self.store);
            self.tenants.push(tenant.expect("the tenant opens"));
        }
    }

    /// One cycle of every tenant, one after the other. No time passes.
    pub async fn cycle(&self) {
        for tenant in &self.tenants {
            tenant.cycle().await;
        }
    }

    /// Time passes and people move if they are to; then a cycle.
    pub async fn pass(&self, length: Duration) {
        self.simulator.step(length);
        self.cycle().await;
    }

    /// So many poll intervals pass, each with its cycle.
    pub async fn cycles(&self, count: usize) {
        for _ in 0..count {
            self.pass(self.cadence.poll).await;
        }
    }

    /// The first tenant.
    ///
    /// # Panics
    /// When there is none.
    pub fn tenant(&self) -> &Tenant {
        self.tenants.first().expect("a tenant")
    }

    /// A person of the first tenant.
    ///
    /// # Panics
    /// When there are fewer.
    pub fn person(&self, place: usize) -> PersonRef {
        self.simulator.people(0).get(place).expect("a person").clone()
    }

    /// What all tenants have done since the service was started.
    pub fn counters(&self) -> Counters {
        let mut sum = Counters::default();
        for tenant in &self.tenants {
            sum.add(&tenant.counters());
        }
        sum
    }

    /// Fails unless everybody is shown as they should be and nothing of ours is left behind.
    ///
    /// # Panics
    /// When that is not so.
    pub fn assert_right(&self) {
        let truth = self.simulator.truth();
        assert!(truth.wrong.is_empty(), "shown wrong: {:#?}", truth.wrong);
        assert!(truth.stuck_sessions.is_empty(), "stuck: {:#?}", truth.stuck_sessions);
    }

    fn tenant_config(&self, access: &TenantAccess) -> TenantConfig {
        let app = |app: &presync_simulator::App| presync_teams::App {
            client_id: app.client_id.clone(),
            secret: app.secret.clone().into(),
        };
        let url = |text: String| text.parse().expect("the simulator's addresses are URLs");
        let id = TenantId::from(access.id.as_str());
        let call_deadline = Duration::from_secs(2);
        TenantConfig {
            teams: presync_teams::Config {
                directory: access.directory.clone(),
                login: url(self.simulator.entra_url()),
                graph: url(self.simulator.graph_url()),
                read_app: app(&access.read_app),
                write_app: Some(app(&access.write_app)),
                call_deadline,
            },
            eight: presync_eight::Config {
                api: url(self.simulator.eight_url()),
                key: access.eight_key.clone(),
                secret: access.eight_secret.clone().into(),
                tenant: id.clone(),
                call_deadline,
            },
            rules: self.overrides.clone(),
            id,
        }
    }
}
