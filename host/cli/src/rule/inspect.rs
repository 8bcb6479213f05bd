//! What a rule is, and what it wants to see.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use presync_registry::signature;
use presync_rules::{CompiledRule, RuleHost};

use super::source;

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// A rule's file, or the name of a default map: teams-to-8x8, 8x8-to-teams
    #[arg(value_name = "FILE|NAME")]
    rule: PathBuf,
}

pub(super) fn run(host: &RuleHost, args: &InspectArgs, out: &mut dyn Write) -> Result<()> {
    for (name, value) in sheet(&source::compile(host, &args.rule)?) {
        writeln!(out, "{name:<10} {value}")?;
    }
    writeln!(out, "{:<10} {}", "signature", signature::line(&source::read(&args.rule)?))?;
    Ok(())
}

/// The lines of the sheet.
fn sheet(rule: &CompiledRule) -> Vec<(&'static str, String)> {
    let or = |list: String, none: &str| if list.is_empty() { none.to_owned() } else { list };
    vec![
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
        ("size", format!("{} bytes", rule.size())),
        ("sha256", rule.digest().to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use presync_rules::HostSettings;

    use super::*;

    #[test]
    fn a_default_map_shows_its_sheet() {
        let host = RuleHost::new(HostSettings::default()).unwrap();
        let mut out = Vec::new();
        run(&host, &InspectArgs { rule: "teams-to-8x8".into() }, &mut out).unwrap();
        let sheet = String::from_utf8(out).unwrap();
        assert!(sheet.starts_with("name       teams-to-8x8\nversion    1.0.0\ndirection  teams-to-8x8\n"), "{sheet}");
        assert!(sheet.contains("needs      nothing beside"), "{sheet}");
        assert!(sheet.ends_with("signature  none\n"), "{sheet}");
    }
}
