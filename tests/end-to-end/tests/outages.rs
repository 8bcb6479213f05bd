//! Endpoints that fail, for a while or for long: nobody is shown offline for it, and all is right again afterwards.

use std::time::Duration;

use presync_core::words::Side;
use presync_end_to_end::Bench;
use presync_service::status::Place;
use presync_simulator::{Config, Endpoint, Fault, Status};

/// Long enough for a reading of the directories to fall into it, and for the longest pause between writes.
const BAD_CYCLES: usize = 8;
/// Until the longest pause between writes is over, 8x8's next minute has come and the directories have been read again.
const RECOVERY: usize = 16;

/// Refuses without being asked again at once, so that a long outage is cheap to simulate.
fn down(endpoint: Endpoint) -> Fault {
    Fault::status(endpoint, 503).retry_after(1.5)
}

/// Whether a tenant in partner mode is certain to call this: presence is read and publications are taken back in bulk, and nobody signs in
/// by hand. Sessions go in a batch where several are due at once, which is as it comes.
fn is_used(endpoint: Endpoint) -> bool {
    use Endpoint::{
        ClearPresence, EightChanges, EightSnapshot, EightToken, EightUsers, EntraToken, GetPresences, Publish,
        SetPresence, UsersDelta,
    };
    matches!(
        endpoint,
        EntraToken
            | UsersDelta
            | GetPresences
            | SetPresence
            | ClearPresence
            | EightToken
            | EightUsers
            | EightSnapshot
            | EightChanges
            | Publish
    )
}

/// Lets each endpoint of the first tenant fail in turn while people move; then, and for the other tenant at any time, all is right.
async fn weather(fault: impl Fn(Endpoint) -> Fault, answer: u16) {
    let config = Config { tenants: 2, users: 8, move_every: Duration::from_secs(8), ..Config::default() };
    let bench = Bench::start(config).await;
    let struck = |endpoint: Endpoint| {
        let name = serde_json::json!(endpoint);
        bench.answers(&format!("{} {answer}", name.as_str().unwrap_or_default()))
    };
    for endpoint in Endpoint::ALL {
        let before = struck(endpoint);
        bench.simulator.faults().add(fault(endpoint).on_tenant("tenant-1"));
        match endpoint {
            Endpoint::EntraToken | Endpoint::EightToken => bench.simulator.revoke_tokens(),
            Endpoint::EightSnapshot => bench.simulator.expire_cursors(),
            _ => {}
        }
        bench.simulator.start_movement();
        bench.cycles(BAD_CYCLES).await;
        bench.simulator.stop_movement();
        bench.cycles(2).await;
        if endpoint != Endpoint::Batch {
            assert_eq!(struck(endpoint) > before, is_used(endpoint), "{endpoint:?}");
        }
        let other = bench.tenants[1].status();
        assert!(other.troubles.is_empty(), "{endpoint:?}: {:?}", other.troubles);
        let wrong: Vec<_> = bench.simulator.truth().wrong.into_iter().filter(|w| w.tenant == "tenant-2").collect();
        assert!(wrong.is_empty(), "{endpoint:?}: {wrong:?}");

        bench.simulator.faults().clear();
        let well = |bench: &Bench| {
            let truth = bench.simulator.truth();
            bench.troubles().is_empty() && truth.wrong.is_empty() && truth.stuck_sessions.is_empty()
        };
        bench.cycles(RECOVERY).await;
        // A reading of the directories that was begun in bad weather pauses in real time before it asks again.
        bench.until(&format!("{endpoint:?} is forgotten"), well).await;
        bench.assert_right();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_of_any_endpoint_passes() {
    weather(|endpoint| Fault::status(endpoint, 429).retry_after(2.128), 429).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unavailability_of_any_endpoint_passes() {
    weather(down, 503).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn some_dropped_connections_of_any_endpoint_pass() {
    // The simulator counts a dropped connection as an answer of status 0.
    weather(|endpoint| Fault::dropped(endpoint).times(3), 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_failed_cycles_take_a_side_down_and_what_was_known_is_held_and_renewed() {
    let bench = Bench::small().await;
    let (quiet, busy) = (bench.person(0), bench.person(1));
    bench.simulator.teams_preferred(&quiet, Some(("DoNotDisturb", "DoNotDisturb")));
    bench.simulator.teams_client(&busy, "Busy", "Busy");
    bench.cycles(1).await;
    bench.simulator.faults().add(down(Endpoint::GetPresences));
    bench.cycles(2).await;
    assert_eq!(bench.tenant().down(), []);
    assert!(!bench.trouble(Place::Teams).needs_action);
    bench.cycles(1).await;
    assert_eq!(bench.tenant().down(), [Side::Teams]);
    bench.simulator.teams_preferred(&quiet, None);
    // Two leases of do not disturb go by.
    for _ in 0..60 {
        bench.cycles(1).await;
        assert_eq!(bench.shown(&quiet).published, Some(Status::Dnd));
        assert_eq!(bench.shown(&busy).published, Some(Status::Busy));
    }
    bench.simulator.faults().clear();
    bench.cycles(1).await;
    assert_eq!(bench.tenant().down(), []);
    assert_eq!(bench.shown(&quiet).published, None);
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_long_outage_of_8x8_sessions_are_renewed_until_patience_ends_and_then_lapse() {
    let bench = Bench::small().await;
    let person = bench.person(0);
    bench.simulator.start_eight_call(&person);
    bench.cycles(1).await;
    bench.simulator.faults().add(down(Endpoint::EightChanges));
    bench.simulator.faults().add(down(Endpoint::EightSnapshot));
    bench.cycles(3).await;
    assert_eq!(bench.tenant().down(), [Side::Eight]);
    for _ in 0..90 {
        assert!(bench.shown(&person).session, "held for a quarter of an hour");
        bench.cycles(1).await;
    }
    bench.cycles(31).await;
    assert!(!bench.shown(&person).session, "and then for one lease at most");
    bench.simulator.faults().clear();
    bench.cycles(2).await;
    assert!(bench.shown(&person).session, "the call is still on");
    bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_in_the_feed_that_is_lost_brings_a_fresh_snapshot_and_nothing_is_missed() {
    let bench = Bench::small().await;
    let (caller, talker) = (bench.person(0), bench.person(1));
    bench.simulator.start_eight_call(&talker);
    bench.cycles(1).await;
    let before = bench.answers("eightSnapshot 200");
    bench.simulator.start_eight_call(&caller);
    bench.simulator.end_eight_call(&talker);
    bench.simulator.expire_cursors();
    bench.cycles(1).await;
    assert_eq!((bench.shown(&caller).session, bench.shown(&talker).session), (true, false));
    assert_eq!((bench.answers("eightChanges 410"), bench.answers("eightSnapshot 200")), (1, before + 1));
    bench.cycles(1).await;
    assert_eq!(bench.answers("eightSnapshot 200"), before + 1, "then the feed goes on");
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());
    bench.assert_right();
}
