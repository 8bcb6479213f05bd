//! Rule: a state that one side shows because we put it there is never carried back.

use super::*;

#[test]
fn the_pair_of_a_session_that_we_hold_is_an_echo() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(10);
    assert_eq!(bench.teams_says(in_a_call()), []);
    assert_eq!(bench.reconciler.teams_presence(LINK), Some(available()), "the own state is what it was");
}

#[test]
fn an_echo_is_counted_once_for_each_new_revision() {
    let mut bench = Bench::on_an_8x8_call();
    for _ in 0..3 {
        bench.wait(10);
        assert_eq!(bench.teams_read(in_a_call(), bench.now, Some("0042")), []);
    }
    assert_eq!(bench.echoes(Side::Teams), 1);
}

#[test]
fn the_same_pair_is_real_when_we_hold_no_session() {
    let mut bench = Bench::settled();
    bench.wait(10);
    assert_eq!(bench.teams_says(in_a_call()), [Write::Publish(EightTarget::OnCall)]);
}

#[test]
fn the_pair_is_an_echo_already_while_the_session_is_on_its_way() {
    let mut bench = Bench::settled();
    bench.wait(10);
    assert_eq!(bench.eight_says(eight(EightStatus::OnCall, true)), [Write::Hold(TeamsSession::InACall)]);
    assert_eq!(bench.teams_says(in_a_call()), []);
}

#[test]
fn after_the_clear_only_a_read_started_later_and_settled_is_believed() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(10);
    assert_eq!(bench.eight_says(eight(EightStatus::Available, false)), [Write::Clear]);
    let before_the_answer = bench.now;
    bench.wait(1);
    assert_eq!(bench.answer(Side::Teams, Outcome::Applied), []);
    assert_eq!(bench.teams_read(in_a_call(), before_the_answer, None), [], "started before the clear was acknowledged");
    bench.wait(1);
    assert_eq!(bench.teams_says(in_a_call()), [], "within the settle time");
    bench.wait(1);
    assert_eq!(bench.teams_says(in_a_call()), [Write::Publish(EightTarget::OnCall)], "now it is a Teams call");
}

#[test]
fn an_equal_revision_gets_another_meaning_once_our_session_is_gone() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(10);
    // A Teams call under our session shows the same pair: nothing changes in Teams, not even the sequence number.
    assert_eq!(bench.teams_read(in_a_call(), bench.now, Some("0042")), []);
    assert_eq!(bench.eight_says(eight(EightStatus::Available, false)), [Write::Clear]);
    assert_eq!(bench.answer(Side::Teams, Outcome::Applied), []);
    bench.wait(10);
    assert_eq!(bench.teams_read(in_a_call(), bench.now, Some("0042")), [Write::Publish(EightTarget::OnCall)]);
}

#[test]
fn an_8x8_status_that_carries_our_publication_is_an_echo() {
    let mut bench = Bench::settled();
    bench.wait(10);
    assert_eq!(bench.teams_says(in_a_call()), [Write::Publish(EightTarget::OnCall)]);
    assert_eq!(bench.answer(Side::Eight, Outcome::Applied), []);
    bench.wait(10);
    let ours = EightPresence {
        shown: EightStatus::OnCall,
        publication: Some(EightTarget::OnCall),
        ..eight(EightStatus::Available, false)
    };
    assert_eq!(bench.eight_says(ours), [], "our on call must not become a Teams session");
    assert_eq!(bench.echoes(Side::Eight), 1);
}

#[test]
fn do_not_disturb_by_hand_in_mid_call_is_real_and_published_beneath_the_call() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(10);
    assert_eq!(bench.teams_says(disturb_not()), [Write::Publish(EightTarget::DoNotDisturb)]);
    assert_eq!(bench.answer(Side::Eight, Outcome::Masked), []);
}

#[test]
fn a_teams_call_that_ends_under_our_session_is_learned_after_the_clear() {
    let mut bench = Bench::settled();
    bench.wait(10);
    assert_eq!(bench.teams_says(in_a_call()), [Write::Publish(EightTarget::OnCall)]);
    assert_eq!(bench.answer(Side::Eight, Outcome::Applied), []);
    assert_eq!(bench.eight_says(eight(EightStatus::OnCall, true)), [Write::Hold(TeamsSession::InACall)]);
    assert_eq!(bench.answer(Side::Teams, Outcome::Applied), []);
    bench.wait(10);
    assert_eq!(bench.teams_says(in_a_call()), [], "the Teams call is over, but that cannot be seen");
    let ours = EightPresence {
        shown: EightStatus::OnCall,
        publication: Some(EightTarget::OnCall),
        ..eight(EightStatus::Available, false)
    };
    assert_eq!(bench.eight_says(ours), [Write::Clear]);
    assert_eq!(bench.answer(Side::Teams, Outcome::Applied), []);
    bench.wait(10);
    assert_eq!(bench.teams_says(available()), [Write::Publish(EightTarget::Available)]);
}

#[test]
fn appearing_offline_during_an_8x8_call_is_real_and_the_session_stays() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(10);
    assert_eq!(bench.teams_says(teams(Avail::Offline, Act::OffWork)), [Write::Publish(EightTarget::Offline)]);
    assert_eq!(bench.reconciler.view(LINK).unwrap().session.held, Some(TeamsSession::InACall));
}

#[test]
fn an_automatic_reply_switched_on_beneath_our_session_is_seen() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(10);
    bench.teams_says(TeamsPresence { out_of_office: true, ..in_a_call() });
    assert_eq!(
        bench.reconciler.teams_presence(LINK),
        Some(TeamsPresence { out_of_office: true, ..available() }),
        "Graph reports the automatic reply beside the pair"
    );
}

#[test]
fn a_clear_that_twice_finds_nothing_is_done() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(10);
    assert_eq!(bench.eight_says(eight(EightStatus::Available, false)), [Write::Clear]);
    assert_eq!(bench.answer(Side::Teams, Outcome::NotFound), []);
    bench.wait(5);
    assert_eq!(bench.tick(), [Write::Clear], "Teams took the session a moment ago: once may be a mishap");
    assert_eq!(bench.answer(Side::Teams, Outcome::NotFound), []);
    bench.wait(600);
    assert_eq!(bench.tick(), [], "nothing is left to clear");
}

#[test]
fn a_slow_read_of_a_session_that_ran_out_does_not_settle_the_renewal_in_doubt() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(299);
    let while_it_lasted = bench.now;
    assert_eq!(bench.tick(), [Write::Hold(TeamsSession::InACall)]);
    assert_eq!(bench.answer(Side::Teams, Outcome::Failed), []);
    bench.wait(2);
    bench.tick();
    assert!(bench.events.contains(&Event::Lapsed { side: Side::Teams }));
    bench.teams_read(in_a_call(), while_it_lasted, None);
    // The renewal did arrive all the same.
    bench.wait(10);
    bench.teams_says(in_a_call());
    assert_eq!(bench.reconciler.teams_presence(LINK), Some(available()), "it is ours");
}

#[test]
fn a_clear_of_a_session_in_doubt_that_finds_nothing_is_made_once_more() {
    let mut bench = Bench::settled();
    assert_eq!(bench.eight_says(eight(EightStatus::OnCall, true)), [Write::Hold(TeamsSession::InACall)]);
    assert_eq!(bench.answer(Side::Teams, Outcome::Failed), []);
    bench.wait(10);
    assert_eq!(bench.eight_says(eight(EightStatus::Available, false)), [Write::Clear]);
    assert_eq!(bench.answer(Side::Teams, Outcome::NotFound), []);
    bench.wait(10);
    assert_eq!(bench.tick(), [Write::Clear]);
    assert_eq!(bench.answer(Side::Teams, Outcome::NotFound), []);
    bench.wait(600);
    assert_eq!(bench.tick(), []);
}

#[test]
fn a_clear_that_failed_and_then_finds_nothing_is_made_once_more() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(10);
    assert_eq!(bench.eight_says(eight(EightStatus::Available, false)), [Write::Clear]);
    for (outcome, pause) in [(Outcome::Failed, 5), (Outcome::NotFound, 10)] {
        assert_eq!(bench.answer(Side::Teams, outcome), []);
        bench.wait(pause);
        assert_eq!(bench.teams_says(in_a_call()), [Write::Clear], "{outcome:?}");
    }
    assert_eq!(bench.answer(Side::Teams, Outcome::NotFound), []);
    bench.wait(3);
    assert_eq!(
        bench.teams_says(in_a_call()),
        [Write::Publish(EightTarget::OnCall)],
        "from now on it is the person's own"
    );
}
