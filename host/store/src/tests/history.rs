use crate::{Batch, Store};
use presync_core::time::Timestamp;
use proptest::prelude::*;

use super::{event, link, tenant};

#[test]
fn a_log_without_events_begins_at_its_beginning() {
    let store = Store::in_memory().unwrap();
    assert_eq!(tenant(&store, "acme").place_before(Timestamp::from_millis(5)).unwrap(), 0);
}

#[test]
fn the_last_of_a_kind_is_that_of_the_link_and_of_the_time() {
    let store = Store::in_memory().unwrap();
    let acme = tenant(&store, "acme");
    let ids = link(&acme, 0..2);
    let events = vec![
        event(1, Some(ids[0]), "teams-said"),
        event(2, Some(ids[1]), "teams-said"),
        event(3, Some(ids[0]), "eight-said"),
    ];
    acme.commit(&Batch { events, ..Batch::default() }).unwrap();
    assert!(acme.last_of_kind(ids[0], "teams-said", 3).unwrap().is_some());
    assert!(acme.last_of_kind(ids[0], "eight-said", 2).unwrap().is_none());
    assert!(acme.last_of_kind(ids[1], "eight-said", 3).unwrap().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_follows_a_place_is_what_happened_since(
        mut times in prop::collection::vec(0_u64..50, 1..40),
        since in 0_u64..60,
        pruned in 0_u64..30,
    ) {
        times.sort_unstable();
        let store = Store::in_memory().unwrap();
        let acme = tenant(&store, "acme");
        let events = times.iter().map(|at| event(*at, None, "side-down")).collect();
        acme.commit(&Batch { events, ..Batch::default() }).unwrap();
        acme.prune_events(Timestamp::from_millis(pruned)).unwrap();
        let since = Timestamp::from_millis(since);
        let place = acme.place_before(since).unwrap();
        let kept = acme.events(None, 0, 100).unwrap();
        let expected: Vec<u64> = kept.iter().filter(|event| event.at >= since).map(|event| event.seq).collect();
        let found: Vec<u64> = acme.events(None, place, 100).unwrap().iter().map(|event| event.seq).collect();
        prop_assert_eq!(found, expected);
    }
}
