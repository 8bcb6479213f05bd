//! What a rule answers for every possible input.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use presync_core::rule::{PublishVerdict, SessionVerdict, Subject};
use presync_core::words::Direction;
use presync_rules::matrix::{Format, Matrix, Tabled};
use presync_rules::{Limits, LoadedRule, RuleHost, defaults};
use serde_json::Value;

use super::moment::MomentArgs;
use super::{source, tables};

#[derive(Debug, Args)]
pub(super) struct MatrixArgs {
    /// A rule's file, or the name of a default map: teams-to-8x8, 8x8-to-teams
    #[arg(value_name = "FILE|NAME", required_unless_present = "table", conflicts_with = "table")]
    rule: Option<PathBuf>,
    /// A settings file with tables, or a small file that holds one: table = [ … ]
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// The tenant whose tables are meant, where the file has several
    #[arg(long, value_name = "ID", requires = "table")]
    tenant: Option<String>,
    /// The direction that is meant, where the file has tables of both
    #[arg(long, value_name = "DIRECTION", requires = "table", value_parser = direction)]
    direction: Option<Direction>,
    /// Only the rows in which the rule changes what the default map says
    #[arg(long)]
    changed: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Shown,
    /// The rule's settings, as a JSON table
    #[arg(long, value_name = "JSON", conflicts_with = "table")]
    settings: Option<String>,
    #[command(flatten)]
    moment: MomentArgs,
}

/// The spelling of a format on the command line.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Shown {
    /// Columns for eyes
    #[default]
    Table,
    /// Comma-separated, with a header
    Csv,
    /// A list of objects
    Json,
}

pub(super) fn run(host: &RuleHost, args: &MatrixArgs, out: &mut dyn Write) -> Result<()> {
    let matrix = match rules(host, args)?.as_slice() {
        [] => bail!("there is no rule to ask"),
        rules @ [first, ..] => matrix(host, first.compiled().direction(), rules, &args.moment)?,
    };
    let format = match args.format {
        Shown::Table => Format::Table,
        Shown::Csv => Format::Csv,
        Shown::Json => Format::Json,
    };
    let matrix = if args.changed { matrix.changed() } else { matrix };
    matrix.write(format, out)?;
    if let Some(fault) = matrix.faults.first() {
        bail!("{fault}");
    }
    Ok(())
}

/// What is asked: one rule, or the tables of a settings file that map one way.
fn rules(host: &RuleHost, args: &MatrixArgs) -> Result<Vec<LoadedRule>> {
    if let Some(file) = &args.table {
        return tables::load(host, file, args.tenant.as_deref(), args.direction);
    }
    let settings = match &args.settings {
        Some(text) => serde_json::from_str(text).context("--settings is not JSON")?,
        None => Value::Null,
    };
    let Some(rule) = &args.rule else { return Ok(Vec::new()) };
    Ok(vec![source::compile(host, rule)?.configure(&settings, Limits::default())?])
}

/// The verdicts of the default map with these rules on top, beside its own; of the default map alone when it is the rule.
fn matrix(host: &RuleHost, direction: Direction, rules: &[LoadedRule], moment: &MomentArgs) -> Result<Matrix> {
    match direction {
        Direction::TeamsToEight => of::<PublishVerdict>(host, rules, &moment.subject(direction)?),
        Direction::EightToTeams => of::<SessionVerdict>(host, rules, &moment.subject(direction)?),
    }
}

fn of<V: Tabled>(host: &RuleHost, rules: &[LoadedRule], moment: &Subject) -> Result<Matrix> {
    let default = defaults::chain::<V>(host, Vec::new())?;
    let own = defaults::load(host, V::DIRECTION)?;
    if rules.iter().all(|rule| rule.compiled().digest() == own.compiled().digest()) {
        return Ok(Matrix::of(&default));
    }
    Ok(Matrix::beside(&defaults::chain::<V>(host, rules.to_vec())?, &default, moment))
}

fn direction(text: &str) -> Result<Direction, &'static str> {
    Direction::from_label(text).ok_or("the directions are teams-to-8x8 and 8x8-to-teams")
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use presync_rules::HostSettings;

    use super::*;

    /// The arguments as they are typed.
    #[derive(Debug, clap::Parser)]
    struct Typed {
        #[command(flatten)]
        matrix: MatrixArgs,
    }

    fn shown(typed: &[&str]) -> Result<String> {
        let host = RuleHost::new(HostSettings::default())?;
        let typed = Typed::try_parse_from([&["matrix"], typed].concat())?;
        let mut out = Vec::new();
        run(&host, &typed.matrix, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    fn printed(rule: &str, format: &str, settings: Option<&str>) -> Result<String> {
        let mut typed = vec![rule, "--format", format];
        typed.extend(settings.iter().flat_map(|settings| ["--settings", *settings]));
        shown(&typed)
    }

    /// A file with this text.
    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    /// What `--table` prints of a file with this text, in the changed rows.
    fn changed(text: &str, more: &[&str]) -> Result<String> {
        let file = file(text);
        shown(&[&["--table", file.path().to_str().unwrap(), "--changed", "--format", "csv"], more].concat())
    }

    #[test]
    fn a_default_map_is_printed_by_its_name() {
        let csv = printed("teams-to-8x8", "csv", None).unwrap();
        assert!(csv.starts_with("availability,activity,out_of_office,action,status,calls,note\n"), "{csv}");
        assert!(csv.contains("\ndo-not-disturb,presenting,true,publish,do-not-disturb,none,out-of-office\n"));
        assert_eq!(csv.lines().count(), 1 + 15 * 17 * 2);
    }

    #[test]
    fn the_other_default_map_has_its_own_columns() {
        let csv = printed("8x8-to-teams", "csv", None).unwrap();
        assert!(csv.starts_with("status,call_active,action,session\n"), "{csv}");
        assert!(csv.contains("\non-call,true,hold-session,in-a-call\n"), "{csv}");
    }

    #[test]
    fn json_has_booleans_and_nulls() {
        let json: Value = serde_json::from_str(&printed("8x8-to-teams", "json", None).unwrap()).unwrap();
        assert_eq!(
            json[0],
            serde_json::json!({"status": "available", "call_active": false, "action": "no-session", "session": null})
        );
    }

    #[test]
    fn an_unknown_name_says_which_there_are() {
        let error = format!("{:#}", printed("teams-to-9x9", "table", None).unwrap_err());
        assert!(error.contains("the default maps are teams-to-8x8 and 8x8-to-teams"), "{error}");
    }

    #[test]
    fn settings_that_the_rule_refuses_are_an_error() {
        let error = format!("{:#}", printed("8x8-to-teams", "table", Some(r#"{"a": 1}"#)).unwrap_err());
        assert!(error.contains("this rule takes no settings"), "{error}");
    }

    #[test]
    fn a_table_is_shown_beside_the_default_map() {
        let table = r#"table = [ { when = { activity = "presenting", queue = "support" }, then = { publish = "busy", calls = "all" } } ]"#;
        assert_eq!(changed(table, &[]).unwrap().lines().count(), 1);
        let csv = changed(table, &["--queue", "Support"]).unwrap();
        assert_eq!(csv.lines().count(), 1 + 15 * 2);
        assert!(csv.starts_with("availability,activity,out_of_office,action,status,calls,note,default\n"), "{csv}");
        let row = "\ndo-not-disturb,presenting,true,publish,busy,all,out-of-office,publish do-not-disturb none out-of-office\n";
        assert!(csv.contains(row), "{csv}");
    }

    #[test]
    fn the_moment_is_given_on_the_command_line() {
        let evening = r#"table = [ { when = { time = "18:00-08:00", group = "agents" }, then = { no_sync = true } } ]"#;
        let rows = |at| changed(evening, &["--group", "agents", "--at", at]).unwrap().lines().count();
        assert_eq!(rows("2026-03-02T17:30+01:00"), 1);
        assert_eq!(rows("2026-03-02T18:30+01:00"), 1 + 15 * 17 * 2);
    }

    #[test]
    fn a_table_of_the_other_direction_has_the_other_columns() {
        let table =
            "direction = \"8x8-to-teams\"\ntable = [ { when = { status = \"away\" }, then = { session = \"away\" } } ]";
        let csv = changed(table, &[]).unwrap();
        assert_eq!(
            csv,
            "status,call_active,action,session,default\naway,false,hold-session,away,no-session\naway,true,hold-session,away,no-session\n"
        );
    }

    #[test]
    fn a_table_that_is_refused_says_where_and_why() {
        let error = format!(
            "{:#}",
            changed(r#"table = [ { when = { activity = "presentign" }, then = { hold = true } } ]"#, &[]).unwrap_err()
        );
        assert!(error.contains(": table: the rule table refuses its settings: line 1: `presentign`"), "{error}");
    }
}
