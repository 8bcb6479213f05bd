//! One call to 8x8: gate, deadline, token, and the retry that a read may have.
//!
//! A read that met a passing trouble is asked once more inside its deadline. A write is not: the reconciler knows whether it is
//! still wanted by then.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use presync_core::time::{Clock, Timestamp};
use presync_http::skew::ClockSkew;
use presync_http::tap;
use presync_http::text::plain;
use presync_http::token::{Token, TokenCache};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;
use uuid::Uuid;

use crate::budget::{self, Limit};
use crate::error::{Error, broken};
use crate::gate::{Gate, Patience, retry_after};
use crate::problem::Problem;
use crate::product::Product;
use crate::sign_in::SignIn;

/// The pause before a read is asked again, with jitter.
const BACKOFF: Duration = Duration::from_millis(150);
/// How long a later page of a list waits for its turn: 8x8's windows are a minute.
const SCROLL: Patience = Patience { spent: Duration::from_secs(90), throttled: Duration::from_secs(90) };

/// A tenant's way to 8x8, or to one of its services.
#[derive(Debug)]
pub(crate) struct Access {
    http: reqwest::Client,
    /// For calls that 8x8 keeps.
    apart: reqwest::Client,
    clock: Arc<dyn Clock>,
    entry: Entry,
    gates: Gates,
    skew: ClockSkew,
    deadline: Duration,
}

/// What lets us in.
#[derive(Debug)]
pub(crate) enum Entry {
    /// A token that is asked for, and these headers beside it.
    Token(Box<SignedIn>),
    /// These headers alone.
    Key(HeaderMap),
}

/// See [`Entry::Token`].
#[derive(Debug)]
pub(crate) struct SignedIn {
    sign_in: SignIn,
    tokens: TokenCache<Error>,
    beside: HeaderMap,
}

/// One gate for all that 8x8 counts together.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    pub(crate) administration: Gate,
    pub(crate) contacts: Gate,
    /// Everything else: an [`Access`] has one such service at most.
    pub(crate) service: Gate,
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

impl Entry {
    /// A token, with the headers that every request carries beside it.
    pub(crate) fn token(sign_in: SignIn, beside: HeaderMap) -> Self {
        Self::Token(Box::new(SignedIn { sign_in, tokens: TokenCache::default(), beside }))
    }
}

impl Gates {
    /// With the limit of the one service that is called.
    pub(crate) fn service(limits: &'static [Limit]) -> Self {
        Self { service: Gate::within(limits), ..Self::default() }
    }

    /// With the published limits of the directories.
    pub(crate) fn directories() -> Self {
        let (administration, contacts) = (Gate::within(budget::ADMINISTRATION), Gate::within(budget::CONTACTS));
        Self { administration, contacts, service: Gate::default() }
    }
}

/// A value for a header, never shown.
pub(crate) fn hidden(text: &str, field: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Error::Settings(format!("`{field}` holds characters that it cannot have").into()))?;
    value.set_sensitive(true);
    Ok(value)
}

impl Access {
    pub(crate) fn new(
        http: reqwest::Client,
        clock: Arc<dyn Clock>,
        entry: Entry,
        gates: Gates,
        deadline: Duration,
    ) -> Self {
        Self { apart: http.clone(), http, clock, entry, gates, skew: ClockSkew::default(), deadline }
    }

    /// Calls that 8x8 keeps go by this client, so that no other waits for them.
    pub(crate) fn keeping_apart(self, apart: reqwest::Client) -> Self {
        Self { apart, ..self }
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How far 8x8's clock is from ours.
    pub(crate) const fn skew(&self) -> &ClockSkew {
        &self.skew
    }

    /// A call that changes nothing: asked once more if it met a passing trouble.
    pub(crate) async fn read(&self, call: &Call) -> Result<Answer, Error> {
        self.read_within(call, Duration::ZERO).await
    }

    /// The same for a call that 8x8 may keep for this long before it answers.
    pub(crate) async fn read_within(&self, call: &Call, kept: Duration) -> Result<Answer, Error> {
        self.gate(call).pass(&*self.clock, self.quick()).await?;
        let end = Instant::now() + self.deadline + kept;
        let http = if kept.is_zero() { &self.http } else { &self.apart };
        let once_more = ExponentialBuilder::default().with_min_delay(BACKOFF).with_jitter().with_max_times(1);
        // Boxed: what reads several services holds several of these.
        (|| Box::pin(self.attempt(http, call, end)))
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
        Box::pin(self.attempt(&self.http, call, Instant::now() + self.deadline)).await
    }

    /// Signs in, unless there is a good token already.
    pub(crate) async fn sign_in(&self) -> Result<(), Error> {
        match &self.entry {
            Entry::Token(entry) => self.token(entry, None, Instant::now() + self.deadline).await.map(|_| ()),
            Entry::Key(_) => Ok(()),
        }
    }

    const fn gate(&self, call: &Call) -> &Gate {
        match call.product {
            Product::Directory | Product::Operations | Product::Audit => &self.gates.administration,
            Product::Contacts => &self.gates.contacts,
            Product::Presence
            | Product::Webhooks
            | Product::Stream
            | Product::Activity
            | Product::Agents
            | Product::Realtime => &self.gates.service,
        }
    }

    const fn quick(&self) -> Patience {
        Patience { spent: self.deadline, throttled: Duration::ZERO }
    }

    async fn attempt(&self, http: &reqwest::Client, call: &Call, end: Instant) -> Result<Answer, Error> {
        let entry = match &self.entry {
            Entry::Key(headers) => return self.exchange(http, call, headers, None, end).await,
            Entry::Token(entry) => entry,
        };
        let token = self.token(entry, None, end).await?;
        let (answer, token) = match self.exchange(http, call, &entry.beside, Some(&token), end).await {
            Err(Error::Unauthorized { .. }) => {
                let token = self.token(entry, Some(&token), end).await?;
                (self.exchange(http, call, &entry.beside, Some(&token), end).await, token)
            }
            answer => (answer, token),
        };
        if let Err(Error::Forbidden { .. }) = &answer {
            entry.tokens.lacks_grant(&token).await;
        }
        answer
    }

    async fn token(&self, entry: &SignedIn, refused: Option<&Token>, end: Instant) -> Result<Token, Error> {
        let clock = &*self.clock;
        let sign_in = entry.sign_in.token(&self.http, clock.now());
        timeout_at(end, entry.tokens.get(clock, refused, sign_in)).await.map_err(|_| self.late())?
    }

    async fn exchange(
        &self,
        http: &reqwest::Client,
        call: &Call,
        headers: &HeaderMap,
        token: Option<&Token>,
        end: Instant,
    ) -> Result<Answer, Error> {
        let mut request = http
            .request(call.method.clone(), call.url.clone())
            .headers(headers.clone())
            .header("x-request-id", Uuid::new_v4().to_string())
            .header(ACCEPT, call.product.media_type());
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, token.header.clone());
        }
        if let Some((body, key)) = &call.body {
            request = request
                .header(CONTENT_TYPE, call.product.media_type())
                .header("idempotency-key", key.to_string())
                .body(body.clone());
        }
        let sent_at = self.clock.now();
        timeout_at(end, async {
            let response = tap::send(request).await.map_err(broken)?;
            self.skew.note(response.headers(), sent_at, self.clock.now());
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
            StatusCode::UNAUTHORIZED => {
                Error::Unauthorized { product: call.product.name(), said, fix: call.product.when_unauthorized() }
            }
            StatusCode::FORBIDDEN => {
                Error::Forbidden { product: call.product.name(), said, fix: call.product.when_forbidden() }
            }
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
