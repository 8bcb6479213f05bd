//! The directory of public mode: read whole, and then by what changed.

use super::*;

#[tokio::test]
async fn the_directory_is_read_once_and_then_by_its_changes() {
    let bench = Bench::start().await;
    let changed = json!({ "data": [contact("dan", "dan@corp.com", "1004")], "meta": { "hasMore": false } });
    bench.eight.on("GET", CONTACTS, ok(&changed)).await;
    let gone = json!({ "data": [{ "eventType": "delete", "entityType": "user", "entityKey": "cid" }], "meta": {} });
    bench.eight.on("GET", AUDITS, ok(&gone)).await;
    let client = bench.client(bench.config());
    client.users().await.unwrap();
    bench.wait(60);
    let users = client.users().await.unwrap();
    assert_eq!(users.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["ann", "bob", "dan"]);
    let asked: Vec<String> =
        bench.eight.requests(CONTACTS).await.iter().map(|r| r.url.query().unwrap().to_owned()).collect();
    assert!(!asked[0].contains("updatedTimestamp") && asked[1].contains("updatedTimestamp"), "{asked:?}");
}

#[tokio::test]
async fn a_directory_that_tells_no_changes_is_read_whole_again() {
    let bench = Bench::start().await;
    let body = json!({ "status": 400, "errors": [{ "code": "VALIDATION_ERROR", "field": "filter", "message": "no" }] });
    bench.eight.once("GET", CONTACTS, ResponseTemplate::new(400).set_body_json(body)).await;
    let people = json!({ "data": [contact("ann", "ann@corp.com", "1001")], "meta": {} });
    bench.eight.on("GET", CONTACTS, ok(&people)).await;
    bench.eight.on("GET", AUDITS, ResponseTemplate::new(403)).await;
    let client = bench.client(bench.config());
    client.users().await.unwrap();
    bench.wait(60);
    assert_eq!(client.users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn deletions_that_were_refused_are_asked_for_again_after_an_hour() {
    let bench = Bench::start().await;
    let people = json!({ "data": [contact("cid", "cid@corp.com", "1003")], "meta": {} });
    bench.eight.on("GET", CONTACTS, ok(&people)).await;
    bench.eight.once("GET", AUDITS, ResponseTemplate::new(403)).await;
    bench.eight.on("GET", AUDITS, ok(&json!({ "data": [], "meta": {} }))).await;
    let client = bench.client(bench.config());
    for (pause, asked) in [(0, 0), (60, 1), (60, 1), (3600, 1), (60, 2)] {
        bench.wait(pause);
        client.users().await.unwrap();
        assert_eq!(bench.eight.requests(AUDITS).await.len(), asked, "{pause} s later");
    }
}
