//! What counts as heard, and when a stream counts as silent.

use std::sync::Arc;

use futures_util::FutureExt as _;
use presync_eight::Config;
use presync_eight::config::Push;

use super::*;
use crate::clock::SystemClock;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn ear(push: Push) -> Ear {
    let config = Config {
        api: "http://127.0.0.1:1".parse().unwrap(),
        key: "key".to_owned(),
        secret: "secret".into(),
        tenant: "acme".into(),
        call_deadline: Config::CALL_DEADLINE,
        push,
    };
    Ear::new(&Provider::new(config.into(), Arc::new(SystemClock)).unwrap())
}

fn is_silent(ear: &Ear) -> bool {
    ear.silent.notified().now_or_never().is_some()
}

#[test]
fn a_stream_that_tells_nothing_of_what_is_read_is_silent() {
    let ear = ear(Push::default());
    ear.hears(Some(By::Stream), NOW);
    for _ in 1..UNTOLD {
        ear.was_read(3);
    }
    ear.heard(1, NOW);
    ear.was_read(1);
    for _ in 1..UNTOLD {
        ear.was_read(1);
        ear.was_read(0);
    }
    assert!(!is_silent(&ear), "it told something in between");
    ear.was_read(1);
    assert!(is_silent(&ear));
}

#[test]
fn nothing_is_silent_that_is_no_stream() {
    let ear = ear(Push::default());
    ear.hears(Some(By::Wait), NOW);
    (0..100).for_each(|_| ear.was_read(1));
    assert!(!is_silent(&ear));
}

#[test]
fn what_was_told_is_counted_and_since_when_it_is() {
    let ear = ear(Push::default());
    assert_eq!(ear.shown(), Some(Listening::default()));
    ear.hears(Some(By::Wait), NOW);
    ear.hears(Some(By::Wait), NOW + std::time::Duration::from_secs(9));
    ear.heard(2, NOW);
    ear.heard(0, NOW + std::time::Duration::from_secs(9));
    let expected = Listening { by: Some(By::Wait), since: Some(NOW), webhook: false, told: 2, told_at: Some(NOW) };
    assert_eq!(ear.shown(), Some(expected));
}

#[test]
fn there_is_a_door_where_deliveries_are_expected_and_room_for_so_many() {
    assert!(ear(Push::default()).door.is_none());
    let webhook = Some("https://presync.corp.com/hooks/8x8/acme".parse().unwrap());
    let ear = ear(Push { webhook, ..Push::default() });
    assert!(ear.door.is_some());
    (0..INBOX).for_each(|_| ear.room().unwrap().send(Vec::new()));
    assert!(ear.room().is_none());
}
