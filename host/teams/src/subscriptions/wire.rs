//! Subscriptions as they are written.

use std::collections::BTreeSet;
use std::fmt::Write;

use presync_core::id::TeamsUserId;
use presync_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{MOST, SubscriptionError};
use crate::error::Error;

/// What is sent to create one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Creation<'a> {
    pub(super) change_type: &'a str,
    pub(super) notification_url: &'a str,
    pub(super) lifecycle_notification_url: &'a str,
    pub(super) resource: String,
    pub(super) expiration_date_time: String,
    pub(super) client_state: &'a str,
    pub(super) include_resource_data: bool,
    pub(super) encryption_certificate: String,
    pub(super) encryption_certificate_id: &'a str,
    pub(super) latest_supported_tls_version: &'a str,
}

/// What is sent to renew one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Renewal<'a> {
    pub(super) expiration_date_time: String,
    pub(super) encryption_certificate: String,
    pub(super) encryption_certificate_id: &'a str,
}

/// A subscription that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Microsoft's name for it.
    pub id: Box<str>,
    /// When it ends by itself; Microsoft may have made it later than asked for.
    pub expires: Timestamp,
    /// Whose presence: the resource as it was asked for.
    pub resource: Box<str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    id: Box<str>,
    expiration_date_time: Box<str>,
    #[serde(default)]
    resource: Box<str>,
}

/// A page of them.
#[derive(Deserialize)]
pub(super) struct Listed {
    value: Vec<Written>,
    #[serde(default, rename = "@odata.nextLink")]
    next: Option<Box<str>>,
}

impl Subscription {
    pub(super) fn read(body: &[u8]) -> Result<Self, SubscriptionError> {
        let written: Written = serde_json::from_slice(body).map_err(|error| unreadable(&error.to_string()))?;
        written.subscription()
    }

    /// Whether it watches presence.
    pub fn is_of_presence(&self) -> bool {
        self.resource.trim_start_matches('/').to_ascii_lowercase().starts_with("communications/presences")
    }
}

impl Listed {
    pub(super) fn read(body: &[u8]) -> Result<(Vec<Subscription>, Option<Box<str>>), SubscriptionError> {
        let listed: Self = serde_json::from_slice(body).map_err(|error| unreadable(&error.to_string()))?;
        let all: Result<_, _> = listed.value.into_iter().map(Written::subscription).collect();
        Ok((all?, listed.next))
    }
}

impl Written {
    fn subscription(self) -> Result<Subscription, SubscriptionError> {
        let expires = instant(&self.expiration_date_time).ok_or_else(|| unreadable("its end is no time"))?;
        Ok(Subscription { id: self.id, expires, resource: self.resource })
    }
}

fn unreadable(what: &str) -> SubscriptionError {
    Error::Unreadable(format!("a subscription: {what}").into()).into()
}

/// The resource of these people: each once, each in single quotes, as Graph insists.
pub(super) fn resource(people: &[TeamsUserId]) -> Result<String, SubscriptionError> {
    let people: BTreeSet<&TeamsUserId> = people.iter().collect();
    match people.len() {
        0 => return Err(SubscriptionError::Nobody),
        count if count > MOST => return Err(SubscriptionError::TooMany { count }),
        _ => {}
    }
    let mut filter = String::from("/communications/presences?$filter=id in (");
    for (place, id) in people.into_iter().enumerate() {
        if !id.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(SubscriptionError::NoObjectId);
        }
        let comma = if place == 0 { "" } else { "," };
        // INVARIANT: writing to a string does not fail.
        let _ = write!(filter, "{comma}'{id}'");
    }
    Ok(filter + ")")
}

/// A moment as Graph takes it.
pub(super) fn moment(at: Timestamp) -> String {
    let seconds = i64::try_from(at.as_millis() / 1000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX).to_string()
}

/// A moment as Graph gives it.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let moment: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(moment.as_millisecond()).ok().map(Timestamp::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_is_named_once_and_in_quotes() {
        let people = ["b", "a", "b"].map(TeamsUserId::from);
        assert_eq!(resource(&people).unwrap(), "/communications/presences?$filter=id in ('a','b')");
    }

    #[test]
    fn as_many_people_as_graph_takes_and_no_more() {
        let people = |count: usize| -> Vec<TeamsUserId> { (0..count).map(|n| format!("p{n}").into()).collect() };
        assert!(resource(&people(650)).is_ok());
        assert_eq!(resource(&people(651)), Err(SubscriptionError::TooMany { count: 651 }));
        assert_eq!(resource(&[]), Err(SubscriptionError::Nobody));
        assert_eq!(resource(&["a') or (id ne '".into()]), Err(SubscriptionError::NoObjectId));
    }

    #[test]
    fn moments_are_read_and_written_as_graph_does() {
        let at = Timestamp::from_millis(1_772_449_140_000);
        assert_eq!(moment(at), "2026-03-02T10:59:00Z");
        assert_eq!(instant("2026-03-02T10:59:00.0000000Z"), Some(at));
        assert_eq!(instant("2026-03-02T10:59:00Z"), Some(at));
        assert_eq!(instant("soon"), None);
    }
}
