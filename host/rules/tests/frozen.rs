//! Components of every published interface version load for ever, and answer what they answered when they were built.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod support;

use presync_core::rule::{PublishVerdict, SessionVerdict};
use presync_core::words::{TeamsActivity, TeamsAvailability};
use presync_rules::compare::Compared;
use presync_rules::matrix::Matrix;
use presync_rules::{Chain, Limits, LoadedRule, defaults};
use serde_json::{Value, json};
use support::{host, in_teams};

const TEAMS_TO_EIGHT: &[u8] = include_bytes!("frozen/1.0/teams-to-8x8.wasm");
const EIGHT_TO_TEAMS: &[u8] = include_bytes!("frozen/1.0/8x8-to-teams.wasm");
const KEEP_AGENTS: &[u8] = include_bytes!("frozen/1.0/keep-agents-available.wasm");

/// The rule of these bytes, which are still those of this digest.
fn frozen(host: &presync_rules::RuleHost, bytes: &[u8], digest: &str, settings: &Value) -> LoadedRule {
    let rule = host.load(bytes, None, settings, Limits::default()).unwrap();
    assert_eq!(rule.compiled().digest(), digest, "a frozen rule is never built again");
    assert_eq!(rule.compiled().interface_version(), "1.0.0");
    rule
}

#[test]
fn a_rule_of_1_0_from_teams_to_8x8_answers_the_published_table() {
    let host = host();
    let rule =
        frozen(&host, TEAMS_TO_EIGHT, "f2e9a91aad32f5043e005db7a81b75bbae471e05a0e4c5b8c9d64b86008e8d6a", &Value::Null);
    let today = defaults::chain::<PublishVerdict>(&host, Vec::new()).unwrap();
    assert_eq!(Matrix::of(&Chain::<PublishVerdict>::new(vec![rule]).unwrap()), Matrix::of(&today));
}

#[test]
fn a_rule_of_1_0_from_8x8_to_teams_answers_the_published_table() {
    let host = host();
    let rule =
        frozen(&host, EIGHT_TO_TEAMS, "5470cdf6d4aa4d6df210e0c4ffb9d98cb7fe8c4b95a2709709bdb33e0dbc18cf", &Value::Null);
    let today = defaults::chain::<SessionVerdict>(&host, Vec::new()).unwrap();
    assert_eq!(Matrix::of(&Chain::<SessionVerdict>::new(vec![rule]).unwrap()), Matrix::of(&today));
}

#[test]
fn an_override_of_1_0_takes_its_settings_and_sees_the_proposal() {
    let host = host();
    let rule = frozen(
        &host,
        KEEP_AGENTS,
        "1490c39fd5a34f6217ed014f2afd4b09c6014547ec6ef6e9b266983687f977fc",
        &json!({ "presenting": "direct-only" }),
    );
    let chain = defaults::chain::<PublishVerdict>(&host, vec![rule]).unwrap();
    let people = [
        in_teams(TeamsAvailability::DoNotDisturb, TeamsActivity::Presenting),
        in_teams(TeamsAvailability::DoNotDisturb, TeamsActivity::Focusing),
        in_teams(TeamsAvailability::Away, TeamsActivity::Away),
    ];
    let shown: Vec<_> = chain.decide(&people, false).verdicts.iter().map(Compared::shown).collect();
    assert_eq!(shown, ["busy, direct calls only, note presenting", "busy, all calls, note focusing", "away"]);
}
