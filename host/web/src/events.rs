//! `GET /v1/tenants/{id}/events`: the event log as it grows, as server-sent events.
//!
//! ```text
//!  id: 88017
//!  event: published
//!  data: {"seq":88017,"at":1764086400000,"person":{"link":7,…},"kind":"published","detail":{…}}
//! ```
//!
//! A reader that comes back with `Last-Event-ID` (a browser's `EventSource` does so by itself), or `?after=`, goes on after that place; without
//! either it begins with what is new, and with `?after=0` at the beginning. Every event comes from the log: in order, at least once, and a
//! reader that is slow costs one page of memory, however far behind it is. Where the log does not reach back to a reader's place any more, or
//! is shorter than it, that is told as an event `break`, with the reason.
//!
//! `?person=`, `?queue=`, `?group=` and `?kind=a,b` choose. Where nothing fits for a while, a remark with an `id` moves the place on.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::Event;
use axum::routing::get;
use axum::{Router, response::IntoResponse};
use futures_util::stream::{self, Stream};
use presync_service::Tenant;
use presync_service::tenant::{Page, Told, Wanted};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

use crate::problem::Problem;
use crate::routes::{Tenants, find};

/// Events read at a time: what a reader costs.
const PAGE: usize = 100;

/// Readers at a time; each may keep a thread busy for a moment.
const READERS: usize = 256;

/// How often a reader for whom there is nothing hears that it is still connected: before proxies give up on it.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// How long a reader that was cut off is to wait.
const RETRY: Duration = Duration::from_secs(2);

/// The header with which a reader says where it was.
const LAST_EVENT_ID: &str = "last-event-id";

#[derive(Debug, Clone)]
struct Streams {
    tenants: Tenants,
    room: Arc<Semaphore>,
    /// True when the process ends: a stream has no end by itself.
    stop: watch::Receiver<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    person: Option<String>,
    queue: Option<String>,
    group: Option<String>,
    kind: Option<String>,
    after: Option<u64>,
}

/// One reader.
struct Reader {
    tenant: Arc<Tenant>,
    wanted: Wanted,
    /// Where it is.
    place: u64,
    /// Read and not yet sent.
    ready: VecDeque<Event>,
    at_end: bool,
    filed: watch::Receiver<()>,
    stop: watch::Receiver<bool>,
    /// Nothing more comes after what is ready.
    ended: bool,
    _room: OwnedSemaphorePermit,
}

/// The route, for these tenants, until `stop` is true.
pub(crate) fn routes(tenants: Tenants, stop: watch::Receiver<bool>) -> Router {
    let streams = Streams { tenants, room: Arc::new(Semaphore::new(READERS)), stop };
    Router::new().route("/v1/tenants/{id}/events", get(events)).with_state(streams)
}

async fn events(
    State(streams): State<Streams>,
    path: Result<Path<String>, PathRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    let Path(id) = path?;
    let Query(asked) = asked.map_err(|error| Problem::bad(format!("{}: {EXPECTED}", error.body_text())))?;
    let tenant = Arc::clone(find(&streams.tenants, &id)?);
    let _room = Arc::clone(&streams.room).try_acquire_owned().map_err(|_| {
        Problem::busy(format!(
            "there are {READERS} readers of events already; close one, or read {PAGE} at a time with ?after="
        ))
    })?;
    let place = place(&headers, asked.after)?;
    let wanted = wanted(&tenant, asked)?;
    let filed = tenant.filed();
    let place = match place {
        Some(place) => place,
        None => blocking(&tenant, Tenant::last_event).await?,
    };
    let (ready, stop) = (VecDeque::from([Event::default().retry(RETRY).comment("presync")]), streams.stop);
    let reader = Reader { tenant, wanted, place, ready, at_end: false, filed, stop, ended: false, _room };
    Ok(Sse::new(reader.stream()))
}

const EXPECTED: &str = "`person`, `queue`, `group`, `kind` (several with commas) and `after` (a number) are known";

/// Where to go on, if the reader says so.
fn place(headers: &HeaderMap, after: Option<u64>) -> Result<Option<u64>, Problem> {
    let Some(last) = headers.get(LAST_EVENT_ID) else { return Ok(after) };
    let number = last.to_str().ok().and_then(|last| last.trim().parse().ok());
    number
        .map(Some)
        .ok_or_else(|| Problem::bad(format!("Last-Event-ID is {last:?}, and should be the id of an event, a number")))
}

fn wanted(tenant: &Tenant, asked: Asked) -> Result<Wanted, Problem> {
    let Asked { person, queue, group, kind, .. } = asked;
    let link = |user: String| {
        let nobody = || Problem::not_found(format!("nobody linked in tenant {} is called \"{user}\"", tenant.id()));
        tenant.link_of(&user).ok_or_else(nobody)
    };
    let kinds = kind.iter().flat_map(|kinds| kinds.split(',')).map(|kind| kind.trim().to_owned());
    Ok(Wanted {
        person: person.map(link).transpose()?,
        queue,
        group,
        kinds: kinds.filter(|kind| !kind.is_empty()).collect(),
    })
}

/// Reads the database on a thread that may be busy.
async fn blocking<T: Send + 'static, E: std::fmt::Display + Send + 'static>(
    tenant: &Arc<Tenant>,
    read: impl FnOnce(&Tenant) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem> {
    let tenant = Arc::clone(tenant);
    let read = tokio::task::spawn_blocking(move || read(&tenant)).await;
    read.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))
}

impl Reader {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, async |mut reader| {
            let event = reader.next().await?;
            Some((Ok(event), reader))
        })
    }

    /// The next thing to send; none at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.ended || *self.stop.borrow() {
                return None;
            }
            if self.at_end {
                let something = tokio::select! {
                    _ = self.stop.wait_for(|stop| *stop) => return None,
                    waited = timeout(SIGN_OF_LIFE, self.filed.changed()) => matches!(waited, Ok(Ok(()))),
                };
                if !something {
                    self.ready.push_back(self.here("here"));
                }
            }
            self.read().await;
        }
    }

    /// Makes the next page ready.
    async fn read(&mut self) {
        self.filed.mark_unchanged();
        let (wanted, place) = (self.wanted.clone(), self.place);
        match blocking(&self.tenant, move |tenant| tenant.events_after(&wanted, place, PAGE)).await {
            Ok(Page { events, read_to, break_before, at_end }) => {
                (self.place, self.at_end) = (read_to, at_end);
                self.ready.extend(break_before.map(|reason| data("break", &reason)));
                let sent = events.last().map(|event| event.seq);
                self.ready.extend(events.iter().map(told));
                if sent != Some(read_to) && !at_end {
                    // So that a reader for whom there was nothing does not have all of it looked through again.
                    self.ready.push_back(self.here("nothing for you until here"));
                }
            }
            Err(problem) => {
                // It comes back by itself, and goes on where it was.
                self.ready.push_back(Event::default().event("trouble").data(problem.to_string()));
                self.ended = true;
            }
        }
    }

    /// A remark that moves the reader's place on.
    fn here(&self, remark: &str) -> Event {
        Event::default().id(self.place.to_string()).comment(remark)
    }
}

fn told(event: &Told) -> Event {
    data(&event.kind, event).id(event.seq.to_string())
}

fn data(kind: &str, data: &impl serde::Serialize) -> Event {
    let data = serde_json::to_string(data).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
    Event::default().event(kind).data(data)
}
