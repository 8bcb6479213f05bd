//! `presync store`: looking over the file that the service keeps its state in, and copying it.
//!
//! # Layout
//! * `check`: whether it is sound, and what is in it
//! * `backup`: a copy, while the service runs

mod backup;
mod check;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::settings;

const AFTER_HELP: &str = "\
Examples:
  presync store check --config presync.toml                        is it sound, and what is in it
  presync store backup /backups/today.db --config presync.toml     while the service runs
  presync store check --file /backups/today.db

To restore a copy: stop the service; move away what stands where [service] state says, with its -wal and -shm files and its folder of rules,
since what an old log says must not be put into a copy; put the copy and its folder there under those names; start the service. What has
changed since is read again from both sides within a few cycles.

Sign-ins of sync users are sealed with the key beside the file (presync.db.key), which is not copied: keep it apart, or sign in again.";

/// Look over the file that the service keeps its state in, or copy it
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct StoreArgs {
    #[command(subcommand)]
    command: StoreCommand,
}

#[derive(Debug, Subcommand)]
enum StoreCommand {
    Check(check::CheckArgs),
    Backup(backup::BackupArgs),
}

/// Which file.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The settings file, which names it in [service] state
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The file itself
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// When the file cannot be read, or not be copied.
pub(crate) fn run(args: &StoreArgs) -> Result<ExitCode> {
    match &args.command {
        StoreCommand::Check(args) => check::run(args),
        StoreCommand::Backup(args) => backup::run(args),
    }
}

impl Which {
    fn path(&self) -> Result<PathBuf> {
        match (&self.config, &self.file) {
            (Some(config), _) => Ok(settings::load(config)?.service.state),
            (None, Some(file)) => Ok(file.clone()),
            (None, None) => anyhow::bail!("say which with --config or --file"),
        }
    }
}
