//! The calls of a client against an 8x8 made of `wiremock`.

use std::collections::HashSet;
use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::id::EightUserId;
use presync_core::presence::Revision;
use presync_core::time::Timestamp;
use presync_core::words::{Calls, EightStatus, EightTarget, Note};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, Request, ResponseTemplate};

use super::*;
use crate::testing::{BULK, CHANGES, Eight, OFFER, PRESENCE, TOKEN, accepted, ok};

const USERS: &str = "/admin-provisioning/users";

fn publication(user: &str, status: Option<EightTarget>) -> Publication {
    Publication {
        user: user.into(),
        status,
        note: Some(Note::InAMeeting),
        calls: Calls::Unchanged,
        observed_at: Timestamp::from_millis(1_767_607_200_000),
        lease: Some(Duration::from_secs(300)),
    }
}

fn crowd(count: usize) -> Vec<Publication> {
    (0..count).map(|n| publication(&format!("u{n}"), Some(EightTarget::Busy))).collect()
}

fn queries(requests: &[Request]) -> Vec<String> {
    requests.iter().map(|request| request.url.query().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_directory_is_scrolled_by_the_scroll_id_alone_with_both_credentials() {
    let eight = Eight::start().await;
    let first = json!({ "data": [{ "basicInfo": { "userId": "1", "status": "ACTIVE" } }],
        "pagination": { "hasMore": true, "nextScrollId": "s/1+" } });
    let last = json!({ "data": [{ "basicInfo": { "userId": "2" } }], "pagination": { "hasMore": false, "nextScrollId": null } });
    let users = || Mock::given(method("GET")).and(path(USERS));
    users().and(query_param("pageSize", "1000")).respond_with(ok(&first)).mount(&eight.server).await;
    let second = users().and(query_param("scrollId", "s/1+")).and(query_param_is_missing("pageSize"));
    second.respond_with(ok(&last)).mount(&eight.server).await;

    let users = eight.client().users().await.unwrap();
    assert_eq!(users.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    for request in eight.requests(USERS).await {
        assert_eq!(request.headers["authorization"], "Bearer token-1");
        assert_eq!(request.headers["x-api-key"], "the-key");
        assert_eq!(request.headers["accept"], "application/vnd.users.v1+json");
    }
    let token = &eight.requests(TOKEN).await[0];
    assert_eq!(token.headers["authorization"], "Basic dGhlLWtleTpzM2NyZXQ=");
    assert_eq!(token.body, b"grant_type=client_credentials");
}

#[tokio::test]
async fn a_scroll_that_expires_is_begun_anew_once() {
    let eight = Eight::start().await;
    let page = |id: &str| json!({ "data": [{ "basicInfo": { "userId": id } }], "pagination": { "nextScrollId": "s" } });
    let users = |key| {
        Mock::given(method("GET")).and(path(USERS)).and(query_param(key, if key == "scrollId" { "s" } else { "1000" }))
    };
    users("pageSize").respond_with(ok(&page("1"))).mount(&eight.server).await;
    let expired = ResponseTemplate::new(400).set_body_json(json!({ "errors": [{ "code": "VALIDATION_ERROR" }] }));
    users("scrollId").respond_with(expired).up_to_n_times(1).mount(&eight.server).await;
    let last = json!({ "data": [{ "basicInfo": { "userId": "2" } }] });
    users("scrollId").respond_with(ok(&last)).mount(&eight.server).await;
    let users = eight.client().users().await.unwrap();
    assert_eq!(users.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(eight.requests(USERS).await.len(), 4);
}

#[tokio::test]
async fn a_snapshot_gives_everybody_and_the_cursor_of_its_last_page() {
    let eight = Eight::start().await;
    let first = json!({ "data": [{ "userId": "1", "status": "ON_CALL", "source": "CALL", "call": { "active": true }, "revision": 5 }],
        "pagination": { "hasMore": true, "nextScrollId": "s" } });
    let last = json!({ "data": [{ "userId": "2", "status": "SNOOZING" }], "pagination": { "hasMore": false }, "cursor": "c_1" });
    eight.once("GET", PRESENCE, ok(&first)).await;
    eight.on("GET", PRESENCE, ok(&last)).await;
    let snapshot = eight.client().snapshot().await.unwrap();
    assert_eq!(snapshot.cursor, Cursor::from("c_1"));
    let [(_, caller), (_, odd)] = &snapshot.presences[..] else { panic!("{snapshot:?}") };
    assert!(caller.presence.call_active);
    assert_eq!(caller.revision, Some(Revision::Number(5)));
    assert_eq!(caller.read_at.as_millis(), 1_000_000_000);
    assert_eq!(odd.presence.shown, EightStatus::Unrecognised);
    assert_eq!(odd.unknown_words.as_deref(), Some("status=SNOOZING"));
    assert_eq!(queries(&eight.requests(PRESENCE).await), ["pageSize=1000&includeCall=true", "scrollId=s"]);
}

#[tokio::test]
async fn a_snapshot_without_a_cursor_is_no_snapshot() {
    let eight = Eight::start().await;
    eight.on("GET", PRESENCE, ok(&json!({ "data": [] }))).await;
    assert!(matches!(eight.client().snapshot().await, Err(Error::Unreadable(_))));
}

#[tokio::test]
async fn changes_are_read_until_there_are_no_more() {
    let eight = Eight::start().await;
    let updated = |user: &str| json!({ "changeType": "UPDATED", "presence": { "userId": user, "status": "AWAY" }, "origin": null });
    let deleted = |user: &str| json!({ "changeType": "DELETED", "userId": user, "revision": 9, "presence": null });
    let first = json!({ "data": [updated("1"), deleted("2"), deleted("3")], "cursor": "c_2", "hasMore": true });
    let second = json!({ "data": [updated("2"), { "changeType": "SHUFFLED" }], "cursor": "c_3", "hasMore": false });
    eight.once("GET", CHANGES, ok(&first)).await;
    eight.on("GET", CHANGES, ok(&second)).await;
    let changes = eight.client().changes(&"c_1".into()).await.unwrap();
    let users: Vec<&str> = changes.readings.iter().map(|(user, _)| user.as_str()).collect();
    assert_eq!(users, ["1", "2"]);
    assert_eq!(changes.deleted, [EightUserId::from("3")], "the other came back");
    assert_eq!(changes.cursor, Cursor::from("c_3"));
    let asked = queries(&eight.requests(CHANGES).await);
    assert_eq!(asked, ["cursor=c_1&limit=500&waitSeconds=0", "cursor=c_2&limit=500&waitSeconds=0"]);
}

#[tokio::test]
async fn changes_read_before_a_failure_are_kept() {
    let eight = Eight::start().await;
    let first =
        json!({ "data": [{ "presence": { "userId": "1", "status": "AWAY" } }], "cursor": "c_2", "hasMore": true });
    eight.once("GET", CHANGES, ok(&first)).await;
    eight.on("GET", CHANGES, ResponseTemplate::new(404)).await;
    let changes = eight.client().changes(&"c_1".into()).await.unwrap();
    assert_eq!((changes.readings.len(), changes.cursor), (1, Cursor::from("c_2")));
}

#[tokio::test]
async fn a_feed_that_repeats_its_cursor_ends() {
    let eight = Eight::start().await;
    eight.on("GET", CHANGES, ok(&json!({ "data": [], "cursor": "c_1", "hasMore": true }))).await;
    eight.client().changes(&"c_1".into()).await.unwrap();
    assert_eq!(eight.requests(CHANGES).await.len(), 1);
}

#[tokio::test]
async fn an_expired_cursor_asks_for_a_snapshot() {
    let gone = ResponseTemplate::new(410).set_body_json(json!({ "errors": [{ "code": "CURSOR_EXPIRED" }] }));
    let invalid = ResponseTemplate::new(400).set_body_json(json!({ "errors": [{ "code": "INVALID_CURSOR" }] }));
    let resync = ok(&json!({ "data": [], "cursor": "c_2", "hasMore": false, "resyncRequired": true }));
    for answer in [gone, invalid, resync] {
        let eight = Eight::start().await;
        eight.on("GET", CHANGES, answer).await;
        assert_eq!(eight.client().changes(&"c_1".into()).await, Err(Error::CursorExpired));
    }
}

#[tokio::test]
async fn a_bulk_carries_what_the_contract_asks_for() {
    let eight = Eight::start().await;
    eight.on("POST", BULK, accepted).await;
    let clear = Publication { note: None, lease: None, ..publication("u2", None) };
    eight.client().publish(&[publication("u1", Some(EightTarget::DoNotDisturb)), clear]).await.unwrap();
    let request = &eight.requests(BULK).await[0];
    assert!(uuid::Uuid::try_parse(request.headers["idempotency-key"].to_str().unwrap()).is_ok());
    let ids = PublicationIds::of(&"acme".into());
    let expected = json!({ "source": "ms-teams-sync", "publications": [
        { "publicationId": ids.id("u1"), "userId": "u1", "status": "DND", "message": "In a meeting",
          "observedTime": "2026-01-05T10:00:00Z", "expiresInSeconds": 300 },
        { "publicationId": ids.id("u2"), "userId": "u2", "status": null, "message": null,
          "observedTime": "2026-01-05T10:00:00Z" }] });
    assert_eq!(request.body_json::<Value>().unwrap(), expected);
}

#[tokio::test]
async fn each_item_of_a_bulk_has_its_own_outcome() {
    let eight = Eight::start().await;
    let answer = json!({ "data": [
        { "userId": "u2", "changeStatus": 404, "reason": "NOT_FOUND", "applied": false },
        { "userId": "u1", "changeStatus": 200, "reason": "OK", "message": "accepted", "revision": 481_924, "applied": true,
          "effectiveStatus": "ON_CALL" },
        { "userId": "u0", "changeStatus": "202", "effectiveStatus": "BRAND_NEW", "extra": {} }] });
    eight.on("POST", BULK, ResponseTemplate::new(207).set_body_json(answer)).await;
    let published = eight.client().publish(&crowd(4)).await.unwrap();
    let outcomes: Vec<(&str, Outcome)> = published.iter().map(|item| (item.user.as_str(), item.outcome)).collect();
    let expected =
        [("u0", Outcome::Applied), ("u1", Outcome::Masked), ("u2", Outcome::NotFound), ("u3", Outcome::Failed)];
    assert_eq!(outcomes, expected);
    assert_eq!((published[1].revision, published[1].detail.as_deref()), (Some(481_924), Some("OK: accepted")));
}

#[tokio::test]
async fn a_hundred_and_one_items_are_two_bulks() {
    let eight = Eight::start().await;
    eight.on("POST", BULK, accepted).await;
    let published = eight.client().publish(&crowd(101)).await.unwrap();
    assert!(published.iter().all(|item| item.outcome == Outcome::Applied));
    let users: Vec<String> = published.into_iter().map(|item| item.user.to_string()).collect();
    assert_eq!(users, (0..101).map(|n| format!("u{n}")).collect::<Vec<_>>());
    let requests = eight.requests(BULK).await;
    let size = |request: &Request| request.body_json::<Value>().unwrap()["publications"].as_array().unwrap().len();
    let mut sizes: Vec<usize> = requests.iter().map(size).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 100]);
    let keys: HashSet<_> = requests.iter().map(|request| request.headers["idempotency-key"].clone()).collect();
    assert_eq!(keys.len(), 2);
}

#[tokio::test]
async fn the_items_of_a_failed_bulk_have_its_errors_outcome_and_the_others_their_own() {
    let eight = Eight::start().await;
    let answer = |request: &Request| {
        let first = request.body_json::<Value>().unwrap()["publications"][0]["userId"] == "u0";
        if first { ResponseTemplate::new(413) } else { accepted(request) }
    };
    eight.on("POST", BULK, answer).await;
    let published = eight.client().publish(&crowd(101)).await.unwrap();
    assert!(published[..100].iter().all(|item| item.outcome == Outcome::Refused && item.detail.is_some()));
    assert_eq!(published[100].outcome, Outcome::Applied);
}

#[tokio::test]
async fn what_every_bulk_would_meet_is_not_met_by_all() {
    let eight = Eight::start().await;
    eight.on("POST", BULK, ResponseTemplate::new(503)).await;
    let published = eight.client().publish(&crowd(2000)).await.unwrap();
    assert_eq!(published.len(), 2000);
    assert!(published.iter().all(|item| item.outcome == Outcome::Failed));
    assert!(eight.requests(BULK).await.len() < 8);
}

#[tokio::test]
async fn changes_may_be_waited_for_by_8x8() {
    let eight = Eight::start().await;
    let first =
        json!({ "data": [{ "presence": { "userId": "1", "status": "AWAY" } }], "cursor": "c_2", "hasMore": true });
    eight.once("GET", CHANGES, ok(&first)).await;
    eight.on("GET", CHANGES, ok(&json!({ "data": [], "cursor": "c_3", "hasMore": false }))).await;
    let changes = eight.client().changes_within(&"c_1".into(), Duration::from_secs(60)).await.unwrap();
    assert_eq!(changes.readings.len(), 1);
    let asked = queries(&eight.requests(CHANGES).await);
    assert_eq!(asked, ["cursor=c_1&limit=500&waitSeconds=25", "cursor=c_2&limit=500&waitSeconds=0"]);
}

#[tokio::test]
async fn what_is_offered_is_asked_once_and_kept_to() {
    let eight = Eight::start().await;
    let offer =
        json!({ "maxBatch": 2, "changeFeed": { "supported": false }, "lease": { "minSeconds": 10, "maxSeconds": 60 } });
    eight.on("GET", OFFER, ok(&offer)).await;
    eight.on("GET", PRESENCE, ok(&json!({ "data": [], "cursor": "c" }))).await;
    eight.on("POST", BULK, accepted).await;
    let client = eight.client();
    let cursor = client.snapshot().await.unwrap().cursor;
    assert_eq!(client.changes(&cursor).await, Err(Error::CursorExpired), "there is no feed of changes");
    client.snapshot().await.unwrap();
    client.publish(&crowd(3)).await.unwrap();
    assert_eq!(eight.requests(OFFER).await.len(), 1);
    let bulks = eight.requests(BULK).await;
    assert_eq!(bulks.len(), 2);
    assert_eq!(bulks[0].body_json::<Value>().unwrap()["publications"][0]["expiresInSeconds"], 60);
}

#[tokio::test]
async fn a_change_that_is_told_by_a_stream_or_a_webhook_is_a_change_of_the_feed() {
    let eight = Eight::start().await;
    let client = eight.client();
    let ours = PublicationIds::of(&"acme".into()).id("u1");
    let change = json!({ "changeType": "UPDATED", "presence": { "userId": "u1", "status": "ON_CALL", "source": "EXTERNAL",
        "revision": 7 }, "origin": { "publicationId": ours, "source": "EXTERNAL" }, "msgInfo": {} });
    let streamed = json!({ "PresenceChange": change }).to_string();
    let delivered =
        json!({ "notificationVersion": "Presence v1.0", "eventType": "PRESENCE_CHANGE", "data": change }).to_string();
    for payload in [streamed, delivered] {
        let told = client.told(payload.as_bytes(), &"c_1".into()).unwrap();
        assert_eq!(told.cursor, Cursor::from("c_1"), "the feed goes on where it was");
        let [(_, reading)] = &told.readings[..] else { panic!("{told:?}") };
        assert_eq!(
            (reading.presence.own, reading.presence.publication),
            (EightStatus::Available, Some(EightTarget::OnCall))
        );
    }
    let gone = json!({ "PresenceChange": { "changeType": "DELETED", "userId": "u2" } }).to_string();
    assert_eq!(client.told(gone.as_bytes(), &"c_1".into()).unwrap().deleted, ["u2".into()]);
    for other in ["{}", "[]", r#"{"eventType":"WEB_HOOK_VERIFY"}"#] {
        assert_eq!(client.told(other.as_bytes(), &"c_1".into()), None);
    }
}

#[tokio::test]
async fn verifying_tries_the_sign_in_and_each_read() {
    let eight = Eight::start().await;
    eight.on("GET", USERS, ok(&json!({ "data": [] }))).await;
    eight.on("GET", PRESENCE, ResponseTemplate::new(403)).await;
    let checks = eight.client().verify().await;
    let went: Vec<bool> = checks.iter().map(|check| check.result.is_ok()).collect();
    assert_eq!(went, [true, true, false]);
}
