//! Order, proposals, explanations and reuse.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod support;

use std::sync::Arc;

use presync_core::rule::{Person, PublishAction, PublishVerdict, SessionVerdict, Subject};
use presync_core::words::{Calls, Direction, EightTarget, TeamsActivity, TeamsAvailability};
use presync_rules::{Chain, ChainError, Limits, LoadError, LoadedRule, PublishChain, RuleHost, SessionChain, defaults};
use serde_json::{Value, json};
use support::{Guest, host, in_teams, load};

/// The example that keeps presenting agents in the queue.
const KEEP: &[u8] = include_bytes!("frozen/1.0/keep-agents-available.wasm");

fn keep(host: &RuleHost, settings: &Value) -> LoadedRule {
    host.load(KEEP, Some(Direction::TeamsToEight), settings, Limits::default()).unwrap()
}

fn presenting() -> Subject {
    in_teams(TeamsAvailability::DoNotDisturb, TeamsActivity::Presenting)
}

fn away() -> Subject {
    in_teams(TeamsAvailability::Away, TeamsActivity::Away)
}

const fn is_shared<T: Send + Sync>() {}

#[test]
fn a_chain_is_shared_between_threads() {
    is_shared::<PublishChain>();
    is_shared::<SessionChain>();
}

#[test]
fn an_override_sees_the_proposal_and_changes_what_it_wants() {
    let host = host();
    let chain = defaults::chain::<PublishVerdict>(&host, vec![keep(&host, &Value::Null)]).unwrap();
    assert_eq!(chain.versions(), "teams-to-8x8 1.0.0, keep-agents-available 1.0.0");
    let decided = chain.decide(&[presenting(), away()], false);
    assert_eq!(decided.verdicts[0].action, PublishAction::Publish(EightTarget::Busy));
    assert_eq!(decided.verdicts[0].calls, Calls::All);
    assert_eq!(decided.verdicts[1].action, PublishAction::Publish(EightTarget::Away));
}

#[test]
fn the_last_rule_has_the_last_word() {
    let host = host();
    let available = load(&host, &Guest::default());
    let last = |rules| Chain::<PublishVerdict>::new(rules).unwrap().decide(&[presenting()], false).verdicts[0].action;
    let keep = keep(&host, &Value::Null);
    assert_eq!(last(vec![available.clone(), keep.clone()]), PublishAction::Publish(EightTarget::Busy));
    assert_eq!(last(vec![keep, available]), PublishAction::Publish(EightTarget::Available));
}

#[test]
fn one_component_serves_several_settings() {
    let host = host();
    let calls = |settings| {
        let chain = defaults::chain::<PublishVerdict>(&host, vec![keep(&host, &settings)]).unwrap();
        chain.decide(&[presenting()], false).verdicts[0].calls
    };
    assert_eq!(calls(json!({"presenting": "direct-only"})), Calls::DirectOnly);
    assert_eq!(calls(json!({"presenting": "none"})), Calls::None);
    assert_eq!(calls(json!({})), Calls::All);
}

#[test]
fn a_misspelt_setting_is_refused_by_its_name() {
    let error = host().load(KEEP, None, &json!({"presentign": "all"}), Limits::default()).unwrap_err();
    assert!(matches!(error, LoadError::SettingsRefused { .. }));
    insta::assert_snapshot!(error);
}

#[test]
fn an_explanation_names_each_rule_with_its_reason() {
    let host = host();
    let chain = defaults::chain::<PublishVerdict>(&host, vec![keep(&host, &Value::Null)]).unwrap();
    let decided = chain.decide(&[presenting()], true);
    insta::assert_snapshot!(serde_json::to_string_pretty(&decided.stages[0]).unwrap());
}

#[test]
fn a_failed_stage_is_marked_and_the_verdict_before_it_stands() {
    let host = host();
    let bad = load(&host, &Guest { decide: "unreachable", ..Guest::default() });
    let chain = defaults::chain::<PublishVerdict>(&host, vec![bad]).unwrap();
    let stages = &chain.decide(&[away()], true).stages[0];
    assert_eq!((stages[0].failed, stages[1].failed), (false, true));
    assert_eq!(stages[0].verdict, stages[1].verdict);
}

#[test]
fn without_an_explanation_there_is_no_reason_and_no_stage() {
    let host = host();
    let decided = defaults::chain::<PublishVerdict>(&host, Vec::new()).unwrap().decide(&[away()], false);
    assert_eq!(decided.verdicts[0].reason, None);
    assert!(decided.stages.is_empty());
}

#[test]
fn equal_questions_are_asked_once() {
    let host = host();
    let chain = defaults::chain::<PublishVerdict>(&host, Vec::new()).unwrap();
    let people: Vec<_> = (0..2000).map(|n| if n % 2 == 0 { away() } else { presenting() }).collect();
    let first = chain.decide(&people, false);
    assert_eq!((first.asked, first.reused), (2, 1998));
    let second = chain.decide(&people, false);
    assert_eq!((second.asked, second.reused), (0, 2000));
    assert_eq!(first.verdicts, second.verdicts);
}

#[test]
fn a_rule_that_is_not_pure_is_asked_every_question() {
    let rule = load(&host(), &Guest { pure: false, ..Guest::default() });
    let chain = Chain::<PublishVerdict>::new(vec![rule]).unwrap();
    for _ in 0..2 {
        let decided = chain.decide(&vec![away(); 700], false);
        assert_eq!((decided.asked, decided.reused), (700, 0));
    }
}

#[test]
fn what_a_rule_does_not_ask_for_does_not_make_questions_differ() {
    let host = host();
    let chain = defaults::chain::<PublishVerdict>(&host, Vec::new()).unwrap();
    let people: Vec<_> = (0..100)
        .map(|n| Subject { person: Some(Arc::new(Person { id: format!("p{n}"), ..Person::default() })), ..away() })
        .collect();
    assert_eq!(chain.decide(&people, false).asked, 1);
}

#[test]
fn the_answer_of_a_failed_call_is_not_kept() {
    let chain = Chain::<PublishVerdict>::new(vec![load(&host(), &Guest { decide: "unreachable", ..Guest::default() })])
        .unwrap();
    for _ in 0..2 {
        let decided = chain.decide(&[away()], false);
        assert_eq!((decided.asked, decided.faults.len()), (1, 1));
    }
}

#[test]
fn nobody_is_no_question() {
    let host = host();
    let decided = defaults::chain::<PublishVerdict>(&host, Vec::new()).unwrap().decide(&[], false);
    assert_eq!((decided.verdicts.len(), decided.asked, decided.faults.len()), (0, 0, 0));
}

#[test]
fn a_chain_without_rules_is_refused() {
    assert_eq!(Chain::<PublishVerdict>::new(Vec::new()).unwrap_err(), ChainError::Empty);
}

#[test]
fn a_rule_of_the_other_direction_is_refused_in_a_chain() {
    let host = host();
    let rule = defaults::load(&host, Direction::TeamsToEight).unwrap();
    let error = Chain::<SessionVerdict>::new(vec![rule]).unwrap_err();
    assert!(matches!(error, ChainError::Direction { .. }));
}
