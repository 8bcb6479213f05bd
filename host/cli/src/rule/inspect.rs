//! The proof sheet of a rule: what it is, what it wants to see, what it is made of, and what it costs.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use presync_author::{Anatomy, anatomy, cost};
use presync_registry::signature;
use serde_json::Value;

use super::subject::{Compile, Subject};

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// A project's folder, a rule's file, or the name of a default map: teams-to-8x8, 8x8-to-teams
    #[arg(value_name = "DIR|FILE|NAME", default_value = ".")]
    rule: PathBuf,
    /// The tables of tests, a folder or one file, instead of the folder `tests` beside the rule
    #[arg(long, value_name = "DIR|FILE")]
    tests: Option<PathBuf>,
    /// The settings that it is measured with, as a JSON table
    #[arg(long, value_name = "JSON")]
    settings: Option<String>,
}

pub(super) fn run(args: &InspectArgs, out: &mut dyn Write) -> Result<()> {
    let settings = match &args.settings {
        Some(text) => serde_json::from_str(text).context("--settings is not JSON")?,
        None => Value::Null,
    };
    let subject = Subject::open(&args.rule, args.tests.as_deref(), Compile::Afresh)?;
    for (name, value) in sheet(&subject, &settings)? {
        writeln!(out, "{name:<10} {value}")?;
    }
    Ok(())
}

/// The lines of the sheet.
fn sheet(subject: &Subject, settings: &Value) -> Result<Vec<(&'static str, String)>> {
    let rule = &subject.rule;
    let or = |list: String, none: &str| if list.is_empty() { none.to_owned() } else { list };
    let Anatomy { memory, table_elements, producers } = anatomy(&subject.bytes)?;
    let limits = subject.limits();
    let mut lines = vec![
        ("name", rule.name().to_owned()),
        ("version", rule.version().to_owned()),
        ("direction", rule.direction().label().to_owned()),
        ("needs", or(rule.needs().labels().join(", "), "nothing beside the side that it maps from")),
        (
            "pure",
            if rule.is_pure() { "yes: equal questions are answered once" } else { "no: every question is asked" }
                .to_owned(),
        ),
        ("interface", format!("presync:rules {}", rule.interface_version())),
        ("imports", or(rule.imports().join(", "), "nothing")),
        ("made by", or(producers.join(", "), "it does not say")),
        ("size", format!("{} bytes", rule.size())),
        ("sha256", rule.digest().to_owned()),
        ("signature", signature::line(&subject.bytes)),
        ("compiled", format!("{} bytes, in {:.1?}", rule.compiled_size(), subject.compile_time)),
        ("memory", format!("starts with {} KiB, and may have {} KiB", memory / 1024, limits.memory / 1024)),
        ("tables", format!("start with {table_elements} elements, and may have {}", limits.table_elements)),
        ("time", format!("may take {:.0?} for a batch", limits.batch_time)),
    ];
    if !subject.stated.is_empty() {
        lines.push(("limits", format!("{}   # for the rule in the settings file", subject.stated)));
    }
    lines.push(("cost", measured(subject, settings)));
    lines.push(("tests", tested(subject)?));
    Ok(lines)
}

/// What a question costs; a rule that needs settings, or that fails, says so.
fn measured(subject: &Subject, settings: &Value) -> String {
    let loaded = subject.rule.configure(settings, subject.limits()).map_err(|error| error.to_string());
    match loaded.and_then(|loaded| cost(&loaded)) {
        Ok(cost) => format!(
            "{:.1?} for a question alone, {:.2?} for each of {} at once; a fresh instance each time",
            cost.alone, cost.in_batch, cost.batch
        ),
        Err(reason) => format!("not measured: {reason} (settings can be given with --settings)"),
    }
}

fn tested(subject: &Subject) -> Result<String> {
    if !subject.has_tables() {
        return Ok("none here (name their folder with --tests)".to_owned());
    }
    let report = subject.test()?;
    let slowest = report.outcomes.iter().map(|outcome| outcome.took).max().unwrap_or_default();
    Ok(match report.failed() {
        0 => format!("{} passed; the slowest took {slowest:.1?}", report.passed()),
        failed => format!("{failed} of {} FAILED (presync rule test shows them)", report.outcomes.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inspected(rule: &str, settings: Option<&str>) -> String {
        let mut out = Vec::new();
        let args = InspectArgs { rule: rule.into(), tests: None, settings: settings.map(str::to_owned) };
        run(&args, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_default_map_shows_its_sheet() {
        let sheet = inspected("teams-to-8x8", None);
        assert!(sheet.starts_with("name       teams-to-8x8\nversion    1.0.0\ndirection  teams-to-8x8\n"), "{sheet}");
        for line in [
            "\nneeds      nothing beside",
            "\nimports    presync:rules/",
            "\nmade by    ",
            "KiB, and may have 16384 KiB\n",
            "for each of 650 at once",
            "\ntests      none here",
            "\nsignature  none\n",
        ] {
            assert!(sheet.contains(line), "{line} is not in {sheet}");
        }
    }

    #[test]
    fn a_rule_that_refuses_the_settings_is_not_measured() {
        let sheet = inspected("8x8-to-teams", Some("{\"a\": 1}"));
        assert!(sheet.contains("\ncost       not measured: the rule 8x8-to-teams refuses its settings"), "{sheet}");
    }
}
