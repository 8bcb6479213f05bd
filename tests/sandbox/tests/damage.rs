//! A good rule, damaged by chance: whatever becomes of it, the host survives, and what it says can be read.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use presync_core::rule::PublishVerdict;
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

fn decided(outcome: &Outcome) -> Option<Vec<PublishVerdict>> {
    match outcome {
        Outcome::Refused(_) => None,
        Outcome::Asked(asked) => Some(asked.plain.verdicts.clone()),
    }
}

#[test]
fn a_rule_cut_off_at_any_byte_is_refused_unless_it_lacks_nothing_but_remarks() {
    let (ward, whole) = (ward(), Guest::default().component());
    let good = decided(&ward.admit(&damaged(whole.clone()))).unwrap();
    for keep in 0..whole.len() {
        let outcome = ward.admit(&damaged(whole[..keep].to_vec()));
        let Some(verdicts) = decided(&outcome) else { continue };
        // A section for nobody in particular, such as the names of the tools that built it, begins with a zero.
        assert_eq!(whole[keep], 0, "with {keep} of {} bytes it is not refused", whole.len());
        assert_eq!(verdicts, good);
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
