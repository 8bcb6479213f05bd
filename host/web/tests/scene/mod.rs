//! A tenant on the simulator with the API before it.

#![allow(dead_code, reason = "each test file uses its part")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use presync_eight::config::Push;
use presync_service::clock::SystemClock;
use presync_service::rules::RuleBase;
use presync_service::{Cadence, LinkSettings, Supply, Tenant, TenantConfig};
use presync_simulator::{Config, PersonRef, Simulator, TenantAccess};
use presync_store::{Store, TenantStore};
use presync_web::Server;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use url::Url;

/// A tenant that has read and written, and the API before it.
pub(crate) struct Scene {
    pub(crate) simulator: Simulator,
    pub(crate) address: SocketAddr,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) served: JoinHandle<std::io::Result<()>>,
    /// The tenant's event log.
    pub(crate) log: TenantStore,
}

impl Scene {
    pub(crate) async fn start() -> Self {
        let simulator = Simulator::start(Config { users: 5, ..Config::default() }).await.unwrap();
        let person = &linked(&simulator);
        simulator.teams_client(person, "DoNotDisturb", "Presenting");
        let store = Store::in_memory().unwrap();
        let tenant = open(&simulator, &simulator.tenants()[0], &store);
        let log = store.tenant(tenant.id()).unwrap();
        Box::pin(tenant.cycle()).await;
        Box::pin(tenant.cycle()).await;
        let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.serve([Arc::new(tenant)].into(), async {
            let _ = stopped.await;
        }));
        Self { simulator, address, stop, served, log }
    }

    pub(crate) async fn ask(&self, method: Method, path: &str) -> reqwest::Response {
        let url = format!("http://{}{path}", self.address);
        reqwest::Client::builder().no_proxy().build().unwrap().request(method, url).send().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        let response = self.ask(Method::GET, path).await;
        (response.status(), response.json().await.unwrap())
    }
}

pub(crate) fn linked(simulator: &Simulator) -> PersonRef {
    simulator.people(0).into_iter().find(|person| person.linkable).unwrap()
}

/// A tenant of the simulator, told by 8x8 itself as `push` says.
pub(crate) fn settings(
    simulator: &Simulator,
    access: &TenantAccess,
    push: Push,
    call_deadline: Duration,
) -> TenantConfig {
    let id = access.id.as_str().into();
    let url = |text: String| Url::parse(&text).unwrap();
    let app = |app: &presync_simulator::App| presync_teams::App {
        client_id: app.client_id.clone(),
        secret: app.secret.clone().into(),
    };
    let teams = presync_teams::Config {
        directory: access.directory.clone(),
        login: url(simulator.entra_url()),
        graph: url(simulator.graph_url()),
        read_app: app(&access.read_app),
        write_app: Some(app(&access.write_app)),
        call_deadline,
    };
    let eight = presync_eight::Config {
        api: url(simulator.eight_url()),
        key: access.eight_key.clone(),
        secret: access.eight_secret.clone().into(),
        tenant: access.id.as_str().into(),
        call_deadline,
        push,
    };
    let (rules, supply, link) = (Vec::new(), Supply::default(), LinkSettings::default());
    TenantConfig { id, teams, eight: eight.into(), rules, supply, link }
}

fn open(simulator: &Simulator, access: &TenantAccess, store: &Store) -> Tenant {
    let cadence = Cadence::default();
    let config = settings(simulator, access, Push::default(), cadence.call_deadline());
    Tenant::open(config, cadence, Arc::new(SystemClock), RuleBase::new().unwrap(), store).unwrap()
}
