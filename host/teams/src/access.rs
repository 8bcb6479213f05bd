//! One call of one app to Graph: deadline, pause, budget, token, and the retry that a read may have.
//!
//! A read that met a passing trouble is asked once more inside its deadline. A write is not: the reconciler knows whether it is
//! still wanted by then.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use governor::clock::MonotonicClock;
use presync_core::time::{Clock, Timestamp};
use presync_http::skew::ClockSkew;
use presync_http::tap;
use presync_http::token::{Token, TokenCache};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Method, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;
use uuid::Uuid;

use crate::answer::{Answer, Needs, Raw};
use crate::budget::Budget;
use crate::consent::{Consent, Sign};
use crate::error::{Error, broken};
use crate::roles::carries;
use crate::sign_in::SignIn;
use crate::throttle::Throttle;
use crate::usage::Requests;

/// The pause before something is asked again.
const BACKOFF: Duration = Duration::from_millis(150);

/// What stands for the permission to sign in at all.
const SIGN_IN: &str = "sign-in";

/// One app's way to Graph.
#[derive(Debug)]
pub(crate) struct Access {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    sign_in: SignIn,
    tokens: TokenCache<Error>,
    throttle: Throttle,
    budget: Budget<MonotonicClock>,
    skew: ClockSkew,
    consents: Mutex<BTreeMap<&'static str, Consent>>,
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
    /// How many requests it is to the budget of presence requests.
    pub(crate) weight: u32,
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
            skew: ClockSkew::default(),
            consents: Mutex::default(),
            deadline,
        }
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The app's client id.
    pub(crate) fn client_id(&self) -> &str {
        self.sign_in.client_id()
    }

    /// What was asked so far of what is counted.
    pub(crate) fn requests(&self) -> Requests {
        Requests { made: self.budget.made(), quiet: self.throttle.left(self.clock.now()) }
    }

    /// How far Graph's clock is from ours.
    pub(crate) const fn skew(&self) -> &ClockSkew {
        &self.skew
    }

    /// Where the consent to this app stands, as its calls show it: that to the permission which is worst off.
    pub(crate) fn consent(&self) -> Consent {
        let consents = self.consents.lock().unwrap_or_else(PoisonError::into_inner);
        let lacking = consents.values().copied().find(|consent| consent.is_lacking());
        lacking.or_else(|| consents.values().copied().next()).unwrap_or_default()
    }

    /// Takes note of what an answer shows of the consent to one permission.
    pub(crate) fn note_consent<T>(&self, permission: &'static str, answer: &Result<T, Error>) {
        let sign = match answer {
            Ok(_) => Some(Sign::Seen),
            Err(error) => Sign::of(error),
        };
        if let Some(sign) = sign {
            let mut consents = self.consents.lock().unwrap_or_else(PoisonError::into_inner);
            let consent = consents.entry(permission).or_default();
            *consent = consent.after(sign);
        }
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

    /// Whether our token carries the application permission `role`; `None` when the token does not tell.
    pub(crate) async fn carries(&self, role: &'static str) -> Option<Result<(), Error>> {
        let token = self.token(None, Instant::now() + self.deadline).await;
        match token.map(|token| carries(&token.header, role)) {
            Ok(None) => None,
            Ok(Some(true)) => Some(Ok(())),
            Ok(Some(false)) => Some(Err(Error::Forbidden { client_id: self.client_id().into(), role })),
            Err(error) => Some(Err(error)),
        }
    }

    /// A call whose refusals mean more to the caller than their status: any answer but a 401 that stays, or our own silence.
    pub(crate) async fn send(&self, call: &Call) -> Result<Raw, Error> {
        let (raw, token) = self.exchanged(call, Instant::now() + self.deadline).await?;
        match raw.status {
            StatusCode::FORBIDDEN => self.tokens.lacks_grant(&token).await,
            status if status.is_success() => self.throttle.clear(),
            _ => {}
        }
        Ok(raw)
    }

    /// The body of a success, or what an answer of another status means.
    pub(crate) fn judge(&self, role: &'static str, raw: Raw) -> Result<Answer, Error> {
        let result = raw.verdict(self.needs(role));
        let answer = match result {
            Ok(()) => Ok(Answer { sent_at: raw.sent_at, body: raw.body }),
            Err(Error::Throttled { .. }) => {
                Err(Error::Throttled { retry_after: self.throttle.note(self.clock.now(), raw.pause) })
            }
            Err(error) => Err(error),
        };
        self.note_consent(role, &answer);
        let (request_id, status) = (&*raw.request_id, raw.status.as_u16());
        match &answer {
            Ok(_) => tracing::debug!(request_id, "Graph answered"),
            Err(Error::NotFound) => tracing::debug!(request_id, "Graph does not know it"),
            Err(error) => tracing::warn!(request_id, status, %error, "Graph did not do it"),
        }
        answer
    }

    /// The permission that a refused call lacks, with who would have to have it.
    pub(crate) fn needs(&self, role: &'static str) -> Needs<'_> {
        Needs { client_id: self.client_id(), role, delegated: matches!(self.sign_in, SignIn::User(_)) }
    }

    async fn attempt(&self, call: &Call, end: Instant) -> Result<Answer, Error> {
        let (raw, token) = self.exchanged(call, end).await?;
        let answer = self.judge(call.role, raw);
        match &answer {
            Ok(_) => self.throttle.clear(),
            Err(Error::Forbidden { .. } | Error::NotDelegated { .. }) => self.tokens.lacks_grant(&token).await,
            Err(_) => {}
        }
        answer
    }

    /// One exchange. A 401 is answered with a new token, and a 401 to that one with the same call after a pause: Graph sometimes
    /// refuses a good token for a moment.
    async fn exchanged(&self, call: &Call, end: Instant) -> Result<(Raw, Token), Error> {
        self.throttle.pass(self.clock.now())?;
        let token = self.token(None, end).await.inspect_err(|error| self.quiet(error))?;
        let raw = self.exchange(call, &token, end).await?;
        if raw.status != StatusCode::UNAUTHORIZED {
            return Ok((raw, token));
        }
        let token = self.token(Some(&token), end).await?;
        let raw = self.exchange(call, &token, end).await?;
        if raw.status != StatusCode::UNAUTHORIZED || Instant::now() + BACKOFF >= end {
            return Ok((raw, token));
        }
        sleep(BACKOFF).await;
        Ok((self.exchange(call, &token, end).await?, token))
    }

    async fn token(&self, refused: Option<&Token>, end: Instant) -> Result<Token, Error> {
        let clock = &*self.clock;
        let sign_in = self.sign_in.token(&self.http, clock.now());
        let token = timeout_at(end, self.tokens.get(clock, refused, sign_in)).await.map_err(|_| self.late())?;
        self.note_consent(SIGN_IN, &token);
        token
    }

    async fn exchange(&self, call: &Call, token: &Token, end: Instant) -> Result<Raw, Error> {
        self.budget.wait(call.weight, end).await?;
        let mut request = self
            .http
            .request(call.method.clone(), call.url.clone())
            .header(AUTHORIZATION, token.header.clone())
            .header("client-request-id", Uuid::new_v4().to_string());
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let sent_at = self.clock.now();
        let raw = async {
            let response = tap::send(request).await.map_err(broken)?;
            let now = self.clock.now();
            self.skew.note(response.headers(), sent_at, now);
            Raw::read(response, sent_at, now).await
        };
        timeout_at(end, raw).await.map_err(|_| self.late())?
    }

    /// Entra's limit, or that of a batch's item, keeps this app quiet as Graph's does.
    pub(crate) fn quiet(&self, error: &Error) {
        if let Error::Throttled { retry_after } = error {
            self.throttle.note(self.clock.now(), Some(*retry_after));
        }
    }

    /// An item of a batch was refused for want of a permission: as after a call of its own, a token from before it was granted is
    /// not kept.
    pub(crate) async fn lacks_grant(&self) {
        if let Ok(token) = self.token(None, Instant::now() + self.deadline).await {
            self.tokens.lacks_grant(&token).await;
        }
    }

    fn late(&self) -> Error {
        Error::Timeout { after: self.deadline }
    }
}

#[cfg(test)]
mod tests;
