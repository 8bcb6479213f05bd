//! Instances that answer more than one batch: for a bounded number of calls, and never after a failure.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod support;

use presync_core::rule::{PublishAction, PublishVerdict};
use presync_core::words::{EightTarget, TeamsActivity, TeamsAvailability};
use presync_rules::{Chain, HostSettings, Limits, RuleHost};
use serde_json::Value;
use support::{Guest, in_teams};

/// Publishes the word whose number is how often this instance was asked before.
const COUNTING: &str = "(i32.store8 (i32.const 262145) (i32.load (i32.const 2048)))
     (i32.store (i32.const 2048) (i32.add (i32.load (i32.const 2048)) (i32.const 1)))";

fn chain(decide: String, calls_per_instance: u32, lasting_places: u32) -> Chain<PublishVerdict> {
    let guest = Guest { pure: false, decide: Box::leak(decide.into_boxed_str()), ..Guest::default() };
    let host = RuleHost::new(HostSettings { lasting_places, ..HostSettings::default() }).unwrap();
    let limits = Limits { calls_per_instance, ..Limits::default() };
    Chain::new(vec![host.load(&guest.component(), None, &Value::Null, limits).unwrap()]).unwrap()
}

fn asked(chain: &Chain<PublishVerdict>, times: usize) -> Vec<Option<EightTarget>> {
    let person = [in_teams(TeamsAvailability::Busy, TeamsActivity::Busy)];
    let ask = |_| {
        let decided = chain.decide(&person, false);
        assert_eq!((decided.faults.len(), decided.poison.len()), (0, 0));
        match decided.verdicts[0].action {
            PublishAction::Publish(target) => Some(target),
            PublishAction::NoSync | PublishAction::Hold => None,
        }
    };
    (0..times).map(ask).collect()
}

fn counting() -> String {
    format!("{COUNTING} (call $answer (local.get $len))")
}

const FIRST: Option<EightTarget> = Some(EightTarget::Available);
const SECOND: Option<EightTarget> = Some(EightTarget::Busy);
const THIRD: Option<EightTarget> = Some(EightTarget::OnCall);

#[test]
fn by_default_every_batch_meets_a_fresh_instance() {
    assert_eq!(asked(&chain(counting(), 1, 16), 3), [FIRST, FIRST, FIRST]);
}

#[test]
fn an_instance_answers_as_many_calls_as_it_may_and_no_more() {
    assert_eq!(asked(&chain(counting(), 3, 16), 6), [FIRST, SECOND, THIRD, FIRST, SECOND, THIRD]);
}

#[test]
fn without_a_place_to_stay_every_batch_meets_a_fresh_instance() {
    assert_eq!(asked(&chain(counting(), 3, 0), 3), [FIRST, FIRST, FIRST]);
}

#[test]
fn what_an_old_instance_remembers_is_no_fault_of_the_batch() {
    let failing = "(if (i32.eq (i32.load (i32.const 2048)) (i32.const 2)) (then unreachable))";
    let chain = chain(format!("{failing} {}", counting()), 100, 16);
    // The third call traps in the old instance, so a fresh one answers it, and the one after it begins again.
    assert_eq!(asked(&chain, 5), [FIRST, SECOND, FIRST, FIRST, SECOND]);
}
