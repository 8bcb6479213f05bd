//! Long histories at random, of many people, with the lengths that are in use. The seed is printed; `PRESYNC_MODEL_SEED` takes one.

#![allow(clippy::expect_used, clippy::panic, reason = "a model that is used wrongly is to fail the test")]

use presync_model::histories::{Choice, live};
use presync_model::{Scenario, Walk};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestRng, TestRunner};

const PEOPLE: u32 = 12;
const STEPS: usize = 4_000;
const HISTORIES: u32 = 8;

fn seed() -> u64 {
    let told = std::env::var("PRESYNC_MODEL_SEED").ok();
    told.map_or(1, |seed| seed.parse().expect("PRESYNC_MODEL_SEED is a number"))
}

#[test]
fn every_history_holds_what_must_hold_and_would_end_in_what_the_rules_say() {
    let seed = seed();
    println!("{HISTORIES} histories of {STEPS} steps of {PEOPLE} people: PRESYNC_MODEL_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = ProptestConfig {
        cases: HISTORIES,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    };
    let choice = (any::<u16>(), any::<u16>()).prop_map(|(kind, which)| Choice { kind, which });
    let histories = prop::collection::vec(choice, STEPS);
    let walk = Walk::new(Scenario::histories(PEOPLE));
    let result = TestRunner::new_with_rng(config, rng).run(&histories, |choices| {
        live(&walk, &choices, 250).map(drop).map_err(|fault| TestCaseError::fail(fault.to_string()))
    });
    if let Err(error) = result {
        let told = match error {
            proptest::test_runner::TestError::Fail(reason, _) => reason.to_string(),
            aborted => aborted.to_string(),
        };
        panic!("PRESYNC_MODEL_SEED={seed}: {told}");
    }
}
