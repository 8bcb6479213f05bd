//! What stands under `when`.

use serde_json::{Map, Value};

use super::{Problems, shown};
use crate::clock::{Clock, WEEK, Window};
use crate::names::Names;
use crate::when::{From, Seconds, When};
use crate::words::{ACTIVITY, AVAILABILITY, DAY, PROPOSED_SESSION, PROPOSED_TARGET, STATUS, hint, nearest, place};

const CONDITIONS: &[&str] = &[
    "availability",
    "activity",
    "out_of_office",
    "teams_manual",
    "status",
    "call_active",
    "eight_manual",
    "person",
    "department",
    "group",
    "queue",
    "time",
    "days",
    "for_at_least",
    "for_less_than",
    "staffing_below",
    "proposed",
];

/// Reads the conditions of a line.
pub(super) fn read(table: &Map<String, Value>, from: From, problems: &mut Problems) -> When {
    let mut when = When::default();
    for (key, value) in table {
        let read = condition(&mut when, key, value, from);
        problems.take(read);
    }
    if let Some(Seconds { at_least, less_than: Some(limit) }) = when.seconds
        && at_least >= limit
    {
        problems.add(match table.contains_key("for_at_least") {
            true => {
                format!("`for_at_least` ({at_least} s) is not below `for_less_than` ({limit} s), so it would never fit")
            }
            false => "`for_less_than` is 0 s, so it would never fit".to_owned(),
        });
    }
    when
}

fn condition(when: &mut When, key: &str, value: &Value, from: From) -> Result<(), String> {
    match key {
        "availability" => when.teams.get_or_insert_default().availability = mask(key, value, AVAILABILITY)?,
        "activity" => when.teams.get_or_insert_default().activity = mask(key, value, ACTIVITY)?,
        "out_of_office" => flag(&mut when.teams.get_or_insert_default().flags, 1, key, value)?,
        "teams_manual" => flag(&mut when.teams.get_or_insert_default().flags, 2, key, value)?,
        "status" => when.eight.get_or_insert_default().status = mask(key, value, STATUS)?,
        "call_active" => flag(&mut when.eight.get_or_insert_default().flags, 1, key, value)?,
        "eight_manual" => flag(&mut when.eight.get_or_insert_default().flags, 2, key, value)?,
        "person" => when.person = names(key, value)?,
        "department" => when.department = names(key, value)?,
        "group" => when.group = names(key, value)?,
        "queue" => when.queue = names(key, value)?,
        "time" => clock(when).windows = texts(key, value)?.into_iter().map(Window::parse).collect::<Result<_, _>>()?,
        "days" => clock(when).days = days(key, value)?,
        "for_at_least" => when.seconds.get_or_insert_default().at_least = seconds(key, value)?,
        "for_less_than" => when.seconds.get_or_insert_default().less_than = Some(seconds(key, value)?),
        "staffing_below" => when.staffing_below = Some(number(key, value)?),
        "proposed" => {
            let words = if from == From::Teams { PROPOSED_TARGET } else { PROPOSED_SESSION };
            when.proposed = Some(mask(key, value, words)?);
        }
        _ if super::effects::EFFECTS.contains(&key) => {
            return Err(format!("`{key}` is an effect, not a condition: move it to `then`"));
        }
        _ => return Err(format!("`{key}` is no condition{}", hint(CONDITIONS, key))),
    }
    Ok(())
}

/// Words of a list as bits.
fn mask(key: &str, value: &Value, known: &[&str]) -> Result<u32, String> {
    let words = texts(key, value)?;
    words.into_iter().try_fold(0, |mask, word| match place(known, word) {
        Some(place) => Ok(mask | 1 << place),
        None => Err(unknown(key, word, known)),
    })
}

/// What to say of a word that a condition does not know: the nearest that it knows, or the condition that knows this one.
fn unknown(key: &str, word: &str, known: &[&str]) -> String {
    let others =
        [("activity", ACTIVITY), ("availability", AVAILABILITY), ("status", STATUS), ("proposed", PROPOSED_TARGET)];
    let elsewhere = others.into_iter().find(|(other, words)| *other != key && place(words, word).is_some());
    match (nearest(known, word), elsewhere) {
        (None, Some((other, _))) => {
            format!("`{word}` is no word of `{key}` but of `{other}`: write `{other} = \"{word}\"`")
        }
        _ => format!("`{word}` is no word of `{key}`{}", hint(known, word)),
    }
}

/// Keeps those of the four pairs of two flags in which this flag is as the condition says.
fn flag(pairs: &mut u32, bit: u32, key: &str, value: &Value) -> Result<(), String> {
    let wanted = value.as_bool().ok_or_else(|| format!("`{key}` is true or false, not {}", shown(value)))?;
    for pair in 0..4 {
        if (pair & bit != 0) != wanted {
            *pairs &= !(1 << pair);
        }
    }
    Ok(())
}

fn names(key: &str, value: &Value) -> Result<Names, String> {
    let names = texts(key, value)?;
    if names.iter().any(|name| name.trim_ascii().is_empty()) {
        return Err(format!("`{key}` has an empty name, which nobody has"));
    }
    Ok(Names::new(names))
}

/// One word, or a list of them that is not empty.
fn texts<'v>(key: &str, value: &'v Value) -> Result<Vec<&'v str>, String> {
    let wrong = |value: &Value| format!("`{key}` is a word or a list of words, not {}", shown(value));
    match value {
        Value::String(word) => Ok(vec![word]),
        Value::Array(list) if list.is_empty() => {
            Err(format!("`{key}` is an empty list, so the line would never fit; name something, or leave `{key}` out"))
        }
        Value::Array(list) => list.iter().map(|word| word.as_str().ok_or_else(|| wrong(word))).collect(),
        other => Err(wrong(other)),
    }
}

fn clock(when: &mut When) -> &mut Clock {
    when.clock.get_or_insert(Clock { days: WEEK, windows: Vec::new() })
}

/// Days and spans of days, such as `mon-fri`, as bits.
fn days(key: &str, value: &Value) -> Result<u8, String> {
    let day = |word: &str| match place(DAY, word.trim_ascii()) {
        Some(day) => Ok(day),
        None => Err(format!("`{word}` is no day{}", hint(DAY, word))),
    };
    texts(key, value)?.into_iter().try_fold(0, |mask, word| {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let (first, last) = (day(first)?, day(last)?);
        let length = (last + DAY.len() - first) % DAY.len();
        Ok((0..=length).fold(mask, |mask, ahead| mask | 1 << ((first + ahead) % DAY.len())))
    })
}

/// A length of time such as `90s`, `5m` or `1h30m`, in seconds.
fn seconds(key: &str, value: &Value) -> Result<u32, String> {
    let wrong = || format!("`{key}` is a length of time such as \"90s\", \"5m\" or \"1h30m\", not {}", shown(value));
    let mut rest = value.as_str().filter(|text| !text.is_empty()).ok_or_else(wrong)?;
    let mut total = 0_u32;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = rest.split_at(digits);
        let mut units = unit.chars();
        let length = match units.next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            _ => return Err(wrong()),
        };
        let part = number.parse::<u32>().ok().and_then(|number| number.checked_mul(length)).ok_or_else(wrong)?;
        total = total.checked_add(part).ok_or_else(wrong)?;
        rest = units.as_str();
    }
    Ok(total)
}

fn number(key: &str, value: &Value) -> Result<u32, String> {
    match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
        Some(0) => Err(format!("`{key} = 0` would never fit: no queue has fewer than none; write 1 or more")),
        Some(number) => Ok(number),
        None => Err(format!("`{key}` is a number of agents, 1 or more, not {}", shown(value))),
    }
}
