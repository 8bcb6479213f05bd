//! One call to 8x8: gate, deadline, token, and the retry that a read may have.
//!
//! A read that met a passing trouble is asked once more inside its deadline. A write is not: the reconciler knows whether it is
//! still wanted by then.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use presync_core::time::{Clock, Timestamp};
use presync_http::text::plain;
use presync_http::token::{Token, TokenCache};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;
use uuid::Uuid;

use crate::error::{Error, broken};
use crate::gate::{Gate, Patience, retry_after};
use crate::problem::Problem;
use crate::sign_in::SignIn;

/// The pause before a read is asked again, with jitter.
const BACKOFF: Duration = Duration::from_millis(150);
/// How long a later page of a list waits for its turn: 8x8's windows are a minute.
const SCROLL: Patience = Patience { spent: Duration::from_secs(90), throttled: Duration::from_secs(90) };

/// The tenant's way to 8x8.
#[derive(Debug)]
pub(crate) struct Access {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    api_key: HeaderValue,
    sign_in: SignIn,
    tokens: TokenCache<Error>,
    directory: Gate,
    presence: Gate,
    deadline: Duration,
}

/// Which of 8x8's APIs is called; each counts requests for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    Directory,
    Presence,
}

/// One call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) product: Product,
    /// JSON and its idempotency key, if the call has a body.
    pub(crate) body: Option<(Vec<u8>, Uuid)>,
}

/// What came back, and when it was asked for.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) sent_at: Timestamp,
    pub(crate) body: Vec<u8>,
}

impl Product {
    /// 8x8's name of it.
    fn name(self) -> &'static str {
        match self {
            Self::Directory => "administration",
            Self::Presence => "presence",
        }
    }

    /// Its own media type, version 1.
    fn media_type(self) -> &'static str {
        match self {
            Self::Directory => "application/vnd.users.v1+json",
            Self::Presence => "application/vnd.presence.v1+json",
        }
    }
}

impl Access {
    pub(crate) fn new(
        http: reqwest::Client,
        clock: Arc<dyn Clock>,
        sign_in: SignIn,
        deadline: Duration,
    ) -> Result<Self, Error> {
        let mut api_key = HeaderValue::from_str(&sign_in.key)
            .map_err(|_| Error::Settings("`key` holds characters that no key can have".into()))?;
        api_key.set_sensitive(true);
        Ok(Self {
            http,
            clock,
            api_key,
            sign_in,
            tokens: TokenCache::default(),
            directory: Gate::default(),
            presence: Gate::default(),
            deadline,
        })
    }

    /// A call that changes nothing: asked once more if it met a passing trouble.
    pub(crate) async fn read(&self, call: &Call) -> Result<Answer, Error> {
        self.gate(call).pass(&*self.clock, self.quick()).await?;
        let end = Instant::now() + self.deadline;
        let once_more = ExponentialBuilder::default().with_min_delay(BACKOFF).with_jitter().with_max_times(1);
        (|| self.attempt(call, end))
            .retry(once_more)
            .when(|error: &Error| error.is_passing() && Instant::now() + 2 * BACKOFF < end)
            .await
    }

    /// A later page of a list: waits for its turn, and once more if 8x8 then finds that too early.
    pub(crate) async fn read_on(&self, call: &Call) -> Result<Answer, Error> {
        let gate = self.gate(call);
        gate.pass(&*self.clock, SCROLL).await?;
        match self.read(call).await {
            Err(Error::Throttled { .. }) => {
                gate.pass(&*self.clock, SCROLL).await?;
                self.read(call).await
            }
            answer => answer,
        }
    }

    /// A call that changes something: sent once.
    pub(crate) async fn write(&self, call: &Call) -> Result<Answer, Error> {
        self.gate(call).pass(&*self.clock, self.quick()).await?;
        self.attempt(call, Instant::now() + self.deadline).await
    }

    /// Signs in, unless there is a good token already.
    pub(crate) async fn sign_in(&self) -> Result<(), Error> {
        self.token(None, Instant::now() + self.deadline).await.map(|_| ())
    }

    fn gate(&self, call: &Call) -> &Gate {
        match call.product {
            Product::Directory => &self.directory,
            Product::Presence => &self.presence,
        }
    }

    fn quick(&self) -> Patience {
        Patience { spent: self.deadline, throttled: Duration::ZERO }
    }

    async fn attempt(&self, call: &Call, end: Instant) -> Result<Answer, Error> {
        let token = self.token(None, end).await?;
        let (answer, token) = match self.exchange(call, &token, end).await {
            Err(Error::Unauthorized { .. }) => {
                let token = self.token(Some(&token), end).await?;
                (self.exchange(call, &token, end).await, token)
            }
            answer => (answer, token),
        };
        if let Err(Error::Forbidden { .. }) = &answer {
            self.tokens.lacks_grant(&token).await;
        }
        answer
    }

    async fn token(&self, refused: Option<&Token>, end: Instant) -> Result<Token, Error> {
        let clock = &*self.clock;
        let sign_in = self.sign_in.token(&self.http, clock.now());
        timeout_at(end, self.tokens.get(clock, refused, sign_in)).await.map_err(|_| self.late())?
    }

    async fn exchange(&self, call: &Call, token: &Token, end: Instant) -> Result<Answer, Error> {
        // Both credentials go along: the directory is documented with the key, presence with the token, and each service
        // takes the one that it knows.
        let mut request = self
            .http
            .request(call.method.clone(), call.url.clone())
            .header(AUTHORIZATION, token.header.clone())
            .header("x-api-key", self.api_key.clone())
            .header("x-request-id", Uuid::new_v4().to_string())
            .header(ACCEPT, call.product.media_type());
        if let Some((body, key)) = &call.body {
            request = request
                .header(CONTENT_TYPE, call.product.media_type())
                .header("idempotency-key", key.to_string())
                .body(body.clone());
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
        let response_id = response_id(response.headers());
        if status != StatusCode::UNAUTHORIZED {
            // Whoever is not let in has no count, and a zero there says nothing.
            self.gate(call).note(response.headers(), now);
        }
        if status.is_success() {
            tracing::debug!(response_id, "8x8 answered");
            return response.bytes().await.map(Vec::from).map_err(broken);
        }
        let throttled = (status == StatusCode::TOO_MANY_REQUESTS)
            .then(|| Error::Throttled { retry_after: self.gate(call).throttle(response.headers(), now) });
        let body = response.bytes().await.map_err(broken)?;
        let Problem { code, said } = Problem::read(&body);
        let error = throttled.unwrap_or_else(|| match status {
            StatusCode::UNAUTHORIZED => Error::Unauthorized { said },
            StatusCode::FORBIDDEN => Error::Forbidden { product: call.product.name(), said },
            StatusCode::GONE => Error::CursorExpired,
            StatusCode::REQUEST_TIMEOUT => Error::Unavailable { status: status.as_u16(), retry_after: pause },
            _ if status.is_server_error() => Error::Unavailable { status: status.as_u16(), retry_after: pause },
            _ => Error::Refused { status: status.as_u16(), code, said },
        });
        tracing::warn!(response_id, status = status.as_u16(), %error, "8x8 did not do it");
        Err(error)
    }

    fn late(&self) -> Error {
        Error::Timeout { after: self.deadline }
    }
}

/// 8x8's name for this answer: what its support asks for.
fn response_id(headers: &HeaderMap) -> String {
    headers.get("x-response-id").and_then(|id| id.to_str().ok()).map_or_else(|| "-".to_owned(), |id| plain(id).into())
}

#[cfg(test)]
mod tests;
