//! Builds the rules, runs the tests and the lints of presync: `cargo xtask --help`.
//!
//! # Layout
//! * `lock`: which components are committed, and from which sources they were built
//! * `command`: other programs, run and reported
//! * `rules`: the committed components, built or checked
//! * `test`: everything that can be tested
//! * `layers`, `lint`: who may depend on whom, and the rest of what is checked without running

mod command;
mod layers;
mod lint;
mod lock;
mod rules;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds and checks presync.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Build the components that presync carries, or a rule of your own.
    #[command(
        after_help = "Examples:\n  cargo xtask rules                              # what presync carries, and its lock\n  \
                            cargo xtask rules my-rule -o my-rule.wasm      # the rule in the folder my-rule\n  \
                            cargo xtask rules --check                      # are the committed components those of the sources?"
    )]
    Rules {
        /// The folder of a rule of your own; without it, the components that presync carries.
        #[arg(requires = "output")]
        crate_dir: Option<PathBuf>,
        /// Where to write the component.
        #[arg(short, long, value_name = "FILE", requires = "crate_dir")]
        output: Option<PathBuf>,
        /// Change nothing: rebuild elsewhere and compare what the components answer.
        #[arg(long, conflicts_with = "crate_dir")]
        check: bool,
    },
    /// Run every test of the workspace, then `rules --check`.
    Test {
        /// Arguments for `cargo test`, such as `-- --nocapture`.
        #[arg(last = true)]
        rest: Vec<String>,
    },
    /// Formatting, clippy, and the order of the crates.
    Lint,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Rules { crate_dir: Some(dir), output: Some(file), .. } => {
            rules::component(root(), &dir, &file).map(|size| {
                println!("{}: {size} bytes", file.display());
            })
        }
        Task::Rules { check: true, .. } => rules::check(root()).map(drop),
        Task::Rules { .. } => rules::build(root()),
        Task::Test { rest } => test::run(root(), &rest),
        Task::Lint => lint::run(root()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new("."))
}
