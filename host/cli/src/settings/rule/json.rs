//! Reads what a rule is configured with, as JSON: `settings = { … }`, or the lines of `table = [ … ]`.

use serde_json::{Map, Number, Value, json};
use toml::de::DeValue;

use crate::settings::document::Entry;

const TABLE: &str = "a list of lines, each { when = { … }, then = { … } }";
const UNFIT: &str = "holds inf, nan or a whole number beyond 64 bits";

/// No settings at all.
pub(super) fn nothing() -> Value {
    Value::Object(Map::new())
}

/// A rule's own table.
pub(super) fn settings(entry: &Entry<'_>) -> Option<Value> {
    let expected = "a table of values that JSON can carry";
    match entry.value {
        DeValue::Table(_) => json(entry.value).or_else(|| entry.wrong(UNFIT, expected)),
        _ => entry.wrong_type(expected),
    }
}

/// The lines of a table as settings of the table rule, and where each of them is. What they say is judged by that rule.
pub(super) fn lines(entry: &Entry<'_>) -> Option<(Value, Vec<usize>)> {
    let items = entry.items(TABLE)?;
    if items.is_empty() {
        return entry.wrong("has no line", TABLE);
    }
    let line = |item: &Entry<'_>| match item.value {
        DeValue::Table(_) => json(item.value).or_else(|| item.wrong(UNFIT, "values that JSON can carry")),
        _ => item.wrong_type("a line: { when = { … }, then = { … } }"),
    };
    // All are looked at before one that is wrong ends the list.
    let lines: Vec<_> = items.iter().map(line).collect();
    let lines: Vec<Value> = lines.into_iter().collect::<Option<_>>()?;
    Some((json!({ "lines": lines }), items.iter().map(Entry::line).collect()))
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
