//! Reads `[[tenant.rule]]`.

use serde_json::{Map, Number, Value};
use toml::de::DeValue;

use super::document::{Entry, Section};
use super::kind::{DIRECTION, RULE_PATH};
use super::model::Rule;

const KEYS: &[&str] = &["path", "direction", "settings"];

/// The rules of one tenant, in their order.
pub(super) fn read_all(tenant: &Section<'_>) -> Option<Vec<Rule>> {
    let Some(entry) = tenant.get("rule") else { return Some(Vec::new()) };
    let sections = entry.sections("a list of tables, each [[tenant.rule]]", KEYS, |_| None)?;
    let rules: Vec<_> = sections.iter().map(read).collect();
    rules.into_iter().collect()
}

fn read(section: &Section<'_>) -> Option<Rule> {
    let path = section.required("path", &RULE_PATH);
    let direction = match section.get("direction") {
        Some(entry) => entry.of_kind(&DIRECTION).map(Some),
        None => Some(None),
    };
    let settings = match section.get("settings") {
        Some(entry) => settings(&entry),
        None => Some(Value::Object(Map::new())),
    };
    Some(Rule { path: section.document.beside(&path?), direction: direction?, settings: settings? })
}

fn settings(entry: &Entry<'_>) -> Option<Value> {
    let expected = "a table of values that JSON can carry";
    match entry.value {
        DeValue::Table(_) => {
            json(entry.value).or_else(|| entry.wrong("holds inf, nan or a whole number beyond 64 bits", expected))
        }
        _ => entry.wrong_type(expected),
    }
}

/// The value as JSON; dates and times become text. `None` when it holds a number that JSON cannot carry.
fn json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => Value::from(i64::from_str_radix(number.as_str(), number.radix()).ok()?),
        DeValue::Float(number) => Value::Number(Number::from_f64(number.as_str().parse().ok()?)?),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Datetime(moment) => Value::from(moment.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect::<Option<_>>()?,
        DeValue::Table(table) => table
            .iter()
            .map(|(key, value)| Some((key.get_ref().to_string(), json(value.get_ref())?)))
            .collect::<Option<_>>()?,
    })
}
