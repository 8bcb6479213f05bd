//! Rule: every write is a lease, renewed while its cause lasts, cleared at its end, gone by itself if we are.

use super::*;

#[test]
fn a_session_is_renewed_at_six_tenths_of_its_lease_while_the_call_lasts() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(149);
    assert_eq!(bench.tick(), []);
    bench.wait(31);
    assert_eq!(bench.tick(), [Write::Hold(TeamsSession::InACall)]);
    assert_eq!(bench.answer(Side::Teams, Outcome::Applied), []);
    assert_eq!(bench.tick(), [], "renewed once");
}

#[test]
fn a_call_that_ends_clears_the_session() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(10);
    assert_eq!(bench.eight_says(eight(EightStatus::Available, false)), [Write::Clear]);
}

#[test]
fn publications_lease_by_the_harm_that_a_stale_one_does() {
    let policy = Policy::default();
    let lease = |target| policy.publication_lease(target);
    assert_eq!(lease(EightTarget::OnCall), Some(secs(300)));
    assert_eq!(lease(EightTarget::DoNotDisturb), Some(secs(300)));
    assert_eq!(lease(EightTarget::Busy), Some(secs(3600)));
    assert_eq!(lease(EightTarget::Away), Some(secs(3600)));
    assert_eq!(lease(EightTarget::Offline), Some(secs(3600)));
    assert_eq!(lease(EightTarget::Available), None, "it clears our layer, so nothing can expire");
}

#[test]
fn available_is_never_renewed_and_do_not_disturb_is() {
    let mut bench = Bench::settled();
    bench.wait(100_000);
    assert_eq!(bench.tick(), []);
    assert_eq!(bench.teams_says(disturb_not()), [Write::Publish(EightTarget::DoNotDisturb)]);
    bench.answer(Side::Eight, Outcome::Applied);
    bench.wait(180);
    assert_eq!(bench.tick(), [Write::Publish(EightTarget::DoNotDisturb)]);
}

#[test]
fn a_failed_write_is_repeated_after_a_growing_pause() {
    let mut bench = Bench::settled();
    bench.wait(10);
    assert_eq!(bench.eight_says(eight(EightStatus::OnCall, true)), [Write::Hold(TeamsSession::InACall)]);
    for pause in [5, 10, 20, 40, 60, 60] {
        assert_eq!(bench.answer(Side::Teams, Outcome::Failed), []);
        bench.wait(pause - 1);
        assert_eq!(bench.tick(), []);
        bench.wait(1);
        assert_eq!(bench.tick(), [Write::Hold(TeamsSession::InACall)]);
    }
}

#[test]
fn a_failed_write_that_a_read_shows_is_counted_on_and_made_sure_of_at_once() {
    let mut bench = Bench::settled();
    bench.wait(10);
    assert_eq!(bench.eight_says(eight(EightStatus::OnCall, true)), [Write::Hold(TeamsSession::InACall)]);
    assert_eq!(bench.answer(Side::Teams, Outcome::Failed), []);
    bench.wait(2);
    let again = bench.teams_says(in_a_call());
    assert_eq!(again, [Write::Hold(TeamsSession::InACall)], "it did arrive, or the person is in a Teams call");
    assert_eq!(bench.reconciler.view(LINK).unwrap().session.held, Some(TeamsSession::InACall));
    assert_eq!(bench.answer(Side::Teams, Outcome::Applied), []);
    bench.wait(60);
    assert_eq!(bench.teams_says(in_a_call()), []);
    assert_eq!(bench.reconciler.teams_presence(LINK), Some(available()), "an echo all the same");
}

#[test]
fn a_renewal_in_doubt_that_outlives_the_lease_before_it_is_taken_for_what_a_read_shows() {
    let mut bench = Bench::on_an_8x8_call();
    bench.wait(180);
    assert_eq!(bench.tick(), [Write::Hold(TeamsSession::InACall)]);
    assert_eq!(bench.answer(Side::Teams, Outcome::Failed), []);
    assert_eq!(bench.eight_says(eight(EightStatus::Available, false)), []);
    bench.wait(5);
    assert_eq!(bench.tick(), [Write::Clear]);
    assert_eq!(bench.answer(Side::Teams, Outcome::Throttled { retry_after: secs(600) }), []);
    bench.wait(120);
    assert_eq!(bench.teams_says(in_a_call()), [], "known to be there as long as the first lease lasts");
    bench.tick();
    bench.wait(2);
    assert_eq!(bench.teams_says(in_a_call()), [Write::Clear], "it was renewed after all");
    let lapses = bench.events.iter().filter(|event| matches!(event, Event::Lapsed { .. })).count();
    assert_eq!(lapses, 1, "and that lease has not run out");
}

#[test]
fn a_call_that_ends_while_the_session_is_in_doubt_is_cleared() {
    let mut bench = Bench::settled();
    bench.wait(10);
    assert_eq!(bench.eight_says(eight(EightStatus::OnCall, true)), [Write::Hold(TeamsSession::InACall)]);
    assert_eq!(bench.answer(Side::Teams, Outcome::Failed), []);
    bench.wait(5);
    assert_eq!(bench.eight_says(eight(EightStatus::Available, false)), [Write::Clear], "it may have arrived");
}

#[test]
fn throttling_is_waited_out() {
    let mut bench = Bench::settled();
    assert_eq!(bench.teams_says(disturb_not()), [Write::Publish(EightTarget::DoNotDisturb)]);
    assert_eq!(bench.answer(Side::Eight, Outcome::Throttled { retry_after: secs(17) }), []);
    bench.wait(16);
    assert_eq!(bench.tick(), []);
    bench.wait(1);
    assert_eq!(bench.tick(), [Write::Publish(EightTarget::DoNotDisturb)]);
}

#[test]
fn what_the_provider_will_not_take_is_not_pressed() {
    let mut bench = Bench::settled();
    assert_eq!(bench.teams_says(disturb_not()), [Write::Publish(EightTarget::DoNotDisturb)]);
    for pause in [5, 10, 20, 40, 60, 60, 60, 60, 300, 300] {
        assert_eq!(bench.answer(Side::Eight, Outcome::Refused), []);
        bench.wait(pause - 1);
        assert_eq!(bench.tick(), [], "{pause} s");
        bench.wait(1);
        assert_eq!(bench.tick(), [Write::Publish(EightTarget::DoNotDisturb)], "{pause} s");
    }
}

#[test]
fn one_refusal_that_was_a_mishap_is_mended_at_the_next_cycle() {
    let mut bench = Bench::settled();
    for outcome in [Outcome::Refused, Outcome::NotFound] {
        bench.wait(10);
        assert_eq!(bench.teams_says(disturb_not()), [Write::Publish(EightTarget::DoNotDisturb)]);
        assert_eq!(bench.answer(Side::Eight, outcome), []);
        bench.wait(10);
        assert_eq!(bench.tick(), [Write::Publish(EightTarget::DoNotDisturb)], "{outcome:?}");
        assert_eq!(bench.answer(Side::Eight, Outcome::Applied), []);
        assert_eq!(bench.teams_says(available()), [Write::Publish(EightTarget::Available)]);
        assert_eq!(bench.answer(Side::Eight, Outcome::Applied), []);
    }
}

#[test]
fn a_publication_that_8x8_lost_is_published_again() {
    let mut bench = Bench::settled();
    bench.teams_says(disturb_not());
    bench.answer(Side::Eight, Outcome::Applied);
    bench.wait(10);
    assert_eq!(bench.eight_says(eight(EightStatus::Available, false)), [Write::Publish(EightTarget::DoNotDisturb)]);
    assert!(bench.events.contains(&Event::PublicationLost));
}

#[test]
fn an_orphan_of_ours_that_8x8_shows_is_taken_charge_of() {
    let mut bench = Bench::new();
    let orphan = EightPresence {
        shown: EightStatus::DoNotDisturb,
        publication: Some(EightTarget::DoNotDisturb),
        ..eight(EightStatus::Available, false)
    };
    bench.eight_says(orphan);
    assert_eq!(bench.reconciler.view(LINK).unwrap().publication.held, Some(EightTarget::DoNotDisturb));
    assert_eq!(bench.answer(Side::Eight, Outcome::Applied), [], "renewed, since nobody has decided yet");
    assert_eq!(bench.teams_says(available()), [Write::Publish(EightTarget::Available)]);
}

#[test]
fn a_person_who_leaves_is_cleared_on_both_sides_and_forgotten() {
    let mut bench = Bench::on_an_8x8_call();
    assert_eq!(bench.put(Input::LinkRemoved(LINK)), [Write::Unpublish, Write::Clear]);
    assert_eq!(bench.answer(Side::Teams, Outcome::Applied), []);
    assert!(!bench.forgotten);
    assert_eq!(bench.answer(Side::Eight, Outcome::NotFound), []);
    assert!(bench.forgotten);
    assert!(bench.reconciler.is_empty());
}

#[test]
fn a_person_who_leaves_and_cannot_be_cleared_is_forgotten_when_the_lease_has_run_out() {
    let mut bench = Bench::on_an_8x8_call();
    bench.put(Input::LinkRemoved(LINK));
    bench.answer(Side::Eight, Outcome::Applied);
    bench.answer(Side::Teams, Outcome::Refused);
    bench.wait(301);
    bench.tick();
    assert!(bench.forgotten);
}
