//! Every example passes its tests, and the rule that exists in several languages is one rule.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use presync_author::Table;
use presync_core::rule::{Person, PublishVerdict, Subject, TeamsSide};
use presync_core::words::{Direction, TeamsActivity, TeamsAvailability};
use presync_rules::{HostSettings, Limits, LoadedRule, RuleHost, Verdict, defaults};
use serde_json::Value;

use crate::author::{Author, TOOLS, in_tree};

/// The component of an example that is built here.
fn built(author: &Author, example: &str) -> PathBuf {
    let file = author.at("example.wasm");
    author.done(&["build", in_tree(example).to_str().unwrap(), "-o", file.to_str().unwrap()]);
    file
}

fn host() -> RuleHost {
    let cache = Some(Path::new(TOOLS).join("compiled"));
    RuleHost::new(HostSettings { cache, ..HostSettings::default() }).unwrap()
}

fn passes(component: &Path, tests: &str) {
    let host = host();
    let rule = host.compile(&fs::read(component).unwrap(), Some(Direction::TeamsToEight)).unwrap();
    let tests = in_tree(tests);
    let tables = if tests.is_dir() {
        Table::read_all(&tests, Direction::TeamsToEight).unwrap()
    } else {
        vec![Table::read(&tests, Direction::TeamsToEight).unwrap()]
    };
    let report = presync_author::run(&host, &rule, Limits::default(), &tables).unwrap();
    let mut text = Vec::new();
    report.write_text(&mut text).unwrap();
    assert_eq!(report.failed(), 0, "{}", String::from_utf8_lossy(&text));
}

#[test]
fn office_hours_passes_its_tests() {
    passes(&built(&Author::new(), "examples/office-hours"), "examples/office-hours/tests");
}

#[test]
fn minimum_staffing_passes_its_tests() {
    passes(&built(&Author::new(), "examples/minimum-staffing"), "examples/minimum-staffing/tests");
}

/// What a rule says to every Teams presence of people of every kind, without reasons.
fn everything(host: &RuleHost, rule: LoadedRule) -> Vec<PublishVerdict> {
    let person = |groups: &[&str], queues: &[&str]| {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Some(Arc::new(Person { id: "p".to_owned(), department: None, groups: names(groups), queues: names(queues) }))
    };
    let people = [
        None,
        person(&[], &[]),
        person(&[], &["support"]),
        person(&["staff"], &["sales", "SUPPORT"]),
        person(&["Executives"], &[]),
        person(&["executives"], &["support"]),
    ];
    let mut subjects = Vec::new();
    for person in people {
        for &availability in TeamsAvailability::ALL {
            for &activity in TeamsActivity::ALL {
                for (out_of_office, manual) in [(false, false), (true, false), (false, true)] {
                    let teams = Some(TeamsSide { availability, activity, out_of_office, manual, since: None });
                    subjects.push(Subject { teams, person: person.clone(), ..Subject::default() });
                }
            }
        }
    }
    let decided = defaults::chain::<PublishVerdict>(host, vec![rule]).unwrap().decide(&subjects, false);
    assert_eq!((decided.faults, decided.poison), (Vec::new(), Vec::new()));
    assert!(decided.verdicts.iter().all(|verdict| verdict.reason().is_none()));
    decided.verdicts
}

#[test]
fn dnd_routing_is_one_rule_in_every_language_and_as_a_table() {
    let rust = in_tree("examples/dnd-routing/dnd-routing.wasm");
    let (in_javascript, in_python) = (Author::new(), Author::new());
    let javascript = built(&in_javascript, "examples/dnd-routing/javascript");
    let python = built(&in_python, "examples/dnd-routing/python");
    let host = host();
    let said = [&rust, &javascript, &python].map(|component| {
        passes(component, "examples/dnd-routing/tests");
        let rule = host.load(&fs::read(component).unwrap(), None, &Value::Null, Limits::default()).unwrap();
        everything(&host, rule)
    });
    let lines = in_tree("examples/dnd-routing/table.toml");
    let tests = in_tree("examples/dnd-routing/tests/presence.toml");
    in_python.done(&["test", "--table", lines.to_str().unwrap(), "--tests", tests.to_str().unwrap()]);
    let file: Value = toml::from_str(&fs::read_to_string(&lines).unwrap()).unwrap();
    let lines = serde_json::json!({ "lines": file["table"] });
    let table = host.load(defaults::TABLE_TEAMS_TO_EIGHT, None, &lines, Limits::default()).unwrap();

    assert!(said[0] == everything(&host, table), "the table says something else than Rust");
    assert!(said[0] == said[1], "JavaScript says something else than Rust");
    assert!(said[0] == said[2], "Python says something else than Rust");
}

#[test]
fn what_the_examples_lean_on_is_what_a_new_project_gets() {
    let author = Author::new();
    author.done(&["new", "js", "--lang", "javascript"]);
    author.done(&["new", "py", "--lang", "python"]);
    let same = |example: &str, of: &str, files: [&str; 3]| {
        for file in files {
            let fresh = fs::read_to_string(author.at(of).join(file)).unwrap();
            let copied = fs::read_to_string(in_tree(example).join(file)).unwrap();
            assert!(fresh == copied, "{example}/{file} is not what `presync rule new` writes");
        }
    };
    for example in ["examples/dnd-routing/javascript", "examples/office-hours"] {
        same(example, "js", ["presync-rule.js", "wit/rules.wit", ".gitignore"]);
    }
    for example in ["examples/dnd-routing/python", "examples/minimum-staffing"] {
        same(example, "py", ["presync_rule.py", "wit/rules.wit", ".gitignore"]);
    }
}
