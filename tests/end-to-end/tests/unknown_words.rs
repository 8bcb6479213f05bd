//! Words that this version does not know: mapped as the table's last line says, recorded raw, and never a reason to stop.

use presync_end_to_end::Bench;
use presync_simulator::{PersonRef, Status};

fn unknown_words(bench: &Bench, person: &PersonRef) -> Vec<String> {
    let events = bench.events(person).into_iter();
    events.filter(|(kind, _)| kind == "unknown-words").map(|(_, detail)| detail["words"].to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_words_of_teams_are_offline_and_are_recorded_once() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.inject_raw_teams_words(&person, "Hovering", "Floating");
    bench.cycles(3).await;
    assert_eq!(bench.shown(&person).published, Some(Status::Offline));
    let words = unknown_words(&bench, &person);
    assert_eq!(words.len(), 1, "{words:?}");
    assert!(words[0].contains("Hovering") && words[0].contains("Floating"), "{words:?}");
    bench.assert_right();
    bench.simulator.teams_client(&person, "Available", "Available");
    bench.cycles(1).await;
    assert_eq!(bench.shown(&person).published, None);
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_activity_beside_a_known_availability_is_mapped_by_the_availability() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.inject_raw_teams_words(&person, "Busy", "Juggling");
    bench.cycles(1).await;
    assert_eq!(bench.shown(&person).published, Some(Status::Busy));
    assert_eq!(unknown_words(&bench, &person).len(), 1);
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_8x8_status_holds_no_session_and_is_recorded() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.inject_raw_eight_status(&person, Some("AT_LUNCH"));
    bench.cycles(3).await;
    assert!(!bench.shown(&person).session);
    let words = unknown_words(&bench, &person);
    assert_eq!(words.len(), 1, "{words:?}");
    assert!(words[0].contains("AT_LUNCH"), "{words:?}");
    bench.simulator.inject_raw_eight_status(&person, None);
    bench.simulator.start_eight_call(&person);
    bench.cycles(1).await;
    assert!(bench.shown(&person).session, "a call is a call again");
    bench.assert_right();
}
