//! Finding the service, asking it, and saying clearly why there is no answer.

use std::time::Duration;

use clap::Parser;
use presync_core::time::Timestamp;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::page::{length, names, time};
use super::{Api, ApiError, Where};

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    place: Where,
}

fn place(args: &[&str]) -> Where {
    Line::try_parse_from([&["presync"], args].concat()).unwrap().place
}

async fn answering(response: ResponseTemplate) -> (MockServer, Api) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(response).mount(&server).await;
    let api = Api::at(&place(&["--url", &server.uri()])).unwrap();
    (server, api)
}

#[test]
fn the_service_is_looked_for_where_it_listens_by_default() {
    assert_eq!(place(&[]).url().unwrap().as_str(), "http://127.0.0.1:8088/");
}

#[test]
fn the_settings_say_where_the_service_listens_and_need_no_secrets_for_it() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let listens = |listen: &str| {
        let settings = format!(
            "[service]\nlisten = \"{listen}\"\n[[tenant]]\nid = \"acme\"\n[tenant.teams]\n\
             directory = \"9f4ebab6-520d-49c0-85cc-7b25c78d4a93\"\n\
             read_app = {{ client_id = \"00000000-0000-4000-8000-000000000001\", secret = \"env:NOT_SET_ANYWHERE\" }}\n\
             [tenant.eight]\nkey = \"env:NOT_SET_ANYWHERE\"\nsecret = \"env:NOT_SET_ANYWHERE\"\n"
        );
        std::fs::write(file.path(), settings).unwrap();
        place(&["--config", file.path().to_str().unwrap()]).url().unwrap().to_string()
    };
    assert_eq!(listens("10.0.0.7:9000"), "http://10.0.0.7:9000/");
    assert_eq!(listens("0.0.0.0:8088"), "http://127.0.0.1:8088/", "every address is also this one");
    assert_eq!(listens("[::]:80"), "http://[::1]/");
}

#[test]
fn a_url_without_its_scheme_or_beside_a_settings_file_is_refused() {
    let refused = |args: &[&str]| Line::try_parse_from([&["presync"], args].concat()).unwrap_err().to_string();
    assert!(refused(&["--url", "localhost:8088"]).contains("expected http:// or https:// in front"));
    assert!(refused(&["--url", "http://a", "--config", "b"]).contains("cannot be used with"));
}

#[tokio::test]
async fn whatever_a_person_is_called_arrives_as_one_segment() {
    let (server, api) = answering(ResponseTemplate::new(200).set_body_json(7)).await;
    assert_eq!(api.get(&["v1", "people", "a/b?c#d%e é@x"]).await.unwrap(), 7);
    let asked = server.received_requests().await.unwrap();
    assert_eq!(asked[0].url.path(), "/v1/people/a%2Fb%3Fc%23d%25e%20%C3%A9@x");
    assert_eq!(asked[0].url.query(), None);
}

#[tokio::test]
async fn nobody_listening_is_said_with_where_and_what_to_do() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = Api::at(&place(&["--url", &gone])).unwrap().get(&["v1"]).await.unwrap_err();
    assert!(matches!(error, ApiError::Unreachable { .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.starts_with(&format!("nothing answers at {gone}/ (")), "{said}");
    assert!(said.contains("presync run --config FILE"), "{said}");
}

#[tokio::test]
async fn the_service_is_not_waited_for_without_end() {
    let slow = ResponseTemplate::new(200).set_body_json(7).set_delay(Duration::from_secs(60));
    let (_server, api) = answering(slow).await;
    let error = api.get(&["v1"]).await.unwrap_err();
    assert!(error.to_string().contains("did not answer in time"), "{error}");
}

#[tokio::test]
async fn the_services_own_word_is_passed_on() {
    let body = serde_json::json!({"status": 404, "title": "Not Found", "detail": "no tenant is called acne"});
    let (_server, api) = answering(ResponseTemplate::new(404).set_body_json(body)).await;
    assert_eq!(api.get(&["v1"]).await.unwrap_err().to_string(), "no tenant is called acne");
}

#[tokio::test]
async fn somebody_else_who_answers_is_not_taken_for_presync() {
    for response in [
        ResponseTemplate::new(200).set_body_string("<html>"),
        ResponseTemplate::new(404).set_body_string("<html>"),
        ResponseTemplate::new(302).insert_header("location", "http://elsewhere.example/"),
    ] {
        let (_server, api) = answering(response).await;
        let error = api.get(&["v1"]).await.unwrap_err();
        assert!(error.to_string().contains("is not presync, or not this version of it"), "{error}");
    }
    let (_server, api) = answering(ResponseTemplate::new(200)).await;
    let error = api.read::<super::answer::Overview>(&serde_json::json!({})).unwrap_err();
    assert!(error.to_string().contains("missing field `now`"), "{error}");
}

#[tokio::test]
async fn a_name_cannot_steer_the_terminal() {
    let (_server, api) = answering(ResponseTemplate::new(200)).await;
    let names: Vec<String> = api.read(&serde_json::json!(["\u{1b}[2JAnn\u{9b}1m", "two\nlines"])).unwrap();
    assert_eq!(names, ["\u{fffd}[2JAnn\u{fffd}1m", "two\nlines"]);
}

#[test]
fn lengths_are_told_in_their_two_largest_units() {
    let told = |seconds| length(Duration::from_secs(seconds));
    assert_eq!(
        [59, 60, 3_599, 3_600, 86_399, 90_000].map(told).join(", "),
        "59 s, 1 min, 59 min, 1 h 0 min, 23 h 59 min, 1 d 1 h"
    );
}

#[test]
fn the_date_is_told_unless_it_is_todays() {
    let noon = Timestamp::from_millis(1_763_985_600_000);
    assert_eq!(time(noon, noon), "12:00:00");
    assert_eq!(time(noon, noon + Duration::from_secs(12 * 3_600)), "2025-11-24 12:00:00");
    assert_eq!(time(Timestamp::NEVER, noon), "at no time");
}

#[test]
fn of_many_names_the_first_are_told_and_the_rest_counted() {
    assert_eq!(names(&["a", "b"], 2), "a, b");
    assert_eq!(names(&["a", "b", "c"], 2), "a, b and 1 more");
}
