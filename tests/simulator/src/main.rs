//! `presync-simulator`: two directories, a phone system and their people, for presync to be run against; or a recording of real ones.

mod replaying;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Context;
use clap::{Parser, ValueEnum};
use presync_simulator::{Config, EightMode, PublicCarries, Simulator};
use replaying::{Common, ReplayArguments};

const EXAMPLES: &str = "Examples:
  presync-simulator
      two tenants with 500 people each, on the fixed ports, until Ctrl-C
  presync-simulator --tenants 1 --users 1000 --seconds 60 --report report.json
      waits for presync's first read, lets people move for a minute, waits until everything should be
      right, writes the report; ends with 0 if nothing is wrong and no session is stuck
  curl http://127.0.0.1:18084/admin/truth
      what is wrong now
  curl -d 'fail 10% of POST /communications/getPresencesByUserId with 503 for 2m' http://127.0.0.1:18084/admin/faults
      every tenth read of presence fails for two minutes
  presync-simulator --eight-mode public --seconds 60
      only what 8x8 documents is there; the truth expects what can be carried that way and no more
  presync-simulator --replay recording.jsonl --settings replay.toml
      what the providers of a real tenant answered, by a recording of `presync record`; then
      `presync run --config replay.toml`. On Ctrl-C it says what was asked, what was not, and
      what had never been recorded";

/// Microsoft Entra, Microsoft Graph and 8x8 as real HTTP servers, with people who live a working day.
#[derive(Debug, Parser)]
#[command(version, after_long_help = EXAMPLES, after_help = "See --help for examples.")]
struct Arguments {
    /// How many tenants there are.
    #[arg(long, default_value_t = 2)]
    tenants: usize,
    /// How many people each tenant has.
    #[arg(long, default_value_t = 500)]
    users: usize,
    /// The same seed makes the same people and the same moves.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often each person moves on average, in seconds.
    #[arg(long, default_value_t = 60)]
    move_every: u64,
    /// Stop moving after so many seconds, counted from presync's first read, and report. Without it: run until Ctrl-C.
    #[arg(long)]
    seconds: Option<u64>,
    /// Wait so many seconds after the last move before judging.
    #[arg(long, default_value_t = 25)]
    settle: u64,
    /// Write the report to this file rather than to the standard output.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Speak TLS, and write the certificate of the authority to trust to this file, as PEM. The admin server does not.
    #[arg(long, value_name = "FILE")]
    tls: Option<PathBuf>,
    /// Which of 8x8's endpoints are there: `partner` for all, `public` for the documented ones. `public` brings call
    /// queues and agents of the Contact Center with it.
    #[arg(long, value_enum, default_value_t = Mode::Partner)]
    eight_mode: Mode,
    /// Have call queues and agents of the Contact Center in partner mode too.
    #[arg(long)]
    contact_center: bool,
    /// In public mode: presync may write `doNotDisturb` of extensions, so the truth expects it.
    #[arg(long)]
    extension_dnd: bool,
    /// The port of Entra.
    #[arg(long, default_value_t = 18081)]
    entra_port: u16,
    /// The port of Graph.
    #[arg(long, default_value_t = 18082)]
    graph_port: u16,
    /// The port of 8x8.
    #[arg(long, default_value_t = 18083)]
    eight_port: u16,
    /// The port of the admin server.
    #[arg(long, default_value_t = 18084)]
    admin_port: u16,
    #[command(flatten)]
    replay: ReplayArguments,
}

/// Which of 8x8's endpoints are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// All of them.
    Partner,
    /// The documented ones.
    Public,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    if let Some(recording) = &arguments.replay.replay {
        let ports = [arguments.entra_port, arguments.graph_port, arguments.eight_port, arguments.admin_port];
        let common = Common { ports, seconds: arguments.seconds, report: arguments.report.as_deref() };
        return replaying::run(recording, &arguments.replay, common).await;
    }
    let sim = Simulator::start(Config {
        tenants: arguments.tenants,
        users: arguments.users,
        seed: arguments.seed,
        move_every: Duration::from_secs(arguments.move_every),
        varied_start: true,
        eight_mode: if arguments.eight_mode == Mode::Public { EightMode::Public } else { EightMode::Partner },
        contact_center: arguments.contact_center || arguments.eight_mode == Mode::Public,
        public_carries: PublicCarries { extension_dnd: arguments.extension_dnd, ..PublicCarries::default() },
        entra_port: arguments.entra_port,
        graph_port: arguments.graph_port,
        eight_port: arguments.eight_port,
        admin_port: arguments.admin_port,
        tls: arguments.tls.is_some(),
        ..Config::default()
    })
    .await?;
    if let (Some(file), Some(pem)) = (&arguments.tls, sim.authority_pem()) {
        std::fs::write(file, pem).with_context(|| format!("cannot write {}", file.display()))?;
    }
    println!("Entra  {}", sim.entra_url());
    println!("Graph  {}", sim.graph_url());
    println!("8x8    {}", sim.eight_url());
    println!("admin  {}/admin/truth", sim.admin_url());

    tokio::select! {
        outcome = run(&sim, &arguments) => outcome,
        interrupt = tokio::signal::ctrl_c() => {
            interrupt.context("cannot listen for Ctrl-C")?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn run(sim: &Simulator, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    sim.first_read().await;
    println!("presync reads; people begin to move");
    sim.start_movement();
    let Some(seconds) = arguments.seconds else {
        return std::future::pending().await;
    };
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    sim.stop_movement();
    tokio::time::sleep(Duration::from_secs(arguments.settle)).await;

    let report = sim.report();
    let text = serde_json::to_string_pretty(&report)?;
    match &arguments.report {
        Some(file) => std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?,
        None => println!("{text}"),
    }
    println!(
        "{} wrong, {} stuck sessions, half of the changes published within {:.1} s, 99 % within {:.1} s",
        report.wrong_at_end,
        report.stuck_sessions_at_end,
        report.change_to_publish_seconds.p50,
        report.change_to_publish_seconds.p99
    );
    if !report.not_carried.is_empty() {
        println!("not carried: {}", serde_json::to_string(&report.not_carried)?);
    }
    let right = report.wrong_at_end == 0 && report.stuck_sessions_at_end == 0;
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
