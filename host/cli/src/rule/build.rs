//! A rule project becomes a component.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use presync_build::{Built, Project, Tools};

#[derive(Debug, Args)]
pub(super) struct BuildArgs {
    /// The project's folder
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Where to write the component, instead of NAME.wasm in the project
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &BuildArgs, out: &mut dyn Write) -> Result<()> {
    let project = Project::open(&args.folder)?;
    let output = args.output.clone().unwrap_or_else(|| project.component());
    let Built { path, size } = presync_build::build(&project, &output, &Tools::from_environment(), &mut say)?;
    writeln!(out, "{}: {size} bytes", path.display())?;
    Ok(())
}

/// Tells who waits what takes its time.
pub(super) fn say(what: &str) {
    eprintln!("{what}");
}
