//! A new rule project.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use presync_build::Language;
use presync_core::words::Direction;

#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// What the rule is called: lower-case letters, digits and hyphens
    name: String,
    /// What it is written in
    #[arg(long, value_enum)]
    lang: Lang,
    /// Which way it maps
    #[arg(long, value_enum, default_value_t)]
    direction: Way,
    /// Where to write it, instead of a folder of the rule's name
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// The spelling of a language on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Lang {
    /// Small and fast: 60 KB, a verdict in well under a microsecond
    Rust,
    /// With the QuickJS engine: 1.6 MB
    #[value(alias = "js")]
    Javascript,
    /// With the CPython interpreter: 18 MB
    #[value(alias = "py")]
    Python,
}

/// The spelling of a direction on the command line.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Way {
    /// What 8x8 shows of a state in Teams
    #[default]
    #[value(name = "teams-to-8x8")]
    TeamsToEight,
    /// What Teams shows of a state in 8x8
    #[value(name = "8x8-to-teams")]
    EightToTeams,
}

pub(super) fn run(args: &NewArgs, out: &mut dyn Write) -> Result<()> {
    let language = match args.lang {
        Lang::Rust => Language::Rust,
        Lang::Javascript => Language::JavaScript,
        Lang::Python => Language::Python,
    };
    let direction = match args.direction {
        Way::TeamsToEight => Direction::TeamsToEight,
        Way::EightToTeams => Direction::EightToTeams,
    };
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    for file in presync_author::scaffold(&folder, &args.name, language, direction)? {
        writeln!(out, "wrote {}", file.display())?;
    }
    let folder = folder.display();
    writeln!(out, "next: presync rule build {folder} && presync rule test {folder}")?;
    Ok(())
}
