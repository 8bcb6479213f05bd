//! A million presences through the example `dnd-routing`, each held against a table that is written out here and shares nothing with the
//! rule or with the default map.

use std::fs;
use std::sync::Arc;

use presync_core::rule::{Person, PublishAction, PublishVerdict, Subject, TeamsSide};
use presync_core::words::{TeamsActivity, TeamsAvailability};
use presync_rules::limits::BATCH;
use presync_rules::{HostSettings, Limits, RuleHost, defaults};
use serde_json::Value;

use crate::author::in_tree;

const PRESENCES: usize = 1_000_000;

/// How Teams presence shows in 8x8: availabilities, activities (`*`: any), and the status. The first line that fits counts.
const SHOWN: [(&str, &str, &str); 8] = [
    ("do-not-disturb presenting focusing", "*", "do-not-disturb"),
    ("*", "do-not-disturb presenting focusing urgent-interruptions-only", "do-not-disturb"),
    ("in-a-call in-a-meeting", "*", "on-call"),
    ("*", "in-a-call in-a-conference-call in-a-meeting", "on-call"),
    ("offline away be-right-back out-of-office presence-unknown", "out-of-office", "offline"),
    ("available available-idle", "*", "available"),
    ("busy busy-idle", "*", "busy"),
    ("away be-right-back", "*", "away"),
];

/// What becomes of do not disturb: who, activity, and then status, calls, note (`=`: out of office or none, as automatic replies are).
const UNDISTURBED: [(&str, &str, &str, &str, &str); 8] = [
    ("executive", "*", "do-not-disturb", "direct-only", "="),
    ("executive agent", "*", "do-not-disturb", "direct-only", "="),
    ("agent", "presenting", "busy", "all", "presenting"),
    ("agent", "focusing", "busy", "all", "focusing"),
    ("agent", "*", "do-not-disturb", "none", "="),
    ("employee", "*", "do-not-disturb", "none", "="),
    ("salesperson", "*", "do-not-disturb", "none", "="),
    ("stranger", "*", "do-not-disturb", "none", "="),
];

/// The kinds of people: kind, groups, queues. A stranger is nobody that the directory knows.
const PEOPLE: [(&str, &[&str], &[&str]); 6] = [
    ("executive", &["board", "executives"], &[]),
    ("executive agent", &["EXECUTIVES"], &["support"]),
    ("agent", &["staff"], &["sales", "Support"]),
    ("employee", &["staff"], &[]),
    ("salesperson", &[], &["sales"]),
    ("stranger", &[], &[]),
];

fn fits(words: &str, word: &str) -> bool {
    words == "*" || words.split(' ').any(|listed| listed == word)
}

/// Status, calls and note, by the tables above.
fn expected(who: &str, side: &TeamsSide) -> (&'static str, &'static str, &'static str) {
    let (availability, activity) = (side.availability.label(), side.activity.label());
    let shown = SHOWN.iter().find(|(of, doing, _)| fits(of, availability) && fits(doing, activity));
    let status = shown.map_or("offline", |(.., status)| *status);
    let usual = if side.out_of_office { "out-of-office" } else { "" };
    if status != "do-not-disturb" {
        return (status, "unchanged", usual);
    }
    let (.., status, calls, note) =
        UNDISTURBED.iter().find(|(kind, doing, ..)| *kind == who && fits(doing, activity)).copied().unwrap();
    (status, calls, if note == "=" { usual } else { note })
}

fn said(verdict: &PublishVerdict) -> (&'static str, &'static str, &'static str) {
    let PublishAction::Publish(status) = verdict.action else { panic!("{verdict:?}") };
    (status.label(), verdict.calls.label(), verdict.note.map_or("", |note| note.label()))
}

/// The next of a sequence of numbers without pattern (xorshift).
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 33).unwrap()
}

#[test]
fn a_million_presences_are_as_the_table_says() {
    let host = RuleHost::new(HostSettings::default()).unwrap();
    let component = fs::read(in_tree("examples/dnd-routing/dnd-routing.wasm")).unwrap();
    let rule = host.load(&component, None, &Value::Null, Limits::default()).unwrap();
    let chain = defaults::chain::<PublishVerdict>(&host, vec![rule]).unwrap();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let people = PEOPLE.map(|(who, groups, queues)| {
        let person = Person { id: who.to_owned(), department: None, groups: names(groups), queues: names(queues) };
        (who, (who != "stranger").then(|| Arc::new(person)))
    });

    let mut state = 0x9e37_79b9_7f4a_7c15;
    let mut held = 0;
    while held < PRESENCES {
        let batch: Vec<(&str, Subject)> = (0..BATCH.min(PRESENCES - held))
            .map(|_| {
                let (who, person) = &people[next(&mut state) % people.len()];
                let side = TeamsSide {
                    availability: TeamsAvailability::ALL[next(&mut state) % TeamsAvailability::ALL.len()],
                    activity: TeamsActivity::ALL[next(&mut state) % TeamsActivity::ALL.len()],
                    out_of_office: next(&mut state).is_multiple_of(2),
                    manual: false,
                    since: None,
                };
                (*who, Subject { teams: Some(side), person: person.clone(), ..Subject::default() })
            })
            .collect();
        let (kinds, subjects): (Vec<&str>, Vec<Subject>) = batch.into_iter().unzip();
        let decided = chain.decide(&subjects, false);
        assert_eq!((decided.faults.len(), decided.guarded.len(), decided.verdicts.len()), (0, 0, subjects.len()));
        for ((who, subject), verdict) in kinds.iter().zip(&subjects).zip(&decided.verdicts) {
            let side = subject.teams.unwrap();
            assert_eq!(said(verdict), expected(who, &side), "{who}: {side:?}");
            held += 1;
        }
    }
    assert_eq!(held, PRESENCES);
}
