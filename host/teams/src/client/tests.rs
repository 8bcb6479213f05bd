//! The calls of a client against a Microsoft made of `wiremock`.

use presync_core::presence::Revision;
use presync_core::words::TeamsAvailability;
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, ResponseTemplate};

use super::*;
use crate::testing::{Microsoft, PRESENCES, TOKEN, busy};

fn people(count: usize) -> Vec<TeamsUserId> {
    (0..count).map(|n| TeamsUserId::from(format!("p{n}"))).collect()
}

#[test]
fn a_cloud_without_presence_is_refused_at_once() {
    let graph = Url::parse(Cloud::China.graph()).unwrap();
    let config = Config {
        directory: "dir-1".to_owned(),
        login: Url::parse(Cloud::China.login()).unwrap(),
        graph,
        read_app: App { client_id: "reader".to_owned(), secret: "s3cret".into() },
        write_app: None,
        call_deadline: Config::CALL_DEADLINE,
    };
    let error = Client::new(config, Arc::new(crate::testing::ManualClock::default())).unwrap_err().to_string();
    assert!(error.contains("no presence in the cloud \"china\""), "{error}");
}

#[test]
fn an_address_is_built_with_each_part_escaped() {
    let base = Url::parse("https://graph.microsoft.com/v1.0/").unwrap();
    let url = under(&base, &["users", "a/b?c", "presence"]).unwrap();
    assert_eq!(url.as_str(), "https://graph.microsoft.com/v1.0/users/a%2Fb%3Fc/presence");
    assert!(under(&Url::parse("mailto:x@y").unwrap(), &[]).is_err());
}

#[tokio::test]
async fn six_hundred_and_fifty_people_are_one_request_and_one_more_is_a_second() {
    let microsoft = Microsoft::start().await;
    microsoft.on("POST", PRESENCES, busy).await;
    microsoft.client().presences(&people(650)).await.unwrap();
    assert_eq!(microsoft.requests(PRESENCES).await.len(), 1);

    let read = microsoft.client().presences(&people(651)).await.unwrap();
    let requests = microsoft.requests(PRESENCES).await;
    let mut sizes: Vec<usize> = requests[1..]
        .iter()
        .map(|request| request.body_json::<Value>().unwrap()["ids"].as_array().unwrap().len())
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 650]);
    let ids: Vec<TeamsUserId> = read.into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, people(651), "in the order asked");
}

#[tokio::test]
async fn nobody_is_no_request() {
    let microsoft = Microsoft::start().await;
    assert!(microsoft.client().presences(&[]).await.unwrap().is_empty());
    assert!(microsoft.requests(TOKEN).await.is_empty());
}

#[tokio::test]
async fn readings_carry_the_time_of_their_request_and_the_missing_are_unknown() {
    let microsoft = Microsoft::start().await;
    microsoft.on("POST", PRESENCES, busy).await;
    microsoft.clock.advance(Duration::from_secs(42));
    let read = microsoft.client().presences(&["p1".into(), "gone".into()]).await.unwrap();
    let [(_, present), (_, gone)] = &read[..] else { panic!("{read:?}") };
    assert_eq!(present.presence.availability, TeamsAvailability::Busy);
    assert_eq!(present.revision, Some(Revision::Text("A1".into())));
    assert_eq!(present.read_at.as_millis(), 42_000);
    assert_eq!((gone.presence, gone.revision.clone()), (TeamsPresence::UNKNOWN, None));
}

#[tokio::test]
async fn one_failed_chunk_fails_the_sweep() {
    let microsoft = Microsoft::start().await;
    microsoft.on_first(1, "POST", PRESENCES, ResponseTemplate::new(400)).await;
    microsoft.on("POST", PRESENCES, busy).await;
    let error = microsoft.client().presences(&people(2000)).await.unwrap_err();
    assert!(matches!(error, Error::Refused { status: 400, .. }), "{error:?}");
}

#[tokio::test]
async fn a_directory_is_read_page_by_page() {
    let microsoft = Microsoft::start().await;
    let next = format!("{}/v1.0/users?$skiptoken=a%2Bb", microsoft.server.uri());
    let first = json!({ "value": [{ "id": "1", "userPrincipalName": "jane@corp.com", "displayName": "Jane", "mail": null,
        "accountEnabled": false, "userType": "Member", "department": "Sales" }], "@odata.nextLink": next });
    let users = || Mock::given(method("GET")).and(path("/v1.0/users"));
    let page = users().and(query_param("$top", "999")).and(query_param_is_missing("$skiptoken"));
    page.respond_with(ResponseTemplate::new(200).set_body_json(first)).mount(&microsoft.server).await;
    let second = json!({ "value": [{ "id": "2", "userType": "Guest", "accountEnabled": true }] });
    let page = users().and(query_param("$skiptoken", "a+b"));
    page.respond_with(ResponseTemplate::new(200).set_body_json(second)).mount(&microsoft.server).await;

    let users = microsoft.client().users().await.unwrap();
    let [jane, guest] = &users[..] else { panic!("{users:?}") };
    assert_eq!((jane.display_name.as_str(), jane.department.as_deref()), ("Jane", Some("Sales")));
    assert!(!jane.enabled && !jane.guest && jane.mail.is_none());
    assert!(guest.enabled && guest.guest);
}

#[tokio::test]
async fn a_session_is_held_under_the_writing_apps_id() {
    let microsoft = Microsoft::start().await;
    let at = "/v1.0/users/u1/presence/setPresence";
    microsoft.on("POST", at, ResponseTemplate::new(200)).await;
    let client = microsoft.client();
    client.hold_session(&"u1".into(), TeamsSession::InACall, Duration::from_secs(300)).await.unwrap();
    let sent: Value = microsoft.requests(at).await[0].body_json().unwrap();
    let expected =
        json!({ "sessionId": "writer", "availability": "Busy", "activity": "InACall", "expirationDuration": "PT5M" });
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_session_that_is_not_there_is_told_so() {
    let microsoft = Microsoft::start().await;
    let at = "/v1.0/users/u1/presence/clearPresence";
    microsoft.on_first(1, "POST", at, ResponseTemplate::new(404)).await;
    microsoft.on("POST", at, ResponseTemplate::new(204)).await;
    let client = microsoft.client();
    assert_eq!(client.clear_session(&"u1".into()).await, Err(Error::NotFound));
    assert_eq!(client.clear_session(&"u1".into()).await, Ok(()));
    let held = client.hold_session(&"stranger".into(), TeamsSession::InACall, Duration::from_secs(300)).await;
    assert_eq!(held, Err(Error::NotFound));
}

#[tokio::test]
async fn a_tenant_that_syncs_one_way_writes_nothing() {
    let microsoft = Microsoft::start().await;
    let config = Config { write_app: None, ..microsoft.config() };
    let client = Client::new(config, Arc::new(microsoft.clock.clone())).unwrap();
    assert_eq!(client.clear_session(&"u1".into()).await, Err(Error::OneWay));
}

#[tokio::test]
async fn verifying_tries_each_app_and_each_read() {
    let microsoft = Microsoft::start().await;
    let page = json!({ "value": [{ "id": "p1" }] });
    microsoft.on("GET", "/v1.0/users", ResponseTemplate::new(200).set_body_json(page)).await;
    microsoft.on("POST", PRESENCES, ResponseTemplate::new(403)).await;
    let checks = microsoft.client().verify().await;
    let went: Vec<(&str, bool)> = checks.iter().map(|check| (check.what, check.result.is_ok())).collect();
    let expected = [
        ("the reading app signs in", true),
        ("the directory can be read", true),
        ("presence can be read", false),
        ("the writing app signs in", true),
    ];
    assert_eq!(went, expected);
}

#[tokio::test]
async fn a_consent_that_the_writing_app_lacks_is_found_without_a_write() {
    use base64::Engine;
    for (roles, allowed) in [(json!(["Presence.ReadWrite.All"]), true), (json!([]), false)] {
        let microsoft = Microsoft::without_tokens().await;
        let claims = json!({ "roles": roles }).to_string();
        let token = format!("e30.{}.sig", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims));
        let grant = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": token });
        microsoft.on("POST", TOKEN, ResponseTemplate::new(200).set_body_json(grant)).await;
        microsoft.on("GET", "/v1.0/users", ResponseTemplate::new(200).set_body_json(json!({ "value": [] }))).await;
        let checks = microsoft.client().verify().await;
        let last = checks.last().unwrap();
        assert_eq!((last.what, last.result.is_ok()), ("the writing app may hold sessions", allowed));
    }
}
