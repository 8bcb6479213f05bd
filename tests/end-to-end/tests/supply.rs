//! What rules learn of people beside what the providers say: groups, queues, the local time, staffing, names.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use std::time::Duration;

use presync_core::words::Direction;
use presync_end_to_end::Bench;
use presync_rules::Scope;
use presync_service::groups::Memberships;
use presync_service::status::Place;
use presync_service::time::{TimeZones, Zone};
use presync_service::{RuleConfig, RuleSource, Supply};
use presync_simulator::{Config, PersonRef, Status};
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_secs(3600);

/// A table from Teams to 8x8 with these lines.
#[allow(clippy::needless_pass_by_value, reason = "every call makes the value")]
fn table(lines: Value) -> RuleConfig {
    let direction = Some(Direction::TeamsToEight);
    RuleConfig { direction, ..RuleConfig::new(RuleSource::Table, json!({ "lines": lines })) }
}

/// A tenant of five with this rule, and these groups and queues of people by their places.
async fn bench(rule: RuleConfig, groups: &[(&str, &[usize])], queues: &[(&str, &[usize])]) -> Bench {
    let config = Config { users: 5, ..Config::default() };
    Bench::supplied(config, vec![rule], |people| Supply {
        groups: memberships(people, groups),
        queues: memberships(people, queues),
        ..Supply::default()
    })
    .await
}

fn memberships(people: &[PersonRef], named: &[(&str, &[usize])]) -> Memberships {
    let mut memberships = Memberships::default();
    for (name, places) in named {
        for place in *places {
            memberships.add(name, &people[*place].upn.clone().unwrap().to_uppercase());
        }
    }
    memberships
}

/// These people present in Teams, all at once, and a cycle passes.
async fn present(bench: &Bench, places: &[usize]) {
    for place in places {
        bench.simulator.teams_client(&bench.person(*place), "DoNotDisturb", "Presenting");
    }
    bench.cycles(1).await;
}

fn published<const N: usize>(bench: &Bench, places: [usize; N]) -> [Option<Status>; N] {
    places.map(|place| bench.shown(&bench.person(place)).published)
}

#[tokio::test(flavor = "multi_thread")]
async fn people_outside_a_scope_keep_the_default() {
    let scope = Scope::everyone().groups(["Executives"]).queues(["support"]);
    let rule =
        RuleConfig { scope, ..table(json!([{ "when": { "activity": "presenting" }, "then": { "publish": "busy" } }])) };
    let bench = bench(rule, &[("executives", &[0])], &[("Support", &[1])]).await;
    present(&bench, &[0, 1, 2]).await;
    assert_eq!(published(&bench, [0, 1, 2]), [Some(Status::Busy), Some(Status::Busy), Some(Status::Dnd)]);
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_looks_at_groups_and_queues_of_the_settings() {
    let rule = table(json!([
        { "when": { "activity": "presenting", "group": "board" }, "then": { "publish": "away" } },
        { "when": { "activity": "presenting", "queue": "support" }, "then": { "publish": "busy" } },
    ]));
    let bench = bench(rule, &[("Board", &[0, 1])], &[("support", &[1, 2])]).await;
    present(&bench, &[0, 1, 2, 3]).await;
    let shown = [Some(Status::Away), Some(Status::Away), Some(Status::Busy), Some(Status::Dnd)];
    assert_eq!(published(&bench, [0, 1, 2, 3]), shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn office_hours_turn_at_the_minute_where_each_person_is() {
    let rule = table(json!([{ "when": { "time": "22:00-06:00" }, "then": { "publish": "away" } }]));
    let config = Config { users: 5, ..Config::default() };
    let bench = Bench::supplied(config, vec![rule], |people| {
        let mut zones = TimeZones::new(Zone::named("Europe/Berlin"));
        zones.add_person(people[0].upn.as_deref().unwrap(), Zone::named("Asia/Tokyo").unwrap());
        Supply { zones, ..Supply::default() }
    })
    .await;
    let (tokyo, berlin) = (0, 1);
    let available = || {
        for place in [tokyo, berlin] {
            bench.simulator.teams_client(&bench.person(place), "Busy", "Busy");
        }
    };
    available();
    bench.cycles(1).await;
    assert_eq!(published(&bench, [tokyo, berlin]), [Some(Status::Busy); 2], "09:00 in Berlin, 17:00 in Tokyo");
    bench.pass(5 * HOUR - Duration::from_secs(20)).await;
    assert_eq!(published(&bench, [tokyo, berlin]), [Some(Status::Busy); 2], "a breath before 22:00 in Tokyo");
    bench.cycles(1).await;
    assert_eq!(published(&bench, [tokyo, berlin]), [Some(Status::Away), Some(Status::Busy)], "22:00 in Tokyo");
    bench.pass(8 * HOUR - Duration::from_secs(10)).await;
    assert_eq!(published(&bench, [tokyo, berlin]), [Some(Status::Away), Some(Status::Busy)], "05:59 and 21:59");
    bench.cycles(1).await;
    assert_eq!(published(&bench, [tokyo, berlin]), [Some(Status::Busy), Some(Status::Away)], "06:00 and 22:00");
}

/// Whoever presents stays in the queue as long as fewer than two others are left in it.
fn last_two_stay() -> RuleConfig {
    let when = json!({ "activity": "presenting", "queue": "support", "staffing_below": 2 });
    table(json!([{ "when": when, "then": { "publish": "busy", "calls": "all" } }]))
}

fn left(bench: &Bench) -> Vec<usize> {
    (0..3).filter(|place| bench.shown(&bench.person(*place)).published == Some(Status::Dnd)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_agents_who_would_leave_a_queue_together_the_last_two_stay() {
    let bench = bench(last_two_stay(), &[], &[("support", &[0, 1, 2])]).await;
    let writes = |place: usize| bench.simulator.writes(&bench.person(place)).len();
    let before = [0, 1, 2].map(writes);
    present(&bench, &[0, 1, 2, 3]).await;
    assert_eq!(left(&bench).len(), 1, "one of three may go");
    assert_eq!(published(&bench, [3]), [Some(Status::Dnd)], "who is not in the queue may go anyway");
    let written = [0, 1, 2].map(|place| writes(place) - before[place]);
    assert_eq!(written, [1, 1, 1], "and nobody went for a moment and came back");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_left_is_called_back_when_a_colleague_goes_and_may_leave_again_when_one_comes() {
    let bench = bench(last_two_stay(), &[], &[("support", &[0, 1, 2])]).await;
    present(&bench, &[0]).await;
    assert_eq!(left(&bench), [0]);
    bench.simulator.eight_manual(&bench.person(1), Some(Status::Away));
    bench.cycles(1).await;
    assert_eq!(published(&bench, [0]), [Some(Status::Busy)], "in the same cycle");
    bench.simulator.eight_manual(&bench.person(1), None);
    bench.cycles(1).await;
    assert_eq!(left(&bench), [0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_sees_names_only_where_the_settings_allow_it() {
    let config = Config { users: 5, ..Config::default() };
    let first = Bench::small().await.person(0).upn.unwrap();
    let rule = table(json!([{ "when": { "activity": "presenting", "person": first }, "then": { "publish": "busy" } }]));
    let allowed = RuleConfig { sees_identity: true, ..rule.clone() };
    let refused = Bench::with_rules(config.clone(), vec![rule]).await;
    present(&refused, &[0]).await;
    assert_eq!(published(&refused, [0]), [Some(Status::Dnd)]);
    let trouble = refused.trouble(Place::Rules);
    assert!(trouble.what.contains("Set `rules_see_identity = true`"), "{}", trouble.what);
    let bench = Bench::with_rules(config, vec![allowed]).await;
    present(&bench, &[0, 1]).await;
    assert_eq!(published(&bench, [0, 1]), [Some(Status::Busy), Some(Status::Dnd)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_fits_nobody_is_shown_and_is_no_error() {
    let bench = Bench::supplied(Config { users: 5, ..Config::default() }, Vec::new(), |people| {
        let mut groups = memberships(people, &[("board", &[0])]);
        groups.add("board", "Nobody@corp.com");
        Supply { groups, ..Supply::default() }
    })
    .await;
    let trouble = bench.trouble(Place::Groups);
    assert!(trouble.what.ends_with("nobody@corp.com (group board)") && !trouble.needs_action, "{}", trouble.what);
}
