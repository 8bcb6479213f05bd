use presync_core::words::{Calls, EightTarget, TeamsActivity};

use super::*;
use crate::answer::Action;

fn read(text: &str) -> Result<Table, String> {
    Table::parse(Path::new("tests/presence.toml"), text, Direction::TeamsToEight).map_err(|error| error.to_string())
}

#[test]
fn a_case_is_read_with_the_settings_of_its_file() {
    let table = read(
        "settings = { presenting = \"all\" }\n\n[[case]]\nname = \"a presenter\"\n\
         teams = { availability = \"do-not-disturb\", activity = \"presenting\" }\n\
         expect = { publish = \"busy\", calls = \"all\" }\n",
    )
    .unwrap();
    let case = &table.cases[0];
    assert_eq!((case.name.as_str(), case.line), ("a presenter", 3));
    assert_eq!(case.settings, serde_json::json!({"presenting": "all"}));
    assert_eq!(case.subject.teams.unwrap().activity, TeamsActivity::Presenting);
    let Expect::Verdict(answer) = &case.expect else { panic!("{:?}", case.expect) };
    assert_eq!(
        (answer.action, answer.calls, answer.note),
        (Action::Publish(EightTarget::Busy), Some(Calls::All), None)
    );
}

#[test]
fn everything_that_is_wrong_comes_out_at_once_with_line_key_and_the_nearest_word() {
    let wrong = read(
        "[[case]]\nname = \"a\"\nteems = 1\nteams = { availability = \"away\", activity = \"presentng\" }\n\
         expect = { publish = \"bussy\", cals = \"all\" }\n\n[[case]]\nname = \"b\"\nexpect = { calls = \"all\" }\n",
    )
    .unwrap_err();
    insta::assert_snapshot!(wrong, @r#"
    tests/presence.toml:3: case[a].teems: is not a known key; did you mean "teams"?
    tests/presence.toml:4: case[a].teams.activity: is "presentng", no Teams activity; did you mean "presenting"?
    tests/presence.toml:5: case[a].expect.cals: is not a known key; did you mean "calls"?
    tests/presence.toml:5: case[a].expect.publish: is "bussy", no 8x8 status to publish; did you mean "busy"?
    tests/presence.toml:9: case[b].expect: says no one thing to do; expected exactly one of publish = "busy" (or another status), no_sync = true, hold = true
    "#);
}

#[test]
fn words_of_the_other_direction_are_not_known() {
    let wrong = read("[[case]]\nname = \"a\"\nexpect = { session = \"in-a-call\" }\n").unwrap_err();
    assert!(wrong.starts_with("tests/presence.toml:3: case[a].expect.session: is not a known key"), "{wrong}");
}

#[test]
fn a_table_without_a_case_says_what_is_missing() {
    assert_eq!(read("").unwrap_err(), "tests/presence.toml:1: case: is missing; expected at least one [[case]]");
}

#[test]
fn a_folder_without_a_table_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = Table::read_all(folder.path(), Direction::TeamsToEight).unwrap_err().to_string();
    assert!(error.contains("has no table of tests; expected a file such as presence.toml"), "{error}");
}
