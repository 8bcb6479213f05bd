//! `presync`: keeps presence the same in Microsoft Teams and in 8x8, both ways, for many tenants.
//!
//! # Layout
//! * `settings`: the settings file
//! * `run`: the service
//! * `record`: the service for a while, and what the providers answer it
//! * `demo`: the service against simulated providers
//! * `check`: everything that can be checked without starting
//! * `rule`: looking at rules
//! * `status`, `why`: looking at a running service, through `api`
//! * `telemetry`: the log, and traces
//! * `link`: who is whom, and pairs by hand
//! * `store`: looking over the file of the state, and copying it

#![forbid(unsafe_code)]

mod api;
mod check;
mod demo;
mod link;
mod record;
mod rule;
mod run;
mod settings;
mod status;
mod store;
mod telemetry;
mod why;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  presync demo                                       watch made-up people move
  presync check --config presync.toml                before the first start
  presync run --config presync.toml                  the service
  presync status                                     how it goes
  presync why ann@corp.com --tenant acme             why somebody is shown as they are
  presync link list --tenant acme --unlinked         who is not kept in step, and who might be meant
  presync store check --config presync.toml          whether the file of the state is sound
  presync rule matrix teams-to-8x8                   what the default map says to every input";

/// Keeps presence the same in Microsoft Teams and in 8x8, both ways, by rules that a tenant may replace.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Cli {
    /// What to log: error, warn, info, debug, or per module such as `info,presync_teams=debug`
    #[arg(long, global = true, env = "PRESYNC_LOG", value_name = "FILTER")]
    log: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Run(run::RunArgs),
    Check(check::CheckArgs),
    Rule(rule::RuleArgs),
    Status(status::StatusArgs),
    Why(why::WhyArgs),
    Link(link::LinkArgs),
    Store(store::StoreArgs),
    Record(record::RecordArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let log = cli.log.as_deref();
    // A service tells what it does, and begins to when its settings say where to; a command that answers a question keeps quiet.
    if !matches!(cli.command, Command::Run(_)) {
        telemetry::log_only(log.unwrap_or("error"));
    }
    let outcome = match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Run(args) => run::run(&args, log),
        Command::Check(args) => check::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Rule(args) => rule::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Status(args) => run::block_on(status::run(&args)),
        Command::Why(args) => run::block_on(why::run(&args)),
        Command::Link(args) => link::run(&args),
        Command::Store(args) => store::run(&args),
        Command::Record(args) => record::run(&args),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("presync: {error:#}");
        ExitCode::FAILURE
    })
}
