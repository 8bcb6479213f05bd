//! The first line that fits wins, whatever the lines and the question are; and a line is called unreachable exactly when no question
//! reaches it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod support;

use presync_rule::subject::{Person, Subject};
use presync_rule::teams_to_eight::{Question, TeamsToEight, Verdict};
use presync_rule::words::{EightStatus, EightTarget, TeamsActivity, TeamsAvailability};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};
use support::{clock, eight, fits, identity, staffing, table, teams};

const WORDS: [(&str, &[&str]); 9] = [
    ("availability", &["busy", "away", "do-not-disturb"]),
    ("activity", &["busy", "Presenting", "in-a-call"]),
    ("status", &["busy", "on-call"]),
    ("proposed", &["busy", "no-sync"]),
    ("group", &["Executives", "agents"]),
    ("queue", &["support", "Billing"]),
    ("person", &["ann@corp.com", "person-1"]),
    ("days", &["mon", "sat-sun"]),
    ("time", &["22:00-06:00", "06:00-12:00"]),
];

/// A condition, of one of these keys.
fn condition(keys: &'static [&'static str]) -> impl Strategy<Value = (String, Value)> {
    select(keys).prop_flat_map(|key| {
        let value = match WORDS.iter().find(|(known, _)| *known == key) {
            Some((_, words)) => subsequence(words.to_vec(), 1..=words.len()).prop_map(Value::from).boxed(),
            None if key == "for_at_least" => select(vec!["0s", "60s"]).prop_map(Value::from).boxed(),
            None if key == "for_less_than" => select(vec!["90s", "200s"]).prop_map(Value::from).boxed(),
            None if key == "staffing_below" => (1..4_u32).prop_map(Value::from).boxed(),
            None => any::<bool>().prop_map(Value::from).boxed(),
        };
        value.prop_map(move |value| (key.to_owned(), value))
    })
}

/// Lines with up to so many conditions each; the effect of each tells which one it was.
fn lines(keys: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<Value>> {
    let line = prop::collection::vec(condition(keys), 0..=most);
    prop::collection::vec(line, 1..6).prop_map(|lines| {
        lines
            .into_iter()
            .zip(1..)
            .map(|(when, number)| {
                json!({ "when": when.into_iter().collect::<Map<_, _>>(), "then": { "hold": true, "reason": format!("{number}") } })
            })
            .collect()
    })
}

const FINITE: &[&str] = &["availability", "activity", "out_of_office", "status", "call_active", "proposed"];

/// Every question that the finite conditions tell apart.
fn finite_questions() -> Vec<Question> {
    use {EightStatus as S, TeamsActivity as A, TeamsAvailability as V};
    let sides = [
        None,
        Some((S::Busy, false)),
        Some((S::Busy, true)),
        Some((S::OnCall, true)),
        Some((S::OnCall, false)),
        Some((S::Away, true)),
        Some((S::Away, false)),
    ];
    let proposals = [None, Some(Verdict::publish(EightTarget::Busy)), Some(Verdict::no_sync()), Some(Verdict::hold())];
    let mut questions = Vec::new();
    for availability in [V::Busy, V::Away, V::DoNotDisturb, V::Offline] {
        for activity in [A::Busy, A::Presenting, A::InACall, A::Offline] {
            for out_of_office in [false, true] {
                for side in &sides {
                    for proposal in &proposals {
                        let teams = presync_rule::subject::TeamsSide { out_of_office, ..teams(availability, activity) };
                        let eight = side.map(|(status, call)| eight(status, call));
                        let subject = Subject { teams: Some(teams), eight, ..Subject::unknown() };
                        questions.push(Question { subject, proposal: proposal.clone() });
                    }
                }
            }
        }
    }
    questions
}

const PEOPLE: &[&str] =
    &["group", "queue", "person", "days", "time", "for_at_least", "for_less_than", "staffing_below", "out_of_office"];

/// Every question that the conditions on people, time and staffing tell apart.
fn questions_of_people() -> Vec<Question> {
    let persons = ["person-1", "person-2"].into_iter().flat_map(|id| {
        let sets: [(&[&str], &[&str]); 9] = [
            (&[], &[]),
            (&["executives"], &[]),
            (&["agents"], &[]),
            (&["executives", "agents"], &["support"]),
            (&[], &["Support"]),
            (&[], &["billing"]),
            (&["agents"], &["support"]),
            (&["executives"], &["billing"]),
            (&["executives", "agents"], &["support", "billing"]),
        ];
        let more: [(&[&str], &[&str]); 2] = [(&["agents"], &["billing"]), (&["executives"], &["support"])];
        sets.into_iter()
            .chain(more)
            .map(move |(groups, queues)| Person { id: id.to_owned(), ..support::person(groups, queues) })
    });
    let persons: Vec<Person> = persons.collect();
    let mut questions = Vec::new();
    for person in &persons {
        for time in [
            None,
            Some((1, 400)),
            Some((1, 800)),
            Some((1, 1400)),
            Some((6, 400)),
            Some((6, 800)),
            Some((7, 100)),
            Some((3, 400)),
            Some((3, 800)),
            Some((3, 100)),
        ] {
            for since in [None, Some(0), Some(60), Some(90), Some(200)] {
                for left in [
                    None,
                    Some((0, 3)),
                    Some((1, 3)),
                    Some((2, 3)),
                    Some((3, 0)),
                    Some((3, 1)),
                    Some((3, 2)),
                    Some((3, 3)),
                ] {
                    for (out_of_office, email) in [(true, None), (false, Some("ann@corp.com"))] {
                        let side = teams(TeamsAvailability::Busy, TeamsActivity::Busy);
                        let subject = Subject {
                            teams: Some(presync_rule::subject::TeamsSide { out_of_office, since, ..side }),
                            eight: None,
                            identity: email.map(identity),
                            time: time.map(|(day, minute)| clock(day, minute)),
                            staffing: left.map(|(support, billing)| {
                                person
                                    .queues
                                    .iter()
                                    .map(|queue| {
                                        staffing(
                                            queue,
                                            if queue.eq_ignore_ascii_case("support") { support } else { billing },
                                        )
                                    })
                                    .chain(person.queues.is_empty().then(|| staffing("other", support)))
                                    .collect()
                            }),
                            person: Some(person.clone()),
                        };
                        questions.push(Question { subject, proposal: None });
                    }
                }
            }
        }
    }
    questions
}

/// The number of the line that decided.
fn decided(table: &table_rule::TableToEight, question: &Question) -> Option<usize> {
    table.decide(question, true).reason.map(|number| number.parse().unwrap())
}

/// The number of the first line that fits, as the settings read.
fn first(lines: &[Value], question: &Question) -> Option<usize> {
    (1..).zip(lines).find(|(_, line)| fits(line, question)).map(|(number, _)| number)
}

/// Takes lines away until none is refused as unreachable, and checks each refusal and each answer.
fn check(mut lines: Vec<Value>, questions: &[Question], complete: bool) -> Result<(), TestCaseError> {
    let table = loop {
        let reached = |number: usize| questions.iter().any(|question| first(&lines, question) == Some(number));
        match table(&lines) {
            Ok(table) => {
                for number in (1..=lines.len()).filter(|_| complete) {
                    prop_assert!(reached(number), "line {number} is never reached, and was not refused: {lines:#?}");
                }
                break table;
            }
            Err(refusal) => {
                let number: usize =
                    refusal.strip_prefix("line ").and_then(|rest| rest.split(' ').next()).unwrap().parse().unwrap();
                prop_assert!(refusal.contains("is never reached"), "{}", refusal);
                prop_assert!(!reached(number), "{refusal}, but it is: {lines:#?}");
                lines.remove(number - 1);
                for (line, number) in lines.iter_mut().zip(1..) {
                    line["then"]["reason"] = json!(format!("{number}"));
                }
            }
        }
    };
    for question in questions {
        prop_assert_eq!(decided(&table, question), first(&lines, question), "{:#?}\n{:?}", lines, question);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn over_words_the_first_line_that_fits_wins_and_unreachable_lines_are_known(lines in lines(FINITE, 2)) {
        check(lines, &finite_questions(), true)?;
    }

    #[test]
    fn a_line_that_names_every_word_of_a_dimension_is_no_exception(lines in lines(&["out_of_office", "call_active", "proposed"], 3)) {
        check(lines, &finite_questions(), true)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn over_people_and_time_the_first_line_that_fits_wins_and_no_reachable_line_is_refused(lines in lines(PEOPLE, 2)) {
        check(lines, &questions_of_people(), false)?;
    }
}
