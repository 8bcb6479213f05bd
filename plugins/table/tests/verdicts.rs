//! What a line does when it fits, what a table looks at, and when it wants to be asked again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]
#![allow(clippy::needless_pass_by_value, reason = "`json!` where it is called reads best")]

mod support;

use presync_rule::Needs;
use presync_rule::eight_to_teams::{self, EightToTeams};
use presync_rule::subject::{Subject, TeamsSide};
use presync_rule::teams_to_eight::{Question, TeamsToEight, Verdict};
use presync_rule::words::{Calls, EightStatus, EightTarget, Note, TeamsSession};
use serde_json::{Value, json};
use support::{clock, eight, person, presenting, staffing, table};
use table_rule::TableToTeams;

/// The verdict of a table of one line.
fn verdict(when: Value, then: Value, question: &Question) -> Verdict {
    table(&[json!({ "when": when, "then": then })]).unwrap().decide(question, false)
}

/// The seconds after which a table of these conditions wants to be asked again.
fn recheck(lines: &[Value], question: &Question) -> Option<u32> {
    let lines: Vec<Value> = lines.iter().map(|when| json!({ "when": when, "then": { "publish": "away" } })).collect();
    table(&lines).unwrap().decide(question, false).recheck_after
}

/// Somebody who presents, at this time and so many seconds after it began.
fn presenting_at(day: u8, minute: u16, since: u32) -> Question {
    let question = presenting();
    let teams = question.subject.teams.map(|side| TeamsSide { since: Some(since), ..side });
    let subject = Subject { teams, time: Some(clock(day, minute)), ..question.subject };
    Question { subject, ..question }
}

#[test]
fn publish_leaves_calls_and_note_as_proposed_unless_it_says_otherwise() {
    let question = Question {
        proposal: Some(Verdict::publish(EightTarget::DoNotDisturb).calls(Calls::None).note(Some(Note::OutOfOffice))),
        ..presenting()
    };
    let own = verdict(json!({}), json!({ "publish": "busy" }), &question);
    assert_eq!(own, Verdict::publish(EightTarget::Busy).calls(Calls::None).note(Some(Note::OutOfOffice)));
    let more = verdict(json!({}), json!({ "publish": "busy", "calls": "all", "note": "presenting" }), &question);
    assert_eq!(more, Verdict::publish(EightTarget::Busy).calls(Calls::All).note(Some(Note::Presenting)));
    let without = verdict(json!({}), json!({ "publish": "busy", "note": "none" }), &question);
    assert_eq!(without.note, None);
}

#[test]
fn keep_changes_calls_and_note_alone() {
    let kept = Verdict::publish(EightTarget::DoNotDisturb).calls(Calls::DirectOnly).note(Some(Note::Focusing));
    let then = json!({ "keep": true, "calls": "direct-only", "note": "focusing" });
    assert_eq!(verdict(json!({}), then, &presenting()), kept);
    assert_eq!(verdict(json!({}), json!({ "calls": "direct-only", "note": "focusing" }), &presenting()), kept);
}

#[test]
fn keep_alone_is_an_exception_from_the_lines_below() {
    let lines =
        [json!({ "when": { "group": "pilots" }, "then": { "keep": true } }), json!({ "then": { "publish": "away" } })];
    let question = presenting();
    let pilot = Subject { person: Some(person(&["Pilots"], &[])), ..question.subject.clone() };
    let table = table(&lines).unwrap();
    assert_eq!(
        table.decide(&Question { subject: pilot, ..question.clone() }, false),
        question.proposal.clone().unwrap()
    );
    assert_eq!(table.decide(&question, false), Verdict::publish(EightTarget::Away).calls(Calls::None));
}

#[test]
fn no_sync_and_hold_say_nothing_of_calls() {
    assert_eq!(verdict(json!({}), json!({ "no_sync": true }), &presenting()), Verdict::no_sync());
    assert_eq!(verdict(json!({}), json!({ "hold": true }), &presenting()), Verdict::hold());
}

#[test]
fn where_no_line_fits_the_proposal_stands() {
    let question = presenting();
    let stands = verdict(json!({ "activity": "busy" }), json!({ "publish": "away" }), &question);
    assert_eq!(Some(stands), question.proposal);
}

#[test]
fn of_a_person_whom_teams_has_not_told_of_nothing_is_mapped() {
    let question = Question { subject: Subject::unknown(), proposal: None };
    assert_eq!(verdict(json!({}), json!({ "publish": "away" }), &question), Verdict::hold());
}

#[test]
fn the_reason_is_the_settings_own_or_names_the_line() {
    let lines = [
        json!({ "when": { "activity": "busy" }, "then": { "hold": true } }),
        json!({ "when": { "activity": "presenting" }, "then": { "publish": "busy" } }),
        json!({ "then": { "hold": true, "reason": "for everybody else" } }),
    ];
    let table = table(&lines).unwrap();
    assert_eq!(table.decide(&presenting(), true).reason.as_deref(), Some("line 2 of the table fits"));
    assert_eq!(table.decide(&presenting(), false).reason, None);
    let subject = Subject {
        teams: presenting()
            .subject
            .teams
            .map(|side| TeamsSide { activity: presync_rule::words::TeamsActivity::Away, ..side }),
        ..Subject::unknown()
    };
    assert_eq!(table.decide(&Question { subject, proposal: None }, true).reason.as_deref(), Some("for everybody else"));
}

#[test]
fn staffing_is_of_the_queue_that_the_line_names() {
    let question = presenting();
    let subject = Subject {
        person: Some(person(&[], &["support", "billing"])),
        staffing: Some(vec![staffing("Support", 5), staffing("billing", 1)]),
        ..question.subject
    };
    let question = Question { subject, ..question };
    let fits = |when| {
        verdict(when, json!({ "publish": "busy" }), &question).action == Verdict::publish(EightTarget::Busy).action
    };
    assert!(fits(json!({ "staffing_below": 2 })));
    assert!(fits(json!({ "staffing_below": 2, "queue": ["support", "BILLING"] })));
    assert!(!fits(json!({ "staffing_below": 2, "queue": "support" })));
    assert!(!fits(json!({ "staffing_below": 1 })));
}

#[test]
fn a_table_looks_at_what_its_lines_ask_for_and_no_more() {
    let needs = |when: Value| table(&[json!({ "when": when, "then": { "hold": true } })]).unwrap().needs();
    let none = Needs::NOTHING;
    assert_eq!(needs(json!({ "activity": "busy", "teams_manual": true, "proposed": "busy" })), none);
    assert_eq!(needs(json!({ "status": "busy" })), Needs { other_side: true, ..none });
    assert_eq!(needs(json!({ "for_at_least": "5m" })), Needs { since: true, ..none });
    assert_eq!(needs(json!({ "queue": "support" })), Needs { person: true, ..none });
    assert_eq!(needs(json!({ "person": "ann@corp.com" })), Needs { identity: true, ..none });
    assert_eq!(needs(json!({ "person": ["ann@corp.com", "p-7"] })), Needs { identity: true, person: true, ..none });
    assert_eq!(needs(json!({ "days": "mon" })), Needs { time: true, ..none });
    assert_eq!(needs(json!({ "staffing_below": 2 })), Needs { staffing: true, ..none });
}

#[test]
fn a_line_with_a_time_is_asked_again_at_its_next_edge() {
    let lunch = [json!({ "time": "12:00-13:00" })];
    assert_eq!(recheck(&lunch, &presenting_at(1, 719, 0)), Some(60));
    assert_eq!(recheck(&lunch, &presenting_at(1, 720, 0)), Some(3600));
    // A wait is never longer than three hours: the person's clock may be set forward.
    assert_eq!(recheck(&lunch, &presenting_at(1, 780, 0)), Some(3 * 3600));
}

#[test]
fn a_line_with_seconds_is_asked_again_when_they_have_passed() {
    let minutes = [json!({ "for_at_least": "60s", "for_less_than": "90s" })];
    assert_eq!(recheck(&minutes, &presenting_at(1, 0, 10)), Some(50));
    assert_eq!(recheck(&minutes, &presenting_at(1, 0, 60)), Some(30));
    assert_eq!(recheck(&minutes, &presenting_at(1, 0, 90)), None);
}

#[test]
fn only_lines_that_may_still_decide_are_waited_for() {
    // The first line does not fit for another reason, and the last one stands behind the line that fits.
    let lines = [
        json!({ "for_at_least": "20s", "activity": "busy" }),
        json!({ "for_at_least": "70s" }),
        json!({ "activity": "presenting" }),
        json!({ "for_at_least": "30s", "group": "a" }),
    ];
    assert_eq!(recheck(&lines, &presenting_at(1, 0, 10)), Some(60));
}

#[test]
fn what_was_proposed_for_a_time_is_asked_again_in_time() {
    let question = presenting();
    let proposal = question.proposal.clone().map(|verdict| verdict.recheck_after(30));
    let question = Question { proposal, ..question };
    assert_eq!(recheck(&[json!({ "activity": "presenting" })], &question), Some(30));
}

#[test]
fn the_other_direction_holds_sessions() {
    let lines = json!({ "lines": [
        { "when": { "status": "away", "call_active": false }, "then": { "session": "away" } },
        { "when": { "activity": "presenting" }, "then": { "no_session": true } },
        { "when": { "proposed": "in-a-call" }, "then": { "session": "in-a-conference-call" } },
    ]});
    let table = TableToTeams::new(lines).unwrap();
    assert_eq!(table.needs(), Needs { other_side: true, ..Needs::NOTHING });
    let ask = |status, call, teams: Option<TeamsSide>| {
        let subject = Subject { eight: Some(eight(status, call)), teams, ..Subject::unknown() };
        let proposal = if call {
            eight_to_teams::Verdict::hold_session(TeamsSession::InACall)
        } else {
            eight_to_teams::Verdict::no_session()
        };
        table.decide(&eight_to_teams::Question { subject, proposal: Some(proposal) }, false)
    };
    assert_eq!(ask(EightStatus::Away, false, None), eight_to_teams::Verdict::hold_session(TeamsSession::Away));
    assert_eq!(ask(EightStatus::OnCall, true, presenting().subject.teams), eight_to_teams::Verdict::no_session());
    assert_eq!(
        ask(EightStatus::OnCall, true, None),
        eight_to_teams::Verdict::hold_session(TeamsSession::InAConferenceCall)
    );
    assert_eq!(ask(EightStatus::Busy, false, None), eight_to_teams::Verdict::no_session());
}
