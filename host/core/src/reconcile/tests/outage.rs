//! Rule: outage is not offline. What was last known is held and renewed for a while, then the leases lapse.

use super::*;

#[test]
fn leases_are_renewed_while_the_outage_is_short() {
    let mut bench = Bench::on_an_8x8_call();
    assert_eq!(bench.put(Input::SideDown(Side::Eight)), []);
    bench.wait(181);
    assert_eq!(bench.tick(), [Write::Hold(TeamsSession::InACall)]);
}

#[test]
fn leases_lapse_when_the_outage_is_long() {
    let mut bench = Bench::on_an_8x8_call();
    bench.put(Input::SideDown(Side::Eight));
    bench.wait(15 * 60 - 1);
    assert_eq!(bench.tick(), [Write::Hold(TeamsSession::InACall)], "still within the patience, though it had lapsed");
    bench.answer(Side::Teams, Outcome::Applied);
    bench.wait(200);
    assert_eq!(bench.tick(), []);
    bench.wait(101);
    assert_eq!(bench.tick(), []);
    assert_eq!(bench.reconciler.view(LINK).unwrap().session.held, None);
    assert!(bench.events.contains(&Event::Lapsed { side: Side::Teams }));
}

#[test]
fn after_an_outage_what_is_read_is_taken_up_again() {
    let mut bench = Bench::on_an_8x8_call();
    bench.put(Input::SideDown(Side::Eight));
    bench.wait(2000);
    assert_eq!(bench.tick(), []);
    assert_eq!(bench.put(Input::SideUp(Side::Eight)), [Write::Hold(TeamsSession::InACall)][..0]);
    assert_eq!(bench.eight_says(eight(EightStatus::OnCall, true)), [Write::Hold(TeamsSession::InACall)]);
}

#[test]
fn an_outage_of_one_side_does_not_freeze_the_other_direction() {
    let mut bench = Bench::settled();
    bench.put(Input::SideDown(Side::Eight));
    bench.wait(2000);
    assert_eq!(bench.teams_says(disturb_not()), [Write::Publish(EightTarget::DoNotDisturb)]);
}

#[test]
fn going_down_and_up_is_recorded_once_each() {
    let mut bench = Bench::settled();
    for _ in 0..2 {
        bench.put(Input::SideDown(Side::Teams));
    }
    for _ in 0..2 {
        bench.put(Input::SideUp(Side::Teams));
    }
    let count = |event: &Event| bench.events.iter().filter(|seen| *seen == event).count();
    assert_eq!(count(&Event::SideDown { side: Side::Teams }), 1);
    assert_eq!(count(&Event::SideUp { side: Side::Teams }), 1);
}
