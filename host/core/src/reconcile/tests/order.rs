//! Rule: the highest revision wins, verdicts belong to what was asked, and one write at a time is in flight.

use super::*;

#[test]
fn an_older_revision_never_undoes_a_newer_one() {
    let mut bench = Bench::settled();
    bench.wait(10);
    assert_eq!(bench.teams_read(disturb_not(), bench.now, Some("0009")), [Write::Publish(EightTarget::DoNotDisturb)]);
    bench.wait(10);
    assert_eq!(bench.teams_read(available(), bench.now, Some("0008")), []);
    assert_eq!(bench.reconciler.teams_presence(LINK), Some(disturb_not()));
}

#[test]
fn teams_revisions_are_compared_as_text() {
    let mut bench = Bench::settled();
    bench.teams_read(disturb_not(), bench.now, Some("9"));
    bench.teams_read(available(), bench.now, Some("10"));
    assert_eq!(bench.reconciler.teams_presence(LINK), Some(disturb_not()), "\"10\" sorts before \"9\"");
}

#[test]
fn without_revisions_the_read_that_started_later_wins() {
    let mut bench = Bench::settled();
    let early = bench.now;
    bench.wait(10);
    bench.teams_says(disturb_not());
    bench.teams_read(available(), early, None);
    assert_eq!(bench.reconciler.teams_presence(LINK), Some(disturb_not()));
}

#[test]
fn a_reading_from_before_our_publication_no_longer_counts() {
    let mut bench = Bench::settled();
    bench.eight_read(eight(EightStatus::Available, false), bench.now, 5);
    bench.wait(10);
    bench.teams_says(in_a_call());
    bench.put(Input::Delivered { link: LINK, side: Side::Eight, outcome: Outcome::Applied, revision: Some(7) });
    bench.wait(10);
    assert_eq!(
        bench.eight_read(eight(EightStatus::Away, false), bench.now, 6),
        [],
        "it does not say that ours is lost"
    );
    assert_eq!(bench.reconciler.view(LINK).unwrap().eight.unwrap().own, EightStatus::Available);
}

#[test]
fn a_verdict_for_a_subject_that_moved_on_is_dropped() {
    let mut bench = Bench::settled();
    let mut commands = Vec::new();
    let reading = |presence, read_at| Reading { presence, revision: None, read_at, unknown_words: None };
    let asked = |commands: &[Command]| {
        commands.iter().find_map(|command| match command {
            Command::Ask { stamp, .. } => Some(*stamp),
            _ => None,
        })
    };
    let input = Input::TeamsObserved { link: LINK, reading: reading(disturb_not(), bench.now) };
    bench.reconciler.apply(bench.now, input, &mut commands);
    let old = asked(&commands).unwrap();
    commands.clear();
    let input = Input::TeamsObserved { link: LINK, reading: reading(in_a_call(), bench.now) };
    bench.reconciler.apply(bench.now, input, &mut commands);
    let new = asked(&commands).unwrap();
    let do_not_disturb = PublishAction::Publish(EightTarget::DoNotDisturb);
    assert_eq!(bench.put(publish_decided(old, do_not_disturb)), []);
    let on_call = PublishAction::Publish(EightTarget::OnCall);
    assert_eq!(bench.put(publish_decided(new, on_call)), [Write::Publish(EightTarget::OnCall)]);
}

#[test]
fn a_newer_want_waits_for_the_answer_to_the_write_in_flight() {
    let mut bench = Bench::settled();
    assert_eq!(bench.teams_says(disturb_not()), [Write::Publish(EightTarget::DoNotDisturb)]);
    assert_eq!(bench.teams_says(in_a_call()), [], "one write at a time");
    assert_eq!(bench.teams_says(teams(Avail::Away, Act::Away)), [], "the newest want replaces the waiting one");
    assert_eq!(bench.answer(Side::Eight, Outcome::Applied), [Write::Publish(EightTarget::Away)]);
}

#[test]
fn an_answer_that_comes_twice_changes_nothing() {
    let mut bench = Bench::on_an_8x8_call();
    let before = bench.reconciler.view(LINK);
    assert_eq!(bench.answer(Side::Teams, Outcome::Failed), []);
    assert_eq!(bench.reconciler.view(LINK), before);
}

#[test]
fn equal_writes_are_not_repeated() {
    let mut bench = Bench::settled();
    assert_eq!(bench.teams_says(disturb_not()), [Write::Publish(EightTarget::DoNotDisturb)]);
    bench.answer(Side::Eight, Outcome::Applied);
    // Presenting maps to the same publication.
    assert_eq!(bench.teams_says(teams(Avail::DoNotDisturb, Act::Presenting)), []);
}

#[test]
fn changed_rules_ask_about_everyone_again() {
    let mut bench = Bench::settled();
    let mut commands = Vec::new();
    bench.reconciler.apply(bench.now, Input::RulesChanged(Direction::TeamsToEight), &mut commands);
    assert!(matches!(commands[..], [Command::Ask { link: LINK, direction: Direction::TeamsToEight, .. }]));
}

#[test]
fn one_person_may_be_asked_about_again_without_news_and_only_the_newer_answer_counts() {
    let mut bench = Bench::settled();
    let mut commands = Vec::new();
    let again = Input::AskAgain { link: LINK, direction: Direction::TeamsToEight };
    bench.reconciler.apply(bench.now, again.clone(), &mut commands);
    bench.reconciler.apply(bench.now, again, &mut commands);
    let stamps: Vec<Stamp> = commands
        .iter()
        .map(|command| match command {
            Command::Ask { stamp, .. } => *stamp,
            other => panic!("{other:?}"),
        })
        .collect();
    let [old, new] = stamps[..] else { panic!("{commands:?}") };
    let awaits = |bench: &Bench, stamp| bench.reconciler.awaits(LINK, Direction::TeamsToEight, stamp);
    assert!(!awaits(&bench, old) && awaits(&bench, new));
    assert_eq!(bench.put(publish_decided(old, PublishAction::Publish(EightTarget::Away))), []);
    let busy = PublishAction::Publish(EightTarget::Busy);
    assert_eq!(bench.put(publish_decided(new, busy)), [Write::Publish(EightTarget::Busy)]);
    assert!(!awaits(&bench, new), "it is answered");
}

#[test]
fn a_recheck_asks_again_when_its_time_has_come() {
    let mut bench = Bench::settled();
    let mut commands = Vec::new();
    bench.reconciler.apply(bench.now, Input::RulesChanged(Direction::TeamsToEight), &mut commands);
    let Some(Command::Ask { stamp, .. }) = commands.first() else { panic!("not asked") };
    let Input::PublishDecided { mut verdict, .. } = publish_decided(*stamp, PublishAction::Publish(EightTarget::Busy))
    else {
        unreachable!()
    };
    verdict.recheck_after = Some(30);
    let decided = Input::PublishDecided { link: LINK, stamp: *stamp, verdict, rules: "test".into() };
    assert_eq!(bench.put(decided), [Write::Publish(EightTarget::Busy)]);
    bench.answer(Side::Eight, Outcome::Applied);
    bench.wait(29);
    assert_eq!(bench.tick(), []);
    bench.wait(1);
    assert_eq!(bench.tick(), [Write::Publish(EightTarget::Available)], "the bench's map answers the second time");
}

#[test]
fn a_reading_that_took_longer_than_a_minute_is_ignored() {
    let mut bench = Bench::settled();
    let early = bench.now;
    bench.wait(61);
    assert_eq!(bench.teams_read(disturb_not(), early, Some("0009")), []);
    assert_eq!(bench.reconciler.teams_presence(LINK), Some(available()));
}
