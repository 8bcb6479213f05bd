//! Rounds of changes against a Graph that pages, repeats itself and forgets.

use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, ResponseTemplate};

use super::*;
use crate::testing::Microsoft;

const DELTA: &str = "/v1.0/users/delta";

struct Graph(Microsoft);

impl Graph {
    async fn start() -> Self {
        Self(Microsoft::start().await)
    }

    fn link(&self, query: &str) -> String {
        format!("{}{DELTA}?{query}", self.0.server.uri())
    }

    /// Answers the address whose `$deltatoken` or `$skiptoken` is `token`; without one, the beginning.
    async fn on(&self, token: Option<(&str, &str)>, answer: ResponseTemplate) {
        let mock = Mock::given(method("GET")).and(path(DELTA));
        let mock = match token {
            Some((name, value)) => mock.and(query_param(name, value)),
            None => mock.and(query_param_is_missing("$deltatoken")).and(query_param_is_missing("$skiptoken")),
        };
        mock.respond_with(answer).mount(&self.0.server).await;
    }

    /// A page that leads to `next` (`$skiptoken`) or ends with `delta` (`$deltatoken`).
    fn page(&self, value: &Value, next: Result<&str, &str>) -> ResponseTemplate {
        let mut page = json!({ "@odata.context": "x", "value": value });
        match next {
            Ok(skip) => page["@odata.nextLink"] = self.link(&format!("$skiptoken={skip}")).into(),
            Err(delta) => page["@odata.deltaLink"] = self.link(&format!("$deltatoken={delta}")).into(),
        }
        ResponseTemplate::new(200).set_body_json(page)
    }

    async fn changes(&self, link: Option<&DeltaLink>) -> Result<Changes, Error> {
        self.0.client().user_changes(link).await
    }
}

/// `+id` for somebody present, `-id` for somebody removed.
fn short(changes: &Changes) -> Vec<String> {
    let one = |change: &Change| match change {
        Change::Present(user) => format!("+{}", user.id),
        Change::Removed { id, .. } => format!("-{id}"),
    };
    changes.people.iter().map(one).collect()
}

#[tokio::test]
async fn the_first_round_is_the_whole_directory_and_the_next_only_what_changed() {
    let graph = Graph::start().await;
    let [ann, bob] = ["a", "b"].map(|id| json!({ "id": id, "userPrincipalName": format!("{id}@corp.com") }));
    graph.on(None, graph.page(&json!([ann]), Ok("s1"))).await;
    graph.on(Some(("$skiptoken", "s1")), graph.page(&json!([bob]), Err("d1"))).await;
    graph.on(Some(("$deltatoken", "d1")), graph.page(&json!([]), Ok("s2"))).await;
    let gone = json!([{ "id": "a", "@removed": { "reason": "changed" } }, { "id": "b", "@removed": { "reason": "deleted" } },
        { "id": "c", "@removed": { "reason": "moved" } }]);
    graph.on(Some(("$skiptoken", "s2")), graph.page(&gone, Err("d2"))).await;

    let first = graph.changes(None).await.unwrap();
    assert_eq!((first.whole, short(&first)), (true, vec!["+a".to_owned(), "+b".to_owned()]));
    let asked = graph.0.requests(DELTA).await[0].url.query().unwrap().to_owned();
    assert!(asked.contains("proxyAddresses") && asked.contains("assignedPlans") && !asked.contains("top"), "{asked}");

    let second = graph.changes(Some(&first.next)).await.unwrap();
    let how: Vec<_> = second
        .people
        .iter()
        .map(|change| match change {
            Change::Removed { how, .. } => how.clone(),
            Change::Present(user) => panic!("{user:?}"),
        })
        .collect();
    assert!(!second.whole);
    assert_eq!(how, [Removal::Restorable, Removal::Deleted, Removal::Unrecognised("moved".into())]);
    assert_eq!(second.next, DeltaLink(graph.link("$deltatoken=d2").into()));
}

#[tokio::test]
async fn of_what_is_said_twice_of_somebody_the_later_counts() {
    let graph = Graph::start().await;
    let value = json!([
        { "id": "a", "displayName": "old" },
        { "id": "b", "@removed": { "reason": "changed" } },
        { "id": "a", "@removed": { "reason": "deleted" } },
        { "id": "b", "displayName": "restored" },
        { "id": "a", "displayName": "new" },
        { "displayName": "no id" }
    ]);
    graph.on(None, graph.page(&value, Err("d1"))).await;
    let changes = graph.changes(None).await.unwrap();
    assert_eq!(short(&changes), ["+a", "+b"]);
    assert!(matches!(&changes.people[0], Change::Present(user) if user.display_name == "new"));
}

#[tokio::test]
async fn a_link_that_graph_has_forgotten_brings_the_whole_directory() {
    let graph = Graph::start().await;
    let fresh = format!("{}$deltatoken=", graph.link("$select=id&"));
    let gone = ResponseTemplate::new(410).insert_header("location", fresh.as_str());
    graph.on(Some(("$deltatoken", "old")), gone).await;
    let elsewhere = ResponseTemplate::new(410).insert_header("location", "https://evil.example/users/delta");
    graph.on(Some(("$deltatoken", "astray")), elsewhere).await;
    let unknown = json!({ "error": { "code": "syncStateNotFound", "message": "" } });
    graph.on(Some(("$deltatoken", "ancient")), ResponseTemplate::new(400).set_body_json(unknown)).await;
    graph.on(Some(("$deltatoken", "")), graph.page(&json!([{ "id": "a" }]), Err("d1"))).await;
    graph.on(None, graph.page(&json!([{ "id": "b" }]), Err("d2"))).await;

    for (token, found) in [("old", "+a"), ("astray", "+b"), ("ancient", "+b")] {
        let link = DeltaLink(graph.link(&format!("$deltatoken={token}")).into());
        let changes = graph.changes(Some(&link)).await.unwrap();
        assert_eq!((changes.whole, short(&changes)), (true, vec![found.to_owned()]), "{token}");
    }
}

#[tokio::test]
async fn a_link_of_another_graph_is_not_followed() {
    let graph = Graph::start().await;
    graph.on(None, graph.page(&json!([]), Err("d1"))).await;
    let link = DeltaLink("https://graph.microsoft.com/v1.0/users/delta?$deltatoken=x".into());
    assert!(graph.changes(Some(&link)).await.unwrap().whole);
}

#[tokio::test]
async fn a_refusal_that_is_about_something_else_is_an_error() {
    let graph = Graph::start().await;
    let link = DeltaLink(graph.link("$deltatoken=d").into());
    let body = json!({ "error": { "code": "Request_BadRequest", "message": "no" } });
    graph.on(Some(("$deltatoken", "d")), ResponseTemplate::new(400).set_body_json(body)).await;
    assert!(matches!(graph.changes(Some(&link)).await, Err(Error::Refused { status: 400, .. })));
}

#[test]
fn a_page_that_leads_nowhere_is_refused() {
    let url = Url::parse("https://graph.microsoft.com/v1.0/users/delta").unwrap();
    assert!(page(br#"{"value":[]}"#, &url, &mut Latest::default()).is_err());
    let astray = br#"{"value":[],"@odata.nextLink":"https://elsewhere.example/"}"#;
    assert!(page(astray, &url, &mut Latest::default()).is_err());
}

#[test]
fn a_link_is_kept_as_it_came() {
    let link: DeltaLink = serde_json::from_str("\"https://graph/x?$deltatoken=a%2Bb\"").unwrap();
    assert_eq!(serde_json::to_string(&link).unwrap(), "\"https://graph/x?$deltatoken=a%2Bb\"");
}
