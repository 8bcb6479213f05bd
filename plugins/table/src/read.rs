//! From JSON to lines. Every problem is found, and each names its line; nothing is guessed.
//!
//! * `conditions`: what stands under `when`
//! * `effects`: what stands under `then`

mod conditions;
mod effects;

use serde_json::{Map, Value};

use crate::table::Line;
use crate::when::From;
use crate::words::hint;

/// The longest refusal, in bytes. The host keeps a kilobyte of one.
const LONGEST: usize = 900;

/// The problems found so far.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<String>,
    line: usize,
}

/// Reads the lines of a table.
pub(crate) fn lines(settings: &Value, from: From) -> Result<Vec<Line>, String> {
    let table = match settings {
        Value::Null => return Ok(Vec::new()),
        Value::Object(table) => table,
        _ => return Err("the settings of a table are `{ lines = [ … ] }`".to_owned()),
    };
    if let Some(key) = table.keys().find(|key| *key != "lines") {
        return Err(format!("`{key}` is no setting of a table; its lines stand under `lines`"));
    }
    let list = match table.get("lines") {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) if list.is_empty() => {
            return Err("the table has no lines: add one, or take the table out".to_owned());
        }
        Some(Value::Array(list)) => list,
        Some(_) => return Err("`lines` is no list; write `lines = [ { when = { … }, then = { … } }, … ]`".to_owned()),
    };
    let mut problems = Problems::default();
    let lines = list.iter().map(|value| line(value, from, &mut problems)).collect::<Vec<_>>();
    problems.into_result()?;
    Ok(lines.into_iter().flatten().collect())
}

fn line(value: &Value, from: From, problems: &mut Problems) -> Option<Line> {
    problems.line += 1;
    let Value::Object(line) = value else {
        problems.add("a line is `{ when = { … }, then = { … } }`");
        return None;
    };
    for key in line.keys().filter(|key| !matches!(key.as_str(), "when" | "then")) {
        problems.add(format!("`{key}` is no part of a line{}", hint(&["when", "then"], key)));
    }
    let when = part(line, "when", problems).map(|when| conditions::read(when, from, problems));
    let then = part(line, "then", problems).map(|then| effects::read(then, from, problems));
    if !line.contains_key("then") {
        problems.add("it has no `then`, so it would do nothing; say what happens when it fits");
    }
    Some(Line { when: when.unwrap_or_default(), then: then?? })
}

fn part<'v>(line: &'v Map<String, Value>, key: &str, problems: &mut Problems) -> Option<&'v Map<String, Value>> {
    match line.get(key)? {
        Value::Object(part) => Some(part),
        _ => {
            problems.add(format!("`{key}` is no table; write `{key} = {{ … }}`"));
            None
        }
    }
}

/// What a value is, for a sentence.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        Value::Bool(yes) => yes.to_string(),
        Value::Number(_) => "a number".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a table".to_owned(),
        Value::Null => "nothing".to_owned(),
    }
}

// === impl Problems ===

impl Problems {
    /// A problem of the line that is being read.
    pub(crate) fn add(&mut self, problem: impl AsRef<str>) {
        self.found.push(format!("line {}: {}", self.line, problem.as_ref()));
    }

    /// The value, or a problem of the line that is being read.
    pub(crate) fn take<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|problem| self.add(problem)).ok()
    }

    /// All problems as one text, as many as there is room for.
    fn into_result(self) -> Result<(), String> {
        let mut text = String::new();
        for (place, problem) in self.found.iter().enumerate() {
            if !text.is_empty() && text.len() + problem.len() > LONGEST {
                text.push_str(&format!("; and {} more", self.found.len() - place));
                break;
            }
            text.push_str(if text.is_empty() { "" } else { "; " });
            text.push_str(problem);
        }
        if text.is_empty() { Ok(()) } else { Err(text) }
    }
}
