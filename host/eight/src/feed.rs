//! The presence feed: a snapshot of all, and what has changed since.
//!
//! The last page of a snapshot carries a cursor; changes are read from there, without a gap, at least once, in order per user.

use std::time::Duration;

use presync_core::id::EightUserId;
use presync_core::presence::{EightPresence, Reading};
use presync_core::time::Timestamp;
use presync_http::text::Text;
use presync_http::transport::under;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::access::{Access, Call};
use crate::error::Error;
use crate::presence::{Origin, WirePresence};
use crate::product::Product;
use crate::publication_id::PublicationIds;
use crate::scroll::{self, PAGE_SIZE, Page, Pagination};

/// The most changes that 8x8 gives at once.
const LIMIT: &str = "500";
/// The longest that 8x8 keeps a request for changes to come.
const LONGEST_WAIT: Duration = Duration::from_secs(25);
/// Pages of changes read in one go: half a million changes. A feed that grows as fast as it is read has to end somewhere; the
/// cursor says where to go on.
const MOST_PAGES: usize = 1000;

/// A place in the feed of changes; opaque, good for a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(Box<str>);

impl Cursor {
    /// The cursor as 8x8 wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Cursor {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// All presences, and from where to read changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Everybody's presence. Users out of scope (inactive, deleted) are absent.
    pub presences: Vec<(EightUserId, Reading<EightPresence>)>,
    /// Where changes go on from.
    pub cursor: Cursor,
}

/// What has changed since a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// New presences, oldest first per user; a user may be there more than once.
    pub readings: Vec<(EightUserId, Reading<EightPresence>)>,
    /// Users who are gone and have not come back since: to be applied after the readings.
    pub deleted: Vec<EightUserId>,
    /// Where changes go on from.
    pub cursor: Cursor,
}

#[derive(Deserialize)]
struct PresencePage<'a> {
    #[serde(borrow)]
    data: Vec<WirePresence<'a>>,
    #[serde(borrow, default)]
    pagination: Option<Pagination<'a>>,
    #[serde(borrow, default)]
    cursor: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangesPage<'a> {
    #[serde(borrow, default)]
    data: Vec<Change<'a>>,
    #[serde(borrow, default)]
    cursor: Option<Text<'a>>,
    #[serde(default)]
    has_more: Option<bool>,
    #[serde(default)]
    resync_required: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    #[serde(borrow, default)]
    change_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    user_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    presence: Option<WirePresence<'a>>,
    #[serde(borrow, default)]
    origin: Option<Origin<'a>>,
}

/// Everybody's presence.
pub(crate) async fn snapshot(access: &Access, api: &Url, ids: &PublicationIds) -> Result<Snapshot, Error> {
    let url = under(api, &["presence", "v1", "users"])?;
    let first = [("pageSize", PAGE_SIZE), ("includeCall", "true")];
    let read = |body: &[u8], read_at: Timestamp| snapshot_page(body, ids, read_at);
    let (presences, cursor) = scroll::all(access, Product::Presence, &url, &first, read).await?;
    let cursor = cursor.ok_or_else(|| Error::Unreadable("the snapshot's last page carries no cursor".into()))?;
    Ok(Snapshot { presences, cursor: Cursor(cursor) })
}

/// Whether presence can be read: asks for one page of one presence.
pub(crate) async fn probe(access: &Access, api: &Url, ids: &PublicationIds) -> Result<(), Error> {
    let mut url = under(api, &["presence", "v1", "users"])?;
    url.query_pairs_mut().append_pair("pageSize", "1");
    let call = Call { method: Method::GET, url, product: Product::Presence, body: None };
    let answer = access.read(&call).await?;
    snapshot_page(&answer.body, ids, answer.sent_at).map(|_| ())
}

fn snapshot_page(
    body: &[u8],
    ids: &PublicationIds,
    read_at: Timestamp,
) -> Result<Page<(EightUserId, Reading<EightPresence>)>, Error> {
    let page: PresencePage<'_> = serde_json::from_slice(body)
        .map_err(|error| Error::Unreadable(format!("a page of presences: {error}").into()))?;
    Ok(Page {
        entries: page.data.iter().filter_map(|presence| presence.reading(ids, None, read_at)).collect(),
        next: page.pagination.as_ref().and_then(Pagination::next),
        cursor: page.cursor.map(|cursor| cursor.as_str().into()),
    })
}

/// What has changed since `from`; if nothing has, 8x8 waits for so long for something to change. If a later page fails, what was read
/// before it is given, with the cursor behind it.
pub(crate) async fn changes(
    access: &Access,
    api: &Url,
    ids: &PublicationIds,
    from: &Cursor,
    wait: Duration,
) -> Result<Changes, Error> {
    let list = under(api, &["presence", "v1", "changes"])?;
    let mut changes = Changes { readings: Vec::new(), deleted: Vec::new(), cursor: from.clone() };
    for page in 0..MOST_PAGES {
        let mut url = list.clone();
        // Whoever has got something does not wait for more.
        let wait = if page == 0 { wait.min(LONGEST_WAIT) } else { Duration::ZERO };
        let seconds = wait.as_secs().to_string();
        let query = [("cursor", changes.cursor.as_str()), ("limit", LIMIT), ("waitSeconds", &*seconds)];
        url.query_pairs_mut().extend_pairs(query);
        let call = Call { method: Method::GET, url, product: Product::Presence, body: None };
        let more = match access.read_within(&call, wait).await {
            Ok(answer) => {
                let more = changes.take(&answer.body, ids, answer.sent_at)?;
                if !wait.is_zero() {
                    changes.are_of(access.now());
                }
                more
            }
            // A cursor that 8x8 cannot read is as good as an expired one.
            Err(Error::Refused { status: 400, .. } | Error::CursorExpired) => return Err(Error::CursorExpired),
            Err(error) if page == 0 => return Err(error),
            Err(_) => false,
        };
        if !more {
            break;
        }
    }
    Ok(changes)
}

/// A change told by a stream, or by a delivery to a webhook.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(rename = "PresenceChange", borrow, default)]
    streamed: Option<Change<'a>>,
    #[serde(borrow, default)]
    data: Option<Change<'a>>,
}

/// What 8x8 told by itself, as a change that goes on from `cursor` without moving it; `None` when it is about something else.
pub(crate) fn told(payload: &[u8], ids: &PublicationIds, cursor: &Cursor, now: Timestamp) -> Option<Changes> {
    let event: Event<'_> = serde_json::from_slice(payload).ok()?;
    let mut changes = Changes { readings: Vec::new(), deleted: Vec::new(), cursor: cursor.clone() };
    changes.take_change(&event.streamed.or(event.data)?, ids, now);
    (!changes.readings.is_empty() || !changes.deleted.is_empty()).then_some(changes)
}

impl Changes {
    /// Takes one page in; true when there are more.
    fn take(&mut self, body: &[u8], ids: &PublicationIds, read_at: Timestamp) -> Result<bool, Error> {
        let page: ChangesPage<'_> = serde_json::from_slice(body)
            .map_err(|error| Error::Unreadable(format!("a page of changes: {error}").into()))?;
        if page.resync_required == Some(true) {
            return Err(Error::CursorExpired);
        }
        for change in &page.data {
            self.take_change(change, ids, read_at);
        }
        let cursor = page.cursor.map_or_else(|| self.cursor.clone(), |cursor| Cursor::from(cursor.as_str()));
        // More behind the same cursor would be the same page for ever.
        let more = page.has_more == Some(true) && cursor != self.cursor;
        self.cursor = cursor;
        Ok(more)
    }

    /// What was waited for is as of the answer, not of the request, wherever a revision tells which reading is newer.
    fn are_of(&mut self, now: Timestamp) {
        for (_, reading) in self.readings.iter_mut().filter(|(_, reading)| reading.revision.is_some()) {
            reading.read_at = now;
        }
    }

    fn take_change(&mut self, change: &Change<'_>, ids: &PublicationIds, read_at: Timestamp) {
        let deleted = change.change_type.as_ref().is_some_and(|kind| kind.as_str().eq_ignore_ascii_case("DELETED"));
        if deleted {
            if let Some(user) = &change.user_id {
                self.deleted.push(EightUserId::from(user.as_str()));
            }
            return;
        }
        let reading = change.presence.as_ref().and_then(|p| p.reading(ids, change.origin.as_ref(), read_at));
        if let Some((user, reading)) = reading {
            self.deleted.retain(|gone| *gone != user);
            self.readings.push((user, reading));
        }
    }
}
