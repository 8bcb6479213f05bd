//! What two bodies have in common: the names and kinds of their fields, and what of each is compared.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What differs whenever presync says the same again.
const VOLATILE: [&str; 2] = ["observedTime", "id"];

/// The form of a body: its names and kinds, without values. A list is as its elements are, however many there are.
pub(super) fn form(body: &Value) -> String {
    match body {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "truth".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Array(values) => {
            let forms: BTreeSet<String> = values.iter().map(form).collect();
            format!("[{}]", forms.into_iter().collect::<Vec<_>>().join("|"))
        }
        Value::Object(fields) => {
            let mut forms: Vec<String> = fields.iter().map(|(name, value)| format!("{name}:{}", form(value))).collect();
            forms.sort();
            format!("{{{}}}", forms.join(","))
        }
    }
}

/// A body without what is never the same twice.
pub(super) fn lasting(body: &Value) -> Value {
    match body {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| !VOLATILE.contains(&name.as_str()));
            Value::Object(kept.map(|(name, value)| (name.clone(), lasting(value))).collect::<Map<_, _>>())
        }
        Value::Array(values) => values.iter().map(lasting).collect(),
        other => other.clone(),
    }
}
