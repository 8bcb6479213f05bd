//! Presence sessions: one per app and user, a lease that shows a call while it lasts.

use std::time::Duration;

use presync_core::id::TeamsUserId;
use presync_core::words::TeamsSession;
use presync_http::text::plain;
use reqwest::Method;
use serde::Serialize;
use url::Url;

use crate::access::{Access, Call};
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

/// Holds or renews the app's session for a user.
pub(crate) async fn hold(
    access: &Access,
    graph: &Url,
    user: &TeamsUserId,
    session: TeamsSession,
    lease: Duration,
) -> Result<(), Error> {
    let (availability, activity) = session.pair();
    let body = SetPresence {
        session_id: access.client_id(),
        availability: availability.wire(),
        activity: activity.wire(),
        expiration_duration: expiration(lease),
    };
    post(access, graph, user, "setPresence", &body).await
}

/// Ends the app's session for a user; a session that is not there has ended already.
pub(crate) async fn clear(access: &Access, graph: &Url, user: &TeamsUserId) -> Result<(), Error> {
    let body = ClearPresence { session_id: access.client_id() };
    match post(access, graph, user, "clearPresence", &body).await {
        Err(Error::NotFound) => Ok(()),
        answer => answer,
    }
}

async fn post(
    access: &Access,
    graph: &Url,
    user: &TeamsUserId,
    action: &str,
    body: &impl Serialize,
) -> Result<(), Error> {
    let url = presync_http::transport::under(graph, &["users", user.as_str(), "presence", action])?;
    let body = serde_json::to_vec(body).map_err(|error| Error::Unreadable(plain(&error.to_string())))?;
    let call = Call { method: Method::POST, url, body: Some(body), role: ROLE, counted: true };
    access.write(&call).await.map(|_| ())
}

/// A lease in whole minutes, rounded up, inside what Graph takes: 5 minutes to 4 hours.
fn expiration(lease: Duration) -> String {
    let minutes = lease.as_millis().div_ceil(60_000).clamp(5, 240);
    format!("PT{minutes}M")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_whole_minutes_inside_what_graph_takes() {
        assert_eq!(expiration(Duration::from_secs(300)), "PT5M");
        assert_eq!(expiration(Duration::from_millis(300_001)), "PT6M");
        assert_eq!(expiration(Duration::from_secs(1)), "PT5M");
        assert_eq!(expiration(Duration::from_secs(86_400)), "PT240M");
    }
}
