//! Up to 20 requests in one: `POST /$batch`.
//!
//! Graph answers the items in any order and throttles each by itself, so every item is matched by its id and judged as if it had
//! been a call of its own. The budget counts items, not batches.

use std::collections::HashMap;
use std::time::Duration;

use presync_core::time::Timestamp;
use presync_http::text::plain;
use presync_http::transport::under;
use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::access::{Access, Call};
use crate::answer::{PAGE, UNSAID, is_page, verdict};
use crate::error::Error;
use crate::throttle::pause;

/// The most requests that Graph takes in one batch.
pub(crate) const MOST: usize = 20;

/// One request of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) method: Method,
    /// Its whole address; it has to be under Graph's.
    pub(crate) url: Url,
    pub(crate) body: Option<Value>,
}

/// One batch.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) items: Vec<Item>,
    /// The permission that its items need.
    pub(crate) role: &'static str,
    /// Whether its items count against the budget of presence requests.
    pub(crate) counted: bool,
    /// Whether it changes nothing, and so may be asked once more.
    pub(crate) reads: bool,
}

#[derive(Serialize)]
struct Envelope<'a> {
    requests: Vec<Enclosed<'a>>,
}

#[derive(Serialize)]
struct Enclosed<'a> {
    id: String,
    method: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<Headers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a Value>,
}

/// The one header that Graph insists on where there is a body.
#[derive(Serialize)]
struct Headers {
    #[serde(rename = "Content-Type")]
    content_type: &'static str,
}

#[derive(Deserialize)]
struct Answers {
    responses: Vec<ItemAnswer>,
}

#[derive(Deserialize)]
struct ItemAnswer {
    id: Box<str>,
    status: u16,
    #[serde(default)]
    headers: Option<HashMap<String, Value>>,
    #[serde(default)]
    body: Value,
}

/// Each item's body, or what became of it, in the order of the items; at most [`MOST`].
///
/// A refusal of the whole batch is every item's.
pub(crate) async fn send(access: &Access, graph: &Url, batch: &Batch) -> Vec<Result<Value, Error>> {
    match exchange(access, graph, batch).await {
        Ok(answers) => answers,
        // A batch that is not found says nothing of the users in it.
        Err(Error::NotFound) => {
            let error =
                Error::Refused { status: 404, code: "".into(), message: "there is no $batch at this address".into() };
            batch.items.iter().map(|_| Err(error.clone())).collect()
        }
        Err(error) => batch.items.iter().map(|_| Err(error.clone())).collect(),
    }
}

async fn exchange(access: &Access, graph: &Url, batch: &Batch) -> Result<Vec<Result<Value, Error>>, Error> {
    let body = serde_json::to_vec(&envelope(graph, &batch.items)?)
        .map_err(|error| Error::Unreadable(plain(&error.to_string())))?;
    let weight = if batch.counted { u32::try_from(batch.items.len()).unwrap_or(u32::MAX) } else { 0 };
    let url = under(graph, &["$batch"])?;
    let call = Call { method: Method::POST, url, body: Some(body), role: batch.role, weight };
    let answer = if batch.reads { access.read(&call).await } else { access.write(&call).await }?;
    let answers: Answers = serde_json::from_slice(&answer.body)
        .map_err(|error| Error::Unreadable(format!("the answers of a batch: {error}").into()))?;
    let mut answers: HashMap<Box<str>, ItemAnswer> =
        answers.responses.into_iter().map(|answer| (answer.id.clone(), answer)).collect();
    let judged = (0..batch.items.len()).map(|place| match answers.remove(name(place).as_str()) {
        None => Err(Error::Unreadable("a batch came back without the answer to one of its requests".into())),
        Some(answer) => judged(access, batch, answer, access.now()),
    });
    let judged: Vec<Result<Value, Error>> = judged.collect();
    if judged.iter().any(|answer| matches!(answer, Err(Error::Forbidden { .. } | Error::NotDelegated { .. }))) {
        access.lacks_grant().await;
    }
    Ok(judged)
}

fn judged(access: &Access, batch: &Batch, answer: ItemAnswer, now: Timestamp) -> Result<Value, Error> {
    let status = StatusCode::from_u16(answer.status)
        .map_err(|_| Error::Unreadable(format!("a batch answered with status {}", answer.status).into()))?;
    if status.is_success() && answer.header("content-type").and_then(Value::as_str).is_some_and(is_page) {
        return Err(Error::Unreadable(PAGE.into()));
    }
    let wait = answer.pause(now);
    // A batch that meets the limit may fail its items with 424 instead of 429.
    let verdict = if status == StatusCode::FAILED_DEPENDENCY {
        Err(Error::Throttled { retry_after: wait.unwrap_or(UNSAID) })
    } else {
        let body = if status.is_success() { Vec::new() } else { answer.body.to_string().into_bytes() };
        verdict(status, wait, &body, access.needs(batch.role))
    };
    // What does not count against presence does not keep presence quiet either: mailboxes have limits of their own.
    if let Err(error @ Error::Throttled { .. }) = &verdict
        && batch.counted
    {
        access.quiet(error);
    }
    access.note_consent(batch.role, &verdict);
    verdict.map(|()| answer.body)
}

fn envelope<'a>(graph: &Url, items: &'a [Item]) -> Result<Envelope<'a>, Error> {
    let base = graph.path().trim_end_matches('/');
    let enclosed = |(place, item): (usize, &'a Item)| {
        let url = item.url[url::Position::BeforePath..].strip_prefix(base);
        Ok(Enclosed {
            id: name(place),
            method: item.method.as_str(),
            url: url.ok_or_else(|| Error::Settings("an address in a batch is not under Graph's".into()))?,
            headers: item.body.as_ref().map(|_| Headers { content_type: "application/json" }),
            body: item.body.as_ref(),
        })
    };
    Ok(Envelope { requests: items.iter().enumerate().map(enclosed).collect::<Result<_, Error>>()? })
}

/// The id of the item at `place`.
fn name(place: usize) -> String {
    (place + 1).to_string()
}

impl ItemAnswer {
    fn header(&self, wanted: &str) -> Option<&Value> {
        self.headers.as_ref()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    }

    /// The pause that this item's own `Retry-After` asks for.
    fn pause(&self, now: Timestamp) -> Option<Duration> {
        match self.header("retry-after")? {
            Value::String(text) => pause(text, now),
            number => pause(&number.to_string(), now),
        }
    }
}
