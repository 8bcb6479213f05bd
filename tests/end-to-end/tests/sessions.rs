//! Sessions go to Teams twenty in a request, and each of them has its own fate.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use std::time::Duration;

use presync_end_to_end::Bench;
use presync_service::status::Place;
use presync_simulator::{AppKind, Config, Endpoint, Fault, PersonRef, WriteKind};

/// Until a token from before the grant is given up, and the longest pause between writes is over.
const UNTIL_GRANTED: usize = 40;

/// A tenant of so many, and the first `callers` of them, whose calls begin now.
async fn calling(users: usize, callers: usize) -> (Bench, Vec<PersonRef>) {
    let bench = Bench::start(Config { users, oddities: false, ..Config::default() }).await;
    let people: Vec<PersonRef> = bench.simulator.people(0).into_iter().take(callers).collect();
    people.iter().for_each(|person| bench.simulator.start_eight_call(person));
    (bench, people)
}

/// The next request for this person's session is answered so.
fn fault(person: &PersonRef, sentence: &str) -> Fault {
    let teams = person.teams_id.as_deref().unwrap();
    format!("fail POST /users/{teams}/presence/setPresence {sentence}").parse().unwrap()
}

fn held(bench: &Bench, people: &[PersonRef]) -> usize {
    people.iter().filter(|person| bench.shown(person).session).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_five_calls_that_begin_at_once_are_three_requests_and_forty_five_of_the_budget() {
    let (bench, callers) = calling(60, 45).await;
    bench.cycles(1).await;
    assert_eq!(held(&bench, &callers), 45);
    assert_eq!((bench.answers("batch 200"), bench.answers("setPresence 200")), (3, 45));
    callers.iter().for_each(|person| bench.simulator.end_eight_call(person));
    bench.cycles(1).await;
    assert_eq!(held(&bench, &callers), 0);
    assert_eq!((bench.answers("batch 200"), bench.answers("clearPresence 200")), (6, 45));
    assert_eq!(bench.counters().writes_failed, 0);
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_throttled_waits_by_itself_and_the_rest_of_its_request_is_held() {
    let (bench, callers) = calling(10, 8).await;
    bench.simulator.faults().add(fault(&callers[3], "with 429 retry-after 12 1 times"));
    bench.cycles(1).await;
    assert_eq!(held(&bench, &callers), 7);
    assert!(!bench.shown(&callers[3]).session);
    assert!(!bench.trouble(Place::Sessions).needs_action);
    bench.cycles(2).await;
    assert_eq!(held(&bench, &callers), 8);
    for (place, person) in callers.iter().enumerate() {
        let writes = bench.writes(person, WriteKind::SetSession).len();
        assert_eq!(writes, 1, "nobody is written to again for the sake of another; person {place}");
    }
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_refused_is_named_and_the_rest_of_its_request_is_held() {
    let (bench, callers) = calling(10, 8).await;
    bench.simulator.faults().add(fault(&callers[0], "with 400 1 times"));
    bench.cycles(1).await;
    assert_eq!(held(&bench, &callers), 7);
    let trouble = bench.trouble(Place::Sessions);
    assert!(trouble.what.contains("refused the request (400"), "{}", trouble.what);
    let outcomes: Vec<_> = bench.events(&callers[0]).into_iter().filter(|(kind, _)| kind == "session-held").collect();
    assert!(matches!(&outcomes[..], [(_, detail)] if detail["outcome"] == "refused"), "{outcomes:?}");
    bench.within(UNTIL_GRANTED, "it is tried again", |bench| held(bench, &callers) == 8).await;
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_fails_as_a_whole_leaves_all_of_its_sessions_in_doubt_until_they_are_held() {
    let (bench, callers) = calling(30, 25).await;
    bench.simulator.faults().add(Fault::status(Endpoint::Batch, 503).times(1));
    bench.cycles(1).await;
    let first = held(&bench, &callers);
    assert!(first == 5 || first == 20, "one of the two requests failed; {first} are held");
    assert!(!bench.trouble(Place::Sessions).needs_action);
    bench.within(6, "all are held", |bench| held(bench, &callers) == 25 && bench.troubles().is_empty()).await;
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_a_request_of_many_lacks_is_named_and_used_as_soon_as_it_is_granted() {
    let (bench, callers) = calling(5, 3).await;
    bench.simulator.set_roles(0, AppKind::Write, false);
    for _ in 0..8 {
        bench.cycles(1).await;
        let trouble = bench.trouble(Place::Sessions);
        assert!(trouble.needs_action && trouble.what.contains("Presence.ReadWrite.All"), "{}", trouble.what);
    }
    bench.simulator.set_roles(0, AppKind::Write, true);
    bench.within(UNTIL_GRANTED, "the sessions are held", |bench| held(bench, &callers) == 3).await;
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_hang_do_not_outlast_the_cycle_and_what_was_not_answered_is_in_doubt() {
    let config = Config { users: 6, oddities: false, ..Config::default() };
    let mut bench = Bench::start(config).await;
    // Cycles are so short here that a request which hangs for longer is given up by the cycle, not by its own deadline.
    bench.cadence.poll = Duration::from_secs(1);
    bench.restart().await;
    let callers: Vec<PersonRef> = bench.simulator.people(0).into_iter().take(4).collect();
    callers.iter().for_each(|person| bench.simulator.start_eight_call(person));
    bench.simulator.faults().add(Fault::hung(Endpoint::Batch, Duration::from_secs(20)).times(1));
    bench.cycles(1).await;
    let trouble = bench.trouble(Place::Sessions);
    assert!(trouble.what.contains("within the cycle"), "{}", trouble.what);
    assert_eq!(held(&bench, &callers), 0);
    bench.within(8, "all are held", |bench| held(bench, &callers) == 4 && bench.troubles().is_empty()).await;
    bench.assert_right();
}
