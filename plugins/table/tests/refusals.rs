//! What a table refuses, in the words that an administrator reads.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]
#![allow(clippy::needless_pass_by_value, reason = "`json!` where it is called reads best")]

mod support;

use presync_rule::eight_to_teams::EightToTeams;
use presync_rule::teams_to_eight::TeamsToEight;
use serde_json::{Value, json};
use support::table;
use table_rule::{TableToEight, TableToTeams};

/// The refusal of a table whose second line is this one.
fn refusal(line: Value) -> String {
    let good = json!({ "when": { "group": "pilots" }, "then": { "keep": true } });
    table(&[good, line]).unwrap_err()
}

/// The refusal of a line with these conditions.
fn when(when: Value) -> String {
    refusal(json!({ "when": when, "then": { "hold": true } }))
}

/// The refusal of a line with these effects.
fn then(then: Value) -> String {
    refusal(json!({ "when": { "activity": "presenting" }, "then": then }))
}

/// The refusals, one a line.
fn each(refusals: impl IntoIterator<Item = String>) -> String {
    refusals.into_iter().collect::<Vec<_>>().join("\n")
}

#[test]
fn misspelt_keys_and_words() {
    insta::assert_snapshot!(each([
        when(json!({ "activty": "presenting" })),
        when(json!({ "lunch": true })),
        when(json!({ "publish": "busy" })),
        when(json!({ "activity": "presentign" })),
        when(json!({ "activity": "InACall" })),
        when(json!({ "activity": ["busy", "on-call"] })),
        when(json!({ "status": "presenting" })),
        when(json!({ "availability": "lunch" })),
        when(json!({ "proposed": "invisible" })),
        when(json!({ "days": "mon-fry" })),
        when(json!({ "days": "weekend" })),
        refusal(json!({ "wenn": {}, "then": { "hold": true } })),
        then(json!({ "publsh": "busy" })),
        then(json!({ "publish": "invisible" })),
        then(json!({ "publish": "bussy" })),
        then(json!({ "calls": "direct" })),
        then(json!({ "note": "lunch" })),
    ]));
}

#[test]
fn values_of_the_wrong_kind() {
    insta::assert_snapshot!(each([
        refusal(json!("presenting")),
        refusal(json!({ "when": "presenting", "then": { "hold": true } })),
        when(json!({ "activity": 7 })),
        when(json!({ "activity": ["busy", 7] })),
        when(json!({ "out_of_office": "yes" })),
        when(json!({ "time": "22:00" })),
        when(json!({ "for_at_least": 90 })),
        when(json!({ "for_at_least": "90 seconds" })),
        when(json!({ "staffing_below": "two" })),
        then(json!({ "publish": ["busy", "away"] })),
        then(json!({ "no_sync": false })),
        then(json!({ "hold": true, "reason": "" })),
    ]));
}

#[test]
fn conditions_that_never_hold() {
    insta::assert_snapshot!(each([
        when(json!({ "activity": [] })),
        when(json!({ "queue": "" })),
        when(json!({ "time": "08:00-08:00" })),
        when(json!({ "staffing_below": 0 })),
        when(json!({ "for_at_least": "2m", "for_less_than": "90s" })),
        when(json!({ "for_less_than": "0s" })),
    ]));
}

#[test]
fn effects_that_are_missing_or_contradict_each_other() {
    insta::assert_snapshot!(each([
        refusal(json!({ "when": { "activity": "presenting" } })),
        then(json!({})),
        then(json!({ "reason": "because" })),
        then(json!({ "publish": "busy", "no_sync": true })),
        then(json!({ "hold": true, "keep": true })),
        then(json!({ "no_sync": true, "calls": "all" })),
        then(json!({ "hold": true, "calls": "all", "note": "none" })),
        then(json!({ "session": "away" })),
    ]));
}

#[test]
fn lines_that_are_never_reached() {
    let hold = |when: Value| json!({ "when": when, "then": { "hold": true } });
    let refused = |lines: &[Value]| table(&lines.iter().cloned().map(hold).collect::<Vec<_>>()).unwrap_err();
    insta::assert_snapshot!(each([
        refused(&[json!({}), json!({ "activity": "busy" })]),
        refused(&[json!({ "activity": ["busy", "presenting"] }), json!({ "activity": "busy", "queue": "support" })]),
        refused(&[
            json!({ "out_of_office": true }),
            json!({ "group": "a" }),
            json!({ "out_of_office": false }),
            json!({})
        ]),
        refused(&[json!({ "group": "a" }), json!({ "group": "B" }), json!({ "group": ["A", "b"] })]),
        refused(&[
            json!({ "time": "06:00-18:00" }),
            json!({ "time": "17:00-07:00" }),
            json!({ "time": "00:00-24:00" })
        ]),
        refused(&[
            json!({ "days": "mon-fri" }),
            json!({ "days": ["sat", "sun"], "time": "00:00-12:00" }),
            json!({ "days": "sat-sun", "time": ["12:00-18:00", "18:00-24:00"] }),
            json!({ "days": "mon-sun" })
        ]),
        refused(&[json!({ "for_at_least": "1m" }), json!({ "for_at_least": "1m30s", "activity": "away" })]),
        refused(&[json!({ "staffing_below": 3 }), json!({ "staffing_below": 2, "queue": "support" })]),
    ]));
}

#[test]
fn lines_that_look_covered_and_can_be_reached() {
    let hold = |when: Value| json!({ "when": when, "then": { "hold": true } });
    let accepted = |lines: &[Value]| table(&lines.iter().cloned().map(hold).collect::<Vec<_>>()).unwrap();
    // Where the time is not known, neither of the first two holds.
    accepted(&[json!({ "time": "06:00-18:00" }), json!({ "time": "18:00-06:00" }), json!({})]);
    // What 8x8 says may not be known.
    accepted(&[json!({ "call_active": true }), json!({ "call_active": false }), json!({})]);
    // Who is in one group need not be in the other.
    accepted(&[json!({ "group": "a", "activity": "busy" }), json!({ "group": ["a", "b"], "activity": "busy" })]);
    accepted(&[json!({ "staffing_below": 2 }), json!({ "staffing_below": 3 })]);
    accepted(&[json!({ "staffing_below": 2, "queue": "support" }), json!({ "staffing_below": 2 })]);
    accepted(&[json!({ "for_less_than": "60s" }), json!({ "for_at_least": "59s" })]);
}

#[test]
fn every_problem_is_named_as_far_as_there_is_room() {
    let bad = json!({ "when": { "activty": "presenting", "days": [] }, "then": { "publish": "bussy" } });
    insta::assert_snapshot!(table(&[bad.clone(), bad.clone()]).unwrap_err());
    let many = table(&vec![bad; 50]).unwrap_err();
    assert!(many.len() < 1024 && many.contains("; and 1"), "{many}");
}

#[test]
fn a_table_as_a_whole() {
    let settings = |settings| TableToEight::new(settings).unwrap_err();
    insta::assert_snapshot!(each([
        settings(json!({ "lines": [] })),
        settings(json!({ "lines": {} })),
        settings(json!({ "line": [] })),
        settings(json!(7)),
    ]));
    assert!(TableToEight::new(json!({})).is_ok() && TableToEight::new(Value::Null).is_ok());
}

#[test]
fn the_other_direction_has_words_of_its_own() {
    let refused =
        |when: Value, then: Value| TableToTeams::new(json!({ "lines": [{ "when": when, "then": then }] })).unwrap_err();
    insta::assert_snapshot!(each([
        refused(json!({ "status": "busy" }), json!({ "publish": "busy" })),
        refused(json!({ "status": "busy" }), json!({ "session": "busy" })),
        refused(json!({ "status": "busy" }), json!({ "session": "away", "calls": "all" })),
        refused(json!({ "status": "busy" }), json!({})),
        refused(json!({ "proposed": "no-sync" }), json!({ "session": "away" })),
    ]));
}
