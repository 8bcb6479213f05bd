//! The tables of a settings file, or of a small file that holds one: `table = [ … ]`, and `direction` when it is not the usual one.
//!
//! Nothing else of a settings file is looked at, so that a table can be tried before the rest is there. `presync check` looks at all of it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use presync_core::words::Direction;
use presync_rules::{Limits, LoadedRule, RuleHost, defaults};
use serde_json::json;
use toml::{Table, Value};

/// The tables of a file that map one way, in their order, loaded.
pub(super) fn load(
    host: &RuleHost,
    file: &Path,
    tenant: Option<&str>,
    direction: Option<Direction>,
) -> Result<Vec<LoadedRule>> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let document: Table = text.parse().with_context(|| format!("{} is no TOML", file.display()))?;
    let found = find(&document, tenant).with_context(|| format!("in {}", file.display()))?;
    let ways: Vec<Direction> = found.iter().map(|(_, way, _)| *way).collect();
    let way = match (direction, &*ways) {
        (Some(direction), ways) if ways.contains(&direction) => direction,
        (None, [first, rest @ ..]) if rest.iter().all(|way| way == first) => *first,
        (None, [_, ..]) => bail!("{} has tables of both directions: choose one with --direction", file.display()),
        _ => bail!(
            "{} has no such table; one stands beside `table =`, as `presync rule matrix --help` shows",
            file.display()
        ),
    };
    let mut loaded = Vec::new();
    for (key, _, lines) in found.into_iter().filter(|(_, table_way, _)| *table_way == way) {
        let settings = json!({ "lines": serde_json::to_value(lines)? });
        let rule = host.load(defaults::table(way), Some(way), &settings, Limits::default());
        loaded.push(rule.with_context(|| format!("{}: {key}", file.display()))?);
    }
    Ok(loaded)
}

/// Every table with its key and its direction.
fn find<'d>(document: &'d Table, tenant: Option<&str>) -> Result<Vec<(String, Direction, &'d Value)>> {
    if let Some(lines) = document.get("table") {
        return Ok(vec![("table".to_owned(), way(document)?, lines)]);
    }
    let tenants: Vec<&Table> = tables(document, "tenant").collect();
    let id = |tenant: &Table| tenant.get("id").and_then(Value::as_str).unwrap_or("without an id").to_owned();
    let names = || tenants.iter().map(|tenant| id(tenant)).collect::<Vec<_>>().join(", ");
    let chosen = match (tenant, &*tenants) {
        (Some(wanted), _) => tenants.iter().find(|tenant| id(tenant) == wanted),
        (None, []) => bail!("there is neither a `table` nor a [[tenant]]"),
        (None, [only]) => Some(only),
        (None, _) => bail!("there are several tenants; choose one with --tenant: {}", names()),
    };
    let Some(chosen) = chosen else {
        bail!("there is no tenant {}; there are {}", tenant.unwrap_or_default(), names())
    };
    let mut found = Vec::new();
    for (number, rule) in (1..).zip(tables(chosen, "rule")) {
        if let Some(lines) = rule.get("table") {
            found.push((format!("tenant[{}].rule[{number}]", id(chosen)), way(rule)?, lines));
        }
    }
    Ok(found)
}

fn tables<'d>(table: &'d Table, key: &str) -> impl Iterator<Item = &'d Table> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

/// The direction that stands beside a table; the usual one when none does.
fn way(beside: &Table) -> Result<Direction> {
    let Some(said) = beside.get("direction") else { return Ok(Direction::TeamsToEight) };
    let direction = said.as_str().and_then(Direction::from_label);
    direction.with_context(|| format!("`direction` is teams-to-8x8 or 8x8-to-teams, not {said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = r#"
        [[tenant]]
        id = "acme"
        [[tenant.rule]]
        path = "other.wasm"
        [[tenant.rule]]
        table = [ { when = { activity = "presenting" }, then = { publish = "busy" } } ]
        [[tenant.rule]]
        direction = "8x8-to-teams"
        table = [ { when = { status = "away" }, then = { session = "away" } } ]
        [[tenant]]
        id = "globex"
    "#;

    fn found(text: &str, tenant: Option<&str>) -> Result<Vec<(String, Direction)>> {
        let document: Table = text.parse()?;
        Ok(find(&document, tenant)?.into_iter().map(|(key, way, _)| (key, way)).collect())
    }

    #[test]
    fn a_small_file_holds_one_table() {
        let small = r#"table = [ { then = { hold = true } } ]"#;
        assert_eq!(found(small, None).unwrap(), [("table".to_owned(), Direction::TeamsToEight)]);
    }

    #[test]
    fn a_settings_file_holds_the_tables_of_its_tenants() {
        let acme = found(SETTINGS, Some("acme")).unwrap();
        assert_eq!(acme[0], ("tenant[acme].rule[2]".to_owned(), Direction::TeamsToEight));
        assert_eq!(acme[1], ("tenant[acme].rule[3]".to_owned(), Direction::EightToTeams));
        assert!(found(SETTINGS, Some("globex")).unwrap().is_empty());
    }

    #[test]
    fn what_is_not_there_is_named() {
        let refused = |text, tenant| found(text, tenant).unwrap_err().to_string();
        assert_eq!(refused(SETTINGS, None), "there are several tenants; choose one with --tenant: acme, globex");
        assert_eq!(refused(SETTINGS, Some("hooli")), "there is no tenant hooli; there are acme, globex");
        assert_eq!(refused("", None), "there is neither a `table` nor a [[tenant]]");
        let wrong = "direction = \"up\"\ntable = []";
        assert_eq!(refused(wrong, None), "`direction` is teams-to-8x8 or 8x8-to-teams, not \"up\"");
    }
}
