//! The rule without code, as its components: verdicts, needs and refusals through the host.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]
#![allow(clippy::needless_pass_by_value, reason = "`json!` where it is called reads best")]

mod support;

use std::sync::{Arc, LazyLock};

use presync_core::rule::{
    Identity, LocalTime, Person, PublishAction, PublishVerdict, SessionAction, SessionVerdict, Staffing, Subject,
};
use presync_core::words::{
    Calls, Direction, EightStatus, EightTarget, Note, TeamsActivity, TeamsAvailability, TeamsSession,
};
use presync_rules::{
    CompiledRule, Limits, LoadError, LoadedRule, Needs, PublishChain, RuleHost, SessionChain, defaults,
};
use serde_json::{Value, json};
use support::{host, in_eight, in_teams};

/// Both components, compiled once for all tests.
static TABLES: LazyLock<[CompiledRule; 2]> = LazyLock::new(|| {
    let host = host();
    let compile = |direction| host.compile(defaults::table(direction), Some(direction)).unwrap();
    [compile(Direction::TeamsToEight), compile(Direction::EightToTeams)]
});

fn load(direction: Direction, lines: Value) -> Result<LoadedRule, LoadError> {
    let [to_eight, to_teams] = &*TABLES;
    let table = if direction == Direction::TeamsToEight { to_eight } else { to_teams };
    table.configure(&json!({ "lines": lines }), Limits::default())
}

fn to_eight(host: &RuleHost, lines: Value) -> PublishChain {
    defaults::chain::<PublishVerdict>(host, vec![load(Direction::TeamsToEight, lines).unwrap()]).unwrap()
}

fn to_teams(host: &RuleHost, lines: Value) -> SessionChain {
    defaults::chain::<SessionVerdict>(host, vec![load(Direction::EightToTeams, lines).unwrap()]).unwrap()
}

/// Presenting, in the queue support, with so many agents left, on a Monday at this minute.
fn agent(left: u32, minute_of_day: u16) -> Subject {
    let time = LocalTime { year: 2026, month: 3, day: 2, day_of_week: 1, minute_of_day, utc_offset_minutes: 60 };
    Subject {
        person: Some(Arc::new(Person {
            id: "p-1".to_owned(),
            department: Some("Service".to_owned()),
            groups: vec!["Agents".to_owned()],
            queues: vec!["Support".to_owned()],
        })),
        identity: Some(Arc::new(Identity { email: "ann@corp.com".to_owned(), display_name: "Ann".to_owned() })),
        time: Some(time),
        staffing: Arc::new([Staffing { queue: "Support".to_owned(), available: left, total: 8 }]),
        ..in_teams(TeamsAvailability::DoNotDisturb, TeamsActivity::Presenting)
    }
}

#[test]
fn a_line_that_fits_changes_the_default_map_and_everybody_else_keeps_it() {
    let host = host();
    let chain = to_eight(
        &host,
        json!([{ "when": { "activity": ["presenting", "focusing"], "queue": "support" },
                 "then": { "publish": "busy", "calls": "all", "note": "presenting" } }]),
    );
    assert_eq!(chain.versions(), "teams-to-8x8 1.0.0, table 1.0.0");
    let elsewhere = in_teams(TeamsAvailability::DoNotDisturb, TeamsActivity::Presenting);
    let verdicts = chain.decide(&[agent(9, 0), elsewhere], false).verdicts;
    assert_eq!(verdicts[0].action, PublishAction::Publish(EightTarget::Busy));
    assert_eq!((verdicts[0].calls, verdicts[0].note), (Calls::All, Some(Note::Presenting)));
    assert_eq!(verdicts[1].action, PublishAction::Publish(EightTarget::DoNotDisturb));
    assert_eq!(verdicts[1].calls, Calls::None);
}

#[test]
fn every_kind_of_condition_reaches_the_component() {
    let host = host();
    let fits = |when: Value| {
        let chain = to_eight(&host, json!([{ "when": when, "then": { "no_sync": true } }]));
        chain.decide(&[agent(2, 1350)], false).verdicts[0].action == PublishAction::NoSync
    };
    assert!(fits(json!({ "availability": "do-not-disturb", "teams_manual": false, "out_of_office": false })));
    assert!(fits(json!({ "person": "ANN@corp.com" })) && fits(json!({ "person": "p-1" })));
    assert!(fits(json!({ "department": "service", "group": ["agents", "pilots"], "queue": "SUPPORT" })));
    assert!(fits(json!({ "days": "mon-fri", "time": "22:00-06:00" })));
    assert!(fits(json!({ "staffing_below": 3 })) && fits(json!({ "staffing_below": 3, "queue": "support" })));
    assert!(fits(json!({ "proposed": "do-not-disturb" })));
    assert!(!fits(json!({ "status": "busy" })) && !fits(json!({ "for_at_least": "1s" })));
    assert!(!fits(json!({ "days": "sat-sun" })) && !fits(json!({ "staffing_below": 2 })));
}

#[test]
fn a_line_with_a_time_turns_at_its_edge() {
    let host = host();
    let chain = to_eight(&host, json!([{ "when": { "time": "12:00-13:00" }, "then": { "publish": "away" } }]));
    let ask = |minute| chain.decide(&[agent(9, minute)], false).verdicts.remove(0);
    let (before, at_lunch, after) = (ask(719), ask(720), ask(780));
    assert_eq!((before.action, before.recheck_after), (PublishAction::Publish(EightTarget::DoNotDisturb), Some(60)));
    assert_eq!((at_lunch.action, at_lunch.recheck_after), (PublishAction::Publish(EightTarget::Away), Some(3600)));
    assert_eq!(after.action, PublishAction::Publish(EightTarget::DoNotDisturb));
}

#[test]
fn a_table_needs_what_its_lines_ask_for() {
    let needs = |when: Value| {
        load(Direction::TeamsToEight, json!([{ "when": when, "then": { "hold": true } }])).unwrap().needs()
    };
    assert_eq!(needs(json!({ "activity": "presenting" })), Needs::default());
    assert_eq!(needs(json!({ "queue": "support" })), Needs { person: true, ..Needs::default() });
    assert_eq!(
        needs(json!({ "time": "12:00-13:00", "status": "away" })),
        Needs { time: true, other_side: true, ..Needs::default() }
    );
}

#[test]
fn each_direction_has_a_component_of_its_own() {
    let host = host();
    let chain = to_teams(&host, json!([{ "when": { "status": "away" }, "then": { "session": "away" } }]));
    let verdicts =
        chain.decide(&[in_eight(EightStatus::Away, false), in_eight(EightStatus::OnCall, true)], false).verdicts;
    assert_eq!(verdicts[0].action, SessionAction::HoldSession(TeamsSession::Away));
    assert_eq!(verdicts[1].action, SessionAction::HoldSession(TeamsSession::InACall));
}

#[test]
fn a_reason_says_which_line_it_was() {
    let host = host();
    let lines = json!([
        { "when": { "activity": "busy" }, "then": { "hold": true } },
        { "when": { "activity": "presenting" }, "then": { "publish": "busy" } },
    ]);
    let decided = to_eight(&host, lines).decide(&[agent(9, 0)], true);
    assert_eq!(decided.verdicts[0].reason.as_deref(), Some("line 2 of the table fits"));
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_line() {
    let refusal = |lines: Value| load(Direction::TeamsToEight, lines).unwrap_err().to_string();
    let hold = json!({ "hold": true });
    insta::assert_snapshot!(
        [
            refusal(json!([{ "when": { "activity": "presentign" }, "then": hold }])),
            refusal(json!([{ "when": { "queue": "a" }, "then": hold }, { "then": { "publish": "busy", "hold": true } }])),
            refusal(json!([{ "when": { "activity": "busy" }, "then": hold }, { "when": { "activity": "busy", "queue": "a" }, "then": hold }])),
        ]
        .join("\n")
    );
}

#[test]
fn a_batch_with_more_text_than_an_instance_has_room_for_at_first_is_answered_like_any_other() {
    let host = host();
    let lines = json!([{ "when": { "activity": "presenting", "queue": "support" }, "then": { "publish": "busy" } }]);
    let chain = to_eight(&host, lines);
    let everyone: Vec<Subject> = (0..650)
        .map(|n| {
            let groups = (0..20).map(|group| format!("{group} of {n}: {}", "long ".repeat(20))).collect();
            let queues = if n % 2 == 0 { vec!["Support".to_owned()] } else { Vec::new() };
            let person = Person { id: format!("p-{n}"), department: None, groups, queues };
            Subject { person: Some(Arc::new(person)), ..agent(9, 0) }
        })
        .collect();
    let decided = chain.decide(&everyone, false);
    assert_eq!((decided.faults, decided.asked), (Vec::new(), 1 + 650));
    for (n, verdict) in decided.verdicts.iter().enumerate() {
        let target = if n % 2 == 0 { EightTarget::Busy } else { EightTarget::DoNotDisturb };
        assert_eq!(verdict.action, PublishAction::Publish(target), "person {n}");
    }
}
