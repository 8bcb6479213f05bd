//! Lists that are followed by a scroll id.
//!
//! The presence snapshot keeps nothing: its id says where the next page begins. The directory keeps whom the first page
//! found, and what they were like if they change meanwhile, so that its later pages show the same; such an id runs out.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{
    eight_gate::Caller,
    reply::{Reply, json_text},
};
use crate::{
    eight::quirks::BadFilter,
    state::{
        phone::{Render, ScrollRows},
        tenant::Tenant,
    },
};

/// How many scrolls of a tenant are kept; the oldest is forgotten.
const KEPT: usize = 16;

/// How a list is walked: the page's size, and where it begins.
pub(super) struct Scroll {
    pub(super) size: usize,
    pub(super) start: usize,
    /// A number fixed when the first page was asked for.
    pub(super) mark: u64,
    /// Which statuses are let through, a bit each; none for all.
    pub(super) statuses: u8,
}

impl Scroll {
    /// The id of the page that begins at `start`.
    pub(super) fn next_id(&self, start: usize) -> String {
        format!("s{:04x}{start:08x}{:016x}{:02x}", self.size, self.mark, self.statuses)
    }

    /// Reads the query of a list. Later pages carry the scroll id alone; `mark` is for first pages, which may be no
    /// longer than `most`.
    pub(super) fn of(
        caller: &Caller<'_>,
        query: &HashMap<String, String>,
        allowed: &[&str],
        mark: u64,
        most: usize,
    ) -> Result<Self, Box<Reply>> {
        let refuse = |field: &str, code: &str, message: &str| Err(Box::new(caller.invalid(field, code, message)));
        if let Some(id) = query.get("scrollId") {
            if query.len() > 1 {
                let message = "scrollId cannot be combined with other query parameters";
                return refuse("scrollId", "CONFLICTING_QUERY_PARAMETER", message);
            }
            return Self::parse(id).ok_or_else(|| Box::new(expired(caller)));
        }
        if let Some(other) = query.keys().find(|key| *key != "pageSize" && !allowed.contains(&key.as_str())) {
            return refuse(other, "VALIDATION_ERROR", "This parameter is not supported by this simulator");
        }
        match query.get("pageSize").map(|size| size.parse()) {
            None => Ok(Self { size: 100, start: 0, mark, statuses: 0 }),
            Some(Ok(size)) if (1..=most).contains(&size) => Ok(Self { size, start: 0, mark, statuses: 0 }),
            Some(_) => refuse("pageSize", "VALIDATION_ERROR", &format!("pageSize must be between 1 and {most}")),
        }
    }

    pub(super) fn parse(id: &str) -> Option<Self> {
        let hex = id.strip_prefix('s').filter(|hex| hex.len() == 30 && hex.is_ascii())?;
        let number = |from: usize, to: usize| usize::from_str_radix(&hex[from..to], 16).ok();
        let mark = u64::from_str_radix(&hex[12..28], 16).ok()?;
        let statuses = u8::from_str_radix(&hex[28..], 16).ok()?;
        Some(Self { size: number(0, 4)?, start: number(4, 12)?, mark, statuses })
    }
}

/// The answer to a scroll id that nobody gave out, or that has run out.
fn expired(caller: &Caller<'_>) -> Reply {
    let message = "The scrollId is invalid or has expired; begin again with the first page";
    caller.invalid("scrollId", "VALIDATION_ERROR", message)
}

/// A page of kept rows.
pub(super) struct Page {
    pub(super) rows: Vec<Value>,
    pub(super) start: usize,
    pub(super) size: usize,
    pub(super) next_id: Option<String>,
    pub(super) filter: Option<String>,
    pub(super) sort: Option<String>,
}

/// What the first page of a list asks for.
pub(super) struct Asked {
    pub(super) size: usize,
    pub(super) filter: Option<String>,
    pub(super) sort: Option<String>,
}

/// The first page of these people; they are kept for the later ones if there are any.
pub(super) fn first_page(tenant: &mut Tenant, people: Vec<u32>, render: Render, asked: Asked, now: i64) -> Page {
    let Asked { size, filter, sort } = asked;
    let rows = people.iter().take(size).filter_map(|person| tenant.rendered(*person, render)).collect();
    let phone = &mut tenant.phone;
    phone.scrolls.retain(|_, kept| now < kept.ends_ms);
    if people.len() <= size {
        return Page { rows, start: 0, size, next_id: None, filter, sort };
    }
    while phone.scrolls.len() >= KEPT
        && let Some(oldest) = phone.scrolls.keys().min().copied()
    {
        phone.scrolls.remove(&oldest);
    }
    let mark = phone.next_scroll;
    phone.next_scroll += 1;
    let ends_ms = now + phone.quirks.scroll_ms;
    let frozen = HashMap::new();
    let kept = ScrollRows { people, frozen, render, size, ends_ms, filter: filter.clone(), sort: sort.clone() };
    phone.scrolls.insert(mark, kept);
    let next_id = Some(Scroll { size, start: 0, mark, statuses: 0 }.next_id(size));
    Page { rows, start: 0, size, next_id, filter, sort }
}

/// A later page.
pub(super) fn later_page(caller: &Caller<'_>, scroll: &Scroll) -> Result<Page, Box<Reply>> {
    let page = caller.with(|tenant, now| {
        let kept = tenant.phone.scrolls.get(&scroll.mark).filter(|kept| now < kept.ends_ms)?;
        let from = Some(scroll.start).filter(|from| *from < kept.people.len())?;
        let until = (from + kept.size).min(kept.people.len());
        let next_id = (until < kept.people.len()).then(|| scroll.next_id(until));
        let row = |person: &u32| kept.frozen.get(person).cloned().or_else(|| tenant.rendered(*person, kept.render));
        let rows = kept.people[from..until].iter().filter_map(row).collect();
        let (filter, sort) = (kept.filter.clone(), kept.sort.clone());
        Some(Page { rows, start: from, size: kept.size, next_id, filter, sort })
    });
    page.ok_or_else(|| Box::new(expired(caller)))
}

/// A page as the Administration suite writes it.
pub(super) fn suite_page(caller: &Caller<'_>, base: &str, page: Page) -> Reply {
    let with_size = caller.with(|tenant, _| tenant.phone.quirks.next_link_with_page_size);
    let Page { rows, start, size, next_id, filter, sort } = page;
    let more = if with_size { format!("&pageSize={size}") } else { String::new() };
    let link = next_id.as_ref().map(|id| json!({"href": format!("{base}?scrollId={id}{more}")}));
    let body = json!({
        "data": rows,
        "pagination": {"pageSize": size, "pageNumber": start / size.max(1), "hasMore": next_id.is_some(),
            "nextScrollId": next_id, "filter": filter, "sort": sort},
        "_links": {"self": {"href": base}, "next": link},
    });
    json_text(200, body.to_string())
}

/// The refusal of a filter or a sort order.
pub(super) fn bad_filter(caller: &Caller<'_>, field: &str, message: &str) -> Reply {
    match caller.with(|tenant, _| tenant.phone.quirks.bad_filter) {
        BadFilter::ValidationError => caller.invalid(field, "VALIDATION_ERROR", message),
        BadFilter::InvalidFilter if field == "sort" => caller.invalid(field, "INVALID_SORT", message),
        BadFilter::InvalidFilter => caller.invalid(field, "INVALID_FILTER", message),
    }
}
