//! A second reading of a table: slow, word by word, straight from the JSON. What the rule does is held against it.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "a module of several test files, each of which uses some of it"
)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::fmt::Debug;

use presync_rule::subject::{EightSide, Identity, LocalTime, Person, Staffing, Subject, TeamsSide};
use presync_rule::teams_to_eight::{Action, Question, TeamsToEight, Verdict};
use presync_rule::words::{EightStatus, TeamsActivity, TeamsAvailability};
use serde_json::{Value, json};
use table_rule::TableToEight;

/// A table of these lines.
pub fn table(lines: &[Value]) -> Result<TableToEight, String> {
    TableToEight::new(json!({ "lines": lines }))
}

/// A Teams side that says this and nothing else.
pub fn teams(availability: TeamsAvailability, activity: TeamsActivity) -> TeamsSide {
    TeamsSide { availability, activity, out_of_office: false, manual: false, since: None }
}

/// An 8x8 side that says this and nothing else.
pub fn eight(status: EightStatus, call_active: bool) -> EightSide {
    EightSide { status, call_active, manual: false, since: None }
}

/// Somebody who presents, with the proposal of the default map.
pub fn presenting() -> Question {
    use presync_rule::words::{Calls, EightTarget};
    let side = teams(TeamsAvailability::DoNotDisturb, TeamsActivity::Presenting);
    let subject = Subject { teams: Some(side), ..Subject::unknown() };
    Question { subject, proposal: Some(Verdict::publish(EightTarget::DoNotDisturb).calls(Calls::None)) }
}

/// A person of these groups and queues.
pub fn person(groups: &[&str], queues: &[&str]) -> Person {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Person { id: "person-1".to_owned(), department: None, groups: owned(groups), queues: owned(queues) }
}

/// An address.
pub fn identity(email: &str) -> Identity {
    Identity { email: email.to_owned(), display_name: String::new() }
}

/// Agents left in a queue.
pub fn staffing(queue: &str, available: u32) -> Staffing {
    Staffing { queue: queue.to_owned(), available, total: 10 }
}

/// A wall clock; Monday is 1.
pub fn clock(day_of_week: u8, minute_of_day: u16) -> LocalTime {
    LocalTime { year: 2026, month: 3, day: 2, day_of_week, minute_of_day, utc_offset_minutes: 60 }
}

/// Whether all conditions of a line hold.
pub fn fits(line: &Value, question: &Question) -> bool {
    let none = serde_json::Map::new();
    let when = line.get("when").map_or(&none, |when| when.as_object().unwrap());
    when.iter().all(|(key, value)| holds(key, value, when, question))
}

fn holds(key: &str, value: &Value, when: &serde_json::Map<String, Value>, question: &Question) -> bool {
    let Subject { teams, eight, person, identity, time, staffing } = &question.subject;
    let wanted: Vec<String> = match value {
        Value::Array(list) => list.iter().map(|word| word.as_str().unwrap().to_lowercase()).collect(),
        Value::String(word) => vec![word.to_lowercase()],
        _ => Vec::new(),
    };
    let says = |word: Option<String>| word.is_some_and(|word| wanted.contains(&word.to_lowercase()));
    let is = |flag: Option<bool>| flag == value.as_bool();
    match key {
        "availability" => says(teams.map(|side| label(&side.availability))),
        "activity" => says(teams.map(|side| label(&side.activity))),
        "out_of_office" => is(teams.map(|side| side.out_of_office)),
        "teams_manual" => is(teams.map(|side| side.manual)),
        "status" => says(eight.map(|side| label(&side.status))),
        "call_active" => is(eight.map(|side| side.call_active)),
        "eight_manual" => is(eight.map(|side| side.manual)),
        "person" => {
            says(person.as_ref().map(|person| person.id.clone()))
                || says(identity.as_ref().map(|who| who.email.clone()))
        }
        "department" => says(person.as_ref().and_then(|person| person.department.clone())),
        "group" => person.iter().flat_map(|person| &person.groups).any(|name| says(Some(name.clone()))),
        "queue" => person.iter().flat_map(|person| &person.queues).any(|name| says(Some(name.clone()))),
        "days" => time.is_some_and(|now| wanted.iter().any(|word| in_days(word, now.day_of_week))),
        "time" => time.is_some_and(|now| wanted.iter().any(|text| in_window(text, now.minute_of_day))),
        "for_at_least" => teams.and_then(|side| side.since).is_some_and(|since| since >= seconds(value)),
        "for_less_than" => teams.and_then(|side| side.since).is_some_and(|since| since < seconds(value)),
        "staffing_below" => staffing.iter().flatten().any(|queue| {
            u64::from(queue.available) < value.as_u64().unwrap()
                && when.get("queue").is_none_or(|queues| {
                    let named = json!({ "when": { "queue": queues } });
                    let only = Person { queues: vec![queue.queue.clone()], ..person.clone().unwrap() };
                    let subject = Subject { person: Some(only), ..Subject::unknown() };
                    fits(&named, &Question { subject, proposal: None })
                        && person.as_ref().unwrap().queues.contains(&queue.queue)
                })
        }),
        "proposed" => says(question.proposal.as_ref().map(|verdict| match &verdict.action {
            Action::Publish(target) => label(target),
            Action::NoSync => "no-sync".to_owned(),
            Action::Hold => "hold".to_owned(),
        })),
        _ => panic!("{key} is not tested"),
    }
}

/// `TeamsActivity::OffWork` as `off-work`.
pub fn label(word: &impl Debug) -> String {
    let mut label = String::new();
    for c in format!("{word:?}").rsplit(':').next().unwrap().chars() {
        if c.is_ascii_uppercase() && !label.is_empty() {
            label.push('-');
        }
        label.push(c.to_ascii_lowercase());
    }
    label
}

/// Walks from the first day of a span to its last.
fn in_days(word: &str, today: u8) -> bool {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    let mut walk = days.iter().cycle().skip_while(|day| **day != first);
    loop {
        let day = walk.next().unwrap();
        if *day == days[usize::from(today) - 1] {
            return true;
        }
        if *day == last {
            return false;
        }
    }
}

/// Walks from the first hour of a window to its end; the tests' windows have whole hours.
fn in_window(text: &str, now: u16) -> bool {
    let minute = |text: &str| {
        let (hours, minutes) = text.split_once(':').unwrap();
        (hours.parse::<u16>().unwrap() * 60 + minutes.parse::<u16>().unwrap()) % 1440
    };
    let (from, to) = text.split_once('-').unwrap();
    let mut walk = minute(from);
    loop {
        if walk == now / 60 * 60 {
            return true;
        }
        walk = (walk + 60) % 1440;
        if walk == minute(to) {
            return false;
        }
    }
}

fn seconds(value: &Value) -> u32 {
    value.as_str().unwrap().strip_suffix('s').unwrap().parse().unwrap()
}
