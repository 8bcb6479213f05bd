//! The tenants' own rules for people: a line for every version that is in force, on trial, or kept out.

use anstyle::{AnsiColor, Style};
use presync_core::time::Timestamp;

use crate::api::answer::{Fault, Rule, Tenant};
use crate::api::page::time;

const HEADING: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const PASSING: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Hexadecimal digits of a digest that are shown: enough to tell versions apart.
const DIGEST_SHOWN: usize = 12;

/// What the service calls a default map's source.
const DEFAULT: &str = "default";

/// The table; nothing when no tenant has rules of its own.
pub(super) fn render(tenants: &[Tenant], now: Timestamp) -> String {
    let own = |tenant: &Tenant| tenant.rules.iter().any(|rule| rule.source != DEFAULT);
    if !tenants.iter().any(own) {
        return String::new();
    }
    let mut rows = vec![["tenant", "rule", "version", "digest", "generation", "since"].map(str::to_owned)];
    let mut states = vec![format!("{HEADING}state{HEADING:#}")];
    for tenant in tenants {
        for rule in tenant.rules.iter().filter(|rule| rule.source != DEFAULT) {
            rows.push(row(&tenant.tenant, rule, now));
            states.push(state(rule, now));
        }
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [0, 1, 2, 3, 4, 5].map(width);
    let mut table = format!("\n{HEADING}Rules of the tenants' own{HEADING:#}\n");
    for (row, state) in rows.iter().zip(&states) {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        table += &format!("  {}  {state}\n", cells.join("  "));
    }
    table
}

/// The questions that a rule fails on; nothing when there are none.
pub(super) fn poison(tenants: &[Tenant]) -> String {
    let lines = tenants.iter().flat_map(|tenant| {
        tenant.poison.iter().map(|poison| {
            let Fault { rule, version, message } = &poison.fault;
            format!("  {}: {rule} {version}, asked of {}\n    {message}\n", tenant.tenant, poison.question)
        })
    });
    let lines: String = lines.collect();
    if lines.is_empty() {
        return lines;
    }
    format!("\n{HEADING}Questions that a rule fails on, and that are not put to it again{HEADING:#}\n{lines}")
}

fn row(tenant: &str, rule: &Rule, now: Timestamp) -> [String; 6] {
    let or_none = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let digest = rule.digest.as_deref().map(|digest| digest.get(..DIGEST_SHOWN).unwrap_or(digest));
    [
        tenant.to_owned(),
        rule.name.as_ref().unwrap_or(&rule.source).clone(),
        or_none(rule.version.as_deref()),
        or_none(digest),
        rule.generation.map_or_else(|| "-".to_owned(), |generation| generation.to_string()),
        time(rule.since, now),
    ]
}

fn state(rule: &Rule, now: Timestamp) -> String {
    let (style, state) = match rule.state.as_str() {
        "live" => (GOOD, "live".to_owned()),
        "trial" => {
            let part = rule.part.as_deref().unwrap_or("a part");
            let until = rule.until.map(|until| format!(", for all at {}", time(until, now)));
            (PASSING, format!("trial {part}{}", until.unwrap_or_default()))
        }
        "rolled-back" => (PASSING, "rolled back".to_owned()),
        "taken-out" => (BAD, "taken out".to_owned()),
        other => (BAD, other.replace('-', " ")),
    };
    format!("{style}{state}{style:#}")
}
