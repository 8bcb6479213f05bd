use std::path::Path;
use std::time::Duration;

use presync_rules::HostSettings;

use super::*;

/// What the default map from Teams to 8x8 makes of these cases. Times are left out: they are never the same.
fn told(direction: Direction, cases: &str) -> String {
    let host = RuleHost::new(HostSettings::default()).unwrap();
    let rule = host.compile(defaults::component(direction), None).unwrap();
    let table = Table::parse(Path::new("tests/map.toml"), cases, direction).unwrap();
    let mut report = run(&host, &rule, Limits::default(), &[table]).unwrap();
    report.outcomes.iter_mut().for_each(|outcome| outcome.took = Duration::ZERO);
    let mut text = Vec::new();
    report.write_text(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn what_differs_stands_beside_what_was_expected() {
    let told = told(
        Direction::TeamsToEight,
        r#"
        [[case]]
        name = "whoever presents wants no calls"
        teams = { availability = "do-not-disturb", activity = "presenting" }
        expect = { publish = "do-not-disturb", calls = "none", note = "none", recheck_after = "none", reason = "presenting" }

        [[case]]
        name = "a meeting is no call"
        teams = { availability = "busy", activity = "in-a-meeting" }
        expect = { publish = "busy", calls = "all", note = "in-a-meeting", reason = "a meeting is no call" }

        [[case]]
        name = "nothing is shown of whoever is away"
        teams = { availability = "away", activity = "away", out_of_office = true }
        expect = { no_sync = true }

        [[case]]
        name = "a person whom Teams never spoke of is held"
        expect = { hold = true }
        "#,
    );
    insta::assert_snapshot!(told, @r"
    ok    whoever presents wants no calls
    FAIL  a meeting is no call  (tests/map.toml:7)
                           expected                  got
            publish        busy                      on-call
            calls          all                       unchanged
            note           in-a-meeting              none
            reason         … a meeting is no call …  Teams: on a call or in a meeting
    FAIL  nothing is shown of whoever is away  (tests/map.toml:12)
                           expected  got
            no_sync        true      publish = away
    ok    a person whom Teams never spoke of is held
    teams-to-8x8 1.0.0: 2 passed, 2 failed
    ");
}

#[test]
fn settings_that_are_refused_can_be_what_was_expected() {
    let told = told(
        Direction::EightToTeams,
        r#"
        [[case]]
        name = "it takes none"
        settings = { call = "shown" }
        expect = { refused = "takes no settings" }

        [[case]]
        name = "it takes any"
        settings = { call = "shown" }
        expect = { no_session = true }

        [[case]]
        name = "it refuses an empty table"
        settings = {}
        expect = { refused = "at least one" }
        "#,
    );
    insta::assert_snapshot!(told, @r"
    ok    it takes none
    FAIL  it takes any  (tests/map.toml:7)
            it refuses the settings: this rule takes no settings
    FAIL  it refuses an empty table  (tests/map.toml:12)
                           expected          got
            refused        … at least one …  the settings are accepted
    8x8-to-teams 1.0.0: 1 passed, 2 failed
    ");
}

#[test]
fn programs_get_one_object() {
    let host = RuleHost::new(HostSettings::default()).unwrap();
    let rule = host.compile(defaults::EIGHT_TO_TEAMS, None).unwrap();
    let case =
        "[[case]]\nname = \"a call\"\neight = { status = \"on-call\", call_active = true }\nexpect = { hold = true }\n";
    let table = Table::parse(Path::new("calls.toml"), case, Direction::EightToTeams).unwrap();
    let json = run(&host, &rule, Limits::default(), &[table]).unwrap().to_json();
    assert_eq!((&json["passed"], &json["failed"]), (&0.into(), &1.into()));
    assert_eq!(json["cases"][0]["line"], 1);
    let difference = serde_json::json!({"key": "hold", "expected": "true", "got": "session = in-a-call"});
    assert_eq!(json["cases"][0]["differences"], serde_json::json!([difference]));
}
