//! `presync demo`: simulated Microsoft and 8x8, the service, and a look at both, in one process and on made-up people.
//!
//! * `process`: what this process has used
//! * `report`: the run in numbers
//! * `screen`: the live table

mod process;
mod report;
mod screen;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use presync_core::id::TenantId;
use presync_service::rules::RuleSettings;
use presync_service::{Cadence, Fleet, LinkSettings, Supply, Tenant, TenantConfig};
use presync_simulator::{Config as SimulatorConfig, Simulator, TenantAccess};
use presync_store::Store;
use presync_web::Server;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep, sleep_until};

use crate::run;
use report::Report;

const EXAMPLES: &str = "\
Examples:
  presync demo                                                          a live table, until Ctrl-C
  presync demo --tenants 2 --users 500 --seconds 90 --report report.json  a measured run";

/// Watch presync work on made-up people, against simulated Microsoft and 8x8
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DemoArgs {
    /// How many tenants
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    tenants: u16,
    /// How many people in each tenant
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    users: u32,
    /// How long people move, in seconds; without it they move until Ctrl-C
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: Option<u64>,
    /// Write the run in numbers to this file, as JSON
    #[arg(long, value_name = "FILE", requires = "seconds")]
    report: Option<PathBuf>,
    /// From one cycle to the next at the longest; a second while the providers' limits and the machine allow it
    #[arg(long, default_value = "10s", value_parser = humantime::parse_duration, value_name = "TIME")]
    poll: Duration,
    /// The same seed makes the same people
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    ensure!(args.poll >= Duration::from_secs(1), "--poll: {:?} is too short; use 1s or more", args.poll);
    // The providers get threads of their own, so that what presync itself uses can be told apart.
    let outside = runtime(process::SIMULATOR_THREADS)?;
    let inside = runtime("presync-host")?;
    let simulator = outside.block_on(Simulator::start(SimulatorConfig {
        tenants: usize::from(args.tenants),
        users: args.users as usize,
        seed: args.seed,
        varied_start: true,
        ..SimulatorConfig::default()
    }))?;
    let outcome = inside.block_on(watch(args, &simulator));
    drop(simulator);
    outside.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn watch(args: &DemoArgs, simulator: &Simulator) -> anyhow::Result<ExitCode> {
    let folder = tempfile::tempdir().context("cannot make a folder for the demo's state")?;
    let store = Store::open(&folder.path().join("demo.db"))?;
    let cadence = Cadence { poll: args.poll, ..Cadence::default() };
    let configs = simulator
        .tenants()
        .iter()
        .map(|access| tenant_config(simulator, access, &cadence))
        .collect::<Result<_, _>>()?;
    let tenants = run::open(configs, cadence, &store, RuleSettings::default())?;
    let server = Server::bind(([127, 0, 0, 1], 0).into()).await?;
    let address = server.address();
    let fleet = Fleet::start(tenants, cadence);
    let tenants = fleet.tenants();
    let web = tokio::spawn(server.serve(Arc::clone(&tenants), std::future::pending()));
    until_cycles(&tenants, |_| 1).await;
    simulator.start_movement();
    let outcome = match args.seconds {
        Some(seconds) => measure(args, seconds, simulator, &tenants).await,
        None if std::io::stdout().is_terminal() => screen::show(&tenants, simulator, address, args.poll).await,
        None => Err(anyhow::anyhow!("the live table needs a terminal; use --seconds S, perhaps with --report FILE")),
    };
    web.abort();
    fleet.stop().await;
    outcome
}

/// Lets people move for a while, waits until two whole cycles and as many poll intervals have passed, and sums up.
async fn measure(
    args: &DemoArgs,
    seconds: u64,
    simulator: &Simulator,
    tenants: &[Arc<Tenant>],
) -> anyhow::Result<ExitCode> {
    let style = ProgressStyle::with_template("{msg:<24} {bar:40} {pos:>4}/{len} s")?;
    let bar = ProgressBar::new(seconds).with_style(style).with_message("people move");
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        sleep(Duration::from_secs(1).min(end - Instant::now())).await;
        bar.set_position(seconds.saturating_sub((end - Instant::now()).as_secs()));
    }
    simulator.stop_movement();
    bar.set_message("two intervals of calm");
    let calm = Instant::now() + args.poll * 2;
    let at_stop: Vec<u64> = tenants.iter().map(|tenant| tenant.counters().cycles).collect();
    // The cycle under way when people stopped may have read before they did, so it does not count.
    until_cycles(tenants, |place| at_stop[place] + 3).await;
    // Cycles come faster where they may, but what presync waits for does not: the echo of a session that is gone, for one.
    sleep_until(calm).await;
    bar.finish_and_clear();
    let report = Report::of(tenants, simulator, seconds);
    if let Some(file) = &args.report {
        let json = serde_json::to_string_pretty(&report)?;
        std::fs::write(file, json + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    print!("{report}");
    Ok(if report.is_right() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Waits until every tenant has ended that many cycles.
async fn until_cycles(tenants: &[Arc<Tenant>], wanted: impl Fn(usize) -> u64) {
    for (place, tenant) in tenants.iter().enumerate() {
        while tenant.counters().cycles < wanted(place) {
            sleep(Duration::from_millis(50)).await;
        }
    }
}

fn tenant_config(simulator: &Simulator, access: &TenantAccess, cadence: &Cadence) -> anyhow::Result<TenantConfig> {
    let app = |app: &presync_simulator::App| presync_teams::App {
        client_id: app.client_id.clone(),
        secret: app.secret.clone().into(),
    };
    let id = TenantId::from(access.id.as_str());
    Ok(TenantConfig {
        teams: presync_teams::Config {
            directory: access.directory.clone(),
            login: simulator.entra_url().parse()?,
            graph: simulator.graph_url().parse()?,
            read_app: app(&access.read_app),
            write_app: Some(app(&access.write_app)),
            call_deadline: cadence.call_deadline(),
        },
        eight: presync_eight::Config {
            api: simulator.eight_url().parse()?,
            key: access.eight_key.clone(),
            secret: access.eight_secret.clone().into(),
            tenant: id.clone(),
            call_deadline: cadence.call_deadline(),
            push: presync_eight::config::Push::default(),
        }
        .into(),
        rules: Vec::new(),
        supply: Supply::default(),
        link: LinkSettings::default(),
        id,
    })
}

fn runtime(threads: &str) -> anyhow::Result<Runtime> {
    Builder::new_multi_thread().thread_name(threads).enable_all().build().context("cannot start the async runtime")
}
