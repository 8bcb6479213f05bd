//! The API over real HTTP, before a tenant that lives on the simulator: what it answers, and how it says no.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

mod scene;

use std::time::Duration;

use reqwest::{Method, StatusCode};
use scene::{Scene, linked};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn the_status_shows_every_tenant_and_the_totals() {
    let scene = Scene::start().await;
    let (status, body) = scene.get("/v1/status").await;
    assert_eq!(status, StatusCode::OK);
    let tenant = &body["tenants"][0];
    assert_eq!(tenant["tenant"], "tenant-1");
    assert_eq!(tenant["linked"], 5);
    assert_eq!(tenant["troubles"], serde_json::json!({}));
    assert_eq!(
        (&tenant["carrying"]["mode"], &tenant["carrying"]["reasons"]),
        (&"partner".into(), &serde_json::json!({}))
    );
    assert!(tenant["publish_rules"].as_str().unwrap().starts_with("teams-to-8x8 "));
    assert_eq!(body["totals"], tenant["counters"], "one tenant is all of it");
    assert_eq!(body["totals"]["cycles"], 2);
    assert!(body["now"].as_u64().unwrap() >= tenant["last_cycle"].as_u64().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn how_fresh_everything_is_stands_in_the_status() {
    let scene = Scene::start().await;
    let (_, body) = scene.get("/v1/status").await;
    let fresh = &body["tenants"][0]["freshness"];
    assert_eq!(fresh["promised"]["secs"], 10);
    assert_eq!(fresh["requests"][0]["provider"], "teams");
    assert_eq!(fresh["requests"][0]["made"], 2, "one for each cycle");
    assert_eq!(fresh["requests"][0]["half"], 750);
    assert_eq!(fresh["quiet"], serde_json::json!({}));
    let now = body["now"].as_u64().unwrap();
    assert!(fresh["teams_read_at"].as_u64().unwrap() <= now && fresh["eight_read_at"].as_u64().unwrap() <= now);
    let hops = fresh["hops"].as_array().unwrap().iter();
    let hops: Vec<_> = hops.map(|hop| format!("{} {}", hop["direction"], hop["hop"]).replace('"', "")).collect();
    let of = |way: &str| ["unseen", "deciding", "writing", "whole"].map(|hop| format!("{way} {hop}"));
    assert_eq!(hops, [of("teams-to-eight"), of("eight-to-teams")].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_linked_is_listed_with_advice() {
    let scene = Scene::start().await;
    let (status, body) = scene.get("/v1/tenants/tenant-1/unlinked").await;
    assert_eq!(status, StatusCode::OK);
    let people = body.as_array().unwrap();
    let guest = people.iter().find(|alone| alone["reason"] == "guest").unwrap();
    assert_eq!(guest["side"], "teams");
    assert!(guest["advice"].as_str().unwrap().contains("home tenant"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_linked_is_listed_with_what_pairs_the_two() {
    let scene = Scene::start().await;
    let (status, body) = scene.get("/v1/tenants/tenant-1/links").await;
    assert_eq!(status, StatusCode::OK);
    let people = body.as_array().unwrap();
    assert_eq!(people.len(), 5);
    assert!(people.iter().all(|person| person["by"] == "upn" && person["eight_id"].is_string()), "{body}");
    assert_eq!(scene.get("/v1/tenants/acne/links").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_might_be_meant_is_suggested_with_the_pair_that_would_link_the_two() {
    let scene = Scene::start().await;
    let (_, body) = scene.get("/v1/tenants/tenant-1/unlinked").await;
    let suggested: Vec<&Value> =
        body.as_array().unwrap().iter().filter(|alone| alone["suggestions"] != serde_json::json!([])).collect();
    let double = suggested.iter().find(|alone| alone["reason"] == "ambiguous" && alone["side"] == "teams").unwrap();
    assert_eq!(double["suggestions"].as_array().unwrap().len(), 2, "both who have the address: {double}");
    let one = &double["suggestions"][0];
    assert_eq!((&one["likeness"], &one["score"]), (&"same-address".into(), &100.into()));
    assert_eq!((&one["teams"], &one["eight"]), (&double["address"], &one["id"]), "by id, since the address says two");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_found_by_each_of_their_four_names() {
    let scene = Scene::start().await;
    let person = linked(&scene.simulator);
    let upn = person.upn.clone().unwrap();
    let names = [upn.to_uppercase(), person.email.unwrap(), person.teams_id.unwrap(), person.eight_id.unwrap()];
    for name in names {
        let (status, body) = scene.get(&format!("/v1/tenants/tenant-1/people/{}", name.replace('@', "%40"))).await;
        assert_eq!(status, StatusCode::OK, "{name}");
        assert_eq!(body["user"], upn);
        assert_eq!(body["view"]["teams"]["activity"], "presenting");
        assert_eq!(body["view"]["publication"]["held"], "do-not-disturb");
        assert_eq!(body["publish"][0]["rule"], "teams-to-8x8");
        assert_eq!((&body["carrying"]["mode"], &body["carrying"]["extent"]), (&"partner".into(), &"carried".into()));
        assert_eq!(body["carrying"]["done"][0]["code"], "shown");
        assert!(body["publish"][0]["verdict"]["reason"].is_string());
        assert_eq!(body["events"][0]["detail"]["event"], body["events"][0]["kind"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_answered_with_what_to_check() {
    let scene = Scene::start().await;
    let alone = scene.get("/v1/tenants/tenant-1/unlinked").await.1[0].clone();
    let stranger = format!("/v1/tenants/tenant-1/people/{}", alone["id"].as_str().unwrap());
    let cases = [
        ("/v1/tenants/acne/unlinked", "no tenant is called \"acne\"; the tenants are tenant-1"),
        ("/v1/tenants/acne/people/ann", "no tenant is called \"acne\"; the tenants are tenant-1"),
        (
            "/v1/tenants/tenant-1/people/n%2Fbody",
            "nobody in tenant tenant-1 is called \"n/body\"; give a Teams user name",
        ),
        (&stranger, alone["advice"].as_str().unwrap()),
        ("/v2/status", "there is no such address"),
    ];
    for (path, expected) in cases {
        let (status, body) = scene.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!((&body["status"], &body["title"]), (&404.into(), &"Not Found".into()), "{path}");
        assert!(body["detail"].as_str().unwrap().contains(expected), "{path}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_not_kept_and_nothing_can_be_changed() {
    let scene = Scene::start().await;
    for path in ["/livez", "/v1/status", "/nowhere"] {
        let head = scene.ask(Method::HEAD, path).await;
        assert_eq!(head.headers()["cache-control"], "no-store", "{path}");
        assert_eq!(head.bytes().await.unwrap().len(), 0, "{path}");
    }
    assert_eq!(scene.ask(Method::GET, "/livez").await.text().await.unwrap(), "ok");
    let post = scene.ask(Method::POST, "/v1/status").await;
    assert_eq!(post.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(post.headers()["content-type"], "application/problem+json");
    let garbled = scene.ask(Method::GET, "/v1/tenants/%FF/unlinked").await;
    assert_eq!(garbled.status(), StatusCode::BAD_REQUEST);
    assert_eq!(garbled.headers()["content-type"], "application/problem+json");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_steered_from_this_machine_and_not_by_a_web_page() {
    let scene = Scene::start().await;
    for (path, expected) in [
        ("/v1/tenants/acne/rules/dnd/rollback", "no tenant is called \"acne\""),
        ("/v1/tenants/tenant-1/rules/rules%2Fdnd.wasm/rollback", "no rule of this tenant is called \"rules/dnd.wasm\""),
        ("/v1/tenants/tenant-1/rules/dnd/promote", "its rules are the default maps alone"),
    ] {
        let answer = scene.ask(Method::POST, path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        let body: Value = answer.json().await.unwrap();
        assert!(body["detail"].as_str().unwrap().contains(expected), "{path}: {body}");
    }
    let path = "/v1/tenants/tenant-1/rules/dnd/rollback";
    assert_eq!(scene.ask(Method::GET, path).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    let url = format!("http://{}{path}", scene.address);
    let page = reqwest::Client::builder().no_proxy().build().unwrap().post(url).header("origin", "https://a.example");
    assert_eq!(page.send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_never_finishes_asking_does_not_hold_up_the_stop() {
    let scene = Scene::start().await;
    let mut dawdler = TcpStream::connect(scene.address).await.unwrap();
    dawdler.write_all(b"GET /v1/status HTTP/1.1\r\nhost: ").await.unwrap();
    // Accepted in order: once this answers, the dawdler's connection has been taken up too.
    scene.get("/v1/status").await;
    scene.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), scene.served).await.unwrap().unwrap().unwrap();
}
