//! `presync check`: everything that can be checked without starting: the settings, the secrets they refer to, and that every rule
//! loads and accepts its settings. Nothing is sent anywhere and nothing is written.

use std::fmt;
use std::path::{Path, PathBuf};

use presync_core::words::Direction;
use presync_rules::{Canary, LoadedRule, Needs};
use presync_service::Supply;
use presync_service::rules::{RuleBase, RuleError};

use crate::run;
use crate::settings::model::{Rule, Settings};
use crate::settings::{self, summary};

/// Check everything that can be checked without starting: settings, secrets, rules
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// The settings file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// What came of a check.
#[derive(Debug, Default)]
struct Report {
    /// What is in order, a line each.
    good: Vec<String>,
    /// What is allowed but hardly meant, a line each.
    doubtful: Vec<String>,
    /// What is not in order, a line each.
    bad: Vec<String>,
}

/// Checks the settings file and prints a line for each thing that is in order.
///
/// # Errors
/// When anything is wrong; the error lists all of it.
pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<()> {
    let settings = settings::load(&args.config)?;
    let report = check(&args.config, &settings)?;
    print!("{report}");
    if report.bad.is_empty() { Ok(()) } else { Err(anyhow::anyhow!(report.bad.join("\n"))) }
}

/// Checks what the settings name.
///
/// # Errors
/// When the rule engine cannot be set up.
fn check(file: &Path, settings: &Settings) -> anyhow::Result<Report> {
    let base = RuleBase::with(run::rule_settings(file, &settings.service)?)?;
    let mut report = Report::default();
    report.good.push(format!("service: {}", summary::of_service(&settings.service)));
    report.good.push(format!("rules: {}", summary::of_rules(&settings.service)));
    for tenant in &settings.tenants {
        report.good.push(summary::of_tenant(tenant));
        for (number, rule) in (1..).zip(&tenant.rules) {
            let key = format!("tenant[{}].rule[{number}]", tenant.id);
            let two_way = tenant.teams.write_app.is_some();
            match try_rule(&base, rule, two_way) {
                Ok((loaded, line)) => {
                    report.good.push(format!("{key}: {line}"));
                    let doubts = doubts(rule, loaded.needs(), &tenant.supply);
                    report.doubtful.extend(doubts.into_iter().map(|doubt| format!("{key}: {doubt}")));
                }
                Err(error) => {
                    let error = at_lines(&error.to_string(), &rule.table_lines);
                    report.bad.push(format!("{}: {key}: {error}", file.display()));
                }
            }
        }
    }
    Ok(report)
}

/// Loads the rule as the service would, and says what it is.
fn try_rule(base: &RuleBase, rule: &Rule, two_way: bool) -> Result<(LoadedRule, String), RuleError> {
    let loaded = base.load(&rule.config)?;
    let compiled = loaded.compiled();
    let idle = match compiled.direction() {
        Direction::EightToTeams if !two_way => ", never asked: the tenant has no write_app",
        _ => "",
    };
    let (name, version, direction) = (compiled.name(), compiled.version(), compiled.direction());
    let line = format!("{name} {version}, {direction}, {}{idle}", summary::of_rule(rule));
    Ok((loaded, line))
}

/// What a rule may be waiting for in vain.
fn doubts(rule: &Rule, needs: Needs, supply: &Supply) -> Vec<String> {
    let mut doubts = Vec::new();
    let tried = match &rule.config.canary {
        Some(Canary::Group(name)) => Some(name),
        _ => None,
    };
    for name in rule.whom.groups.iter().chain(tried) {
        match supply.groups.size_of(name) {
            None => doubts.push(format!("nobody is in group {name}: there is none of that name in [tenant.groups]")),
            Some(0) => doubts.push(format!("nobody is in group {name}: it is empty in [tenant.groups]")),
            Some(_) => {}
        }
    }
    for name in &rule.whom.queues {
        let unless = "unless the directory of 8x8, which is not read here, says otherwise";
        match supply.queues.size_of(name) {
            Some(0) => doubts.push(format!("nobody is in queue {name}, {unless}: it is empty in [tenant.queues]")),
            None if !supply.queues.is_empty() => {
                doubts.push(format!(
                    "nobody is in queue {name}, {unless}: there is none of that name in [tenant.queues]"
                ));
            }
            _ => {}
        }
    }
    if needs.time && supply.zones.tenant().is_none() {
        doubts.push("it looks at the local time, and without a `time_zone` in [[tenant]] that is UTC".to_owned());
    }
    doubts
}

/// Says behind each "line 3" of a table's own count where in the settings file that is.
fn at_lines(error: &str, table_lines: &[usize]) -> String {
    let mut told = String::new();
    let mut rest = error;
    while let Some(at) = rest.find("line ").filter(|_| !table_lines.is_empty()) {
        let (before, after) = rest.split_at(at + "line ".len());
        let (number, after) = after.split_at(after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len()));
        told += before;
        told += number;
        // "line 1 column 7" counts something else: the lines of a JSON text.
        let counted = number.parse::<usize>().ok().filter(|_| !after.starts_with(" column"));
        let of_file = counted.and_then(|number| table_lines.get(number.checked_sub(1)?));
        told += &of_file.map(|line| format!(" (line {line} of the file)")).unwrap_or_default();
        rest = after;
    }
    told + rest
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.good.iter().try_for_each(|line| writeln!(f, "ok  {line}"))?;
        self.doubtful.iter().try_for_each(|line| writeln!(f, "??  {line}"))
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use presync_service::digest::Digest;

    use super::*;

    /// One tenant, one way, with these rules.
    fn settings_with(folder: &Path, rules: &str) -> PathBuf {
        let file = folder.join("presync.toml");
        std::fs::write(folder.join("hush.secret"), "hush").unwrap();
        let tenant = r#"
[[tenant]]
id = "acme"
[tenant.teams]
directory = "9f4ebab6-520d-49c0-85cc-7b25c78d4a93"
read_app = { client_id = "0d7a2c51-6c3e-4f0e-9a83-3a1f2d6b7c10", secret = "file:hush.secret" }
[tenant.eight]
key = "acme-key"
secret = "file:hush.secret"
"#;
        std::fs::write(&file, format!("{tenant}{rules}")).unwrap();
        file
    }

    fn report(file: &Path) -> Report {
        check(file, &settings::load(file).unwrap()).unwrap()
    }

    #[test]
    fn what_is_in_order_is_listed() {
        let folder = tempfile::tempdir().unwrap();
        let report = report(&settings_with(folder.path(), ""));
        assert_snapshot!(report.to_string().replace(&format!("{}/", folder.path().display()), ""), @"
        ok  service: listens on 127.0.0.1:8088, keeps its state in presync.db, reads presence every 1s to 10s and the directories every 30s
        ok  rules: need no signature, are kept compiled in rule-cache, and are changed from this machine only
        ok  tenant acme: one way, Teams to 8x8, the default maps only, local time: UTC, for want of a time_zone
        ");
        assert!(report.bad.is_empty());
    }

    #[test]
    fn a_rule_is_loaded_with_its_settings_as_the_service_would() {
        let folder = tempfile::tempdir().unwrap();
        for component in
            ["host/rules/tests/frozen/1.0/keep-agents-available.wasm", "plugins/8x8-to-teams/8x8-to-teams.wasm"]
        {
            let component = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(component);
            std::fs::copy(&component, folder.path().join(component.file_name().unwrap())).unwrap();
        }
        let rules = r#"
[[tenant.rule]]
path = "keep-agents-available.wasm"
settings = { presenting = "direct-only" }
departments = "Sales"
queues = ["support", "sales"]
canary = "10%"
[[tenant.rule]]
path = "keep-agents-available.wasm"
settings = { presenting = "sometimes" }
[[tenant.rule]]
path = "keep-agents-available.wasm"
direction = "8x8-to-teams"
[[tenant.rule]]
path = "8x8-to-teams.wasm"
"#;
        let report = report(&settings_with(folder.path(), rules));
        assert_snapshot!(report.good[3..].join("\n"), @r"
        tenant[acme].rule[1]: keep-agents-available 1.0.0, teams-to-8x8, for department Sales and queues support, sales; a new version for 10 % of them first, for 10m
        tenant[acme].rule[4]: 8x8-to-teams 1.0.0, 8x8-to-teams, for everyone, never asked: the tenant has no write_app
        ");
        assert_snapshot!(report.bad.join("\n").replace(&format!("{}/", folder.path().display()), ""), @r"
        presync.toml: tenant[acme].rule[2]: rule keep-agents-available.wasm: the rule keep-agents-available refuses its settings: unknown variant `sometimes`, expected one of `all`, `direct-only`, `none` at line 1 column 25
        presync.toml: tenant[acme].rule[3]: rule keep-agents-available.wasm: a rule from 8x8 to Teams (`presync:rules/eight-to-teams`) was expected, but the file exports one from Teams to 8x8 (`presync:rules/teams-to-eight`)
        ");
    }

    #[test]
    fn every_rule_that_does_not_load_is_named_with_its_reason() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("text.wasm"), "not a component").unwrap();
        let rules = "[[tenant.rule]]\npath = \"missing.wasm\"\n[[tenant.rule]]\npath = \"text.wasm\"\n";
        let report = report(&settings_with(folder.path(), rules));
        assert_snapshot!(report.bad.join("\n").replace(&format!("{}/", folder.path().display()), ""), @r"
        presync.toml: tenant[acme].rule[1]: rule missing.wasm: cannot be read: No such file or directory (os error 2). Check the path in the settings
        presync.toml: tenant[acme].rule[2]: rule text.wasm: the file is not WebAssembly: it does not begin with `\0asm`; give the .wasm component that the build wrote
        ");
        assert_eq!(report.good.len(), 3);
    }

    #[test]
    fn whatever_a_rule_waits_for_in_vain_is_doubted_and_not_refused() {
        let folder = tempfile::tempdir().unwrap();
        let component = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/teams-to-8x8/teams-to-8x8.wasm");
        std::fs::copy(component, folder.path().join("map.wasm")).unwrap();
        let rules = r#"
[tenant.groups]
board = []
support = ["ann@corp.com"]
[tenant.queues]
billing = ["ann@corp.com"]
[[tenant.rule]]
path = "map.wasm"
groups = ["Support", "board", "crew"]
queues = ["Billing", "sales"]
canary = "pilots"
"#;
        let report = report(&settings_with(folder.path(), rules));
        assert!(report.bad.is_empty(), "{:?}", report.bad);
        assert_snapshot!(report.doubtful.join("\n"), @"
        tenant[acme].rule[1]: nobody is in group board: it is empty in [tenant.groups]
        tenant[acme].rule[1]: nobody is in group crew: there is none of that name in [tenant.groups]
        tenant[acme].rule[1]: nobody is in group pilots: there is none of that name in [tenant.groups]
        tenant[acme].rule[1]: nobody is in queue sales, unless the directory of 8x8, which is not read here, says otherwise: there is none of that name in [tenant.queues]
        ");
    }

    #[test]
    fn only_the_component_of_the_digest_is_let_in() {
        let folder = tempfile::tempdir().unwrap();
        let component = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/teams-to-8x8/teams-to-8x8.wasm");
        let digest = Digest::of(&std::fs::read(&component).unwrap()).to_string();
        std::fs::copy(component, folder.path().join("map.wasm")).unwrap();
        let rule = |digest: &str| format!("[[tenant.rule]]\npath = \"map.wasm\"\ndigest = \"{digest}\"\n");
        let other = Digest::of(b"another");
        let report = report(&settings_with(folder.path(), &(rule(&digest) + &rule(&other.to_string()))));
        assert_eq!(report.good.len(), 4);
        let [bad] = &report.bad[..] else { panic!("{:?}", report.bad) };
        assert!(bad.contains(&format!("its digest is {digest}, and the settings want {other}")), "{bad}");
    }

    #[test]
    fn a_table_is_tried_and_what_is_wrong_with_a_line_is_told_with_its_place_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let rules = r#"[[tenant.rule]]
table = [{ when = { time = "20:00-07:00" }, then = { publish = "away" } }]
[[tenant.rule]]
table = [
  { when = { activity = "presenting" }, then = { publish = "busy" } },
  { when = { activity = "presenting", queue = "support" }, then = { publish = "away" } },
]
"#;
        let report = report(&settings_with(folder.path(), rules));
        assert_eq!(report.doubtful.len(), 1, "{:?}", report.doubtful);
        assert!(
            report.doubtful[0].contains("without a `time_zone` in [[tenant]] that is UTC"),
            "{:?}",
            report.doubtful
        );
        let [bad] = &report.bad[..] else { panic!("{:?}", report.bad) };
        assert!(bad.contains("tenant[acme].rule[2]") && bad.contains("line 2 (line 15 of the file)"), "{bad}");
    }

    #[test]
    fn the_lines_of_a_table_are_found_in_the_file() {
        let told = |error: &str| at_lines(error, &[20, 24]);
        assert_eq!(
            told("line 2 cannot be reached: line 1 takes all"),
            "line 2 (line 24 of the file) cannot be reached: line 1 (line 20 of the file) takes all"
        );
        assert_eq!(told("line 3: a"), "line 3: a");
        assert_eq!(told("unknown field at line 1 column 9"), "unknown field at line 1 column 9");
        assert_eq!(at_lines("line 1: not a table's", &[]), "line 1: not a table's");
    }

    #[test]
    fn settings_that_are_wrong_end_the_check_with_all_that_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let config = settings_with(folder.path(), "[[tenant.rule]]\n[service]\nport = 1\n");
        let error = run(&CheckArgs { config }).unwrap_err().to_string();
        assert_eq!(error.lines().count(), 2, "{error}");
    }
}
