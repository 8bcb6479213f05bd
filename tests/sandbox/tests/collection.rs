//! Every hostile rule is met as it should be, in words that can be read, and the table of the README says so.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::collections::BTreeSet;
use std::path::Path;

use presync_guests::Guest;
use presync_rules::{HostSettings, RuleHost};
use presync_sandbox::families::FAMILIES;
use presync_sandbox::{Case, Expected, Outcome, Ward, collection, table};

/// The longest text about a rule that anybody should have to read, in bytes: its own 1 KiB, and ours around it.
const READABLE: usize = 1_400;

fn ward() -> Ward {
    Ward::new(RuleHost::new(HostSettings::default()).unwrap())
}

/// Something that would do harm to the terminal or the page that shows it.
fn harmful(text: &str) -> Option<char> {
    text.chars().find(|c| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// What speaks against the way in which a case was met.
fn against(case: &Case, outcome: &Outcome) -> Vec<String> {
    let (name, mut wrong) = (case.name, Vec::new());
    if !outcome.is(case.expected) {
        wrong.push(format!(
            "{name}: {:?} was expected, and it was met by {}: {:?}",
            case.expected,
            outcome.met(),
            outcome.said()
        ));
    }
    for text in outcome.said().iter().map(String::as_str).chain(outcome.texts()) {
        if text.len() > READABLE {
            wrong.push(format!("{name}: {} bytes are too much to read: {text:.200}", text.len()));
        }
        if harmful(text).is_some() {
            wrong.push(format!("{name}: not for a terminal: {text:.200?}"));
        }
    }
    if let Outcome::Asked(asked) = outcome
        && asked.plain.verdicts.len() != case.people.len()
    {
        wrong.push(format!("{name}: somebody has no verdict"));
    }
    wrong
}

#[test]
fn every_hostile_rule_is_met_as_expected_and_the_table_says_how() {
    let ward = ward();
    let healthy =
        Case::guest("healthy", "does nothing wrong", &Guest::default(), Expected::Decides("it is a good rule"));
    let (mut tables, mut wrong) = (String::new(), Vec::new());
    for (title, cases) in FAMILIES {
        let met: Vec<(Case, Outcome)> = cases()
            .into_iter()
            .map(|case| {
                let outcome = ward.admit(&case);
                (case, outcome)
            })
            .collect();
        wrong.extend(met.iter().flat_map(|(case, outcome)| against(case, outcome)));
        tables += &table::family(title, &met);
        assert!(
            ward.host().is_watched() && ward.admit(&healthy).is(healthy.expected),
            "after {title} a good rule decides"
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let new = table::into_readme(&readme, &tables);
    if std::env::var_os("UPDATE_TABLE").is_some() {
        std::fs::write(&path, &new).unwrap();
    } else if let Some((said, seen)) = readme.lines().zip(new.lines()).find(|(said, seen)| said != seen) {
        panic!(
            "the table says\n{said}\nand this was seen\n{seen}\nif that is right, run the test with UPDATE_TABLE=1 and commit the table"
        );
    } else {
        assert_eq!(
            readme.len(),
            new.len(),
            "the table lacks a line; run the test with UPDATE_TABLE=1 and commit the table"
        );
    }
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let cases = collection();
    let names: BTreeSet<_> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len());
}
