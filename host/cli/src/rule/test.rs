//! A rule against its tables of tests.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::subject::{Compile, Subject};

#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// A project's folder, a rule's file, or the name of a default map
    #[arg(value_name = "DIR|FILE", default_value = ".", conflicts_with = "table")]
    rule: PathBuf,
    /// A file with the lines of a table, instead of a rule: table = [ … ]
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// The tables, a folder or one file, instead of the folder `tests` beside the rule
    #[arg(long, value_name = "DIR|FILE")]
    tests: Option<PathBuf>,
    /// How to print what came of it
    #[arg(long, value_enum, default_value_t)]
    format: Shown,
}

/// The spelling of a format on the command line.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Shown {
    /// Lines for eyes
    #[default]
    Text,
    /// One object, for programs
    Json,
}

pub(super) fn run(args: &TestArgs, out: &mut dyn Write) -> Result<()> {
    let tests = args.tests.as_deref();
    let subject = match &args.table {
        Some(lines) => Subject::of_lines(lines, tests)?,
        None => Subject::open(&args.rule, tests, Compile::Kept)?,
    };
    let report = subject.test()?;
    match args.format {
        Shown::Text => report.write_text(out)?,
        Shown::Json => writeln!(out, "{:#}", report.to_json())?,
    }
    match report.failed() {
        0 => Ok(()),
        failed => bail!("{failed} of {} cases failed", report.outcomes.len()),
    }
}
