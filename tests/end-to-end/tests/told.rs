//! What 8x8 tells by itself reaches Teams without a reading in between; and nothing is lost when it stops telling.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use std::time::Duration;

use presync_core::words::Side;
use presync_eight::config::{Push, Stream};
use presync_end_to_end::{Bench, Listener};
use presync_service::Limit;
use presync_service::listening::By;
use presync_service::status::Place;
use presync_simulator::{Config, Endpoint, Fault, Product, StreamFaults};

/// A tenant that is told by a stream; while that cannot be opened, requests wait for changes, or not.
async fn streamed(wait: bool) -> Bench {
    let mut bench = Bench::small().await;
    let tenant = bench.simulator.tenants()[0].cc_tenant.clone();
    bench.push = Push { wait, stream: Some(Stream { tenant, host: None }), webhook: None };
    bench.restart().await;
    bench
}

async fn heard_by(bench: &Bench, by: Option<By>) {
    let heard_by = |bench: &Bench| bench.tenant().freshness().listening.unwrap().by == by;
    bench.by_itself(&format!("it is told by {by:?}"), heard_by).await;
}

async fn listening(bench: &Bench, by: By) -> Listener {
    let listener = bench.listen();
    heard_by(bench, Some(by)).await;
    listener
}

/// Requests for presence on either side that were answered: at 8x8, and in Teams.
fn readings(bench: &Bench) -> (u64, u64) {
    let eight = bench.answers("eightChanges 200") + bench.answers("eightSnapshot 200");
    (eight, bench.answers("getPresences 200"))
}

async fn call_is_shown(bench: &Bench, place: usize, shown: bool) {
    let person = bench.person(place);
    let so = |bench: &Bench| bench.shown(&person).session == shown;
    bench.by_itself("the call is shown as it is", so).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_shown_when_8x8_answers_a_request_that_waited() {
    let bench = Bench::small().await;
    let listener = listening(&bench, By::Wait).await;
    let (before, cycles) = (readings(&bench), bench.counters().cycles);
    bench.simulator.start_eight_call(&bench.person(0));
    call_is_shown(&bench, 0, true).await;
    assert_eq!(readings(&bench), (before.0 + 1, before.1), "the answer that was waited for, and no other");
    bench.simulator.end_eight_call(&bench.person(0));
    call_is_shown(&bench, 0, false).await;
    assert_eq!(readings(&bench), (before.0 + 2, before.1));
    assert_eq!(bench.counters().cycles, cycles);
    assert!(bench.tenant().freshness().listening.unwrap().told >= 2);
    listener.stop().await;
    bench.cycles(1).await;
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_waits_keeps_neither_a_cycle_nor_the_end_waiting() {
    let bench = Bench::small().await;
    let listener = listening(&bench, By::Wait).await;
    let before = bench.counters().cycles;
    bench.cycle().await;
    assert_eq!(bench.counters().cycles, before + 1);
    listener.stop().await;
    assert_eq!(bench.tenant().freshness().listening.unwrap().by, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nothing_answers_ends_and_another_one_waits() {
    let bench = Bench::small().await;
    let listener = listening(&bench, By::Wait).await;
    let before = readings(&bench).0;
    // Whenever a request waits, its time is over.
    let so = |bench: &Bench| {
        bench.simulator.step(Duration::from_secs(25));
        readings(bench).0 >= before + 2
    };
    bench.by_itself("requests end", so).await;
    bench.simulator.start_eight_call(&bench.person(0));
    call_is_shown(&bench, 0, true).await;
    listener.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_requests_that_wait_fail_the_cycles_read() {
    let bench = Bench::small().await;
    let broken = Fault::dropped(Endpoint::EightChanges).times(4);
    bench.simulator.faults().add(broken);
    let listener = bench.listen();
    bench.by_itself("the faults are used up", |bench| bench.answers("eightChanges 0") == 4).await;
    bench.simulator.start_eight_call(&bench.person(0));
    bench.cycle().await;
    assert!(bench.shown(&bench.person(0)).session);
    bench.simulator.end_eight_call(&bench.person(0));
    call_is_shown(&bench, 0, false).await;
    listener.stop().await;
    bench.cycles(1).await;
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_does_not_wait_is_not_asked_to_for_a_while() {
    let bench = Bench::small().await;
    let listener = listening(&bench, By::Wait).await;
    let at_once =
        Fault::status(Endpoint::EightChanges, 200).body(r#"{"data":[],"hasMore":false,"resyncRequired":false}"#);
    bench.simulator.faults().add(at_once);
    // What waits now is answered with this, and whoever asks next as well.
    bench.simulator.start_eight_call(&bench.person(1));
    heard_by(&bench, None).await;
    bench.simulator.faults().clear();
    bench.simulator.start_eight_call(&bench.person(0));
    call_is_shown(&bench, 0, true).await;
    listener.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_short_is_left_to_the_cycles() {
    let mut bench = Bench::small().await;
    // Half of it may go out in an hour, two at once; two cycles take these.
    bench.cadence.eight_limit = Some(Limit { requests: 20, within: Duration::from_secs(3_600) });
    bench.restart().await;
    bench.cycle().await;
    let listener = bench.listen();
    bench.simulator.start_eight_call(&bench.person(0));
    let before = readings(&bench).0;
    bench.cycles(3).await;
    assert_eq!(readings(&bench).0, before + 3, "those of the cycles");
    assert!(bench.shown(&bench.person(0)).session);
    assert_eq!(bench.tenant().freshness().listening.unwrap().by, None);
    listener.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_a_stream_tells_is_shown_without_any_reading() {
    let bench = streamed(true).await;
    let listener = listening(&bench, By::Stream).await;
    let before = readings(&bench);
    bench.simulator.disturb_streams(0, StreamFaults { twice: 2, control_frames: 2, ..StreamFaults::default() });
    for (shown, ring) in [(true, true), (false, false), (true, true)] {
        match ring {
            true => bench.simulator.start_eight_call(&bench.person(0)),
            false => bench.simulator.end_eight_call(&bench.person(0)),
        }
        call_is_shown(&bench, 0, shown).await;
    }
    assert_eq!(readings(&bench), before);
    bench.cycles(2).await;
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    bench.assert_right();
    listener.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_was_cut_goes_on_behind_what_it_told() {
    let bench = streamed(false).await;
    let listener = listening(&bench, By::Stream).await;
    bench.simulator.start_eight_call(&bench.person(0));
    call_is_shown(&bench, 0, true).await;
    let before = readings(&bench);
    bench.simulator.disturb_streams(0, StreamFaults { drop_connections: true, ..StreamFaults::default() });
    heard_by(&bench, None).await;
    bench.simulator.start_eight_call(&bench.person(1));
    bench.simulator.end_eight_call(&bench.person(0));
    call_is_shown(&bench, 1, true).await;
    call_is_shown(&bench, 0, false).await;
    assert_eq!(readings(&bench), before, "nothing was read, so the stream told it");
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    listener.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_stream_is_closed_for_good_requests_wait_in_its_place_and_an_administrator_is_told() {
    let bench = streamed(true).await;
    let listener = listening(&bench, By::Stream).await;
    bench.simulator.grant_eight_product(0, Product::EventStream, false);
    bench.simulator.disturb_streams(0, StreamFaults { drop_connections: true, ..StreamFaults::default() });
    heard_by(&bench, Some(By::Wait)).await;
    bench.simulator.start_eight_call(&bench.person(0));
    call_is_shown(&bench, 0, true).await;
    let trouble = bench.trouble(Place::Stream);
    assert!(trouble.needs_action && trouble.what.contains("Pulsar Event Stream"), "{}", trouble.what);
    listener.stop().await;
    bench.simulator.end_eight_call(&bench.person(0));
    bench.cycles(1).await;
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_another_region_is_found_out_by_what_is_read() {
    let bench = streamed(true).await;
    bench.simulator.edit_eight_quirks(0, |quirks| quirks.stream_host = Some("pulsar-ws-euw2.8x8.com".to_owned()));
    let listener = listening(&bench, By::Stream).await;
    for _ in 0..3 {
        bench.simulator.start_eight_call(&bench.person(0));
        bench.cycles(1).await;
        assert!(bench.shown(&bench.person(0)).session, "what a cycle reads is shown all the same");
        bench.simulator.end_eight_call(&bench.person(0));
        bench.cycles(1).await;
    }
    heard_by(&bench, Some(By::Wait)).await;
    let trouble = bench.trouble(Place::Stream);
    assert!(trouble.needs_action && trouble.what.contains("push.stream"), "{}", trouble.what);
    listener.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mass_loss_is_not_believed_because_a_stream_tells_it_one_by_one() {
    let mut bench = Bench::start(Config { users: 40, ..Config::default() }).await;
    let tenant = bench.simulator.tenants()[0].cc_tenant.clone();
    bench.push = Push { wait: false, stream: Some(Stream { tenant, host: None }), webhook: None };
    bench.restart().await;
    let caller = bench.person(0);
    bench.simulator.start_eight_call(&caller);
    bench.cycles(1).await;
    let listener = listening(&bench, By::Stream).await;
    for person in bench.simulator.people(0) {
        bench.simulator.eight_signed_in(&person, false);
    }
    bench.cycles(1).await;
    assert_eq!(bench.tenant().down(), [Side::Eight]);
    listener.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_while_a_stream_is_cut_again_and_again() {
    let config = Config { users: 30, move_every: Duration::from_secs(8), ..Config::default() };
    let mut bench = Bench::start(config).await;
    let tenant = bench.simulator.tenants()[0].cc_tenant.clone();
    bench.push = Push { wait: true, stream: Some(Stream { tenant, host: None }), webhook: None };
    bench.restart().await;
    let listener = listening(&bench, By::Stream).await;
    bench.simulator.start_movement();
    for round in 0..30 {
        let faults = StreamFaults { twice: 3, out_of_order: 3, control_frames: 2, ..StreamFaults::default() };
        bench.simulator.disturb_streams(0, StreamFaults { drop_connections: round % 4 == 3, ..faults });
        bench.simulator.grant_eight_product(0, Product::EventStream, !(10..20).contains(&round));
        bench.cycles(1).await;
    }
    bench.simulator.stop_movement();
    bench.cycles(2).await;
    bench.assert_right();
    assert!(bench.tenant().freshness().listening.unwrap().told > 0);
    listener.stop().await;
}
