//! Writing presence: publications in bulks of 100, each item with its own outcome.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::id::EightUserId;
use presync_core::time::Timestamp;
use presync_core::words::{Calls, EightStatus, EightTarget, Note};
use presync_http::text::{Number, Text, plain};
use presync_http::transport::under;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use url::Url;
use uuid::Uuid;

use crate::access::{Access, Call};
use crate::calls::{self, Means};
use crate::error::Error;
use crate::item;
use crate::offer::Offer;
use crate::product::Product;
use crate::publication_id::PublicationIds;

/// Bulks under way at a time.
const AT_ONCE: usize = 4;

/// What is to be shown of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Who.
    pub user: EightUserId,
    /// What to show; `None` clears our layer.
    pub status: Option<EightTarget>,
    /// What to show beside it.
    pub note: Option<Note>,
    /// Which calls may still be offered meanwhile.
    pub calls: Calls,
    /// When the cause was seen; 8x8 drops a publication that is older than the one it holds.
    pub observed_at: Timestamp,
    /// After how long it ends by itself, in whole seconds rounded up, between a minute and 4 hours. `None` is 8x8's default,
    /// 5 minutes.
    pub lease: Option<Duration>,
}

/// What became of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Who.
    pub user: EightUserId,
    /// How it went.
    pub outcome: Outcome,
    /// 8x8's own words about it, or the error that its bulk met.
    pub detail: Option<Box<str>>,
    /// The person's revision after it, where 8x8 says it.
    pub revision: Option<u64>,
}

#[derive(Serialize)]
struct Request<'a> {
    source: &'a str,
    publications: Vec<Item<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    publication_id: Uuid,
    user_id: &'a str,
    status: Option<&'a str>,
    message: Option<&'a str>,
    observed_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_seconds: Option<u64>,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Vec<Change<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    #[serde(borrow, default)]
    user_id: Option<Text<'a>>,
    #[serde(default)]
    change_status: Option<Number>,
    #[serde(borrow, default)]
    reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    message: Option<Text<'a>>,
    #[serde(default)]
    revision: Option<Number>,
    #[serde(default)]
    applied: Option<bool>,
    #[serde(borrow, default)]
    effective_status: Option<Text<'a>>,
}

/// Publishes all, in bulks, some at a time. Once a bulk has met an error that every other would meet too, those that wait are
/// not sent any more and share it.
///
/// # Errors
/// When nothing was published because the credentials do not allow it.
pub(crate) async fn publish(
    access: &Arc<Access>,
    api: &Url,
    ids: PublicationIds,
    offer: &Offer,
    publications: &[Publication],
) -> Result<Vec<Published>, Error> {
    let mut bulks = publications.chunks(offer.bulk.max(1)).enumerate();
    let mut parts: Vec<Option<Result<Vec<Published>, Error>>> = Vec::new();
    parts.resize_with(bulks.len(), || None);
    let mut running = JoinSet::new();
    let mut stopped = None;
    loop {
        while stopped.is_none()
            && running.len() < AT_ONCE
            && let Some((place, bulk)) = bulks.next()
        {
            let (access, api, bulk, offer) = (Arc::clone(access), api.clone(), bulk.to_vec(), offer.clone());
            running.spawn(async move { (place, send(&access, &api, ids, &offer, &bulk).await) });
        }
        match running.join_next().await {
            None => break,
            Some(Ok((place, result))) => {
                stopped = stopped.or_else(|| result.as_ref().err().filter(|error| error.is_of_the_service()).cloned());
                if let Some(part) = parts.get_mut(place) {
                    *part = Some(result);
                }
            }
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    let nothing = !parts.iter().any(|part| matches!(part, Some(Ok(_))));
    if let Some(error) = stopped.as_ref().filter(|error| nothing && error.is_credential_problem()) {
        return Err(error.clone());
    }
    let unsent = stopped.unwrap_or_else(|| Error::Unreadable("the bulk was not sent".into()));
    let parts = parts.into_iter().map(|part| part.unwrap_or_else(|| Err(unsent.clone())));
    let whole = publications
        .chunks(offer.bulk.max(1))
        .zip(parts)
        .flat_map(|(bulk, part)| part.unwrap_or_else(|e| failed(bulk, &e)));
    Ok(whole.collect())
}

/// Sends one bulk and gives one outcome per item, in order.
async fn send(
    access: &Access,
    api: &Url,
    ids: PublicationIds,
    offer: &Offer,
    bulk: &[Publication],
) -> Result<Vec<Published>, Error> {
    let url = under(api, &["presence", "v1", "publications", "bulk"])?;
    let publications = bulk.iter().map(|publication| wire(publication, ids, offer)).collect();
    let body = serde_json::to_vec(&Request { source: "ms-teams-sync", publications })
        .map_err(|error| Error::Unreadable(plain(&error.to_string())))?;
    let call = Call { method: Method::POST, url, product: Product::Presence, body: Some((body, Uuid::new_v4())) };
    let answer = access.write(&call).await?;
    let answer: Answer<'_> = serde_json::from_slice(&answer.body)
        .map_err(|error| Error::Unreadable(format!("the outcome of a bulk: {error}").into()))?;
    let by_user: HashMap<&str, &Change<'_>> =
        answer.data.iter().filter_map(|change| Some((change.user_id.as_ref()?.as_str(), change))).collect();
    let published = |publication: &Publication| match by_user.get(publication.user.as_str()) {
        Some(change) => change.published(publication),
        None => Published {
            user: publication.user.clone(),
            outcome: Outcome::Failed,
            detail: Some("8x8 said nothing about this person".into()),
            revision: None,
        },
    };
    Ok(bulk.iter().map(published).collect())
}

fn wire<'a>(publication: &'a Publication, ids: PublicationIds, offer: &Offer) -> Item<'a> {
    let millis = i64::try_from(publication.observed_at.as_millis()).unwrap_or(i64::MAX);
    Item {
        publication_id: ids.id(publication.user.as_str()),
        user_id: publication.user.as_str(),
        status: publication.status.map(EightTarget::wire),
        message: publication.note.map(Note::wire),
        observed_time: jiff::Timestamp::from_millisecond(millis).ok().map(|time| time.to_string()),
        expires_in_seconds: publication.lease.map(|lease| offer.seconds(lease)),
    }
}

fn failed(bulk: &[Publication], error: &Error) -> Vec<Published> {
    let detail: Box<str> = error.to_string().into();
    let one = |publication: &Publication| Published {
        user: publication.user.clone(),
        outcome: error.outcome(),
        detail: Some(detail.clone()),
        revision: None,
    };
    bulk.iter().map(one).collect()
}

impl Change<'_> {
    fn published(&self, publication: &Publication) -> Published {
        let words: Vec<&str> = [&self.reason, &self.message].into_iter().flatten().map(Text::as_str).collect();
        let said = (!words.is_empty()).then(|| String::from(plain(&words.join(": "))));
        // The status is all that a partner has to keep calls away with.
        let plan = calls::plan(Means::Partner, publication.status, publication.calls);
        let missing = plan.missing.iter().map(|obstacle| obstacle.sentence().to_owned());
        let details: Vec<String> = said.into_iter().chain(missing).collect();
        Published {
            user: publication.user.clone(),
            outcome: self.outcome(publication.status),
            detail: (!details.is_empty()).then(|| details.join("; ").into_boxed_str()),
            revision: self.revision.map(|Number(number)| number),
        }
    }

    fn outcome(&self, wanted: Option<EightTarget>) -> Outcome {
        match self.change_status.map_or(0, |Number(status)| status) {
            200 if self.is_masked(wanted) => Outcome::Masked,
            status => item::outcome(status),
        }
    }

    /// Taken, but something else is shown.
    fn is_masked(&self, wanted: Option<EightTarget>) -> bool {
        let Some(wanted) = wanted else { return false };
        let wanted = EightStatus::from_wire(wanted.wire());
        let other = self.effective_status.as_ref().is_some_and(|text| EightStatus::from_wire(text.as_str()) != wanted);
        other || self.applied == Some(false)
    }
}

#[cfg(test)]
mod tests {
    use presync_core::obstacle::Obstacle;

    use super::*;
    use crate::item::{ITEM_PAUSE, ITEM_SOON};

    fn outcome(json: &str, wanted: Option<EightTarget>) -> Outcome {
        serde_json::from_str::<Change<'_>>(json).unwrap().outcome(wanted)
    }

    #[test]
    fn each_change_status_has_its_outcome() {
        for (status, expected) in [
            (200, Outcome::Applied),
            (202, Outcome::Applied),
            (304, Outcome::Applied),
            (400, Outcome::Refused),
            (403, Outcome::Refused),
            (423, Outcome::NotCarried { reason: Obstacle::DndRefusedByPolicy }),
            (404, Outcome::NotFound),
            (409, Outcome::Stale),
            (422, Outcome::Masked),
            (429, Outcome::Throttled { retry_after: ITEM_PAUSE }),
            (503, Outcome::Throttled { retry_after: ITEM_SOON }),
            (999, Outcome::Failed),
        ] {
            assert_eq!(
                outcome(&format!(r#"{{"changeStatus":{status}}}"#), Some(EightTarget::Busy)),
                expected,
                "{status}"
            );
        }
        assert_eq!(outcome("{}", None), Outcome::Failed);
    }

    #[test]
    fn what_is_taken_but_not_shown_is_masked() {
        let masked = r#"{"changeStatus":200,"applied":true,"effectiveStatus":"ON_CALL"}"#;
        assert_eq!(outcome(masked, Some(EightTarget::Busy)), Outcome::Masked);
        assert_eq!(outcome(masked, Some(EightTarget::OnCall)), Outcome::Applied);
        assert_eq!(outcome(masked, None), Outcome::Applied, "a cleared layer has nothing to show");
    }
}
