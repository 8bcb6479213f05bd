use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::*;
use crate::anonymise::Whose;

const TOKEN: &str = "eyJhbGciOi.eyJ1cG4iOiJqYW5l.c2lnbmF0dXJl";

fn plan(folder: &Path) -> Plan {
    let base = |service, url: &str| (service, Url::parse(url).unwrap());
    Plan {
        to: folder.join("recording.jsonl"),
        bases: Bases(vec![
            base(Service::Entra, "https://login.microsoftonline.com"),
            base(Service::Graph, "https://graph.microsoft.com/v1.0"),
            base(Service::Eight, "https://api.8x8.com"),
        ]),
        publication_id: Box::new(|whose, user| {
            Uuid::new_v8([u8::from(whose == Whose::Recorded) + user.len() as u8; 16])
        }),
        writes: Writes::Withheld,
        replaced: Vec::new(),
        own: vec!["Out of office".to_owned()],
        secrets: vec!["the-app-secret".into()],
    }
}

fn asked(method: Method, url: &str, content: &'static str, body: impl Into<Vec<u8>>) -> Asked {
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content))]);
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {TOKEN}")).unwrap());
    headers.insert(HeaderName::from_static("x-api-key"), HeaderValue::from_static("app-key-of-acme"));
    Asked { at: Instant::now(), method, url: Url::parse(url).unwrap(), headers, body: body.into() }
}

fn said(body: &Value) -> Answered {
    let headers = HeaderMap::from_iter([
        (HeaderName::from_static("request-id"), HeaderValue::from_static("9f4ebab6-520d-49c0-85cc-7b25c78d4a93")),
        (HeaderName::from_static("retry-after"), HeaderValue::from_static("3")),
    ]);
    Answered { status: StatusCode::OK, headers, body: body.to_string().into_bytes(), stood_in: false }
}

/// The lines of a recording of these exchanges.
fn recorded(exchanges: &[(Asked, Answered)]) -> (Vec<Value>, String) {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::new(plan(folder.path())).unwrap();
    recorder.begin(&["[[tenant]]".to_owned()]);
    exchanges.iter().for_each(|(asked, answer)| recorder.answered(asked, Some(answer)));
    recorder.finish().unwrap();
    let text = std::fs::read_to_string(folder.path().join("recording.jsonl")).unwrap();
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), text)
}

fn directory() -> (Asked, Answered) {
    let url = "https://graph.microsoft.com/v1.0/users/delta?$select=id,displayName,mail&$skiptoken=aGVsbG8x";
    let answer = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users(id,displayName)",
        "value": [{
            "id": "0f0c0ffe-520d-49c0-85cc-7b25c78d4a93", "displayName": "Jane Doe", "mail": "jane.doe@corp.com",
            "proxyAddresses": ["SMTP:Jane.Doe@corp.com"], "accountEnabled": true, "userType": "Member",
            "assignedPlans": [{"service": "TeamspaceAPI", "capabilityStatus": "Enabled",
                "servicePlanId": "57ff2da0-773e-42df-b2af-ffb7a2317929"}],
            "jane.doe@corp.com": "a field that nobody knows", "employeeNumber": 4_711_815 }],
        "@odata.deltaLink": "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=QmFzZTY0aXNo1"
    });
    (asked(Method::GET, url, "application/json", ""), said(&answer))
}

#[test]
fn what_belongs_to_somebody_is_replaced_everywhere_and_fits_together() {
    let presence = json!({"value": [{"id": "0F0C0FFE-520d-49c0-85cc-7b25c78d4a93", "availability": "Busy", "activity": "Hovering",
        "statusMessage": {"message": {"content": "Call Jane at 5551234 today", "contentType": "text"}},
        "sequenceNumber": "A0132311063"}]});
    let ids = json!({"ids": ["0f0c0ffe-520d-49c0-85cc-7b25c78d4a93"]}).to_string();
    let read = "https://graph.microsoft.com/v1.0/communications/getPresencesByUserId";
    let link = "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=QmFzZTY0aXNo1";
    let (lines, text) = recorded(&[
        directory(),
        (asked(Method::POST, read, "application/json", ids), said(&presence)),
        (asked(Method::GET, link, "application/json", ""), said(&json!({"value": []}))),
    ]);
    for original in
        ["jane", "doe", "corp", "0f0c0ffe", "5551234", "4711815", "aGVsbG8x", "QmFzZTY0aXNo1", "today", TOKEN]
    {
        assert!(!text.to_lowercase().contains(&original.to_lowercase()), "{original} in {text}");
    }
    let user = &lines[1]["answer"]["value"][0];
    assert_eq!(lines[2]["body"]["ids"][0], user["id"]);
    assert!(lines[2]["answer"]["value"][0]["id"].as_str().unwrap().eq_ignore_ascii_case(user["id"].as_str().unwrap()));
    assert_eq!(
        user["proxyAddresses"][0].as_str().unwrap().to_lowercase(),
        format!("smtp:{}", user["mail"].as_str().unwrap())
    );
    assert_eq!((&user["userType"], &user["accountEnabled"]), (&json!("Member"), &json!(true)));
    assert_eq!(user["assignedPlans"][0]["servicePlanId"], "57ff2da0-773e-42df-b2af-ffb7a2317929");
    let presence = &lines[2]["answer"]["value"][0];
    assert_eq!((presence["availability"].as_str(), presence["activity"].as_str()), (Some("Busy"), Some("Hovering")));
    assert_eq!(presence["sequenceNumber"], "A0132311063");
    let link = lines[1]["answer"]["@odata.deltaLink"].as_str().unwrap();
    assert!(link.starts_with("https://graph.example/v1.0/users/delta?%24deltatoken="), "{link}");
    assert!(link.ends_with(lines[3]["query"][0][1].as_str().unwrap()), "{link} {}", lines[3]);
    assert_eq!(lines[1]["query"][0], json!(["$select", "id,displayName,mail"]));
    assert_eq!((&lines[1]["answer_headers"], &lines[1]["to"]), (&json!({"retry-after": "3"}), &json!("graph")));
    assert_eq!(lines[4]["end"]["exchanges"], 3);
}

#[test]
fn of_a_sign_in_nothing_is_left_but_how_it_was_asked_for() {
    let body = "grant_type=client_credentials&client_id=9f4ebab6-520d-49c0-85cc-7b25c78d4a93&client_secret=the-app-secret&scope=x";
    let url = "https://login.microsoftonline.com/9f4ebab6-520d-49c0-85cc-7b25c78d4a94/oauth2/v2.0/token";
    let answer = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN});
    let (lines, text) =
        recorded(&[(asked(Method::POST, url, "application/x-www-form-urlencoded", body), said(&answer))]);
    let form = &lines[1]["form"];
    assert_eq!((&form["grant_type"], &form["client_secret"]), (&json!("client_credentials"), &json!("REMOVED")));
    assert_eq!(lines[1]["answer"], json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "REMOVED"}));
    assert!(!text.contains("the-app-secret") && !text.contains("eyJ") && !text.contains("9f4ebab6"), "{text}");
}

#[test]
fn the_requests_of_a_batch_are_looked_into() {
    let id = "0f0c0ffe-520d-49c0-85cc-7b25c78d4a93";
    let url = "https://graph.microsoft.com/v1.0/$batch";
    let batch = json!({"requests": [{"id": "1", "method": "GET", "url": format!("/users/{id}/mailboxSettings")}]});
    let answer = json!({"responses": [{"id": "1", "status": 200, "headers": {"Content-Type": "application/json"},
        "body": {"timeZone": "W. Europe Standard Time", "automaticRepliesSetting": {"status": "disabled",
            "internalReplyMessage": "<p>Jane is away</p>"}}}]});
    let (lines, text) = recorded(&[(asked(Method::POST, url, "application/json", batch.to_string()), said(&answer))]);
    assert!(!text.contains("0f0c0ffe") && !text.contains("Jane") && !text.contains("Europe"), "{text}");
    let request = &lines[1]["body"]["requests"][0];
    assert_eq!((&request["id"], &request["method"]), (&json!("1"), &json!("GET")));
    assert!(request["url"].as_str().unwrap().ends_with("/mailboxSettings"), "{request}");
    assert_eq!(lines[1]["answer"]["responses"][0]["body"]["timeZone"], "UTC");
}

#[test]
fn our_publications_stay_ours() {
    let ours = Uuid::new_v8([4; 16]);
    let url = "https://api.8x8.com/presence/v1/users?pageSize=1000&includeCall=true";
    let answer = json!({"data": [{"userId": "hvOB", "status": "BUSY", "layers": [
        {"source": "EXTERNAL", "status": "BUSY", "publicationId": ours.to_string()}]}]});
    let (lines, _) = recorded(&[(asked(Method::GET, url, "application/json", ""), said(&answer))]);
    let presence = &lines[1]["answer"]["data"][0];
    let user = presence["userId"].as_str().unwrap();
    assert_eq!(presence["layers"][0]["publicationId"], Uuid::new_v8([1 + user.len() as u8; 16]).to_string());
}

#[test]
fn a_word_that_turns_out_to_be_somebodys_name_is_replaced_in_the_end() {
    let url = "https://graph.microsoft.com/v1.0/users";
    let seen = |activity: &str, name: &str| {
        let answer = said(&json!({"value": [{"activity": activity, "displayName": name}]}));
        (asked(Method::GET, url, "application/json", ""), answer)
    };
    let (lines, text) = recorded(&[seen("Hovering", "Jane Doe"), seen("Busy", "Hovering Smith")]);
    let word = |line: usize| lines[line]["answer"]["value"][0]["activity"].as_str().unwrap().to_owned();
    assert!(!text.contains("Hovering") && word(2) == "Busy", "{text}");
    assert!(lines[2]["answer"]["value"][0]["displayName"].as_str().unwrap().starts_with(&word(1)), "{text}");
}

#[test]
fn a_file_in_which_something_is_found_is_not_handed_over() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::new(plan(folder.path())).unwrap();
    recorder.begin(&["poll = \"Jane\"".to_owned()]);
    recorder.forbid("Jane");
    let error = recorder.finish().unwrap_err().to_string();
    assert!(error.contains("line 1, settings/0: 4 characters that begin with \"j\""), "{error}");
    assert!(error.contains("--replace"), "{error}");
    assert!(!folder.path().join("recording.jsonl").exists());
    drop(recorder);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn what_presync_itself_writes_is_kept() {
    let url = "https://api.8x8.com/presence/v1/publications/bulk";
    let body = json!({"publications": [{"userId": "u1", "message": "Out of office"}, {"userId": "u2", "message": "At the dentist"}]});
    let (lines, text) =
        recorded(&[(asked(Method::POST, url, "application/json", body.to_string()), said(&json!({"data": []})))]);
    assert_eq!(lines[1]["body"]["publications"][0]["message"], "Out of office");
    assert!(!text.contains("dentist"), "{text}");
}

#[test]
fn writes_are_withheld_unless_they_are_to_be_sent() {
    let folder = tempfile::tempdir().unwrap();
    let write =
        asked(Method::POST, "https://graph.microsoft.com/v1.0/users/1/presence/setPresence", "application/json", "{}");
    let recorder = Recorder::new(plan(folder.path())).unwrap();
    assert!(recorder.stand_in(&write).is_some_and(|answer| answer.stood_in));
    let sending = Recorder::new(Plan { writes: Writes::Sent, ..plan(folder.path()) }).unwrap();
    assert_eq!(sending.stand_in(&write), None);
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("recording.jsonl"), "mine").unwrap();
    let refused = Recorder::new(plan(folder.path())).unwrap_err();
    assert!(refused.to_string().contains("exists already"), "{refused}");
}
