//! Taking a rule from a registry.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use presync_registry::oci::LARGEST;
use presync_registry::pinned::{self, Change, Moved};
use presync_registry::{Lock, file, lock};

use super::registry::RegistryArgs;
use super::verify::Trust;
use crate::run::block_on;

#[derive(Debug, Args)]
pub(super) struct PullArgs {
    #[command(flatten)]
    registry: RegistryArgs,
    /// Where the component goes; a running presync that watches the file takes it up
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The file that keeps which version was chosen
    #[arg(long, value_name = "FILE", default_value = lock::NAME)]
    lock: PathBuf,
    /// Take the version that the tag names now, where another one was chosen before
    #[arg(long)]
    update: bool,
    #[command(flatten)]
    trust: Trust,
}

pub(super) fn run(args: &PullArgs, out: &mut dyn Write) -> Result<()> {
    let trusted = args.trust.keys()?;
    let remote = args.registry.remote()?;
    // Pulls into the same lock take turns, so that none forgets what another chose.
    let _turn = Lock::turn(&args.lock)?;
    let mut lock = Lock::read(&args.lock)?;
    let moved = if args.update { Moved::Accept } else { Moved::Refuse };
    let fetched = block_on(async { Ok(pinned::pull(&remote, &mut lock, moved, &trusted, LARGEST).await?) })?;
    let shown = args.output.display();
    // The component first: a lock that names what is nowhere would be a lie, the other way round the next pull tells.
    file::replace(&args.output, &fetched.pulled.bytes).with_context(|| format!("{shown} cannot be written"))?;
    lock.write(&args.lock)?;

    let change = match &fetched.change {
        Change::First => format!("new in {}", args.lock.display()),
        Change::None => format!("as in {}", args.lock.display()),
        Change::From(before) => format!("instead of {}", before.digest),
    };
    writeln!(out, "pulled   {} into {shown}, {} bytes", remote.reference(), fetched.pulled.bytes.len())?;
    writeln!(out, "version  {} ({change})", fetched.pulled.digest)?;
    let signer = fetched.signer.map_or_else(|| "none".to_owned(), |signer| signer.to_string());
    match &fetched.change {
        Change::From(before) if before.signer != fetched.signer => {
            let before = before.signer.map_or_else(|| "nobody".to_owned(), |signer| signer.to_string());
            writeln!(out, "signed   {signer} (before: {before})")?;
        }
        _ => writeln!(out, "signed   {signer}")?,
    }
    Ok(())
}
