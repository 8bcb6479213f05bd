//! Rule: what cannot be carried is told once and not repeated; what has to wait is tried again and told once.

use super::*;
use crate::obstacle::Obstacle;

fn later() -> Outcome {
    Outcome::Later { reason: Obstacle::AfterThisCall, retry_after: secs(10) }
}

fn not_carried() -> Outcome {
    Outcome::NotCarried { reason: Obstacle::NoPublishing }
}

fn told(bench: &Bench) -> usize {
    bench.events.iter().filter(|event| matches!(event, Event::Published { .. } | Event::Unpublished { .. })).count()
}

#[test]
fn what_cannot_be_carried_is_not_asked_again_until_something_else_is_wanted() {
    let mut bench = Bench::settled();
    let before = told(&bench);
    bench.wait(10);
    assert_eq!(bench.teams_says(teams(Avail::Busy, Act::Busy)), [Write::Publish(EightTarget::Busy)]);
    assert_eq!(bench.answer(Side::Eight, not_carried()), []);
    assert_eq!(told(&bench), before + 1);
    bench.wait(100_000);
    assert_eq!(bench.tick(), []);
    assert_eq!(bench.teams_says(disturb_not()), [Write::Publish(EightTarget::DoNotDisturb)]);
    bench.answer(Side::Eight, not_carried());
    assert_eq!(bench.teams_says(teams(Avail::Busy, Act::Busy)), [Write::Publish(EightTarget::Busy)]);
}

#[test]
fn nothing_is_held_of_what_was_not_carried() {
    let mut bench = Bench::settled();
    bench.wait(10);
    bench.teams_says(disturb_not());
    bench.answer(Side::Eight, Outcome::Applied);
    bench.teams_says(teams(Avail::Busy, Act::Busy));
    bench.answer(Side::Eight, not_carried());
    assert_eq!(bench.reconciler.view(LINK).unwrap().publication.held, None);
    assert_eq!(bench.put(Input::LinkRemoved(LINK)), []);
    assert!(bench.forgotten);
}

#[test]
fn what_waits_is_tried_again_when_the_provider_said_and_told_once() {
    let mut bench = Bench::settled();
    bench.wait(10);
    assert_eq!(bench.teams_says(disturb_not()), [Write::Publish(EightTarget::DoNotDisturb)]);
    let before = told(&bench);
    for _ in 0..3 {
        assert_eq!(bench.answer(Side::Eight, later()), []);
        bench.wait(9);
        assert_eq!(bench.tick(), []);
        bench.wait(1);
        assert_eq!(bench.tick(), [Write::Publish(EightTarget::DoNotDisturb)]);
    }
    assert_eq!(told(&bench), before + 1);
    bench.answer(Side::Eight, Outcome::Applied);
    assert_eq!(bench.reconciler.view(LINK).unwrap().publication.held, Some(EightTarget::DoNotDisturb));
}

#[test]
fn whoever_is_kept_from_calls_is_renewed_whatever_is_shown() {
    let mut bench = Bench::new();
    let mut commands = Vec::new();
    let reading = Reading { presence: available(), revision: None, read_at: bench.now, unknown_words: None };
    bench.reconciler.apply(bench.now, Input::TeamsObserved { link: LINK, reading }, &mut commands);
    let [.., Command::Ask { stamp, .. }] = commands[..] else { panic!("{commands:?}") };
    let verdict = PublishVerdict {
        action: PublishAction::Publish(EightTarget::Available),
        calls: Calls::DirectOnly,
        note: None,
        recheck_after: None,
        reason: None,
    };
    let decided = Input::PublishDecided { link: LINK, stamp, verdict, rules: "test".into() };
    assert_eq!(bench.put(decided), [Write::Publish(EightTarget::Available)]);
    bench.answer(Side::Eight, Outcome::Applied);
    bench.wait(180);
    assert_eq!(bench.tick(), [Write::Publish(EightTarget::Available)]);
}
