//! The checklist: what the simulator reproduces of both services, each item with the tests that show it.
//!
//! The files of `checklist/` say it, these tests hold them to it, and the table of the README is made of them:
//! `UPDATE_TABLE=1 cargo test -p presync-simulator --test checklist` writes it anew.

#![expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::{
    collections::BTreeSet,
    fmt::Write,
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// Each file, what it is about, and the numbers that it has to have.
const PARTS: [(&str, &str, RangeInclusive<u32>); 3] = [
    ("microsoft-presence", "Microsoft: identity and presence", 1..=26),
    ("microsoft-platform", "Microsoft: subscriptions and platform", 27..=45),
    ("eight", "8x8", 1..=42),
];

/// What stands before and after the table in the README.
const MARKS: (&str, &str) = ("<!-- written by the tests: begin -->\n", "<!-- written by the tests: end -->");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Checklist {
    item: Vec<Item>,
}

/// One thing that a faithful simulator does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    number: u32,
    says: String,
    /// The tests that show it.
    #[serde(default)]
    tests: Vec<String>,
    /// Why nothing shows it.
    not_done: Option<String>,
}

fn crate_dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn items(name: &str) -> Vec<Item> {
    let path = crate_dir().join("checklist").join(name).with_extension("toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str::<Checklist>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())).item
}

/// Every Rust file beneath a folder.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names of the functions that a source marks as tests.
fn tests_in(source: &str) -> Vec<&str> {
    let (mut names, mut marked) = (Vec::new(), false);
    for line in source.lines().map(str::trim_start) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if marked && !line.starts_with("#[") {
            let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
            names.extend(function.and_then(|rest| rest.split_once('(')).map(|(name, _)| name));
            marked = false;
        }
    }
    names
}

fn all_tests() -> BTreeSet<String> {
    let mut files = Vec::new();
    rust_files(&crate_dir().join("src"), &mut files);
    rust_files(&crate_dir().join("tests"), &mut files);
    files
        .iter()
        .flat_map(|path| tests_in(&fs::read_to_string(path).unwrap()).into_iter().map(String::from).collect::<Vec<_>>())
        .collect()
}

/// What speaks against a part of the checklist.
fn against(name: &str, numbers: RangeInclusive<u32>, items: &[Item], known: &BTreeSet<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    let listed: Vec<u32> = items.iter().map(|item| item.number).collect();
    if listed != numbers.clone().collect::<Vec<_>>() {
        wrong.push(format!("{name}.toml: has the items {listed:?}; expected each of {numbers:?} once and in order"));
    }
    for Item { number, says, tests, not_done } in items {
        let mut say = |what: &str| wrong.push(format!("{name}.toml, item {number}: {what}"));
        match (tests.is_empty(), not_done) {
            (true, None) => say("has neither `tests` nor `not_done`; give it one of them"),
            (false, Some(_)) => say("has `tests` and `not_done`; it is one or the other"),
            (true, Some(reason)) if reason.trim().is_empty() => say("has an empty `not_done`; say the reason"),
            _ => {}
        }
        if says.trim().is_empty() {
            say("has an empty `says`");
        }
        for test in tests.iter().filter(|test| !known.contains(*test)) {
            say(&format!("names the test `{test}`, and no `#[test] fn {test}` is in src/ or tests/"));
        }
    }
    wrong
}

fn table(title: &str, items: &[Item]) -> String {
    let done = items.iter().filter(|item| item.not_done.is_none()).count();
    let mut text = format!(
        "\n### {title}: {done} of {}\n\n| # | the simulator reproduces | shown by |\n|---|---|---|\n",
        items.len()
    );
    for Item { number, says, tests, not_done } in items {
        let shown = match not_done {
            Some(reason) => format!("**not done**: {reason}"),
            None => tests.iter().map(|test| format!("`{test}`")).collect::<Vec<_>>().join("<br>"),
        };
        let cells = [says.as_str(), &shown].map(|cell| cell.replace('|', "\\|"));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {number} | {} | {} |", cells[0], cells[1]);
    }
    text
}

/// The README with another table in it.
fn into_readme(readme: &str, tables: &str) -> String {
    let (before, rest) = readme.split_once(MARKS.0).unwrap();
    let (_, after) = rest.split_once(MARKS.1).unwrap();
    format!("{before}{}{tables}\n{}{after}", MARKS.0, MARKS.1)
}

#[test]
fn every_item_is_shown_by_tests_that_exist_or_says_why_not() {
    let known = all_tests();
    let wrong: Vec<String> =
        PARTS.into_iter().flat_map(|(name, _, numbers)| against(name, numbers, &items(name), &known)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_of_the_readme_is_made_of_the_checklist() {
    let tables: String = PARTS.into_iter().map(|(name, title, _)| table(title, &items(name))).collect();
    let path = crate_dir().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let new = into_readme(&readme, &tables);
    if std::env::var_os("UPDATE_TABLE").is_some() {
        fs::write(&path, &new).unwrap();
    } else if let Some((said, now)) = readme.lines().zip(new.lines()).find(|(said, now)| said != now) {
        panic!(
            "the table says\n{said}\nand the checklist says\n{now}\nrun the test with UPDATE_TABLE=1 and commit the table"
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
fn a_checklist_that_is_wrong_is_told_what_is_wrong() {
    let item = |number, tests: &[&str], not_done: Option<&str>| Item {
        number,
        says: String::from("something"),
        tests: tests.iter().map(ToString::to_string).collect(),
        not_done: not_done.map(String::from),
    };
    let known = BTreeSet::from([String::from("a_test")]);
    let items = [
        item(1, &["a_test"], None),
        item(2, &["no_test"], None),
        item(2, &["a_test"], Some("why")),
        item(4, &[], None),
    ];
    let wrong = against("part", 1..=3, &items, &known);
    assert_eq!(wrong.len(), 4, "{wrong:#?}");
    assert!(wrong[0].contains("[1, 2, 2, 4]") && wrong[1].contains("`no_test`"), "{wrong:#?}");
    assert!(wrong[2].contains("one or the other") && wrong[3].contains("neither"), "{wrong:#?}");
    let sources =
        "#[test]\nfn one() {\n#[tokio::test(flavor = \"multi_thread\")]\n#[cfg(unix)]\nasync fn two() {\nfn no() {";
    assert_eq!(tests_in(sources), ["one", "two"]);
}
