//! `presync-simulator --replay FILE`: a recording of a real tenant in place of made-up people.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use clap::ValueEnum;
use presync_simulator::{Pace, Replay, ReplayConfig};

/// The name of the file with what stands for secrets, beside the settings.
const SECRET: &str = "replay.secret";

/// How a recording is told again.
#[derive(Debug, clap::Args)]
pub(crate) struct ReplayArguments {
    /// Answer what a real tenant's providers answered, by a recording that `presync record` made, instead of simulating them.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["tenants", "users", "seed", "move_every", "settle", "tls", "eight_mode",
        "contact_center", "extension_dnd"])]
    pub(crate) replay: Option<PathBuf>,
    /// Whether a request gets the next recorded answer, or the one of this time after the beginning.
    #[arg(long, value_enum, default_value_t = Order::Order, requires = "replay")]
    pace: Order,
    /// Write settings for `presync run` against the replay to this file, and a stand-in for its secrets beside it.
    #[arg(long, value_name = "FILE", requires = "replay")]
    settings: Option<PathBuf>,
}

/// Which recorded answer is the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    /// The next in the recorded order, however fast they are asked for.
    Order,
    /// The one that was given at this time, however often it is asked for.
    Time,
}

/// What a replay shares with a simulation.
pub(crate) struct Common<'a> {
    pub(crate) ports: [u16; 4],
    /// How long it goes on after the first request.
    pub(crate) seconds: Option<u64>,
    pub(crate) report: Option<&'a Path>,
}

/// Replays until the time is over or somebody presses Ctrl-C, and says what was and what was not asked. Ends with 0 if everything that
/// was asked had been recorded.
pub(crate) async fn run(recording: &Path, arguments: &ReplayArguments, common: Common<'_>) -> anyhow::Result<ExitCode> {
    let [entra_port, graph_port, eight_port, admin_port] = common.ports;
    let pace = if arguments.pace == Order::Time { Pace::Time } else { Pace::Order };
    let config = ReplayConfig { pace, entra_port, graph_port, eight_port, admin_port };
    let replay = Replay::start(recording, config).await?;
    if let Some(file) = &arguments.settings {
        write(file, replay.settings())?;
        write(&file.with_file_name(SECRET), "nothing is secret in a replay\n")?;
    }
    println!("Entra  {}", replay.entra_url());
    println!("Graph  {}", replay.graph_url());
    println!("8x8    {}", replay.eight_url());
    println!("admin  {}/admin/replay", replay.admin_url());
    let over = async {
        replay.first_request().await;
        println!("the recording is asked");
        match common.seconds {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = over => {}
        interrupt = tokio::signal::ctrl_c() => interrupt.context("cannot listen for Ctrl-C")?,
    }
    let report = replay.report();
    let text = serde_json::to_string_pretty(&report)?;
    match common.report {
        Some(file) => write(file, &text)?,
        None => println!("{text}"),
    }
    let never: u64 = report.never_recorded.values().sum();
    println!(
        "{} of {} recorded answers were asked for, {} given once more; {never} requests had never been recorded; {} writes as recorded, {} \
         otherwise",
        report.asked,
        report.recorded,
        report.repeated,
        report.writes_as_recorded,
        report.writes_otherwise.len()
    );
    Ok(if never == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
