//! `presync store backup`: a copy, while the service runs.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use presync_store::backup;

use super::{Which, check};
use crate::api;

const AFTER_HELP: &str = "\
The copy is what one moment saw, and is looked over before it gets its name. The service may be running.
Components of rules are copied beside it: today.db and today.db.rules belong together.

Examples:
  presync store backup /backups/today.db --config presync.toml
  presync store backup \"/backups/$(date +%F).db\" --file /var/lib/presync/presync.db";

/// Copy the file, while the service runs
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct BackupArgs {
    /// The copy; there must be nothing yet
    #[arg(value_name = "TO")]
    to: PathBuf,
    #[command(flatten)]
    which: Which,
}

pub(super) fn run(args: &BackupArgs) -> Result<ExitCode> {
    let path = args.which.path()?;
    let progress =
        ProgressBar::new_spinner().with_message(format!("copying {} to {}", path.display(), args.to.display()));
    progress.set_style(ProgressStyle::with_template("{spinner} {msg}, {elapsed}")?);
    progress.enable_steady_tick(Duration::from_millis(100));
    let copied = backup(&path, &args.to);
    progress.finish_and_clear();
    api::print(&check::page(&copied?))?;
    Ok(ExitCode::SUCCESS)
}
