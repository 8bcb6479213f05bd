//! A question that a rule fails on costs that question its answer and nobody else's, and is not put to the rule again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod support;

use presync_core::rule::{PublishAction, PublishVerdict, Subject};
use presync_core::words::{EightStatus, EightTarget, TeamsActivity, TeamsAvailability};
use presync_rules::{Chain, Decided, FaultKind, defaults};
use support::{Guest, host, in_eight, in_teams, load};

/// Does this to every question whose Teams availability is the word with this number. A question has 148 bytes, and the availability
/// is the fifth of them; 6 is do not disturb.
const DECIDE: &str = "(local $i i32)
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $i) (local.get $len)))
      (if (i32.eq (i32.load8_u offset=4 (i32.add (local.get $ptr) (i32.mul (local.get $i) (i32.const 148)))) (i32.const 6))
        (then (POISON)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (call $answer (local.get $len))";

fn poisoned(poison: &str) -> Guest {
    let decide = DECIDE.replace("(POISON)", poison);
    Guest { pure: false, decide: Box::leak(decide.into_boxed_str()), ..Guest::default() }
}

fn crowd(size: usize, poison_at: &[usize]) -> Vec<Subject> {
    let mut people = vec![in_teams(TeamsAvailability::Busy, TeamsActivity::Busy); size];
    for at in poison_at {
        people[*at] = in_teams(TeamsAvailability::DoNotDisturb, TeamsActivity::DoNotDisturb);
    }
    people
}

fn over_the_default(guest: &Guest) -> Chain<PublishVerdict> {
    let host = host();
    defaults::chain::<PublishVerdict>(&host, vec![load(&host, guest)]).unwrap()
}

fn shown(decided: &Decided<PublishVerdict>, target: EightTarget) -> usize {
    decided.verdicts.iter().filter(|verdict| verdict.action == PublishAction::Publish(target)).count()
}

#[test]
fn one_poison_question_among_650_costs_one_answer() {
    let chain = over_the_default(&poisoned("unreachable"));
    let decided = chain.decide(&crowd(650, &[417]), false);
    assert_eq!((shown(&decided, EightTarget::Available), shown(&decided, EightTarget::DoNotDisturb)), (649, 1));
    assert_eq!(decided.faults, [], "the rule is not broken");
    let [poison] = &decided.poison[..] else { panic!("one was expected: {:?}", decided.poison) };
    assert_eq!((poison.subject, poison.fault.kind), (417, FaultKind::Trap));
    assert_eq!(&*poison.question, "Teams do-not-disturb/do-not-disturb");
}

#[test]
fn an_endless_loop_for_one_person_costs_one_answer_too() {
    let chain = over_the_default(&poisoned("(loop $l (br $l))"));
    let decided = chain.decide(&crowd(650, &[3]), false);
    assert_eq!(shown(&decided, EightTarget::Available), 649);
    assert_eq!((decided.faults.len(), decided.poison[0].fault.kind), (0, FaultKind::Deadline));
}

#[test]
fn a_poison_question_is_not_put_to_the_rule_again() {
    let chain = over_the_default(&poisoned("unreachable"));
    let people = crowd(2, &[1]);
    assert_eq!(chain.decide(&people, false).poison.len(), 1);
    let again = chain.decide(&people, false);
    assert_eq!((again.poison.len(), again.faults.len()), (0, 0));
    assert_eq!(again.verdicts[1].action, PublishAction::Publish(EightTarget::DoNotDisturb));
    assert_eq!(chain.poison().len(), 1);
    assert!(chain.decide(&people, true).stages[1][1].failed, "an explanation says that the rule failed on it");
}

#[test]
fn a_rule_that_fails_on_a_harmless_question_too_is_broken() {
    let chain = over_the_default(&Guest { pure: false, decide: "unreachable", ..Guest::default() });
    let decided = chain.decide(&crowd(650, &[]), false);
    assert_eq!((decided.faults.len(), decided.faults[0].answers, decided.poison.len()), (1, 650, 0));
    assert_eq!(chain.poison(), []);
}

#[test]
fn a_rule_that_fails_on_more_than_the_list_holds_is_broken() {
    let guest = Guest { needs: 1, needs_now: 1, ..poisoned("unreachable") };
    let chain = over_the_default(&guest);
    let (mut listed, mut faults) = (0, 0);
    for (activity, status) in (0..150).map(|number| (TeamsActivity::ALL[number % 17], EightStatus::ALL[number / 17])) {
        let mut person = in_teams(TeamsAvailability::DoNotDisturb, activity);
        person.eight = in_eight(status, false).eight;
        let decided = chain.decide(&[person], false);
        listed += decided.poison.len();
        faults += decided.faults.len();
    }
    assert_eq!((listed, faults, chain.poison().len()), (100, 50, 100));
}
