//! Lists that come page by page: the first page by its query, each further one by `scrollId`. The newer services refuse anything
//! else beside the id; the older ones want the query again.
//!
//! A scroll can expire between two pages; 8x8 then answers 400, and the list is read once more from its first page.

use presync_core::time::Timestamp;
use presync_http::text::Text;
use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::access::{Access, Call};
use crate::error::Error;
use crate::product::Product;

/// The most entries that 8x8 gives in a page.
pub(crate) const PAGE_SIZE: &str = "1000";

/// `pagination` of a page.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pagination<'a> {
    #[serde(default)]
    has_more: Option<bool>,
    #[serde(borrow, default)]
    next_scroll_id: Option<Text<'a>>,
}

impl Pagination<'_> {
    /// The id of the next page; `None` on the last.
    pub(crate) fn next(&self) -> Option<String> {
        let id = self.next_scroll_id.as_ref().map(|id| id.as_str().to_owned()).filter(|id| !id.is_empty())?;
        self.has_more.unwrap_or(true).then_some(id)
    }
}

/// One page, read.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) entries: Vec<T>,
    /// Scroll id of the next page.
    pub(crate) next: Option<String>,
    /// Where changes go on from; on the last page of a snapshot.
    pub(crate) cursor: Option<Box<str>>,
}

/// What goes with the scroll id of a later page.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Later<'a> {
    /// Nothing: the id stands for the first page's query.
    Alone,
    /// The first page's query, and this.
    With(&'a [(&'a str, &'a str)]),
}

/// All entries of a list, and the last page's cursor. `read` reads one page, given when it was asked for.
pub(crate) async fn all<T>(
    access: &Access,
    product: Product,
    list: &Url,
    first: &[(&str, &str)],
    read: impl Fn(&[u8], Timestamp) -> Result<Page<T>, Error>,
) -> Result<(Vec<T>, Option<Box<str>>), Error> {
    all_with(access, product, list, first, Later::Alone, read).await
}

/// As [`all`], for a list with its own way to ask for a later page.
pub(crate) async fn all_with<T>(
    access: &Access,
    product: Product,
    list: &Url,
    first: &[(&str, &str)],
    later: Later<'_>,
    read: impl Fn(&[u8], Timestamp) -> Result<Page<T>, Error>,
) -> Result<(Vec<T>, Option<Box<str>>), Error> {
    match once(access, product, list, first, later, &read).await? {
        Some(all) => Ok(all),
        None => once(access, product, list, first, later, &read).await?.ok_or_else(expired_twice),
    }
}

/// As [`all`]; `None` when the scroll expired on the way.
async fn once<T>(
    access: &Access,
    product: Product,
    list: &Url,
    first: &[(&str, &str)],
    later: Later<'_>,
    read: &impl Fn(&[u8], Timestamp) -> Result<Page<T>, Error>,
) -> Result<Option<(Vec<T>, Option<Box<str>>)>, Error> {
    let call = |query: &[(&str, &str)]| {
        let mut url = list.clone();
        url.query_pairs_mut().extend_pairs(query);
        Call { method: Method::GET, url, product, body: None }
    };
    let answer = access.read(&call(first)).await?;
    let mut page = read(&answer.body, answer.sent_at)?;
    let mut entries = page.entries;
    while let Some(id) = page.next {
        let mut query = match later {
            Later::Alone => Vec::new(),
            Later::With(more) => [first, more].concat(),
        };
        query.push(("scrollId", &id));
        let answer = match access.read_on(&call(&query)).await {
            Err(Error::Refused { status: 400, .. } | Error::CursorExpired) => return Ok(None),
            answer => answer?,
        };
        page = read(&answer.body, answer.sent_at)?;
        entries.append(&mut page.entries);
    }
    Ok(Some((entries, page.cursor)))
}

fn expired_twice() -> Error {
    Error::Unreadable("a list's scroll expired twice before its last page".into())
}
