//! Each rule of the reconciler is needed: without it something does not hold, and the model tells a history that shows it.

#![allow(clippy::expect_used, clippy::panic, reason = "a model that is used wrongly is to fail the test")]

use presync_model::walk::{ECHO, I1, I2, I4};
use presync_model::{Scenario, Walk, Weakness};

/// Walks without a rule until a property fails, and tells the story.
fn story(scenario: Scenario, weakness: Weakness, property: &'static str) -> String {
    let walked = Walk::until(scenario.without(weakness), property);
    let told = walked.stories.iter().find(|(name, _)| *name == property);
    let (_, story) =
        told.unwrap_or_else(|| panic!("without a rule ({weakness:?}) this still holds: {property}\n{walked}"));
    println!("without a rule ({weakness:?}) this does not hold: {property}\n{story}");
    story.to_string()
}

#[test]
fn without_the_echo_rule_for_sessions_our_own_session_is_taken_for_a_call() {
    let story = story(Scenario::people(1, 1, 0), Weakness::SessionInOtherWords, ECHO);
    assert!(story.contains("Ada begins a call in 8x8"), "{story}");
}

#[test]
fn without_the_echo_rule_for_publications_a_call_never_ends() {
    let story = story(Scenario::people(1, 2, 0), Weakness::OriginUntold, I1);
    assert!(story.contains("Ada begins a call in Teams"), "{story}");
}

#[test]
fn without_the_order_of_readings_an_older_one_overrides_a_newer_one() {
    story(Scenario::people(1, 1, 2), Weakness::OrderUntold, I4);
}

#[test]
fn without_stamps_a_verdict_on_an_older_question_counts() {
    story(Scenario::people(1, 2, 0), Weakness::StampsUntold, I4);
}

#[test]
fn without_leases_what_was_left_behind_stays() {
    story(Scenario::people(1, 2, 1), Weakness::LeasesIgnored, I2);
}

#[test]
fn without_renewals_a_session_ends_before_its_call() {
    story(Scenario::people(1, 1, 0), Weakness::RenewalsIgnored, I1);
}
