//! Every limit, kept and crossed; and what stands when a rule fails.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod support;

use std::time::{Duration, Instant};

use presync_core::rule::{PublishAction, PublishVerdict, Subject};
use presync_core::words::{EightTarget, TeamsActivity, TeamsAvailability};
use presync_rules::{Chain, Decided, FaultKind, Limits, RuleHost, defaults};
use serde_json::Value;
use support::{Guest, host, in_teams, load};

fn busy() -> Subject {
    in_teams(TeamsAvailability::Busy, TeamsActivity::Busy)
}

/// What a chain of the default map and this guest says of one busy person.
fn over_the_default(guest: &Guest) -> Decided<PublishVerdict> {
    let host = host();
    let chain = defaults::chain::<PublishVerdict>(&host, vec![load(&host, guest)]).unwrap();
    chain.decide(&[busy()], false)
}

/// The guest failed in this way, and the default map's verdict stands.
fn fails_static(guest: &Guest, kind: FaultKind) -> String {
    let decided = over_the_default(guest);
    assert_eq!(decided.verdicts[0].action, PublishAction::Publish(EightTarget::Busy));
    let [fault] = &decided.faults[..] else { panic!("one fault was expected: {:?}", decided.faults) };
    assert_eq!((fault.kind, &*fault.rule, fault.answers), (kind, "test-rule", 1), "{}", fault.message);
    fault.message.clone()
}

#[test]
fn a_rule_within_its_limits_decides() {
    let decided = over_the_default(&Guest::default());
    assert_eq!(decided.verdicts[0].action, PublishAction::Publish(EightTarget::Available));
    assert_eq!(decided.faults, []);
}

#[test]
fn a_trap_keeps_what_was_proposed_before() {
    insta::assert_snapshot!(fails_static(&Guest { decide: "unreachable", ..Guest::default() }, FaultKind::Trap));
}

#[test]
fn an_endless_loop_ends_at_the_deadline() {
    let started = Instant::now();
    insta::assert_snapshot!(fails_static(
        &Guest { decide: "(loop $l (br $l)) unreachable", ..Guest::default() },
        FaultKind::Deadline
    ));
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_longer_budget_is_honoured() {
    let host = host();
    // A hundred million turns: well above a few milliseconds, well below ten seconds.
    let slow = Guest {
        decide: "(local $i i32) (loop $l (local.set $i (i32.add (local.get $i) (i32.const 1)))
                 (br_if $l (i32.lt_u (local.get $i) (i32.const 100000000)))) (call $answer (local.get $len))",
        ..Guest::default()
    };
    let asked = |batch_time| {
        let rule =
            host.load(&slow.component(), None, &Value::Null, Limits { batch_time, ..Limits::default() }).unwrap();
        Chain::<PublishVerdict>::new(vec![rule]).unwrap().decide(&[busy()], false)
    };
    assert_eq!(asked(Duration::from_secs(10)).faults, []);
    assert_eq!(asked(Duration::from_millis(1)).faults[0].kind, FaultKind::Deadline);
}

#[test]
fn memory_up_to_the_limit_may_be_had() {
    let grows =
        Guest { decide: "(drop (memory.grow (i32.const 240))) (call $answer (local.get $len))", ..Guest::default() };
    assert_eq!(over_the_default(&grows).faults, []);
}

#[test]
fn memory_beyond_the_limit_ends_the_call() {
    let grows =
        Guest { decide: "(loop $l (drop (memory.grow (i32.const 16))) (br $l)) unreachable", ..Guest::default() };
    insta::assert_snapshot!(fails_static(&grows, FaultKind::Memory));
}

#[test]
fn a_verdict_too_few_or_too_many_is_a_fault() {
    let too_few = Guest { decide: "(call $answer (i32.sub (local.get $len) (i32.const 1)))", ..Guest::default() };
    insta::assert_snapshot!(fails_static(&too_few, FaultKind::WrongCount));
    let too_many = Guest { decide: "(call $answer (i32.add (local.get $len) (i32.const 1)))", ..Guest::default() };
    fails_static(&too_many, FaultKind::WrongCount);
}

#[test]
fn a_flood_of_verdicts_is_not_even_copied() {
    let flood = Guest { pages: 200, decide: "(call $answer (i32.const 400000))", ..Guest::default() };
    fails_static(&flood, FaultKind::BadValue);
}

#[test]
fn a_word_that_does_not_exist_is_a_fault() {
    let wrong = Guest {
        decide: "(i32.store8 (i32.const 262145) (i32.const 99)) (call $answer (local.get $len))",
        ..Guest::default()
    };
    fails_static(&wrong, FaultKind::BadValue);
}

#[test]
fn a_log_line_at_a_level_that_does_not_exist_is_a_fault_and_says_so() {
    let wrong = Guest {
        imports: r#"(import "presync:rules/log@1.0.0" "write" (func $log (param i32 i32 i32)))"#,
        decide: "(call $log (i32.const 9) (i32.const 16) (i32.const 9)) (call $answer (local.get $len))",
        ..Guest::default()
    };
    insta::assert_snapshot!(fails_static(&wrong, FaultKind::BadValue), @"what it handed over cannot be used: unexpected discriminant: 9; what was proposed before it stands (answers: 1)");
}

#[test]
fn a_list_outside_the_memory_is_a_fault() {
    let outside = Guest {
        decide: "(i32.store (i32.const 1024) (i32.const 0x7ffffff0)) (i32.store (i32.const 1028) (local.get $len))
                 (i32.const 1024)",
        ..Guest::default()
    };
    let decided = over_the_default(&outside);
    assert_eq!(decided.verdicts[0].action, PublishAction::Publish(EightTarget::Busy));
    assert_eq!(decided.faults.len(), 1);
}

#[test]
fn when_even_the_first_rule_fails_what_is_shown_is_held() {
    let chain = Chain::<PublishVerdict>::new(vec![load(&host(), &Guest { decide: "unreachable", ..Guest::default() })])
        .unwrap();
    let decided = chain.decide(&[busy(), busy()], false);
    assert!(decided.verdicts.iter().all(|verdict| verdict.action == PublishAction::Hold));
    assert_eq!(decided.faults[0].answers, 2);
    insta::assert_snapshot!(decided.faults[0]);
}

#[test]
fn a_failed_batch_costs_only_its_own_questions() {
    // Fails when asked for fewer than a full batch.
    let moody = Guest {
        pure: false,
        decide: "(if (i32.lt_u (local.get $len) (i32.const 650)) (then unreachable)) (call $answer (local.get $len))",
        ..Guest::default()
    };
    let host = host();
    let chain = defaults::chain::<PublishVerdict>(&host, vec![load(&host, &moody)]).unwrap();
    let decided = chain.decide(&vec![busy(); 1000], false);
    let shown = |verdict: &PublishVerdict| verdict.action == PublishAction::Publish(EightTarget::Available);
    assert_eq!(decided.verdicts.iter().filter(|verdict| shown(verdict)).count(), 650);
    assert_eq!(decided.faults[0].answers, 350);
}

#[test]
fn a_trap_leaves_nothing_behind_for_the_next_batch() {
    let host = host();
    let (bad, good) = (Guest { decide: "unreachable", ..Guest::default() }, Guest::default());
    let bad = Chain::<PublishVerdict>::new(vec![load(&host, &bad)]).unwrap();
    let good = Chain::<PublishVerdict>::new(vec![load(&host, &good)]).unwrap();
    for _ in 0..100 {
        assert_eq!(bad.decide(&[busy()], true).faults.len(), 1);
        assert_eq!(good.decide(&[busy()], true).faults, []);
    }
}

#[test]
fn nothing_that_a_guest_writes_survives_its_batch() {
    // Answers more verdicts with every call that meets the same memory.
    let hoarder = Guest {
        decide: "(i32.store (i32.const 2048) (i32.add (i32.load (i32.const 2048)) (i32.const 1)))
                 (call $answer (i32.add (local.get $len) (i32.sub (i32.load (i32.const 2048)) (i32.const 1))))",
        ..Guest::default()
    };
    let chain = Chain::<PublishVerdict>::new(vec![load(&host(), &hoarder)]).unwrap();
    for _ in 0..10 {
        assert_eq!(chain.decide(&[busy()], true).faults, []);
    }
}

#[test]
fn more_callers_than_places_wait_for_their_turn() {
    let host = RuleHost::new(presync_rules::HostSettings { places: 2, ..Default::default() }).unwrap();
    let chain = defaults::chain::<PublishVerdict>(&host, Vec::new()).unwrap();
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..16).map(|_| scope.spawn(|| chain.decide(&[busy()], true).faults)).collect();
        assert!(asked.into_iter().all(|thread| thread.join().unwrap().is_empty()));
    });
}
