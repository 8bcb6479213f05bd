//! A new project builds, passes its tests and shows its proof sheet as it stands, in every language and direction.

use std::fs;

use crate::author::Author;

/// What the sheet of every new rule says.
const SHEET: [&str; 4] = [
    "\ninterface  presync:rules 1.0.0\n",
    "\nimports    presync:rules/",
    "for a question alone",
    " passed; the slowest took ",
];

fn from_nothing(language: &str, direction: &str) -> Author {
    made_by(Author::new(), language, direction)
}

fn made_by(author: Author, language: &str, direction: &str) -> Author {
    author.done(&["new", "lunch-break", "--lang", language, "--direction", direction]);
    let built = author.done(&["build", "lunch-break"]);
    assert!(built.contains("lunch-break.wasm: "), "{built}");
    let tested = author.done(&["test", "lunch-break"]);
    assert!(tested.contains("lunch-break 1.0.0: ") && tested.contains(" passed, 0 failed"), "{tested}");
    author
}

fn inspected(author: &Author, direction: &str) {
    let sheet = author.done(&["inspect", "lunch-break"]);
    assert!(sheet.contains(&format!("\ndirection  {direction}\n")), "{sheet}");
    for line in SHEET {
        assert!(sheet.contains(line), "{line} is not in {sheet}");
    }
    // Whatever an interpreter would like to have, nothing of it is left.
    let imports = sheet.lines().find(|line| line.starts_with("imports")).unwrap();
    assert!(imports.split_whitespace().skip(1).all(|import| import.starts_with("presync:rules/")), "{imports}");
}

/// One after the other in one place, so that what both lean on is compiled once.
#[test]
fn a_rust_rule_in_both_directions() {
    for direction in ["teams-to-8x8", "8x8-to-teams"] {
        inspected(&made_by(Author::with_a_place("rust"), "rust", direction), direction);
    }
}

#[test]
fn a_javascript_rule_from_teams_to_8x8() {
    let author = from_nothing("javascript", "teams-to-8x8");
    inspected(&author, "teams-to-8x8");

    // A project whose code has changed is built before it is tested, and a case that fails says how.
    let code = author.at("lunch-break/rule.js");
    let changed = fs::read_to_string(&code).unwrap().replace("publish(Target.busy,", "publish(Target.away,");
    fs::write(&code, changed).unwrap();
    let tested = author.rule(&["test", "lunch-break"]);
    assert!(!tested.well);
    assert!(tested.err.contains("is not as new as its code; building it"), "{}", tested.err);
    assert!(tested.err.contains("presync: 3 of 8 cases failed"), "{}", tested.err);
    let line = |key: &str| tested.out.lines().map(str::trim).any(|line| line.split_whitespace().eq(key.split(' ')));
    assert!(line("expected got") && line("publish busy away"), "{}", tested.out);

    // Code that does not run is shown with what the tool says of it.
    fs::write(&code, "export const rule = {").unwrap();
    let built = author.rule(&["build", "lunch-break"]);
    assert!(!built.well && built.err.contains("componentize-qjs"), "{}", built.err);
}

#[test]
fn a_javascript_rule_from_8x8_to_teams() {
    inspected(&from_nothing("javascript", "8x8-to-teams"), "8x8-to-teams");
}

#[test]
fn a_python_rule_from_teams_to_8x8() {
    inspected(&from_nothing("python", "teams-to-8x8"), "teams-to-8x8");
}

#[test]
fn a_python_rule_from_8x8_to_teams() {
    from_nothing("python", "8x8-to-teams");
}

#[test]
fn a_table_that_cannot_be_read_is_refused_before_anything_is_asked() {
    let author = Author::new();
    fs::write(author.at("map.toml"), "[[case]]\nname = \"a\"\nteams = { availability = \"bizzy\" }\n").unwrap();
    let tested = author.rule(&["test", "teams-to-8x8", "--tests", "map.toml"]);
    assert!(!tested.well);
    assert!(tested.err.contains("map.toml:3: case[a].teams.availability: is \"bizzy\""), "{}", tested.err);
    assert!(tested.err.contains("map.toml:3: case[a].teams.activity: is missing"), "{}", tested.err);
    assert!(tested.err.contains("case[a].expect: is missing"), "{}", tested.err);
}

#[test]
fn a_folder_without_a_project_says_how_to_make_one() {
    let author = Author::new();
    let built = author.rule(&["build"]);
    assert!(
        !built.well && built.err.contains("`presync rule new NAME --lang rust|javascript|python`"),
        "{}",
        built.err
    );
}
