//! What a rule answers for every possible input.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use presync_core::rule::{PublishVerdict, SessionVerdict};
use presync_core::words::Direction;
use presync_rules::matrix::{Format, Matrix};
use presync_rules::{Limits, LoadedRule, RuleHost, defaults};
use serde_json::Value;

use super::source;

#[derive(Debug, Args)]
pub(super) struct MatrixArgs {
    /// A rule's file, or the name of a default map: teams-to-8x8, 8x8-to-teams
    #[arg(value_name = "FILE|NAME")]
    rule: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Shown,
    /// The rule's settings, as a JSON table
    #[arg(long, value_name = "JSON")]
    settings: Option<String>,
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
    let settings = match &args.settings {
        Some(text) => serde_json::from_str(text).context("--settings is not JSON")?,
        None => Value::Null,
    };
    let matrix = matrix(host, source::compile(host, &args.rule)?.configure(&settings, Limits::default())?)?;
    let format = match args.format {
        Shown::Table => Format::Table,
        Shown::Csv => Format::Csv,
        Shown::Json => Format::Json,
    };
    matrix.write(format, out)?;
    if let Some(fault) = matrix.faults.first() {
        bail!("{fault}");
    }
    Ok(())
}

/// The verdicts of the default map with this rule on top; of the default map alone when it is the rule.
fn matrix(host: &RuleHost, rule: LoadedRule) -> Result<Matrix> {
    let direction = rule.compiled().direction();
    let default = defaults::load(host, direction)?;
    let is_default = default.compiled().digest() == rule.compiled().digest();
    let overrides = if is_default { Vec::new() } else { vec![rule] };
    Ok(match direction {
        Direction::TeamsToEight => Matrix::of(&defaults::chain::<PublishVerdict>(host, overrides)?),
        Direction::EightToTeams => Matrix::of(&defaults::chain::<SessionVerdict>(host, overrides)?),
    })
}

#[cfg(test)]
mod tests {
    use presync_rules::HostSettings;

    use super::*;

    fn printed(rule: &str, format: Shown, settings: Option<&str>) -> Result<String> {
        let host = RuleHost::new(HostSettings::default())?;
        let args = MatrixArgs { rule: rule.into(), format, settings: settings.map(str::to_owned) };
        let mut out = Vec::new();
        run(&host, &args, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    #[test]
    fn a_default_map_is_printed_by_its_name() {
        let csv = printed("teams-to-8x8", Shown::Csv, None).unwrap();
        assert!(csv.starts_with("availability,activity,out_of_office,action,status,calls,note\n"), "{csv}");
        assert!(csv.contains("\ndo-not-disturb,presenting,true,publish,do-not-disturb,none,out-of-office\n"));
        assert_eq!(csv.lines().count(), 1 + 15 * 17 * 2);
    }

    #[test]
    fn the_other_default_map_has_its_own_columns() {
        let csv = printed("8x8-to-teams", Shown::Csv, None).unwrap();
        assert!(csv.starts_with("status,call_active,action,session\n"), "{csv}");
        assert!(csv.contains("\non-call,true,hold-session,in-a-call\n"), "{csv}");
    }

    #[test]
    fn json_has_booleans_and_nulls() {
        let json: Value = serde_json::from_str(&printed("8x8-to-teams", Shown::Json, None).unwrap()).unwrap();
        assert_eq!(
            json[0],
            serde_json::json!({"status": "available", "call_active": false, "action": "no-session", "session": null})
        );
    }

    #[test]
    fn an_unknown_name_says_which_there_are() {
        let error = format!("{:#}", printed("teams-to-9x9", Shown::Table, None).unwrap_err());
        assert!(error.contains("the default maps are teams-to-8x8 and 8x8-to-teams"), "{error}");
    }

    #[test]
    fn settings_that_the_rule_refuses_are_an_error() {
        let error = format!("{:#}", printed("8x8-to-teams", Shown::Table, Some(r#"{"a": 1}"#)).unwrap_err());
        assert!(error.contains("this rule takes no settings"), "{error}");
    }
}
