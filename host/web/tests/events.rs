//! The event log as it grows, over real HTTP: readers that come, go, come back, fall behind and choose.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a scene that cannot be set is to fail its test")]

mod scene;

use std::collections::BTreeSet;
use std::time::Duration;

use presync_core::time::Timestamp;
use presync_store::{Batch, NewEvent};
use reqwest::{Method, StatusCode};
use scene::Scene;
use serde_json::Value;

/// What a reader got.
#[derive(Debug, Default)]
struct Got {
    /// The text that is no whole block yet.
    rest: String,
    /// Id, kind and data of each event.
    events: Vec<(u64, String, Value)>,
    /// Where it would go on.
    last: Option<u64>,
}

impl Got {
    /// As the standard says that a reader takes up blocks.
    fn take(&mut self, text: &str) {
        self.rest.push_str(text);
        while let Some((block, rest)) = self.rest.split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned())) {
            self.rest = rest;
            let field = |name: &str| {
                let line = block.lines().find_map(|line| line.strip_prefix(name));
                line.map(|value| value.trim_start_matches([':', ' ']).to_owned())
            };
            let id = field("id:").and_then(|id| id.parse().ok());
            self.last = id.or(self.last);
            if let Some(data) = field("data:") {
                let kind = field("event:").unwrap_or_default();
                self.events.push((id.unwrap_or_default(), kind, serde_json::from_str(&data).unwrap()));
            }
        }
    }

    fn ids(&self) -> Vec<u64> {
        self.events.iter().map(|(id, ..)| *id).collect()
    }
}

/// Somebody who reads.
struct Reader {
    answer: reqwest::Response,
    got: Got,
}

impl Reader {
    /// Where it begins is settled when this returns.
    async fn connect(scene: &Scene, path: &str, last: Option<u64>) -> Self {
        let url = format!("http://{}/v1/tenants/tenant-1/events{path}", scene.address);
        let request = reqwest::Client::builder().no_proxy().build().unwrap().get(url);
        let request = last.iter().fold(request, |request, last| request.header("last-event-id", *last));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { answer, got: Got { last, ..Got::default() } }
    }

    /// Reads until this holds of what it got.
    async fn until(&mut self, enough: impl Fn(&Got) -> bool) -> &Got {
        while !enough(&self.got) {
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.answer.chunk()).await.expect("more in time");
            self.got.take(std::str::from_utf8(&chunk.unwrap().expect("more")).unwrap());
        }
        &self.got
    }

    async fn events(&mut self, number: usize) -> &Got {
        self.until(|got| got.events.len() >= number).await
    }
}

/// Reads until there are so many events, then hangs up.
async fn read(scene: &Scene, path: &str, last: Option<u64>, events: usize) -> Got {
    let mut reader = Reader::connect(scene, path, last).await;
    reader.events(events).await;
    reader.got
}

fn file(scene: &Scene, number: u64) {
    let event =
        |n| NewEvent { at: Timestamp::from_millis(n), link: None, kind: "made-up".into(), detail: format!("{n}") };
    let events = (0..number).map(event).collect();
    scene.log.commit(&Batch { events, ..Batch::default() }).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_told_from_the_beginning_and_goes_on_as_it_grows() {
    let scene = Scene::start().await;
    let before = scene.log.log_ends().unwrap().1;
    assert!(before > 0, "two cycles have left something");
    let (got, ()) = tokio::join!(read(&scene, "?after=0", None, usize::try_from(before).unwrap() + 250), async {
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            file(&scene, 25);
        }
    });
    assert_eq!(got.ids(), (1..=before + 250).collect::<Vec<_>>());
    let (_, kind, event) =
        got.events.iter().find(|(_, kind, _)| kind == "publish-applied" || kind.starts_with("publish")).unwrap();
    assert_eq!((&event["kind"], event["person"]["link"].is_u64()), (&Value::from(kind.as_str()), true), "{event}");
    assert!(event["person"]["user_principal_name"].as_str().unwrap().contains('@'));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_place_a_reader_begins_with_what_is_new() {
    let scene = Scene::start().await;
    let before = scene.log.log_ends().unwrap().1;
    let mut reader = Reader::connect(&scene, "", None).await;
    file(&scene, 3);
    assert_eq!(reader.events(3).await.ids(), [before + 1, before + 2, before + 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_is_cut_off_a_hundred_times_gets_every_event_in_order() {
    let scene = Scene::start().await;
    let first = scene.log.log_ends().unwrap().1;
    let (mut seen, mut place) = (Vec::new(), Some(first));
    for round in 0..100 {
        file(&scene, 1 + round % 5);
        let got = read(&scene, "", place, 1).await;
        assert!(got.ids().is_sorted_by(|a, b| a < b), "{:?}", got.ids());
        // Cut off in the middle of what has come: as if the last of it had not arrived.
        let cut = if got.events.len() > 1 && round % 2 == 0 { got.events.len() - 1 } else { got.events.len() };
        seen.extend(&got.ids()[..cut]);
        place = seen.last().copied().or(place);
    }
    let last = scene.log.log_ends().unwrap().1;
    while seen.last() != Some(&last) {
        seen.extend(read(&scene, "", seen.last().copied(), 1).await.ids());
    }
    let once: BTreeSet<u64> = seen.iter().copied().collect();
    assert_eq!(once.into_iter().collect::<Vec<_>>(), (first + 1..=last).collect::<Vec<_>>());
    seen.dedup();
    assert!(seen.is_sorted());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_fell_behind_what_is_kept_is_told_so() {
    let scene = Scene::start().await;
    file(&scene, 50);
    let last = scene.log.log_ends().unwrap().1;
    scene.log.prune_events(Timestamp::NEVER).unwrap();
    file(&scene, 2);
    let got = read(&scene, "", Some(3), 3).await;
    assert_eq!(got.events[0].1, "break");
    assert_eq!(got.events[0].2, serde_json::json!({"reason": "fell-behind", "from": 4, "to": last}));
    assert_eq!(got.ids()[1..], [last + 1, last + 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_another_log_is_told_that_this_one_is_shorter() {
    let scene = Scene::start().await;
    let last = scene.log.log_ends().unwrap().1;
    let mut reader = Reader::connect(&scene, "", Some(last + 1000)).await;
    let got = reader.events(1).await;
    assert_eq!(got.events[0].2, serde_json::json!({"reason": "log-is-shorter", "read": last + 1000, "last": last}));
    file(&scene, 1);
    assert_eq!(reader.events(2).await.ids()[1..], [last + 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_may_choose_a_person_or_kinds() {
    let scene = Scene::start().await;
    let person = scene.simulator.people(0).into_iter().find(|person| person.linkable).unwrap();
    let upn = person.upn.unwrap();
    let got = read(&scene, &format!("?after=0&person={}", upn.replace('@', "%40")), None, 2).await;
    assert!(got.events.iter().all(|(_, _, event)| event["person"]["user_principal_name"] == upn.as_str()));
    file(&scene, 300);
    let got = read(&scene, "?after=0&kind=made-up,%20other", None, 300).await;
    assert!(got.events.iter().all(|(_, kind, _)| kind == "made-up"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_for_whom_there_is_nothing_is_moved_on() {
    let scene = Scene::start().await;
    file(&scene, 450);
    let mut reader = Reader::connect(&scene, "?after=0&queue=nobody-is-there", None).await;
    assert_eq!(reader.until(|got| got.last >= Some(400)).await.events.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_said_before_anything_is_sent() {
    let scene = Scene::start().await;
    for (path, status, expected) in [
        ("/v1/tenants/acne/events", StatusCode::NOT_FOUND, "no tenant is called \"acne\""),
        (
            "/v1/tenants/tenant-1/events?person=bob",
            StatusCode::NOT_FOUND,
            "nobody linked in tenant tenant-1 is called \"bob\"",
        ),
        ("/v1/tenants/tenant-1/events?que=x", StatusCode::BAD_REQUEST, "`person`, `queue`, `group`, `kind`"),
        ("/v1/tenants/tenant-1/events?after=x", StatusCode::BAD_REQUEST, "`after` (a number)"),
    ] {
        let answer = scene.ask(Method::GET, path).await;
        assert_eq!(answer.status(), status, "{path}");
        let body: Value = answer.json().await.unwrap();
        assert!(body["detail"].as_str().unwrap().contains(expected), "{path}: {body}");
    }
    let url = format!("http://{}/v1/tenants/tenant-1/events", scene.address);
    let request = reqwest::Client::builder().no_proxy().build().unwrap().get(url).header("last-event-id", "seven");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(answer.text().await.unwrap().contains("Last-Event-ID"));
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_end_with_the_process() {
    let scene = Scene::start().await;
    let mut reader = Reader::connect(&scene, "", None).await;
    assert!(reader.answer.chunk().await.unwrap().is_some());
    scene.stop.send(()).unwrap();
    assert!(reader.answer.chunk().await.unwrap().is_none(), "an end, and no breaking off");
    scene.served.await.unwrap().unwrap();
}
