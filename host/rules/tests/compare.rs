//! What a candidate would change, measured against what is in force.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod support;

use presync_core::rule::PublishVerdict;
use presync_core::words::{TeamsActivity, TeamsAvailability};
use presync_rules::compare::compare;
use presync_rules::defaults;
use support::{Guest, host, in_teams, load};

#[test]
fn a_candidate_is_measured_against_the_chain_in_force() {
    let host = host();
    let live = defaults::chain::<PublishVerdict>(&host, Vec::new()).unwrap();
    // Publishes do not disturb for everyone.
    let hush = Guest {
        decide: "(local $i i32) (loop $l (i32.store8 (i32.add (i32.const 262145) (i32.mul (local.get $i) (i32.const 28))) (i32.const 3))
                 (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if $l (i32.lt_u (local.get $i) (local.get $len))))
                 (call $answer (local.get $len))",
        ..Guest::default()
    };
    let candidate = defaults::chain::<PublishVerdict>(&host, vec![load(&host, &hush)]).unwrap();
    let people = [
        in_teams(TeamsAvailability::Busy, TeamsActivity::Busy),
        in_teams(TeamsAvailability::DoNotDisturb, TeamsActivity::DoNotDisturb),
        in_teams(TeamsAvailability::Away, TeamsActivity::Away),
        in_teams(TeamsAvailability::Busy, TeamsActivity::Busy),
    ];
    let comparison = compare(&live, &candidate, &people);
    let changes: Vec<_> = comparison.changes.iter().map(|(change, count)| format!("{count} {change}")).collect();
    assert_eq!(
        changes,
        ["1 away -> do-not-disturb", "2 busy -> do-not-disturb", "1 do-not-disturb, no calls -> do-not-disturb"]
    );
    assert_eq!((comparison.asked, comparison.lose_queue_calls, comparison.gain_queue_calls), (4, 3, 0));
    let who: Vec<_> = comparison.changed.iter().map(|change| (change.subject, change.loses_queue_calls)).collect();
    assert_eq!(who, [(0, true), (1, false), (2, true), (3, true)]);
}

#[test]
fn a_candidate_that_fails_changes_nothing_and_says_so() {
    let host = host();
    let live = defaults::chain::<PublishVerdict>(&host, Vec::new()).unwrap();
    let broken = load(&host, &Guest { decide: "unreachable", ..Guest::default() });
    let candidate = defaults::chain::<PublishVerdict>(&host, vec![broken]).unwrap();
    let comparison = compare(&live, &candidate, &[in_teams(TeamsAvailability::Busy, TeamsActivity::Busy)]);
    assert_eq!((comparison.changed.len(), comparison.faults.len()), (0, 1));
}
