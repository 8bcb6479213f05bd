//! Out of office by the mailbox: `automaticRepliesSetting`, where presence does not say it.
//!
//! Presence carries `outOfOfficeSettings` in the global cloud; in those of the United States' government it does not.

use futures_util::{StreamExt, stream};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use presync_core::id::TeamsUserId;
use presync_core::time::Timestamp;
use presync_http::text::plain;
use presync_http::transport::under;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::access::Access;
use crate::batch::{self, Batch, Item};
use crate::error::Error;

/// The permission that reading a mailbox's settings needs.
pub(crate) const ROLE: &str = "MailboxSettings.Read";

/// When a mailbox answers by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AutomaticReplies {
    /// Never.
    Disabled,
    /// Now and until somebody switches it off.
    AlwaysEnabled,
    /// From `start` until just before `end`.
    Scheduled {
        /// The first moment.
        start: Timestamp,
        /// The first moment after it.
        end: Timestamp,
    },
    /// Nobody has a mailbox there that could answer.
    NoMailbox,
    /// By a word that this version does not know.
    Unrecognised(Box<str>),
}

impl AutomaticReplies {
    /// Whether the person is out of office at `now`.
    pub fn active(&self, now: Timestamp) -> bool {
        match self {
            Self::AlwaysEnabled => true,
            Self::Scheduled { start, end } => *start <= now && now < *end,
            Self::Disabled | Self::NoMailbox | Self::Unrecognised(_) => false,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Setting {
    #[serde(default)]
    status: Box<str>,
    #[serde(default)]
    scheduled_start_date_time: Option<Moment>,
    #[serde(default)]
    scheduled_end_date_time: Option<Moment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Moment {
    date_time: Box<str>,
    #[serde(default)]
    time_zone: Option<Box<str>>,
}

/// Each person's setting, in their order.
pub(crate) async fn automatic_replies(
    access: &Access,
    graph: &Url,
    ids: &[TeamsUserId],
    at_once: usize,
) -> Vec<Result<AutomaticReplies, Error>> {
    // Collected, and not mapped within the stream, so that the whole may go to another thread.
    let batches: Vec<_> = ids.chunks(batch::MOST).map(|chunk| ask(access, graph, chunk)).collect();
    stream::iter(batches).buffered(at_once).concat().await
}

/// The settings of at most [`batch::MOST`] people.
async fn ask(access: &Access, graph: &Url, ids: &[TeamsUserId]) -> Vec<Result<AutomaticReplies, Error>> {
    let items: Result<Vec<Item>, Error> = ids.iter().map(|id| item(graph, id)).collect();
    match items {
        Ok(items) => {
            let batch = Batch { items, role: ROLE, counted: false, reads: true };
            batch::send(access, graph, &batch).await.into_iter().map(read).collect()
        }
        Err(error) => ids.iter().map(|_| Err(error.clone())).collect(),
    }
}

fn item(graph: &Url, id: &TeamsUserId) -> Result<Item, Error> {
    let url = under(graph, &["users", id.as_str(), "mailboxSettings", "automaticRepliesSetting"])?;
    Ok(Item { method: Method::GET, url, body: None })
}

fn read(answer: Result<Value, Error>) -> Result<AutomaticReplies, Error> {
    let unreadable = |what: String| Error::Unreadable(format!("automatic replies: {what}").into());
    let setting = match answer {
        Ok(body) => serde_json::from_value::<Setting>(body).map_err(|error| unreadable(error.to_string()))?,
        Err(Error::NotFound) => return Ok(AutomaticReplies::NoMailbox),
        Err(error) => return Err(error),
    };
    // Microsoft's own examples write these words in two ways.
    Ok(match &*setting.status.to_ascii_lowercase() {
        "disabled" => AutomaticReplies::Disabled,
        "alwaysenabled" => AutomaticReplies::AlwaysEnabled,
        "scheduled" => {
            let moment = |moment: &Option<Moment>| {
                moment
                    .as_ref()
                    .and_then(Moment::instant)
                    .ok_or_else(|| unreadable("a schedule without its times".into()))
            };
            let (start, end) = (&setting.scheduled_start_date_time, &setting.scheduled_end_date_time);
            AutomaticReplies::Scheduled { start: moment(start)?, end: moment(end)? }
        }
        _ => AutomaticReplies::Unrecognised(plain(&setting.status)),
    })
}

impl Moment {
    /// The moment; `None` in a time zone that this system does not know. Graph gives UTC unless asked otherwise.
    fn instant(&self) -> Option<Timestamp> {
        let zone = match self.time_zone.as_deref() {
            None | Some("UTC") => TimeZone::UTC,
            Some(name) => TimeZone::get(name).ok()?,
        };
        let moment = zone.to_timestamp(self.date_time.parse::<DateTime>().ok()?).ok()?;
        u64::try_from(moment.as_millisecond()).ok().map(Timestamp::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;
    use wiremock::{Request, ResponseTemplate};

    use super::*;
    use crate::testing::Microsoft;

    fn setting(status: &str, zone: &str) -> Value {
        json!({ "status": status, "externalAudience": "all",
            "scheduledStartDateTime": { "dateTime": "2026-03-14T07:00:00.0000000", "timeZone": zone },
            "scheduledEndDateTime": { "dateTime": "2026-03-28T07:00:00.0000000", "timeZone": zone },
            "internalReplyMessage": "<html>…</html>" })
    }

    #[test]
    fn a_schedule_counts_from_its_start_until_just_before_its_end() {
        let replies = read(Ok(setting("Scheduled", "UTC"))).unwrap();
        let AutomaticReplies::Scheduled { start, end } = replies else { panic!("{replies:?}") };
        assert_eq!(start, Timestamp::from_millis(1_773_471_600_000));
        assert_eq!(end.since(start), Duration::from_secs(14 * 24 * 3600));
        for (moment, active) in [(start, true), (start - Duration::from_millis(1), false), (end, false)] {
            assert_eq!(replies.active(moment), active);
        }
        assert_eq!(read(Ok(json!({ "status": "alwaysEnabled" }))), Ok(AutomaticReplies::AlwaysEnabled));
        assert_eq!(read(Ok(json!({ "status": "disabled" }))), Ok(AutomaticReplies::Disabled));
    }

    #[test]
    fn what_cannot_be_told_is_not_guessed() {
        assert!(read(Ok(setting("scheduled", "Mars Standard Time"))).is_err());
        assert!(read(Ok(json!({ "status": "scheduled" }))).is_err());
        let odd = read(Ok(json!({ "status": "sometimes" }))).unwrap();
        assert_eq!((odd.active(Timestamp::NEVER), odd), (false, AutomaticReplies::Unrecognised("sometimes".into())));
    }

    #[tokio::test]
    async fn many_mailboxes_are_asked_for_twenty_at_a_time_and_one_without_is_no_error() {
        let microsoft = Microsoft::start().await;
        let answer = |request: &Request| {
            let envelope: Value = request.body_json().unwrap();
            let one = |item: &Value| match item["url"].as_str().unwrap() {
                "/users/p1/mailboxSettings/automaticRepliesSetting" => {
                    json!({ "id": item["id"], "status": 404, "body": { "error": { "code": "MailboxNotEnabledForRESTAPI" } } })
                }
                _ => json!({ "id": item["id"], "status": 200, "body": { "status": "alwaysEnabled" } }),
            };
            let responses: Vec<Value> = envelope["requests"].as_array().unwrap().iter().rev().map(one).collect();
            ResponseTemplate::new(200).set_body_json(json!({ "responses": responses }))
        };
        microsoft.on("POST", "/v1.0/$batch", answer).await;
        let ids: Vec<TeamsUserId> = (0..45).map(|n| TeamsUserId::from(format!("p{n}"))).collect();
        let replies = microsoft.client().automatic_replies(&ids).await;
        assert_eq!(microsoft.requests("/v1.0/$batch").await.len(), 3);
        assert_eq!(
            replies[..3],
            [Ok(AutomaticReplies::AlwaysEnabled), Ok(AutomaticReplies::NoMailbox), Ok(AutomaticReplies::AlwaysEnabled)]
        );
        assert_eq!(replies.len(), 45);
    }
}
