//! What all of Graph has in common: throttling, errors, batches, failures by rule, and the log of requests.

use super::*;
use crate::{AppKind, Quirks, Server};

fn quirks(world: &World, change: impl FnOnce(&mut Quirks)) {
    let mut quirks = world.sim.quirks();
    change(&mut quirks);
    world.sim.set_quirks(quirks);
}

async fn scarce() -> (World, String) {
    let graph_limit = Limit { burst: 2.0, per_second: 1.0 };
    let world = World::with(Config { graph_limit, clock: SimClock::driven(START_MS), ..Config::default() }).await;
    let path = format!("/users/{}/presence", world.sim.people(0)[0].teams_id.as_ref().unwrap());
    (world, path)
}

fn batch(world: &World, requests: &Value) -> RequestBuilder {
    world.post("/$batch", &json!({"requests": requests}))
}

/// The answers of a batch by their ids.
async fn answers(world: &World, requests: &Value) -> Value {
    let body = json(batch(world, requests)).await;
    body["responses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap().to_owned(), one.clone()))
        .collect()
}

#[tokio::test]
async fn whoever_goes_on_asking_while_throttled_waits_longer() {
    let (world, path) = scarce().await;
    for _ in 0..2 {
        assert_eq!(status(world.get(&path)).await, 200);
    }
    let mut waits = Vec::new();
    for _ in 0..3 {
        let refused = send(world.get(&path)).await;
        assert_eq!(refused.status(), 429);
        waits.push(refused.headers()["retry-after"].to_str().unwrap().to_owned());
    }
    assert_eq!(waits, ["2", "3", "3"]);
    world.step(3);
    assert_eq!(status(world.get(&path)).await, 200);
    // Each application has a budget of its own.
    assert_eq!(world.set_session(&world.sim.people(0)[0]).await, 200);
    quirks(&world, |quirks| quirks.throttled_requests_count = false);
    let again = [send(world.get(&path)).await, send(world.get(&path)).await];
    assert_eq!(again.map(|refused| refused.headers()["retry-after"].clone()), ["1", "1"]);
}

#[tokio::test]
async fn some_throttled_answers_can_lack_the_time_to_wait() {
    let (world, path) = scarce().await;
    quirks(&world, |quirks| quirks.throttled_without_retry_after = 2);
    let mut told = Vec::new();
    for _ in 0..6 {
        let answer = send(world.get(&path)).await;
        if answer.status() == 429 {
            told.push(answer.headers().contains_key("retry-after"));
        }
    }
    assert_eq!(told, [true, false, true, false]);
}

#[tokio::test]
async fn an_error_carries_its_ids_and_a_date_without_a_zone() {
    let world = World::new().await;
    let own = "e70c5c1b-0000-4000-8000-000000000000";
    let answer = send(world.get("/users/nobody/presence").header("client-request-id", own)).await;
    let id = answer.headers()["request-id"].clone();
    assert_eq!(answer.headers()["client-request-id"], own);
    assert!(answer.headers().contains_key("x-ms-ags-diagnostic") && answer.headers().contains_key("date"));
    let body: Value = answer.json().await.unwrap();
    let inner = json!({"date": "2026-01-05T10:15:00", "request-id": id.to_str().unwrap(), "client-request-id": own});
    assert_eq!(body["error"]["innerError"], inner);
    let fine = send(world.get("/users").header("client-request-id", own)).await;
    assert_eq!(
        (fine.headers()["client-request-id"].clone(), fine.headers().contains_key("request-id")),
        (own.parse().unwrap(), true)
    );
}

#[tokio::test]
async fn an_error_can_be_spelt_otherwise_or_say_nothing() {
    let world = World::new().await;
    quirks(&world, |quirks| quirks.inner_error_in_lower_case = true);
    let body = json(world.get("/nowhere")).await;
    assert!(body["error"]["innererror"]["request-id"].is_string() && body["error"].get("innerError").is_none());
    quirks(&world, |quirks| quirks.empty_error_words = true);
    let body = json(world.get("/nowhere")).await;
    assert_eq!((body["error"]["code"].as_str(), body["error"]["message"].as_str()), (Some(""), Some("")));
}

#[tokio::test]
async fn a_batch_answers_each_request_by_itself_and_in_another_order() {
    let world = World::new().await;
    let people = world.sim.people(0);
    let content = json!({"Content-Type": "application/json"});
    let requests: Vec<Value> = (0..20)
        .map(|at| {
            let url = format!("/users/{}/presence/setPresence", people[at].teams_id.as_ref().unwrap());
            let activity = if at == 7 { "Busy" } else { "InACall" };
            json!({"id": at.to_string(), "method": "POST", "url": url, "headers": content, "body":
                {"sessionId": world.access.write_app.client_id, "availability": "Busy", "activity": activity}})
        })
        .collect();
    let body = json(batch(&world, &json!(requests))).await;
    let responses = body["responses"].as_array().unwrap();
    let order: Vec<_> = responses.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    assert_ne!(order, (0..20).map(|at| at.to_string()).collect::<Vec<_>>());
    for one in responses {
        let expected = if one["id"] == "7" { 400 } else { 200 };
        assert_eq!(one["status"], expected, "{one}");
    }
    let failed = responses.iter().find(|one| one["id"] == "7").unwrap();
    assert_eq!(failed["body"]["error"]["code"], "InvalidArgument");
    assert_eq!(failed["headers"]["Content-Type"], "application/json");
    assert!(world.sim.shown(&people[0]).session && !world.sim.shown(&people[7]).session);
}

#[tokio::test]
async fn a_batch_takes_20_requests_with_distinct_ids_and_nothing_malformed() {
    let world = World::new().await;
    let get = |id: &str| json!({"id": id, "method": "GET", "url": "/users"});
    let many = |count: usize| -> Value { (0..count).map(|at| get(&at.to_string())).collect() };
    assert_eq!(status(batch(&world, &many(20))).await, 200);
    for (what, wrong) in [
        ("21", many(21)),
        ("none", json!([])),
        ("one id twice, in another case", json!([get("a"), get("A")])),
        ("depends on nobody", json!([{"id": "1", "method": "GET", "url": "/users", "dependsOn": ["0"]}])),
        ("no method", json!([{"id": "1", "url": "/users"}])),
    ] {
        assert_eq!(status(batch(&world, &wrong)).await, 400, "{what}");
    }
}

#[tokio::test]
async fn a_request_in_a_batch_needs_a_content_type_for_its_body_and_a_relative_url() {
    let world = World::new().await;
    let url = world.sim.graph_url() + "/users";
    let answers = answers(
        &world,
        &json!([{"id": "1", "method": "POST", "url": "/communications/getPresencesByUserId", "body": {"ids": []}},
            {"id": "2", "method": "GET", "url": url}, {"id": "3", "method": "POST", "url": "/$batch"},
            {"id": "4", "method": "NO METHOD", "url": "/users"}]),
    )
    .await;
    for id in ["1", "2", "3", "4"] {
        assert_eq!(answers[id]["status"], 400, "{id}");
    }
}

#[tokio::test]
async fn what_depends_on_a_failed_request_fails_with_424() {
    let world = World::new().await;
    let get = |id: &str, url: &str, on: &[&str]| json!({"id": id, "method": "GET", "url": url, "dependsOn": on});
    let person = world.sim.people(0)[0].teams_id.clone().unwrap();
    let (good, bad) = (format!("/users/{person}/presence"), "/nowhere");
    let requests = json!([
        get("a", &good, &[]),
        get("b", bad, &["a"]),
        get("c", &good, &["B"]),
        get("d", &good, &["c"]),
        get("e", &good, &["a"])
    ]);
    let answers = answers(&world, &requests).await;
    let statuses = ["a", "b", "c", "d", "e"].map(|id| answers[id]["status"].as_u64().unwrap());
    assert_eq!(statuses, [200, 404, 424, 424, 200]);
}

#[tokio::test]
async fn each_request_in_a_batch_is_throttled_by_itself() {
    let (world, path) = scarce().await;
    let requests: Value = (0..4).map(|at| json!({"id": at.to_string(), "method": "GET", "url": path})).collect();
    let answers = answers(&world, &requests).await;
    let statuses: Vec<_> = (0..4).map(|at| answers[at.to_string()]["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 200, 429, 429]);
    assert_eq!(answers["3"]["headers"]["Retry-After"], "3");
}

#[tokio::test]
async fn a_service_that_is_down_may_say_until_when() {
    let world = World::new().await;
    world.sim.faults().rule("fail GET /users with 503 retry-after 1.5 1 times").unwrap();
    world.sim.faults().rule("fail GET /users with 503 1 times").unwrap();
    let (told, untold) = (send(world.get("/users")).await, send(world.get("/users")).await);
    assert_eq!((told.status().as_u16(), told.headers()["retry-after"].to_str().unwrap()), (503, "1.5"));
    assert!(untold.status() == 503 && !untold.headers().contains_key("retry-after"));
    let body: Value = untold.json().await.unwrap();
    assert_eq!(body["error"]["code"], "serviceNotAvailable");
    assert_eq!(status(world.get("/users")).await, 200);
}

#[tokio::test]
async fn a_good_token_is_refused_now_and_then() {
    let world = World::new().await;
    world.sim.faults().rule("fail 30% of GET /users with 401").unwrap();
    let mut refused = 0;
    for _ in 0..40 {
        refused += usize::from(status(world.get("/users")).await == 401);
    }
    assert!((4..24).contains(&refused), "{refused}");
}

#[tokio::test]
async fn connections_drop_bodies_break_off_and_bodies_are_slow() {
    let world = World::new().await;
    let id = world.sim.faults().rule("drop GET /users").unwrap();
    assert!(world.get("/users").send().await.is_err());
    world.sim.faults().remove(id);
    let id = world.sim.faults().rule("cut GET /users").unwrap();
    let cut = send(world.get("/users")).await;
    let promised: usize = cut.headers()["content-length"].to_str().unwrap().parse().unwrap();
    assert!(cut.status() == 200 && promised > 100);
    assert!(cut.bytes().await.is_err());
    world.sim.faults().remove(id);
    world.sim.faults().rule("slow GET /users by 50ms").unwrap();
    let slow = send(world.get("/users")).await;
    let promised = slow.content_length().unwrap();
    assert_eq!(slow.bytes().await.unwrap().len(), usize::try_from(promised).unwrap());
    assert!(json(world.get("/users")).await["value"].is_array());
}

#[tokio::test]
async fn rules_are_added_listed_and_removed_through_the_admin_server() {
    let world = World::new().await;
    let admin = |path: &str| format!("{}/admin/{path}", world.sim.admin_url());
    let sentence = "fail 100% of POST /communications/getPresencesByUserId with 502 html in tenant-1 for 2m";
    let added = send(world.http.post(admin("faults")).body(sentence)).await;
    assert_eq!(added.status(), 201);
    let added: Value = added.json().await.unwrap();
    let listed = json(world.http.get(admin("faults"))).await;
    assert_eq!(listed[0]["id"], added["id"]);
    assert_eq!(listed[0]["rule"], "fail POST /communications/getPresencesByUserId with 502 html in tenant-1 for 2m");
    let read = world.http.post(world.sim.graph_url() + "/communications/getPresencesByUserId").bearer_auth(&world.read);
    let struck = send(read.json(&json!({"ids": []}))).await;
    assert_eq!((struck.status().as_u16(), struck.headers()["content-type"].to_str().unwrap()), (502, "text/html"));
    let one = format!("faults/{}", added["id"]);
    assert_eq!(status(world.http.delete(admin(&one))).await, 204);
    assert_eq!(status(world.http.delete(admin(&one))).await, 404);
    assert_eq!(json(world.http.get(admin("faults"))).await, json!([]));

    let refused = send(world.http.post(admin("faults")).body("fail GET /users with teapot")).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("word 5 of the rule is `teapot`; expected a status code"));
    world.step(120);
}

#[tokio::test]
async fn a_rule_strikes_one_request_of_a_batch() {
    let world = World::new().await;
    world.sim.faults().rule("fail GET /users/*/presence with 500").unwrap();
    let person = world.sim.people(0)[0].teams_id.clone().unwrap();
    let get = |id: &str, url: &str| json!({"id": id, "method": "GET", "url": url});
    let requests = json!([get("1", &format!("/users/{person}/presence")), get("2", "/nowhere")]);
    let answers = answers(&world, &requests).await;
    assert_eq!((answers["1"]["status"].as_u64(), answers["2"]["status"].as_u64()), (Some(500), Some(404)));
}

#[tokio::test]
async fn requests_are_remembered_with_who_asked_and_what_was_answered() {
    let world = World::new().await;
    world.sim.forget_requests();
    assert_eq!(status(world.get("/users?$top=5")).await, 200);
    assert_eq!(status(world.eight_get("/presence/v1/users")).await, 200);
    world.sim.faults().rule("drop GET /users").unwrap();
    assert!(world.get("/users").send().await.is_err());
    let requests = world.sim.requests();
    // The client tries a connection that was closed once more.
    assert!(requests.len() >= 3, "{requests:#?}");
    let first = &requests[0];
    assert_eq!((first.server, first.method.as_str(), first.path.as_str()), (Server::Graph, "GET", "/v1.0/users"));
    assert_eq!((first.query.as_deref(), first.status, first.at_ms), (Some("$top=5"), Some(200), START_MS));
    assert_eq!((first.tenant.as_deref(), first.app), (Some("tenant-1"), Some(AppKind::Read)));
    assert_eq!((requests[1].server, requests[1].tenant.as_deref()), (Server::Eight, Some("tenant-1")));
    assert_eq!(requests[2].status, None);

    let admin = format!("{}/admin/requests", world.sim.admin_url());
    let of = |query: &str| world.http.get(format!("{admin}?{query}"));
    assert_eq!(json(of("path=/v1.0/users&status=200&app=read")).await.as_array().unwrap().len(), 1);
    assert_eq!(json(of("tenant=tenant-2")).await, json!([]));
    assert_eq!(status(world.http.delete(&admin)).await, 204);
    assert_eq!(json(world.http.get(&admin)).await, json!([]));
}
