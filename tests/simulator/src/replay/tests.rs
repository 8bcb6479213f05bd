use std::io::Write;

use serde_json::{Value, json};

use super::*;

const HEADER: &str = r#"{"presync-recording":1,"recorded_by":"presync 0.1.0","writes":"withheld","hosts":{"entra":"https://entra.example","graph":"https://graph.example","eight":"https://eight.example"},"settings":["[[tenant]]","graph = \"{graph}/v1.0\""]}"#;

fn recording(lines: &[Value]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{HEADER}").unwrap();
    lines.iter().for_each(|line| writeln!(file, "{line}").unwrap());
    writeln!(file, "{}", json!({"end": {"length": 9, "exchanges": lines.len()}})).unwrap();
    file
}

async fn replay(lines: &[Value]) -> Replay {
    Replay::start(recording(lines).path(), ReplayConfig::default()).await.unwrap()
}

async fn get(url: String) -> (u16, Value) {
    let answer = reqwest::Client::new().get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn post(url: String, body: Value) -> (u16, Value) {
    let answer = reqwest::Client::new().post(url).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn presences(at: u64, said: &[(&str, &str)]) -> Value {
    let ids: Vec<&str> = said.iter().map(|(id, _)| *id).collect();
    let value: Vec<Value> = said
        .iter()
        .filter(|(_, word)| !word.is_empty())
        .map(|(id, word)| json!({"id": id, "availability": word}))
        .collect();
    json!({"at": at, "to": "graph", "method": "POST", "path": "/v1.0/communications/getPresencesByUserId", "body": {"ids": ids},
        "status": 200, "answer": {"value": value}})
}

fn words(answer: &Value) -> Vec<(&str, &str)> {
    let items = answer["value"].as_array().unwrap().iter();
    items.map(|item| (item["id"].as_str().unwrap(), item["availability"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn links_lead_to_the_replay_and_cursors_through_it_to_the_end() {
    let page = |at, query: Value, link: &str| {
        json!({"at": at, "to": "graph", "method": "GET", "path": "/v1.0/users/delta", "query": query, "status": 200,
            "answer": {"value": [], "@odata.deltaLink": format!("https://graph.example/v1.0/users/delta?$deltatoken={link}")}})
    };
    let replay = replay(&[
        page(0, json!([["$select", "id"]]), "d1"),
        page(1, json!([["$deltatoken", "d1"]]), "d1"),
        page(2, json!([["$deltatoken", "d1"]]), "d2"),
    ])
    .await;
    let mut link = format!("{}/users/delta?$select=id", replay.graph_url());
    let mut seen = Vec::new();
    for _ in 0..5 {
        let (status, answer) = get(link).await;
        assert_eq!(status, 200);
        link = answer["@odata.deltaLink"].as_str().unwrap().to_owned();
        seen.push(link.rsplit('=').next().unwrap().to_owned());
    }
    assert_eq!(seen, ["d1", "d1", "d2", "d2", "d2"], "after the end nothing changes any more");
    assert!(link.starts_with(&replay.graph_url()), "{link}");
    let report = replay.report();
    assert_eq!((report.recorded, report.asked, report.repeated), (3, 3, 2));
}

#[tokio::test]
async fn people_are_answered_one_by_one_whoever_is_asked_about_together() {
    let first = presences(0, &[("a", "Away"), ("B", "Busy")]);
    let replay = replay(&[first, presences(9, &[("a", "Offline")]), presences(10, &[("c", "")])]).await;
    let url = || format!("{}/communications/getPresencesByUserId", replay.graph_url());
    assert_eq!(words(&post(url(), json!({"ids": ["b"]})).await.1), [("B", "Busy")]);
    assert_eq!(words(&post(url(), json!({"ids": ["A", "b", "c"]})).await.1), [("a", "Away"), ("B", "Busy")]);
    assert_eq!(words(&post(url(), json!({"ids": ["a", "x"]})).await.1), [("a", "Offline")]);
    assert_eq!(post(url(), json!({"ids": ["x"]})).await.0, 501);
    let report = replay.report();
    let strangers: Vec<(&str, u64)> =
        report.never_recorded.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(
        strangers,
        [("Graph POST /v1.0/communications/getPresencesByUserId (people nobody asked about while it was recorded)", 2)]
    );
    assert_eq!((report.recorded, report.asked), (4, 4));
}

#[tokio::test]
async fn what_was_never_recorded_is_said_by_its_name() {
    let replay = replay(&[]).await;
    let (status, problem) = get(format!("{}/presence/v1/users?pageSize=5", replay.eight_url())).await;
    assert_eq!((status, problem["title"].as_str()), (501, Some("Not recorded")));
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("GET /presence/v1/users to 8x8, with the query names [pageSize], was never recorded"),
        "{detail}"
    );
    let (_, report) = get(format!("{}/admin/replay", replay.admin_url())).await;
    assert_eq!(report["never_recorded"]["8x8 GET /presence/v1/users?pageSize"], 1);
}

#[tokio::test]
async fn failures_come_where_they_came_and_a_request_without_an_answer_has_none_again() {
    let line = |at, status: Value, headers: Value| json!({"at": at, "to": "eight", "method": "GET", "path": "/x", "status": status, "answer_headers": headers, "answer": {}});
    let replay = replay(&[
        line(0, json!(429), json!({"retry-after": "3"})),
        line(1, Value::Null, json!({})),
        line(2, json!(200), json!({})),
    ])
    .await;
    let url = format!("{}/x", replay.eight_url());
    let throttled = reqwest::get(&url).await.unwrap();
    assert_eq!((throttled.status().as_u16(), throttled.headers()["retry-after"].as_bytes()), (429, &b"3"[..]));
    assert!(reqwest::get(&url).await.is_err());
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_batch_is_taken_apart_and_its_requests_may_come_alone() {
    let set = |user: &str| json!({"id": "1", "method": "POST", "url": format!("/users/{user}/presence/setPresence"), "body": {"activity": "InACall"}});
    let replay = replay(&[json!({"at": 0, "to": "graph", "method": "POST", "path": "/v1.0/$batch",
        "body": {"requests": [set("u1")]}, "status": 200, "answer": {"responses": [{"id": "1", "status": 200, "body": null}]}})])
    .await;
    let alone = format!("{}/users/u1/presence/setPresence", replay.graph_url());
    let answer = reqwest::Client::new().post(alone).json(&json!({"activity": "InACall"})).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let (_, batch) = post(format!("{}/$batch", replay.graph_url()), json!({"requests": [set("u2")]})).await;
    assert_eq!(batch["responses"][0]["status"], 501);
    let report = replay.report();
    assert_eq!((report.writes_as_recorded, report.writes_otherwise.len()), (1, 1));
    assert_eq!(report.writes_otherwise[0].what, "POST /v1.0/users/u2/presence/setPresence");
}

#[tokio::test]
async fn publications_are_compared_with_those_that_were_recorded() {
    let bulk =
        |status: &str, time: &str| json!({"publications": [{"userId": "u1", "status": status, "observedTime": time}]});
    let replay = replay(&[json!({"at": 0, "to": "eight", "method": "POST", "path": "/presence/v1/publications/bulk",
        "body": bulk("BUSY", "2027-01-25T08:00:00Z"), "status": 200, "withheld": true,
        "answer": {"data": [{"userId": "u1", "changeStatus": 200}]}})])
    .await;
    let url = || format!("{}/presence/v1/publications/bulk", replay.eight_url());
    let (_, answer) = post(url(), bulk("AWAY", "2027-01-26T08:00:00Z")).await;
    assert_eq!(answer["data"][0]["changeStatus"], 200);
    assert_eq!(replay.report().writes_otherwise.len(), 1);
    post(url(), bulk("BUSY", "2027-01-26T08:00:10Z")).await;
    assert_eq!((replay.report().writes_otherwise.len(), replay.report().writes_as_recorded), (0, 1));
    let (_, stranger) = post(url(), json!({"publications": [{"userId": "u2"}]})).await;
    assert_eq!(stranger["data"][0]["changeStatus"], 501);
}

#[tokio::test]
async fn a_file_that_is_no_whole_recording_is_refused_with_the_reason() {
    let reason = |text: &str| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        async move {
            let refused = Replay::start(file.path(), ReplayConfig::default()).await.unwrap_err();
            format!("{refused:#}")
        }
    };
    for (text, expected) in [
        (String::new(), "it is empty"),
        ("hello\n".to_owned(), "line 1 is not the first line of a recording"),
        (HEADER.replace("\":1", "\":2"), "version 2"),
        (format!("{HEADER}\n"), "cut off"),
        (format!("{HEADER}\n{{\"at\":1}}\n"), "line 2 is no exchange"),
        (format!("{HEADER}\n{{\"end\":{{\"exchanges\":3}}}}\n"), "should have 3 exchanges and has 0"),
    ] {
        let told = reason(&text).await;
        assert!(told.contains(expected), "{told}");
    }
}

#[tokio::test]
async fn the_settings_lead_to_the_replay() {
    let replay = replay(&[]).await;
    assert_eq!(replay.settings(), format!("[[tenant]]\ngraph = \"{}\"\n", replay.graph_url()));
}
