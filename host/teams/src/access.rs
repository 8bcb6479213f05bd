//! One call of one app to Graph: deadline, pause, budget, token, and the retry that a read may have.
//!
//! A read that met a passing trouble is asked once more inside its deadline. A write is not: the reconciler knows whether it is
//! still wanted by then.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use governor::clock::MonotonicClock;
use presync_core::time::{Clock, Timestamp};
use presync_http::text::{Text, plain};
use presync_http::token::{Token, TokenCache};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};
use url::Url;
use uuid::Uuid;

use crate::budget::Budget;
use crate::error::{Error, broken};
use crate::sign_in::SignIn;
use crate::throttle::{Throttle, retry_after};

/// The pause before a read is asked again, with jitter.
const BACKOFF: Duration = Duration::from_millis(150);

/// One app's way to Graph.
#[derive(Debug)]
pub(crate) struct Access {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    sign_in: SignIn,
    tokens: TokenCache<Error>,
    throttle: Throttle,
    budget: Budget<MonotonicClock>,
    deadline: Duration,
}

/// One call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// JSON, if the call has a body.
    pub(crate) body: Option<Vec<u8>>,
    /// The application permission that it needs.
    pub(crate) role: &'static str,
    /// Whether it counts against the budget of presence requests.
    pub(crate) counted: bool,
}

/// What came back, and when it was asked for.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) sent_at: Timestamp,
    pub(crate) body: Vec<u8>,
}

impl Access {
    pub(crate) fn new(http: reqwest::Client, clock: Arc<dyn Clock>, sign_in: SignIn, deadline: Duration) -> Self {
        Self {
            http,
            clock,
            sign_in,
            tokens: TokenCache::default(),
            throttle: Throttle::default(),
            budget: Budget::new(MonotonicClock),
            deadline,
        }
    }

    /// The app's client id.
    pub(crate) fn client_id(&self) -> &str {
        &self.sign_in.client_id
    }

    /// A call that changes nothing: asked once more if it met a passing trouble.
    pub(crate) async fn read(&self, call: &Call) -> Result<Answer, Error> {
        let end = Instant::now() + self.deadline;
        let once_more = ExponentialBuilder::default().with_min_delay(BACKOFF).with_jitter().with_max_times(1);
        (|| self.attempt(call, end))
            .retry(once_more)
            .when(|error: &Error| error.is_passing() && Instant::now() + 2 * BACKOFF < end)
            .await
    }

    /// A call that changes something: sent once.
    pub(crate) async fn write(&self, call: &Call) -> Result<Answer, Error> {
        self.attempt(call, Instant::now() + self.deadline).await
    }

    /// Signs in, unless there is a good token already.
    pub(crate) async fn sign_in(&self) -> Result<(), Error> {
        self.token(None, Instant::now() + self.deadline).await.map(|_| ())
    }

    async fn attempt(&self, call: &Call, end: Instant) -> Result<Answer, Error> {
        self.throttle.pass(self.clock.now())?;
        let token = self.token(None, end).await.inspect_err(|error| self.quiet(error))?;
        let (answer, token) = match self.exchange(call, &token, end).await {
            Err(Error::Unauthorized { .. }) => {
                let token = self.token(Some(&token), end).await?;
                (self.exchange(call, &token, end).await, token)
            }
            answer => (answer, token),
        };
        match &answer {
            Ok(_) => self.throttle.clear(),
            Err(Error::Forbidden { .. }) => self.tokens.lacks_grant(&token).await,
            Err(_) => {}
        }
        answer
    }

    async fn token(&self, refused: Option<&Token>, end: Instant) -> Result<Token, Error> {
        let clock = &*self.clock;
        let sign_in = self.sign_in.token(&self.http, clock.now());
        timeout_at(end, self.tokens.get(clock, refused, sign_in)).await.map_err(|_| self.late())?
    }

    async fn exchange(&self, call: &Call, token: &Token, end: Instant) -> Result<Answer, Error> {
        if call.counted {
            self.budget.wait(end).await?;
        }
        let mut request = self
            .http
            .request(call.method.clone(), call.url.clone())
            .header(AUTHORIZATION, token.header.clone())
            .header("client-request-id", Uuid::new_v4().to_string());
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let sent_at = self.clock.now();
        timeout_at(end, async {
            let response = request.send().await.map_err(broken)?;
            self.judge(call, response).await.map(|body| Answer { sent_at, body })
        })
        .await
        .map_err(|_| self.late())?
    }

    /// The body of a success, or what an answer of another status means.
    async fn judge(&self, call: &Call, response: Response) -> Result<Vec<u8>, Error> {
        let status = response.status();
        let now = self.clock.now();
        let pause = retry_after(response.headers(), now);
        let request_id = request_id(response.headers());
        if status.is_success() {
            tracing::debug!(request_id, "Graph answered");
            return response.bytes().await.map(Vec::from).map_err(broken);
        }
        let client_id = || self.client_id().into();
        let error = match status {
            StatusCode::UNAUTHORIZED => Error::Unauthorized { client_id: client_id() },
            StatusCode::FORBIDDEN => Error::Forbidden { client_id: client_id(), role: call.role },
            StatusCode::NOT_FOUND => Error::NotFound,
            StatusCode::TOO_MANY_REQUESTS => Error::Throttled { retry_after: self.throttle.note(now, pause) },
            StatusCode::REQUEST_TIMEOUT => Error::Unavailable { status: status.as_u16(), retry_after: pause },
            _ if status.is_server_error() => Error::Unavailable { status: status.as_u16(), retry_after: pause },
            _ => refused(status, &response.bytes().await.map_err(broken)?),
        };
        if error == Error::NotFound {
            tracing::debug!(request_id, "Graph does not know it");
        } else {
            tracing::warn!(request_id, status = status.as_u16(), %error, "Graph did not do it");
        }
        Err(error)
    }

    /// Entra's limit keeps this app quiet as Graph's does.
    fn quiet(&self, error: &Error) {
        if let Error::Throttled { retry_after } = error {
            self.throttle.note(self.clock.now(), Some(*retry_after));
        }
    }

    fn late(&self) -> Error {
        Error::Timeout { after: self.deadline }
    }
}

/// Microsoft's name for this request: what its support asks for.
fn request_id(headers: &HeaderMap) -> String {
    headers.get("request-id").and_then(|id| id.to_str().ok()).map_or_else(|| "-".to_owned(), |id| plain(id).into())
}

/// Graph's error body. `innerError` (or `innererror`) holds dates and ids, and sometimes the only code.
#[derive(Deserialize, Default)]
struct Body<'a> {
    #[serde(borrow, default)]
    error: Option<Inner<'a>>,
}

#[derive(Deserialize, Default)]
struct Inner<'a> {
    #[serde(borrow, default)]
    code: Option<Text<'a>>,
    #[serde(borrow, default)]
    message: Option<Text<'a>>,
    #[serde(borrow, default, rename = "innerError", alias = "innererror")]
    inner: Option<Box<Inner<'a>>>,
}

fn refused(status: StatusCode, body: &[u8]) -> Error {
    let body: Body<'_> = serde_json::from_slice(body).unwrap_or_default();
    let mut layer = body.error.as_ref();
    let (mut code, mut message) = ("", "");
    while let Some(error) = layer {
        let said = |text: &'_ Option<Text<'_>>| text.as_ref().is_some_and(|text| !text.as_str().is_empty());
        if let Some(text) = error.code.as_ref().filter(|_| code.is_empty() && said(&error.code)) {
            code = text.as_str();
        }
        if let Some(text) = error.message.as_ref().filter(|_| message.is_empty() && said(&error.message)) {
            message = text.as_str();
        }
        layer = error.inner.as_deref();
    }
    Error::Refused { status: status.as_u16(), code: plain(code), message: plain(message) }
}

#[cfg(test)]
mod tests;
