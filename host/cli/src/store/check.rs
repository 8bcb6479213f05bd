//! `presync store check`: whether the file is sound, and what is in it.

use std::fmt::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use presync_core::time::Timestamp;
use presync_store::{Checkup, Contents, checkup};

use super::Which;
use crate::api;
use crate::api::page::count;

const AFTER_HELP: &str = "\
Nothing is changed, and the service may be running. Ends with 0 when the file is sound and with 1 when it is not.

Examples:
  presync store check --config presync.toml
  presync store check --file /backups/today.db";

/// See whether the file is sound, and what is in it
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    which: Which,
}

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode> {
    let found = checkup(&args.which.path()?)?;
    api::print(&page(&found))?;
    Ok(if found.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was found, for people.
pub(super) fn page(found: &Checkup) -> String {
    let Checkup { path, schema, present_schema, bytes, log_bytes, tenants, problems } = found;
    let mut page = format!("{}: {}, schema version {schema}", path.display(), size(*bytes));
    if schema < present_schema {
        let _ = write!(page, " (brought to {present_schema} when the service opens it)");
    }
    if *log_bytes > 0 {
        let _ = write!(page, ", and {} of log beside it", size(*log_bytes));
    }
    page.push('\n');
    let width = tenants.iter().map(|contents| contents.tenant.chars().count()).max().unwrap_or_default();
    for Contents { tenant, links, states, events, span, rule_versions } in tenants {
        let log = match span {
            Some((from, to)) => format!("{}, {} to {}", of(*events, "event"), moment(*from), moment(*to)),
            None => "no events".to_owned(),
        };
        let rules = of(*rule_versions, "version");
        let _ = writeln!(
            page,
            "  {tenant:width$}  {}, {}, {log}, {rules} of rules",
            of(*links, "link"),
            of(*states, "state")
        );
    }
    match problems.len() {
        0 => page.push_str("It is sound.\n"),
        number => {
            let _ = writeln!(page, "{}:", count(number, "problem"));
            for problem in problems {
                let _ = writeln!(page, "  {problem}");
            }
            page.push_str(
                "Stop the service and restore a copy (`presync store --help` says how), or move the file away: an empty one is filled again \
                 from both sides within a few cycles, only the event log and earlier versions of rules are lost.\n",
            );
        }
    }
    page
}

fn of(number: u64, what: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), what)
}

/// Bytes as people say them.
fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

fn moment(at: Timestamp) -> String {
    let at = i64::try_from(at.as_millis()).ok().and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
    at.map_or_else(|| "an unknown time".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use presync_store::Problem;

    use super::*;

    fn found() -> Checkup {
        let at = Timestamp::from_millis;
        let acme = Contents {
            tenant: "acme".to_owned(),
            links: 1_204,
            states: 1_204,
            events: 88_017,
            span: Some((at(1_764_000_000_000), at(1_764_086_400_000))),
            rule_versions: 3,
        };
        let globex =
            Contents { tenant: "globex".to_owned(), links: 1, states: 0, events: 0, span: None, rule_versions: 0 };
        Checkup {
            path: PathBuf::from("/var/lib/presync/presync.db"),
            schema: 2,
            present_schema: 2,
            bytes: 41_200_000,
            log_bytes: 0,
            tenants: vec![acme, globex],
            problems: Vec::new(),
        }
    }

    #[test]
    fn a_sound_file() {
        insta::assert_snapshot!(page(&found()));
    }

    #[test]
    fn a_file_with_problems() {
        let problems = vec![
            Problem::Damaged { what: "Tree 7 page 12: btreeInitPage() returns error code 11".to_owned() },
            Problem::StatesLeft { tenant: "acme".to_owned(), states: 2 },
        ];
        insta::assert_snapshot!(page(&Checkup { schema: 1, log_bytes: 4_194_304, problems, ..found() }));
    }
}
