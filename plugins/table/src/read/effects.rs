//! What stands under `then`.

use serde_json::{Map, Value};

use super::{Problems, shown};
use crate::then::{Act, Then};
use crate::when::From;
use crate::words::{CALL_WORDS, CALLS, NOTE, NOTES, SESSION, TARGET, hint, place};

/// Every effect, of both directions.
pub(super) const EFFECTS: &[&str] =
    &["publish", "no_sync", "session", "no_session", "hold", "keep", "calls", "note", "reason"];

const TO_EIGHT: &[&str] = &["publish", "no_sync", "hold", "keep", "calls", "note", "reason"];

const TO_TEAMS: &[&str] = &["session", "no_session", "hold", "keep", "reason"];

/// Reads the effects of a line; none when it has a problem.
pub(super) fn read(table: &Map<String, Value>, from: From, problems: &mut Problems) -> Option<Then> {
    let mut then = Then { act: Act::Keep, calls: None, note: None, reason: None };
    let mut acts: Vec<(&str, Act)> = Vec::new();
    let mut whole = true;
    for (key, value) in table {
        let act = problems.take(effect(&mut then, key, value, from));
        whole &= act.is_some();
        acts.extend(act.flatten().map(|act| (key.as_str(), act)));
    }
    let beside: Vec<&str> = ["calls", "note"].into_iter().filter(|key| table.contains_key(*key)).collect();
    match &*acts {
        [] if whole && beside.is_empty() => {
            let known = if from == From::Teams {
                "publish, no_sync, hold, keep, calls or note"
            } else {
                "session, no_session, hold or keep"
            };
            problems.add(format!("it has no effect; give `then` one of {known}"));
            return None;
        }
        [] => {}
        [(key, act @ (Act::Nothing | Act::Hold))] if !beside.is_empty() => {
            let why = if *act == Act::Hold { "leaves what is there as it is" } else { "shows nothing of ours" };
            let beside = beside.join("` and `");
            problems.add(format!("`{key}` {why}, so `{beside}` would say nothing; keep one of them"));
            return None;
        }
        [(_, act)] => then.act = *act,
        [(one, _), (other, _), ..] => {
            problems.add(format!("`{one}` and `{other}` contradict each other; keep one of them"));
            return None;
        }
    }
    whole.then_some(then)
}

/// Takes one effect in; gives what it does to the status, when it does something to it.
fn effect(then: &mut Then, key: &str, value: &Value, from: From) -> Result<Option<Act>, String> {
    let (known, own) = match from {
        From::Teams => (TO_EIGHT, "Teams to 8x8"),
        From::Eight => (TO_TEAMS, "8x8 to Teams"),
    };
    if !known.contains(&key) {
        return Err(match EFFECTS.contains(&key) {
            true => format!(
                "`{key}` is an effect of the other direction; `direction` says that this table maps {own}, where there are {}",
                known.join(", ")
            ),
            false => format!("`{key}` is no effect{}", hint(known, key)),
        });
    }
    Ok(match key {
        "publish" => Some(Act::Show(word(key, value, TARGET)?)),
        "session" => Some(Act::Show(word(key, value, SESSION)?)),
        "no_sync" | "no_session" => Some(switch(key, value, Act::Nothing)?),
        "hold" => Some(switch(key, value, Act::Hold)?),
        "keep" => Some(switch(key, value, Act::Keep)?),
        "calls" => {
            then.calls = CALL_WORDS.get(word(key, value, CALLS)?).copied();
            None
        }
        "note" => {
            then.note = NOTES.get(word(key, value, NOTE)?).copied();
            None
        }
        _ => {
            let text = value.as_str().map(str::trim_ascii).filter(|text| !text.is_empty());
            then.reason = Some(text.ok_or_else(|| format!("`{key}` is a text, not {}", shown(value)))?.to_owned());
            None
        }
    })
}

/// The place of one word.
fn word(key: &str, value: &Value, known: &[&str]) -> Result<usize, String> {
    let word = value
        .as_str()
        .ok_or_else(|| format!("`{key}` is one word, not {}; there are {}", shown(value), known.join(", ")))?;
    place(known, word).ok_or_else(|| format!("`{word}` is no word for `{key}`{}", hint(known, word)))
}

/// An effect that is there or not.
fn switch(key: &str, value: &Value, act: Act) -> Result<Act, String> {
    if value == &Value::Bool(true) {
        Ok(act)
    } else {
        Err(format!("`{key}` is `true` or left out, not {}", shown(value)))
    }
}
