//! Rule: a restart takes up where it stopped; nothing that was delivered is written again.

use super::*;

/// The process dies and another takes up its stored state after some seconds.
fn restart(bench: &mut Bench, seconds: u64) {
    let snapshot = bench.reconciler.snapshot(LINK).unwrap().unwrap();
    bench.wait(seconds);
    bench.reconciler = Reconciler::new(Policy::default());
    bench.reconciler.restore(bench.now, LINK, &snapshot).unwrap();
    assert_eq!(bench.put(Input::LinkAdded(LINK)), []);
}

#[test]
fn a_restart_in_mid_call_writes_nothing_and_still_knows_its_echo() {
    let mut bench = Bench::on_an_8x8_call();
    restart(&mut bench, 30);
    assert_eq!(bench.teams_says(in_a_call()), []);
    assert_eq!(bench.eight_says(eight(EightStatus::OnCall, true)), []);
    assert_eq!(bench.tick(), []);
    assert_eq!(bench.eight_says(eight(EightStatus::Available, false)), [Write::Clear]);
}

#[test]
fn a_call_that_ended_meanwhile_is_cleared() {
    let mut bench = Bench::on_an_8x8_call();
    restart(&mut bench, 120);
    assert_eq!(bench.eight_says(eight(EightStatus::Available, false)), [Write::Clear]);
}

#[test]
fn a_session_that_lapsed_meanwhile_is_held_anew_if_the_call_goes_on() {
    let mut bench = Bench::on_an_8x8_call();
    restart(&mut bench, 301);
    assert_eq!(bench.tick(), [Write::Hold(TeamsSession::InACall)]);
}

#[test]
fn a_session_in_flight_at_the_end_is_adopted_and_made_sure_of_if_a_read_shows_it() {
    let mut bench = Bench::settled();
    bench.wait(10);
    assert_eq!(bench.eight_says(eight(EightStatus::OnCall, true)), [Write::Hold(TeamsSession::InACall)]);
    restart(&mut bench, 1);
    assert_eq!(bench.tick(), [], "nothing is repeated before the target was read");
    assert_eq!(bench.teams_says(in_a_call()), [Write::Hold(TeamsSession::InACall)], "it may be the person's own call");
    assert_eq!(bench.answer(Side::Teams, Outcome::Applied), []);
    bench.wait(100);
    assert_eq!(bench.teams_says(in_a_call()), [], "an echo");
    bench.wait(80);
    assert_eq!(bench.tick(), [Write::Hold(TeamsSession::InACall)], "renewed");
}

#[test]
fn a_session_in_flight_at_the_end_is_sent_again_if_no_read_shows_it() {
    let mut bench = Bench::settled();
    bench.wait(10);
    assert_eq!(bench.eight_says(eight(EightStatus::OnCall, true)), [Write::Hold(TeamsSession::InACall)]);
    restart(&mut bench, 1);
    assert_eq!(bench.teams_says(available()), []);
    bench.wait(5);
    assert_eq!(bench.tick(), [Write::Hold(TeamsSession::InACall)]);
}

#[test]
fn a_publication_in_flight_at_the_end_is_settled_by_the_first_read() {
    for (layer, expected) in
        [(Some(EightTarget::DoNotDisturb), vec![]), (None, vec![Write::Publish(EightTarget::DoNotDisturb)])]
    {
        let mut bench = Bench::settled();
        assert_eq!(bench.teams_says(disturb_not()), [Write::Publish(EightTarget::DoNotDisturb)]);
        restart(&mut bench, 10);
        let seen = EightPresence { publication: layer, ..eight(EightStatus::Available, false) };
        assert_eq!(bench.eight_says(seen), []);
        bench.wait(5);
        assert_eq!(bench.tick(), expected, "8x8 shows {layer:?}");
    }
}

#[test]
fn an_available_in_flight_at_the_end_is_settled_by_a_read_that_shows_nothing_of_ours() {
    for (layer, expected) in
        [(None, vec![]), (Some(EightTarget::DoNotDisturb), vec![Write::Publish(EightTarget::Available)])]
    {
        let mut bench = Bench::settled();
        assert_eq!(bench.teams_says(disturb_not()), [Write::Publish(EightTarget::DoNotDisturb)]);
        bench.answer(Side::Eight, Outcome::Applied);
        bench.wait(10);
        assert_eq!(bench.teams_says(available()), [Write::Publish(EightTarget::Available)]);
        restart(&mut bench, 10);
        let seen = EightPresence { publication: layer, ..eight(EightStatus::Available, false) };
        assert_eq!(bench.eight_says(seen), []);
        bench.wait(5);
        assert_eq!(bench.tick(), expected, "8x8 shows {layer:?}");
    }
}

#[test]
fn a_snapshot_reads_back_as_it_was() {
    let bench = Bench::on_an_8x8_call();
    let snapshot = bench.reconciler.snapshot(LINK).unwrap().unwrap();
    let mut other = Reconciler::new(Policy::default());
    other.restore(bench.now, LINK, &snapshot).unwrap();
    assert_eq!(other.view(LINK), bench.reconciler.view(LINK));
    assert_eq!(other.snapshot(LINK).unwrap().unwrap(), snapshot);
}

#[test]
fn after_a_restart_nothing_is_written_before_the_rules_answered_again() {
    let mut bench = Bench::on_an_8x8_call();
    let snapshot = bench.reconciler.snapshot(LINK).unwrap().unwrap();
    bench.wait(200);
    bench.reconciler = Reconciler::new(Policy::default());
    bench.reconciler.restore(bench.now, LINK, &snapshot).unwrap();
    // The session is due to be renewed, but the rules may want none any more.
    let mut commands = Vec::new();
    bench.reconciler.apply(bench.now, Input::LinkAdded(LINK), &mut commands);
    assert_eq!(commands, []);
    bench.reconciler.apply(bench.now, Input::RulesChanged(Direction::EightToTeams), &mut commands);
    let [Command::Ask { stamp, .. }] = commands[..] else { panic!("{commands:?}") };
    let verdict = SessionVerdict { action: SessionAction::NoSession, recheck_after: None, reason: None };
    let decided = Input::SessionDecided { link: LINK, stamp, verdict, rules: "test".into() };
    assert_eq!(bench.put(decided), [Write::Clear]);
}

#[test]
fn a_renewal_in_flight_at_the_end_is_adopted_by_its_own_lease_when_the_one_before_has_run_out() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(200);
    assert_eq!(bench.tick(), [Write::Hold(TeamsSession::InACall)]);
    restart(&mut bench, 100);
    bench.tick();
    assert!(bench.events.contains(&Event::Lapsed { side: Side::Teams }));
    let again = bench.teams_says(in_a_call());
    assert_eq!(again, [Write::Hold(TeamsSession::InACall)], "the renewal did arrive, or the person is in a call");
    assert_eq!(bench.answer(Side::Teams, Outcome::Failed), []);
    bench.wait(60);
    bench.teams_says(in_a_call());
    assert_eq!(bench.reconciler.teams_presence(LINK), Some(available()), "it is still ours");
}
