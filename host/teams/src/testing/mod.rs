//! What the tests of this crate share: a clock that they move, and a Microsoft made of `wiremock`.

mod signer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use presync_core::time::{Clock, Timestamp};
use serde_json::{Value, json};
use url::Url;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) use signer::Signer;

use crate::{App, Client, Config};

/// Where tokens come from.
pub(crate) const TOKEN: &str = "/dir-1/oauth2/v2.0/token";
/// Where presence is read.
pub(crate) const PRESENCES: &str = "/v1.0/communications/getPresencesByUserId";

/// A clock that stands still until it is moved.
#[derive(Debug, Clone, Default)]
pub(crate) struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Entra and Graph on one port.
pub(crate) struct Microsoft {
    pub(crate) server: MockServer,
    pub(crate) clock: ManualClock,
}

impl Microsoft {
    /// One that grants every app a token (`token-1`, `token-2` …) and knows nothing else.
    pub(crate) async fn start() -> Self {
        let microsoft = Self::without_tokens().await;
        let count = AtomicU64::new(0);
        let grant = move |_: &Request| {
            let token = format!("token-{}", count.fetch_add(1, Ordering::SeqCst) + 1);
            let body = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": token });
            ResponseTemplate::new(200).set_body_json(body)
        };
        microsoft.on("POST", TOKEN, grant).await;
        microsoft
    }

    /// One that knows nothing at all.
    pub(crate) async fn without_tokens() -> Self {
        Self { server: MockServer::start().await, clock: ManualClock::default() }
    }

    /// Answers `verb` on `at`; what was set up first is asked first.
    pub(crate) async fn on(&self, verb: &str, at: &str, answer: impl Respond + 'static) {
        Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&self.server).await;
    }

    /// Answers `verb` on `at`, `times` times.
    pub(crate) async fn on_first(&self, times: u64, verb: &str, at: &str, answer: impl Respond + 'static) {
        let mock = Mock::given(method(verb)).and(path(at)).respond_with(answer);
        mock.up_to_n_times(times).mount(&self.server).await;
    }

    /// The requests for `at` so far.
    pub(crate) async fn requests(&self, at: &str) -> Vec<Request> {
        let all = self.server.received_requests().await.unwrap();
        all.into_iter().filter(|request| request.url.path() == at).collect()
    }

    pub(crate) fn config(&self) -> Config {
        let root = Url::parse(&self.server.uri()).unwrap();
        let app = |id: &str| App { client_id: id.to_owned(), secret: "s3cret".into() };
        Config {
            directory: "dir-1".to_owned(),
            graph: root.join("v1.0").unwrap(),
            login: root,
            read_app: app("reader"),
            write_app: Some(app("writer")),
            call_deadline: Duration::from_secs(5),
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.config(), Arc::new(self.clock.clone())).unwrap()
    }
}

/// Answers every person asked for with Busy, in the reverse order; leaves out ids that begin with `gone`.
pub(crate) fn busy(request: &Request) -> ResponseTemplate {
    let question: Value = request.body_json().unwrap();
    let ids = question["ids"].as_array().unwrap().iter().rev();
    let present = ids.filter(|id| !id.as_str().unwrap().starts_with("gone"));
    let value: Vec<Value> = present
        .map(|id| json!({ "id": id, "availability": "Busy", "activity": "Busy", "sequenceNumber": "A1" }))
        .collect();
    ResponseTemplate::new(200).set_body_json(json!({ "value": value }))
}
