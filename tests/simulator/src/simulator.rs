//! The simulator as a whole: settings in, four running servers out.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use arc_swap::ArcSwap;
use axum::{Router, serve::ListenerExt};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinHandle,
};

use crate::{
    clock::{SimClock, whole_ms},
    drive::{movement, population},
    eight::quirks::EightQuirks,
    faults::Faults,
    http::{self, dated::dated, watch::watched},
    notify::{courier, outbox::Outbox},
    report::{SimReport, Summary},
    state::{
        access::TenantAccess,
        budget::Limit,
        carried::{EightMode, PublicCarries},
        keys::SigningKeys,
        quirks::Quirks,
        requests::{Request, Requests, Server},
        truth::{self, Truth},
        world::{Cell, Settings, Urls, World},
    },
    tls::Tls,
};

/// How a simulator is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// How many tenants. Default 1.
    pub tenants: usize,
    /// How many people each tenant has, apart from the oddities. Default 20.
    pub users: usize,
    /// The same seed makes the same people and the same moves. Default 1.
    pub seed: u64,
    /// How often a person moves, on average. Default 60 s.
    pub move_every: Duration,
    /// Whether unmatched, ambiguous, disabled, inactive and guest users are added. Default on.
    pub oddities: bool,
    /// Whether people begin in the middle of their day, or all of them available. Default available.
    pub varied_start: bool,
    /// The clock. Default the real one.
    pub clock: SimClock,
    /// The port of Entra; 0, the default, for a free one.
    pub entra_port: u16,
    /// The port of Graph.
    pub graph_port: u16,
    /// The port of 8x8.
    pub eight_port: u16,
    /// The port of the admin server.
    pub admin_port: u16,
    /// How long an Entra token holds. Default 3,599 s.
    pub entra_token: Duration,
    /// How long an 8x8 token holds. Default 1,799 s.
    pub eight_token: Duration,
    /// Graph's limit on presence requests per application and tenant. Default 1,500 in 30 s.
    pub graph_limit: Limit,
    /// 8x8's limit on the user directory. Default 20 at once, 100 a minute.
    pub eight_directory_limit: Limit,
    /// 8x8's limit on presence, which nobody publishes. Default 1,000 a second.
    pub eight_presence_limit: Limit,
    /// Whether a publication under a manual status is answered with 422 rather than 200. Default off.
    pub manual_answers_422: bool,
    /// Whether each page of changes repeats its first change, as at-least-once allows. Default on.
    pub repeat_changes: bool,
    /// How long changes can be read. Default 24 h.
    pub change_retention: Duration,
    /// Which of 8x8's endpoints are there. Default all, the partner contract too.
    pub eight_mode: EightMode,
    /// What presync is set to do where only documented endpoints are there; the truth expects that much.
    pub public_carries: PublicCarries,
    /// Where 8x8's documents contradict each other. Default the reference's choices.
    pub eight_quirks: EightQuirks,
    /// Whether there are call queues, ring groups, agents of the Contact Center and people without a licence. Default
    /// off.
    pub contact_center: bool,
    /// Whether the 8x8 directory holds what real ones hold: other addresses, hidden people, people that provisioning
    /// made. Default off.
    pub odd_directory: bool,
    /// 8x8's limit on Work Analytics, which nobody publishes. Default 60 a minute, 20 at once.
    pub eight_analytics_limit: Limit,
    /// How long Entra signs with one key. Default 42 days.
    pub key_rotation: Duration,
    /// Whether Entra, Graph and 8x8 are spoken to over TLS, with an authority of their own. Default not.
    pub tls: bool,
    /// How Microsoft behaves where it leaves a choice. Default: as documented.
    pub quirks: Quirks,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            tenants: 1,
            users: 20,
            seed: 1,
            move_every: Duration::from_secs(60),
            oddities: true,
            varied_start: false,
            clock: SimClock::real(),
            entra_port: 0,
            graph_port: 0,
            eight_port: 0,
            admin_port: 0,
            entra_token: Duration::from_secs(3_599),
            eight_token: Duration::from_secs(1_799),
            graph_limit: Limit { burst: 1_500.0, per_second: 50.0 },
            eight_directory_limit: Limit { burst: 20.0, per_second: 100.0 / 60.0 },
            eight_presence_limit: Limit { burst: 1_000.0, per_second: 1_000.0 },
            manual_answers_422: false,
            repeat_changes: true,
            change_retention: Duration::from_secs(24 * 3_600),
            eight_mode: EightMode::default(),
            public_carries: PublicCarries::default(),
            eight_quirks: EightQuirks::default(),
            contact_center: false,
            odd_directory: false,
            eight_analytics_limit: Limit { burst: 20.0, per_second: 1.0 },
            key_rotation: Duration::from_secs(42 * 24 * 3_600),
            tls: false,
            quirks: Quirks::default(),
        }
    }
}

/// Running servers and the people behind them; dropping it stops the servers.
#[derive(Debug)]
pub struct Simulator {
    pub(crate) world: Arc<World>,
    urls: Urls,
    stop: watch::Sender<bool>,
    ticker: JoinHandle<()>,
    deliveries: Vec<JoinHandle<()>>,
    courier: JoinHandle<()>,
    authority_pem: Option<String>,
}

/// How often the real clock is looked at for what came due while nobody asked.
const TICK: Duration = Duration::from_millis(25);

impl Simulator {
    /// Makes the people and starts the servers.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        let cells = (0..config.tenants).map(|place| Cell::new(population::tenant(&config, place))).collect();
        let settings = Settings {
            entra_token_ms: whole_ms(config.entra_token),
            eight_token_ms: whole_ms(config.eight_token),
            manual_answers_422: config.manual_answers_422,
            repeat_changes: config.repeat_changes,
            eight_mode: config.eight_mode,
        };
        let world = Arc::new(World {
            faults: Faults::new(config.clock.clone(), config.seed),
            requests: Requests::default(),
            outbox: Outbox::new(config.seed),
            courier: courier::client().context("cannot make an HTTP client for notifications")?,
            clock: config.clock,
            keys: SigningKeys::new(whole_ms(config.key_rotation)),
            settings,
            quirks: ArcSwap::from_pointee(config.quirks),
            cells,
            urls: OnceLock::new(),
            read: AtomicBool::new(false),
            first_read: Notify::new(),
            serial: AtomicU64::new(1),
        });

        let stop = watch::Sender::new(false);
        let tls = config.tls.then(Tls::new).transpose()?;
        let serve = |port: u16, routes: Router| serve(port, dated(&world, routes), tls.as_ref(), stop.subscribe());
        let plain = |port: u16, routes: Router| self::serve(port, routes, None, stop.subscribe());
        let urls = Urls {
            entra: serve(config.entra_port, watched(&world, Server::Entra, http::entra::routes(&world))).await?,
            graph: serve(config.graph_port, http::graph::routes(&world)).await? + "/v1.0",
            eight: serve(config.eight_port, watched(&world, Server::Eight, http::eight::routes(&world))).await?,
            admin: plain(config.admin_port, http::admin::routes(&world)).await?,
        };
        // The cell is new, so this cannot fail.
        let _ = world.urls.set(urls.clone());

        let ticker = tokio::spawn({
            let world = Arc::clone(&world);
            let mut ticker = world.clock.ticker(TICK);
            async move {
                loop {
                    ticker.tick().await;
                    world.with_all(|_, _| ());
                }
            }
        });
        let deliver = |place| tokio::spawn(http::eight_webhooks::deliver(Arc::clone(&world), place));
        let deliveries = (0..world.cells.len()).map(deliver).collect();
        let courier = tokio::spawn(courier::run(Arc::clone(&world)));
        let authority_pem = tls.map(|tls| tls.authority_pem);
        Ok(Self { world, urls, stop, ticker, deliveries, courier, authority_pem })
    }

    /// Where Entra is: `http://127.0.0.1:PORT`.
    pub fn entra_url(&self) -> String {
        self.urls.entra.clone()
    }

    /// Where Graph is: `http://127.0.0.1:PORT/v1.0`.
    pub fn graph_url(&self) -> String {
        self.urls.graph.clone()
    }

    /// Where 8x8 is: `http://127.0.0.1:PORT`.
    pub fn eight_url(&self) -> String {
        self.urls.eight.clone()
    }

    /// Where the admin server is: `http://127.0.0.1:PORT`.
    pub fn admin_url(&self) -> String {
        self.urls.admin.clone()
    }

    /// The certificate of the authority that the servers' certificates are from, as PEM, if they speak TLS.
    pub fn authority_pem(&self) -> Option<&str> {
        self.authority_pem.as_deref()
    }

    /// How to reach each tenant, with the secrets that hold now.
    pub fn tenants(&self) -> Vec<TenantAccess> {
        self.world.with_all(|tenant, _| tenant.access.clone())
    }

    /// The clock that everything obeys.
    pub fn clock(&self) -> SimClock {
        self.world.clock.clone()
    }

    /// Sets everybody in motion; latencies are measured from the first time on.
    pub fn start_movement(&self) {
        self.world.with_all(movement::start);
    }

    /// Stops everybody where they are. Leases and sessions still run out.
    pub fn stop_movement(&self) {
        self.world.with_all(movement::stop);
    }

    /// Measures latencies from now on, for tests that move people by hand.
    pub fn start_measuring(&self) {
        self.world.with_all(|tenant, _| tenant.meter.measuring = true);
    }

    /// Moves a driven clock forward, and people with it if they are in motion.
    pub fn step(&self, by: Duration) {
        self.world.clock.advance(by);
        self.world.with_all(|_, _| ());
    }

    /// Returns once presync has read a presence.
    pub async fn first_read(&self) {
        loop {
            let read = self.world.first_read.notified();
            if self.world.read.load(Ordering::Relaxed) {
                return;
            }
            read.await;
        }
    }

    /// What should be shown against what is shown, for every linked person.
    pub fn truth(&self) -> Truth {
        truth::of(&self.world)
    }

    /// What happened so far, in numbers.
    pub fn report(&self) -> SimReport {
        Summary::of(&self.world)
    }

    /// How Microsoft behaves now where it leaves a choice.
    pub fn quirks(&self) -> Quirks {
        self.world.quirks.load().as_ref().clone()
    }

    /// Has Microsoft behave differently from now on.
    pub fn set_quirks(&self, quirks: Quirks) {
        self.world.set_quirks(quirks);
    }

    /// The last requests, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.world.requests.all()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        self.world.requests.clear();
    }

    /// The failures on demand.
    pub fn faults(&self) -> &Faults {
        &self.world.faults
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.ticker.abort();
        for delivery in &self.deliveries {
            delivery.abort();
        }
        self.courier.abort();
        self.stop.send_replace(true);
    }
}

/// Binds and serves until told to stop; connections that are open then finish what they are at.
async fn serve(
    port: u16,
    routes: Router,
    tls: Option<&Tls>,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<String> {
    let listener =
        TcpListener::bind(("127.0.0.1", port)).await.with_context(|| format!("cannot listen on 127.0.0.1:{port}"))?;
    let address = listener.local_addr()?;
    let stopped = async move {
        let _ = stop.wait_for(|stop| *stop).await;
    };
    if let Some(tls) = tls {
        let secured = tls.over(listener)?;
        tokio::spawn(async move { ended(axum::serve(secured, routes).with_graceful_shutdown(stopped).await) });
        return Ok(format!("https://{address}"));
    }
    let listener = listener.tap_io(|stream| {
        // Only slower without it.
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(async move { ended(axum::serve(listener, routes).with_graceful_shutdown(stopped).await) });
    Ok(format!("http://{address}"))
}

fn ended(result: std::io::Result<()>) {
    if let Err(error) = result {
        tracing::error!(%error, "a server of the simulator ended");
    }
}
