//! `presync rule …`: looks at rules without a service and without a network.
//!
//! # Layout
//! * `source`: a rule named by a file or by the name of a default map
//! * `matrix`: what a rule answers for every possible input
//! * `inspect`: what a rule is, and what it wants to see

mod inspect;
mod matrix;
mod source;

use std::io;

use anyhow::Result;
use clap::{Args, Subcommand};
use presync_rules::{HostSettings, RuleHost};

/// Look at rules: what they answer to every input, and what they are
#[derive(Debug, Args)]
pub(crate) struct RuleArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print what a rule answers for every possible input
    ///
    /// A rule is asked on top of the default map of its direction, as it will be in a chain.
    #[command(after_help = "Examples:\n  \
        presync rule matrix teams-to-8x8                          # the default map, as a table\n  \
        presync rule matrix teams-to-8x8 --format csv > map.csv\n  \
        presync rule matrix my-rule.wasm --settings '{\"presenting\": \"direct-only\"}'")]
    Matrix(matrix::MatrixArgs),
    /// Print what a rule is and what it wants to see
    #[command(after_help = "Examples:\n  presync rule inspect my-rule.wasm\n  presync rule inspect 8x8-to-teams")]
    Inspect(inspect::InspectArgs),
}

/// Runs `presync rule`.
pub(crate) fn run(args: &RuleArgs) -> Result<()> {
    let host = RuleHost::new(HostSettings::default())?;
    let out = &mut io::stdout().lock();
    let done = match &args.command {
        Command::Matrix(args) => matrix::run(&host, args, out),
        Command::Inspect(args) => inspect::run(&host, args, out),
    };
    // A reader that has seen enough (`| head`) is no error.
    done.or_else(|error| match error.downcast_ref::<io::Error>() {
        Some(io) if io.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}
