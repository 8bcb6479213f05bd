//! Presence sessions: one per app and user, a lease that shows a call while it lasts.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use presync_core::id::TeamsUserId;
use presync_core::words::TeamsSession;
use presync_http::text::plain;
use reqwest::Method;
use serde::Serialize;
use url::Url;

use crate::access::{Access, Call};
use crate::batch::{self, Batch, Item};
use crate::error::Error;

/// The permission that holding a session needs.
pub(crate) const ROLE: &str = "Presence.ReadWrite.All";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SetPresence<'a> {
    session_id: &'a str,
    availability: &'a str,
    activity: &'a str,
    expiration_duration: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClearPresence<'a> {
    session_id: &'a str,
}

/// One write to a user's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionWrite {
    /// Whose presence.
    pub user: TeamsUserId,
    /// What to hold and for how long; `None` ends the session.
    pub hold: Option<(TeamsSession, Duration)>,
}

/// Holds, renews or ends the app's session for a user.
pub(crate) async fn write(access: &Access, graph: &Url, write: &SessionWrite) -> Result<(), Error> {
    let Item { method, url, body } = item(access.client_id(), graph, write)?;
    let body = body.map(|body| body.to_string().into_bytes());
    let call = Call { method, url, body, role: ROLE, weight: 1 };
    access.write(&call).await.map(|_| ())
}

/// The same for at most [`batch::MOST`] users in one request, each once; the outcomes are in the order of the writes.
async fn write_batch(access: &Access, graph: &Url, writes: &[&SessionWrite]) -> Vec<Result<(), Error>> {
    if let [only] = writes {
        return vec![write(access, graph, only).await];
    }
    let items: Result<Vec<Item>, Error> = writes.iter().map(|write| item(access.client_id(), graph, write)).collect();
    let answers = match items {
        Ok(items) => {
            let batch = Batch { items, role: ROLE, counted: true, reads: false };
            batch::send(access, graph, &batch).await
        }
        Err(error) => writes.iter().map(|_| Err(error.clone())).collect(),
    };
    answers.into_iter().map(|answer| answer.map(|_| ())).collect()
}

/// Any number of writes, with the outcomes in their order. Two writes to one user are made one after the other; all else is made
/// side by side, `at_once` batches at a time.
pub(crate) async fn write_all(
    access: &Access,
    graph: &Url,
    writes: &[SessionWrite],
    at_once: usize,
) -> Vec<Result<(), Error>> {
    let mut outcomes: Vec<Result<(), Error>> = vec![Ok(()); writes.len()];
    for round in rounds(writes) {
        // Collected, and not mapped within the stream, so that the whole may go to another thread.
        let batches: Vec<_> =
            round.chunks(batch::MOST).map(|places| write_places(access, graph, writes, places)).collect();
        let mut answers = stream::iter(batches).buffer_unordered(at_once);
        while let Some((places, answers)) = answers.next().await {
            for (place, answer) in places.iter().zip(answers) {
                if let Some(outcome) = outcomes.get_mut(*place) {
                    *outcome = answer;
                }
            }
        }
    }
    outcomes
}

/// The batch of the writes at these places.
async fn write_places<'a>(
    access: &Access,
    graph: &Url,
    writes: &[SessionWrite],
    places: &'a [usize],
) -> (&'a [usize], Vec<Result<(), Error>>) {
    let chunk: Vec<&SessionWrite> = places.iter().filter_map(|place| writes.get(*place)).collect();
    (places, write_batch(access, graph, &chunk).await)
}

/// The places of the writes, in rounds that hold every user once at most, each user's writes in their order.
fn rounds(writes: &[SessionWrite]) -> Vec<Vec<usize>> {
    let mut seen: HashMap<&TeamsUserId, usize> = HashMap::new();
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    for (place, write) in writes.iter().enumerate() {
        let round = seen.entry(&write.user).or_default();
        match rounds.get_mut(*round) {
            Some(places) => places.push(place),
            None => rounds.push(vec![place]),
        }
        *round += 1;
    }
    rounds
}

fn item(session_id: &str, graph: &Url, write: &SessionWrite) -> Result<Item, Error> {
    let (action, body) = match write.hold {
        None => ("clearPresence", serde_json::to_value(ClearPresence { session_id })),
        Some((session, lease)) => {
            let (availability, activity) = session.pair();
            let (availability, activity) = (availability.wire(), activity.wire());
            let body = SetPresence { session_id, availability, activity, expiration_duration: expiration(lease) };
            ("setPresence", serde_json::to_value(body))
        }
    };
    let url = presync_http::transport::under(graph, &["users", write.user.as_str(), "presence", action])?;
    let body = body.map_err(|error| Error::Unreadable(plain(&error.to_string())))?;
    Ok(Item { method: Method::POST, url, body: Some(body) })
}

/// A lease in whole minutes, rounded up, inside what Graph takes: 5 minutes to 4 hours.
fn expiration(lease: Duration) -> String {
    let minutes = lease.as_millis().div_ceil(60_000).clamp(5, 240);
    format!("PT{minutes}M")
}

#[cfg(test)]
mod tests;
