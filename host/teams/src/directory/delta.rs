//! What has changed in a directory: `GET /users/delta`.
//!
//! The first round is the whole directory and ends with a link; the link brings what has changed since and ends with another. A
//! link is good for 7 days. Where Graph has forgotten it (410, or a refusal that says so) the whole directory comes again, and
//! [`Changes::whole`] says so. Replays and the same person twice are normal: the later wins.

use std::collections::HashMap;

use presync_core::id::TeamsUserId;
use presync_http::text::{Text, plain};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;

use super::entry::{Entry, User};
use super::{FIELDS, ROLE, followed};
use crate::access::{Access, Call};
use crate::error::Error;

/// Where the next round goes on: opaque, and to be kept beside the people that it continues. It is no secret, but of use to
/// nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeltaLink(Box<str>);

/// One round of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// These are all people there are: whoever is known from before and not among them is gone.
    pub whole: bool,
    /// What became of whom, each person once.
    pub people: Vec<Change>,
    /// Where the next round goes on.
    pub next: DeltaLink,
}

/// What became of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// New, changed, restored, or only mentioned again.
    Present(User),
    /// Not in the directory any more.
    Removed {
        /// Who.
        id: TeamsUserId,
        /// How.
        how: Removal,
    },
}

/// How somebody left the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// Deleted, and can be restored for 30 days (Graph's word is `changed`).
    Restorable,
    /// Deleted for good.
    Deleted,
    /// By a word that this version does not know.
    Unrecognised(Box<str>),
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow, default)]
    value: Vec<Entry<'a>>,
    #[serde(borrow, default, rename = "@odata.nextLink")]
    next: Option<Text<'a>>,
    #[serde(borrow, default, rename = "@odata.deltaLink")]
    delta: Option<Text<'a>>,
}

/// Where a page leads.
enum Onward {
    Page(Url),
    End(DeltaLink),
}

/// The changes since `link`, or the whole directory.
pub(crate) async fn changes(access: &Access, graph: &Url, link: Option<&DeltaLink>) -> Result<Changes, Error> {
    if let Some(url) = link.and_then(|link| Url::parse(&link.0).ok()).filter(|url| url.origin() == graph.origin()) {
        let from = match round(access, url).await {
            Ok((people, next)) => return Ok(Changes { whole: false, people, next }),
            Err(Error::Gone { location }) => location,
            Err(Error::Refused { code, .. }) if is_forgotten(&code) => None,
            Err(error) => return Err(error),
        };
        tracing::info!("Graph has forgotten the place in the directory's changes; the whole directory is read again");
        if let Some(url) = from.and_then(|from| Url::parse(&from).ok()).filter(|url| url.origin() == graph.origin()) {
            let (people, next) = round(access, url).await?;
            return Ok(Changes { whole: true, people, next });
        }
    }
    let (people, next) = round(access, beginning(graph)?).await?;
    Ok(Changes { whole: true, people, next })
}

fn beginning(graph: &Url) -> Result<Url, Error> {
    let mut url = presync_http::transport::under(graph, &["users", "delta"])?;
    url.query_pairs_mut().append_pair("$select", &format!("{FIELDS},assignedPlans"));
    Ok(url)
}

/// Graph's words for a link that it does not know any more.
fn is_forgotten(code: &str) -> bool {
    code.eq_ignore_ascii_case("syncStateNotFound") || code.eq_ignore_ascii_case("resyncRequired")
}

/// All pages from `url` to the link at their end.
async fn round(access: &Access, mut url: Url) -> Result<(Vec<Change>, DeltaLink), Error> {
    let mut people = Latest::default();
    loop {
        let call = Call { method: Method::GET, url, body: None, role: ROLE, weight: 0 };
        let answer = access.read(&call).await?;
        match page(&answer.body, &call.url, &mut people)? {
            Onward::Page(next) => url = next,
            Onward::End(link) => return Ok((people.in_order(), link)),
        }
    }
}

fn page(body: &[u8], url: &Url, people: &mut Latest) -> Result<Onward, Error> {
    let page: Page<'_> = serde_json::from_slice(body)
        .map_err(|error| Error::Unreadable(format!("a page of changed users: {error}").into()))?;
    page.value.into_iter().filter_map(Change::read).for_each(|change| people.put(change));
    match (page.next, page.delta) {
        (Some(next), _) => followed(next.as_str(), url).map(Onward::Page),
        (None, Some(link)) => Ok(Onward::End(DeltaLink(link.as_str().into()))),
        (None, None) => Err(Error::Unreadable("a page of changed users without a link to go on from".into())),
    }
}

/// Each person's latest change, in the order in which they were first mentioned.
#[derive(Default)]
struct Latest {
    places: HashMap<TeamsUserId, usize>,
    changes: Vec<Change>,
}

impl Latest {
    fn put(&mut self, change: Change) {
        let place = *self.places.entry(change.id().clone()).or_insert(self.changes.len());
        match self.changes.get_mut(place) {
            Some(earlier) => *earlier = change,
            None => self.changes.push(change),
        }
    }

    fn in_order(self) -> Vec<Change> {
        self.changes
    }
}

impl Change {
    /// Whom it is about.
    pub fn id(&self) -> &TeamsUserId {
        match self {
            Self::Present(user) => &user.id,
            Self::Removed { id, .. } => id,
        }
    }

    fn read(entry: Entry<'_>) -> Option<Self> {
        let Some(removed) = &entry.removed else { return entry.user().map(Self::Present) };
        let how = match removed.reason.as_ref().map(Text::as_str) {
            Some("changed") => Removal::Restorable,
            Some("deleted") => Removal::Deleted,
            word => Removal::Unrecognised(plain(word.unwrap_or_default())),
        };
        Some(Self::Removed { id: entry.id()?, how })
    }
}

#[cfg(test)]
mod tests;
