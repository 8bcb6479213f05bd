//! A good rule, damaged by chance: whatever becomes of it, the host survives, and what it says can be read.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use presync_guests::Guest;
use presync_rules::{HostSettings, RuleHost};
use presync_sandbox::{Case, Expected, Outcome, Ward};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn ward() -> Ward {
    Ward::new(RuleHost::new(HostSettings::default()).unwrap())
}

fn damaged(component: Vec<u8>) -> Case {
    Case::file("damaged", "was damaged", component, Expected::Refused)
}

#[test]
fn a_rule_cut_off_at_any_byte_is_refused() {
    let (ward, whole) = (ward(), Guest::default().component());
    for keep in 0..whole.len() {
        let outcome = ward.admit(&damaged(whole[..keep].to_vec()));
        assert!(matches!(outcome, Outcome::Refused(_)), "with {keep} of {} bytes: {outcome:?}", whole.len());
    }
}

#[test]
fn a_rule_with_a_few_bytes_changed_is_refused_or_kept_within_bounds() {
    let (ward, whole) = (ward(), Guest::default().component());
    let mut chance = ChaCha8Rng::seed_from_u64(1);
    let mut refused = 0;
    for _ in 0..1_000 {
        let mut changed = whole.clone();
        for _ in 0..chance.random_range(1..=3) {
            let at = chance.random_range(8..changed.len());
            changed[at] = chance.next_u32().to_le_bytes()[0];
        }
        let outcome = ward.admit(&damaged(changed));
        refused += usize::from(matches!(outcome, Outcome::Refused(_)));
        assert!(
            outcome.said().is_none_or(|said| !said.is_empty() && !said.chars().any(char::is_control)),
            "{outcome:?}"
        );
    }
    assert!((1..1_000).contains(&refused), "some of the thousand are refused, and some are not: {refused}");
    let good = Case::guest("good", "does nothing wrong", &Guest::default(), Expected::Decides("it is good"));
    assert!(ward.admit(&good).is(good.expected));
}
