//! One person, one story each: what is shown on both sides while calls, choices and publications come and go.

use std::collections::BTreeMap;
use std::time::Duration;

use presync_end_to_end::Bench;
use presync_service::status::Alone;
use presync_simulator::{Pair, Status, WriteKind};

/// A Teams session and the urgent publications live this long.
const LEASE: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread")]
async fn do_not_disturb_by_hand_in_mid_call_is_published_beneath_the_call() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.start_eight_call(&person);
    bench.cycles(1).await;
    assert_eq!(bench.shown(&person).teams, Some(Pair::IN_A_CALL));
    bench.simulator.teams_preferred(&person, Some(("DoNotDisturb", "DoNotDisturb")));
    bench.cycles(1).await;
    let shown = bench.shown(&person);
    assert_eq!((shown.eight, shown.published), (Some(Status::OnCall), Some(Status::Dnd)));
    assert_eq!(shown.teams, Some(Pair::DO_NOT_DISTURB), "what was chosen by hand stays on top");
    bench.assert_right();
    bench.simulator.end_eight_call(&person);
    bench.cycles(1).await;
    let shown = bench.shown(&person);
    assert_eq!((shown.eight, shown.session), (Some(Status::Dnd), false));
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_teams_call_that_ends_beneath_our_session_is_noticed_once_the_session_is_gone() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.teams_client(&person, "Busy", "InACall");
    bench.cycles(1).await;
    bench.simulator.start_eight_call(&person);
    bench.cycles(1).await;
    assert!(bench.shown(&person).session);
    bench.simulator.teams_client(&person, "Available", "Available");
    bench.cycles(3).await;
    let shown = bench.shown(&person);
    assert_eq!(shown.teams, Some(Pair::IN_A_CALL), "our session shows the same");
    assert_eq!(shown.published, Some(Status::OnCall), "so nothing is learned");
    bench.assert_right();
    bench.simulator.end_eight_call(&person);
    bench.cycles(2).await;
    let shown = bench.shown(&person);
    assert_eq!((shown.teams, shown.eight), (Some(Pair::AVAILABLE), Some(Status::Available)));
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_appears_offline_in_mid_call_stays_so_and_is_published_so() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.start_eight_call(&person);
    bench.simulator.teams_preferred(&person, Some(("Offline", "OffWork")));
    bench.cycles(2).await;
    let shown = bench.shown(&person);
    assert!(shown.session, "Teams takes the session");
    assert_eq!(shown.teams, Some(Pair::OFF_WORK), "and does not show it");
    assert_eq!((shown.eight, shown.published), (Some(Status::OnCall), Some(Status::Offline)));
    bench.simulator.end_eight_call(&person);
    bench.cycles(2).await;
    let shown = bench.shown(&person);
    assert_eq!((shown.session, shown.eight), (false, Some(Status::Offline)));
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_shorter_than_a_poll_leave_no_trace() {
    let bench = Bench::small().await;
    let (one, other) = (bench.person(0), bench.person(1));
    let before = bench.simulator.writes(&other).len();
    bench.simulator.start_eight_call(&one);
    bench.simulator.teams_client(&other, "Busy", "InACall");
    bench.simulator.step(Duration::from_secs(4));
    bench.simulator.end_eight_call(&one);
    bench.simulator.teams_client(&other, "Available", "Available");
    bench.cycles(2).await;
    assert_eq!(bench.writes(&one, WriteKind::SetSession), []);
    assert_eq!(bench.simulator.writes(&other).len(), before);
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_service_dies_in_mid_call_its_session_ends_with_its_lease() {
    let mut bench = Bench::small().await;
    let (caller, talker) = (bench.person(0), bench.person(1));
    bench.simulator.start_eight_call(&caller);
    bench.simulator.teams_client(&talker, "Busy", "InACall");
    bench.cycles(1).await;
    bench.tenants.clear();
    bench.simulator.end_eight_call(&caller);
    bench.simulator.step(LEASE - Duration::from_secs(1));
    assert!(bench.shown(&caller).session);
    assert_eq!(bench.shown(&talker).published, Some(Status::OnCall));
    bench.simulator.step(Duration::from_secs(1));
    assert!(!bench.shown(&caller).session);
    assert_eq!(bench.shown(&talker).published, None, "nobody stays on a call longer than one lease");
    bench.restart().await;
    bench.cycles(2).await;
    assert_eq!(bench.shown(&talker).published, Some(Status::OnCall), "this call goes on");
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_gone_when_it_is_cleared_is_done_with() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.start_eight_call(&person);
    bench.cycles(1).await;
    bench.simulator.lose_session(&person);
    bench.simulator.end_eight_call(&person);
    bench.cycles(5).await;
    let answers: Vec<u16> = bench.writes(&person, WriteKind::ClearSession).iter().map(|write| write.answer).collect();
    assert_eq!(answers, [404, 404], "once may be a mishap, since Teams has just taken the session; twice is enough");
    assert!(bench.tenant().is_settled());
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_lost_in_mid_call_is_back_within_a_lease() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.start_eight_call(&person);
    bench.cycles(1).await;
    bench.simulator.lose_session(&person);
    bench.within(30, "the session is back", |bench| bench.shown(&person).session).await;
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_another_kind_in_teams_is_real_and_comes_back_as_no_session() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    // The very pair that we would set, without a session of ours.
    bench.simulator.teams_client(&person, "Busy", "InACall");
    bench.cycles(5).await;
    assert_eq!(bench.shown(&person).eight, Some(Status::OnCall), "it is published");
    assert_eq!(bench.writes(&person, WriteKind::SetSession), [], "and what we published is no 8x8 call");
    assert_eq!(bench.writes(&person, WriteKind::Publish).len(), 2, "available at first, then on call, and no more");
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_chosen_by_hand_in_8x8_ends_the_session_of_a_call_and_its_end_brings_it_back() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    for chosen in [Status::Busy, Status::Dnd, Status::Invisible] {
        bench.simulator.start_eight_call(&person);
        bench.cycles(1).await;
        assert!(bench.shown(&person).session, "{chosen}");
        bench.simulator.eight_manual(&person, Some(chosen));
        bench.cycles(1).await;
        assert!(!bench.shown(&person).session, "{chosen} is no call");
        bench.assert_right();
        bench.simulator.eight_manual(&person, None);
        bench.cycles(1).await;
        assert!(bench.shown(&person).session, "the call is still on");
        bench.simulator.end_eight_call(&person);
        bench.cycles(1).await;
        bench.assert_right();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn out_of_office_adds_a_note_and_leaves_the_status() {
    let bench = Bench::small().await;
    let (busy, available) = (bench.person(0), bench.person(1));
    bench.simulator.teams_client(&busy, "Busy", "Busy");
    bench.cycles(1).await;
    assert_eq!(bench.shown(&busy).note, None);
    bench.simulator.set_out_of_office(&busy, true);
    bench.simulator.set_out_of_office(&available, true);
    bench.cycles(1).await;
    let shown = bench.shown(&busy);
    assert_eq!((shown.published, shown.note.as_deref()), (Some(Status::Busy), Some("Out of office")));
    assert_eq!(bench.shown(&available).eight, Some(Status::Available));
    bench.assert_right();
    bench.simulator.set_out_of_office(&busy, false);
    bench.cycles(1).await;
    let shown = bench.shown(&busy);
    assert_eq!((shown.published, shown.note), (Some(Status::Busy), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_that_is_lost_is_published_again() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.teams_client(&person, "Busy", "Busy");
    bench.cycles(1).await;
    bench.simulator.step(Duration::from_secs(5));
    bench.simulator.lose_publication(&person);
    bench.cycles(1).await;
    assert_eq!(bench.shown(&person).published, Some(Status::Busy));
    assert!(bench.events(&person).iter().any(|(kind, _)| kind == "publication-lost"));
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_linked_or_listed_with_a_reason() {
    let bench = Bench::small().await;
    let status = bench.tenant().status();
    let expected =
        BTreeMap::from([("ambiguous", 3), ("disabled", 2), ("guest", 1), ("no-partner", 5), ("partner-barred", 2)]);
    assert_eq!((status.linked, status.unlinked), (5, expected));
    let alone = bench.tenant().alone();
    for person in bench.simulator.people(0) {
        for id in [&person.teams_id, &person.eight_id].into_iter().flatten() {
            let listed: Vec<&Alone> = alone.iter().filter(|alone| alone.id == *id).collect();
            assert_eq!(listed.len(), usize::from(!person.linkable), "{person:?}");
            assert!(listed.iter().all(|alone| !alone.address.is_empty()), "{listed:?}");
        }
    }
}
