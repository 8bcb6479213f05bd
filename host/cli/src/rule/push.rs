//! Putting a rule into a registry.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use presync_registry::signature;

use super::registry::RegistryArgs;
use crate::run::block_on;

#[derive(Debug, Args)]
pub(super) struct PushArgs {
    /// The rule's component
    file: PathBuf,
    #[command(flatten)]
    registry: RegistryArgs,
}

pub(super) fn run(args: &PushArgs, out: &mut dyn Write) -> Result<()> {
    let remote = args.registry.remote()?;
    let shown = args.file.display();
    let component = fs::read(&args.file).with_context(|| format!("{shown} cannot be read"))?;
    let digest = block_on(async { remote.push(&component).await.with_context(|| format!("{shown} is not pushed")) })?;
    writeln!(out, "pushed   {}", remote.reference())?;
    writeln!(out, "version  {digest}")?;
    writeln!(out, "signed   {}", signature::line(&component))?;
    Ok(())
}
