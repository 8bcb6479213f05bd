//! Presence in bulk: `getPresencesByUserId`, at most 650 people a request.
//!
//! Graph promises neither order nor completeness, so answers are matched by id and whoever is missing is unknown.

use std::cell::LazyCell;
use std::collections::HashMap;

use presync_core::id::TeamsUserId;
use presync_core::presence::{Reading, Revision, TeamsPresence};
use presync_core::time::Timestamp;
use presync_core::words::{TeamsActivity, TeamsAvailability};
use presync_http::text::{Text, plain};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::access::{Access, Call};
use crate::error::Error;
use crate::untold::Untold;

/// The permission that reading presence needs.
pub(crate) const ROLE: &str = "Presence.Read.All";
/// The most people that Graph takes in one request.
pub(crate) const MOST: usize = 650;

type Readings = Vec<(TeamsUserId, Reading<TeamsPresence>)>;

#[derive(Serialize)]
struct Question<'a> {
    ids: &'a [TeamsUserId],
}

#[derive(Deserialize)]
struct Presences<'a> {
    #[serde(borrow)]
    value: Vec<Presence<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Presence<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    availability: Option<Text<'a>>,
    #[serde(borrow, default)]
    activity: Option<Text<'a>>,
    #[serde(borrow, default)]
    sequence_number: Option<Text<'a>>,
    #[serde(default)]
    out_of_office_settings: Option<OutOfOffice>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OutOfOffice {
    #[serde(default)]
    is_out_of_office: Option<bool>,
}

/// The presences of at most [`MOST`] people, in the order asked. Of whom they do not say whether they are out of office stands in
/// `untold` from then on.
pub(crate) async fn presences(
    access: &Access,
    graph: &Url,
    ids: Vec<TeamsUserId>,
    untold: &Untold,
) -> Result<Readings, Error> {
    let url = presync_http::transport::under(graph, &["communications", "getPresencesByUserId"])?;
    let body =
        serde_json::to_vec(&Question { ids: &ids }).map_err(|error| Error::Unreadable(plain(&error.to_string())))?;
    let call = Call { method: Method::POST, url, body: Some(body), role: ROLE, weight: 1 };
    let answer = access.read(&call).await?;
    let presences: Presences<'_> = serde_json::from_slice(&answer.body)
        .map_err(|error| Error::Unreadable(format!("presences: {error}").into()))?;
    Ok(matched(ids, &presences.value, answer.sent_at, untold))
}

/// Each id with its presence, in the order of the ids.
fn matched(ids: Vec<TeamsUserId>, presences: &[Presence<'_>], read_at: Timestamp, untold: &Untold) -> Readings {
    let named = || presences.iter().filter_map(|presence| Some((presence.id.as_ref()?.as_str(), presence)));
    let as_written: HashMap<&str, &Presence<'_>> = named().collect();
    // A GUID may come back in another case; looked at only for those not found as written.
    let lower_case = LazyCell::new(|| named().map(|(id, p)| (id.to_ascii_lowercase(), p)).collect::<HashMap<_, _>>());
    let find = |id: &TeamsUserId| {
        as_written.get(id.as_str()).or_else(|| lower_case.get(&id.as_str().to_ascii_lowercase())).copied()
    };
    // Whoever is missing is unknown in everything.
    untold.note(ids.iter().map(|id| (id, find(id).is_none_or(Presence::tells_out_of_office))));
    let reading = |id: &TeamsUserId| find(id).map_or_else(|| missing(read_at), |presence| presence.reading(read_at));
    let pair = |id| {
        let reading = reading(&id);
        (id, reading)
    };
    ids.into_iter().map(pair).collect()
}

/// The presence of one person, as a notification carries it; `Err` says what is missing.
pub(crate) fn notified(body: &[u8], read_at: Timestamp) -> Result<(TeamsUserId, Reading<TeamsPresence>), Box<str>> {
    let presence: Presence<'_> = serde_json::from_slice(body).map_err(|error| plain(&error.to_string()))?;
    if presence.availability.is_none() {
        return Err("it has no availability".into());
    }
    let id = presence.id.as_ref().ok_or("it has no id")?;
    Ok((id.as_str().into(), presence.reading(read_at)))
}

fn missing(read_at: Timestamp) -> Reading<TeamsPresence> {
    Reading { presence: TeamsPresence::UNKNOWN, revision: None, read_at, unknown_words: None }
}

impl Presence<'_> {
    /// Whether it says if the person is out of office; a presence without words says nothing that could be completed.
    fn tells_out_of_office(&self) -> bool {
        self.availability.is_none()
            || self.out_of_office_settings.as_ref().is_some_and(|said| said.is_out_of_office.is_some())
    }

    fn reading(&self, read_at: Timestamp) -> Reading<TeamsPresence> {
        let mut unknown = String::new();
        let availability = self.availability.as_ref().map_or(TeamsAvailability::PresenceUnknown, |text| {
            TeamsAvailability::known_wire(text.as_str()).unwrap_or_else(|| {
                note(&mut unknown, "availability", text.as_str());
                TeamsAvailability::Unrecognised
            })
        });
        let activity = self.activity.as_ref().map_or(TeamsActivity::PresenceUnknown, |text| {
            TeamsActivity::known_wire(text.as_str()).unwrap_or_else(|| {
                note(&mut unknown, "activity", text.as_str());
                TeamsActivity::Unrecognised
            })
        });
        let out_of_office = self.out_of_office_settings.as_ref().and_then(|s| s.is_out_of_office).unwrap_or(false);
        Reading {
            presence: TeamsPresence { availability, activity, out_of_office },
            revision: self.sequence_number.as_ref().map(|text| Revision::Text(text.as_str().into())),
            read_at,
            unknown_words: (!unknown.is_empty()).then(|| unknown.into_boxed_str()),
        }
    }
}

/// Adds `field=word` to the words that this version does not know.
fn note(unknown: &mut String, field: &str, word: &str) {
    if !unknown.is_empty() {
        unknown.push(' ');
    }
    unknown.push_str(field);
    unknown.push('=');
    unknown.push_str(&plain(word));
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(7);

    fn read(json: &str) -> Reading<TeamsPresence> {
        serde_json::from_str::<Presence<'_>>(json).unwrap().reading(NOW)
    }

    #[test]
    fn words_are_read_in_any_case_and_out_of_office_beside_them() {
        let reading = read(
            r#"{"id":"1","availability":"busy","activity":"inACall","sequenceNumber":"A0132311063",
                "outOfOfficeSettings":{"message":null,"isOutOfOffice":true},"workLocation":null}"#,
        );
        assert_eq!(reading.presence.availability, TeamsAvailability::Busy);
        assert_eq!(reading.presence.activity, TeamsActivity::InACall);
        assert!(reading.presence.out_of_office);
        assert_eq!(reading.revision, Some(Revision::Text("A0132311063".into())));
        assert_eq!((reading.read_at, reading.unknown_words), (NOW, None));
    }

    #[test]
    fn an_unknown_word_is_kept_raw() {
        let reading = read(r#"{"id":"1","availability":"Hovering","activity":"Dancing","outOfOfficeSettings":null}"#);
        assert_eq!(reading.presence.availability, TeamsAvailability::Unrecognised);
        assert_eq!(reading.unknown_words.as_deref(), Some("availability=Hovering activity=Dancing"));
    }

    #[test]
    fn a_presence_without_words_is_unknown() {
        assert_eq!(read(r#"{"id":"1","availability":null}"#).presence, TeamsPresence::UNKNOWN);
    }

    #[test]
    fn answers_are_matched_by_id_in_any_order_and_the_missing_are_unknown() {
        let answer: Presences<'_> = serde_json::from_str(
            r#"{"value":[{"id":"C","availability":"Away","activity":"Away"},{"id":"b","availability":"Busy","activity":"Busy"}]}"#,
        )
        .unwrap();
        let ids = ["a", "B", "c"].map(TeamsUserId::from).to_vec();
        let untold = Untold::default();
        let found: Vec<_> = matched(ids, &answer.value, NOW, &untold)
            .into_iter()
            .map(|(id, r)| (id.to_string(), r.presence.availability))
            .collect();
        let expected = [
            ("a".to_owned(), TeamsAvailability::PresenceUnknown),
            ("B".to_owned(), TeamsAvailability::Busy),
            ("c".to_owned(), TeamsAvailability::Away),
        ];
        assert_eq!(found, expected);
        let without = ["a", "B", "c"].map(|id| untold.contains(&TeamsUserId::from(id)));
        assert_eq!(without, [false, true, true], "whoever is missing says nothing at all");
    }
}
