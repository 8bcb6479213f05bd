//! Reads `[[tenant.rule]]`.
//!
//! * `budget`: its limits
//! * `json`: its settings and its table, as JSON
//! * `whom`: whom it is for

mod budget;
mod json;
mod whom;

use std::time::Duration;

use presync_core::words::Direction;
use presync_rules::{Canary, Limits};
use presync_service::config::CANARY_FOR as WATCHED;
use presync_service::{RuleConfig, RuleSource};
use serde_json::Value;

use super::document::Section;
use super::kind::{CANARY, CANARY_FOR, DIGEST, DIRECTION, MAX_CHANGE, RULE_PATH};
use super::model::Rule;

const KEYS: &[&str] = &[
    "path",
    "table",
    "direction",
    "settings",
    "people",
    "departments",
    "groups",
    "queues",
    "canary",
    "canary_for",
    "max_change",
    "limits",
    "digest",
];

const ONE_OF_BOTH: &str = "either `path` or `table`";

/// What a rule is made of: where its component comes from, and what that is configured with.
struct Made {
    source: RuleSource,
    settings: Value,
    /// Where the lines of a table are.
    table_lines: Vec<usize>,
}

/// Whom a new version is tried on first.
struct Trial {
    canary: Option<Canary>,
    watched: Duration,
    max_change: Option<u8>,
}

/// The rules of one tenant, in their order.
pub(super) fn read_all(tenant: &Section<'_>) -> Option<Vec<Rule>> {
    let Some(entry) = tenant.get("rule") else { return Some(Vec::new()) };
    let sections = entry.sections("a list of tables, each [[tenant.rule]]", KEYS, |_| None)?;
    let rules: Vec<_> = sections.iter().map(read).collect();
    rules.into_iter().collect()
}

fn read(section: &Section<'_>) -> Option<Rule> {
    let made = if section.get("table").is_some() { of_table(section) } else { of_component(section) };
    let direction = direction(section);
    let whom = whom::read(section);
    let trial = trial(section);
    let limits = section.get("limits").map_or(Some(Limits::default()), budget::read);
    let digest = section.optional("digest", &DIGEST);
    let (Made { source, settings, table_lines }, whom, trial) = (made?, whom?, trial?);
    let config = RuleConfig {
        direction: direction?,
        scope: whom.scope(),
        canary: trial.canary,
        canary_for: trial.watched,
        max_change: trial.max_change,
        digest: digest?,
        limits: limits?,
        ..RuleConfig::new(source, settings)
    };
    Some(Rule { config, whom, table_lines })
}

fn of_component(section: &Section<'_>) -> Option<Made> {
    let source = section.required("path", &RULE_PATH);
    let settings = section.get("settings").map_or(Some(json::nothing()), |entry| json::settings(&entry));
    let source = match source? {
        RuleSource::File(path) => RuleSource::File(section.document.beside(&path)),
        other => other,
    };
    Some(Made { source, settings: settings?, table_lines: Vec::new() })
}

fn of_table(section: &Section<'_>) -> Option<Made> {
    let lines = section.get("table").and_then(|entry| json::lines(&entry));
    let other = |key: &str, what: &str| match section.get(key) {
        Some(entry) => entry.wrong(what, ONE_OF_BOTH),
        None => Some(()),
    };
    let path = other("path", "is given beside `table`");
    let settings = other("settings", "is given beside `table`, which is all that the table rule is configured with");
    let digest = other("digest", "is given beside `table`, whose component is part of presync");
    path.and(settings).and(digest)?;
    let (settings, table_lines) = lines?;
    Some(Made { source: RuleSource::Table, settings, table_lines })
}

/// A component says which way it maps; the table rule maps either way, and the usual one unless told.
fn direction(section: &Section<'_>) -> Option<Option<Direction>> {
    let told = section.optional("direction", &DIRECTION)?;
    Some(told.or_else(|| section.get("table").map(|_| Direction::TeamsToEight)))
}

fn trial(section: &Section<'_>) -> Option<Trial> {
    let canary = section.optional("canary", &CANARY);
    let watched = section.optional("canary_for", &CANARY_FOR);
    let max_change = section.optional("max_change", &MAX_CHANGE);
    let tried = section.get("canary").is_some();
    for needless in ["canary_for", "max_change"].into_iter().filter(|_| !tried).filter_map(|key| section.get(key)) {
        needless.wrong::<()>("says how a new version is tried, and nothing says on whom", "`canary` beside it");
    }
    Some(Trial { canary: canary?, watched: watched?.unwrap_or(WATCHED), max_change: max_change? })
}
