use crate::{Batch, NewEvent, Store, StoredEvent, TenantStore};
use presync_core::time::Timestamp;

use super::{event, link, tenant};

fn append(tenant: &TenantStore, events: Vec<NewEvent>) {
    tenant.commit(&Batch { events, ..Batch::default() }).unwrap();
}

fn places(events: &[StoredEvent]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}

#[test]
fn events_come_back_whole_and_in_order_page_by_page() {
    let store = Store::in_memory().unwrap();
    let acme = tenant(&store, "acme");
    let ids = link(&acme, 0..2);
    append(&acme, vec![event(10, Some(ids[0]), "published"), event(11, None, "side-down")]);
    append(&acme, vec![event(12, Some(ids[1]), "published"), event(13, Some(ids[0]), "expired")]);

    let all = acme.events(None, 0, 10).unwrap();
    assert_eq!(places(&all), [1, 2, 3, 4]);
    assert_eq!(
        all[3],
        StoredEvent {
            seq: 4,
            at: Timestamp::from_millis(13),
            link: Some(ids[0]),
            kind: "expired".to_owned(),
            detail: "{}".to_owned()
        }
    );
    assert_eq!(places(&acme.events(None, 1, 2).unwrap()), [2, 3]);
    assert_eq!(places(&acme.events(Some(ids[0]), 0, 10).unwrap()), [1, 4]);
    assert_eq!(places(&acme.events(Some(ids[0]), 1, 10).unwrap()), [4]);
    assert!(acme.events(None, u64::MAX, usize::MAX).unwrap().is_empty());
}

#[test]
fn the_latest_events_of_a_link_come_newest_first() {
    let store = Store::in_memory().unwrap();
    let acme = tenant(&store, "acme");
    let ids = link(&acme, 0..2);
    append(&acme, (0..6).map(|n| event(n, Some(ids[(n % 2) as usize]), "published")).collect());
    assert_eq!(places(&acme.latest_events(ids[1], 2).unwrap()), [6, 4]);
}

#[test]
fn the_events_of_a_removed_link_are_kept() {
    let store = Store::in_memory().unwrap();
    let acme = tenant(&store, "acme");
    let ids = link(&acme, 0..1);
    append(&acme, vec![event(1, Some(ids[0]), "published")]);
    acme.remove_links(&ids).unwrap();
    assert_eq!(places(&acme.latest_events(ids[0], 10).unwrap()), [1]);
}

#[test]
fn pruning_cuts_the_old_end_off_and_no_place_is_used_twice() {
    let store = Store::in_memory().unwrap();
    let (acme, bolt) = (tenant(&store, "acme"), tenant(&store, "bolt"));
    // More than one transaction's worth.
    append(&acme, (0..12_000).map(|n| event(n, None, "cycle")).collect());
    append(&bolt, vec![event(0, None, "cycle")]);

    assert_eq!(acme.prune_events(Timestamp::from_millis(11_998)).unwrap(), 11_998);
    assert_eq!(places(&acme.events(None, 0, 10).unwrap()), [11_999, 12_000]);
    assert_eq!(acme.prune_events(Timestamp::from_millis(11_998)).unwrap(), 0);
    assert_eq!(acme.prune_events(Timestamp::NEVER).unwrap(), 2);
    append(&acme, vec![event(20_000, None, "cycle")]);
    assert_eq!(places(&acme.events(None, 0, 10).unwrap()), [12_001]);
    assert_eq!(bolt.events(None, 0, 10).unwrap().len(), 1);
}

#[test]
fn an_event_from_a_clock_that_was_behind_waits_for_those_before_it() {
    let store = Store::in_memory().unwrap();
    let acme = tenant(&store, "acme");
    append(&acme, vec![event(5, None, "cycle"), event(50, None, "cycle"), event(6, None, "cycle")]);
    assert_eq!(acme.prune_events(Timestamp::from_millis(10)).unwrap(), 1);
    assert_eq!(places(&acme.events(None, 0, 10).unwrap()), [2, 3]);
}
