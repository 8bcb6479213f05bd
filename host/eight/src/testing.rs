//! What the tests of this crate share: a clock that they move, and an 8x8 made of `wiremock`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use presync_core::time::{Clock, Timestamp};
use serde_json::{Value, json};
use url::Url;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::config::Push;
use crate::{Client, Config};

/// Where tokens come from.
pub(crate) const TOKEN: &str = "/oauth/v2/token";
/// Where snapshots are read.
pub(crate) const PRESENCE: &str = "/presence/v1/users";
/// Where changes are read.
pub(crate) const CHANGES: &str = "/presence/v1/changes";
/// Where the API says what it offers.
pub(crate) const OFFER: &str = "/presence/v1/capabilities";
/// Where presence is written.
pub(crate) const BULK: &str = "/presence/v1/publications/bulk";

/// A clock that stands still until it is moved.
#[derive(Debug, Clone, Default)]
pub(crate) struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    pub(crate) fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicU64::new(now.as_millis())))
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// 8x8 on one port; its clock begins at 1,000,000 s.
pub(crate) struct Eight {
    pub(crate) server: MockServer,
    pub(crate) clock: ManualClock,
}

impl Eight {
    /// One that grants tokens (`token-1`, `token-2` …) and knows nothing else.
    pub(crate) async fn start() -> Self {
        let eight = Self::without_tokens().await;
        let count = AtomicU64::new(0);
        let grant = move |_: &Request| {
            let token = format!("token-{}", count.fetch_add(1, Ordering::SeqCst) + 1);
            let body = json!({ "access_token": token, "token_type": "BearerToken", "expires_in": "1799",
                "issued_at": "1683045181383", "developer.email": "deprecated" });
            ResponseTemplate::new(200).set_body_json(body)
        };
        eight.on("POST", TOKEN, grant).await;
        eight
    }

    /// One that knows nothing at all.
    pub(crate) async fn without_tokens() -> Self {
        let clock = ManualClock::at(Timestamp::from_millis(1_000_000_000));
        Self { server: MockServer::start().await, clock }
    }

    /// Answers `verb` on `at`; what was set up first is asked first.
    pub(crate) async fn on(&self, verb: &str, at: &str, answer: impl Respond + 'static) {
        Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&self.server).await;
    }

    /// Answers `verb` on `at`, once.
    pub(crate) async fn once(&self, verb: &str, at: &str, answer: impl Respond + 'static) {
        let mock = Mock::given(method(verb)).and(path(at)).respond_with(answer);
        mock.up_to_n_times(1).mount(&self.server).await;
    }

    /// The requests for `at` so far.
    pub(crate) async fn requests(&self, at: &str) -> Vec<Request> {
        let all = self.server.received_requests().await.unwrap();
        all.into_iter().filter(|request| request.url.path() == at).collect()
    }

    pub(crate) fn config(&self) -> Config {
        Config {
            api: Url::parse(&self.server.uri()).unwrap(),
            key: "the-key".to_owned(),
            secret: "s3cret".into(),
            tenant: "acme".into(),
            call_deadline: Duration::from_secs(5),
            push: Push::default(),
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.config(), Arc::new(self.clock.clone())).unwrap()
    }
}

/// A 200 with this body.
pub(crate) fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// A 207 that accepts every item of a bulk.
pub(crate) fn accepted(request: &Request) -> ResponseTemplate {
    let bulk: Value = request.body_json().unwrap();
    let item = |item: &Value| json!({ "userId": item["userId"], "changeStatus": 200, "revision": 7, "applied": true });
    let data: Vec<Value> = bulk["publications"].as_array().unwrap().iter().rev().map(item).collect();
    ResponseTemplate::new(207).set_body_json(json!({ "data": data }))
}
