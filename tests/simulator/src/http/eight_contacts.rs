//! Contact Search: the directory as every application may read it, at sixty requests a minute for all of them together.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
};
use serde_json::{Value, json};

use super::{
    eight_gate::{Caller, guarded},
    eight_scroll::{Asked, Page, Scroll, bad_filter, first_page, later_page},
    reply::{Reply, json_text},
};
use crate::{
    eight::{
        contact::{FILTERABLE, SORTABLE, contact},
        quirks::ContactsPath,
        rsql::{Dialect, Filter, Sort},
    },
    faults::Endpoint,
    state::world::World,
};

/// The largest page.
const MOST: usize = 1_000;
/// What a contact carries only if it is asked for, by the word that asks.
const DETAILS: [(&str, &str); 4] =
    [("EMAIL", "emails"), ("EXTENSION", "extensions"), ("PHONE", "phones"), ("TAG", "tags")];

pub(super) async fn list(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Reply {
    guarded(&world, &headers, uri.path(), Endpoint::Contacts, |caller| async move {
        let spelled = caller.with(|tenant, _| tenant.phone.quirks.contacts_path);
        let right = match spelled {
            ContactsPath::Hyphen => "/directory-contacts/",
            ContactsPath::Camel => "/directoryContacts/",
        };
        if !caller.path.starts_with(right) {
            return caller.problem(404, "Not Found", None, "NOT_FOUND", "Resource not found");
        }
        page(&caller, &query).unwrap_or_else(|refused| *refused)
    })
    .await
}

fn page(caller: &Caller<'_>, query: &HashMap<String, String>) -> Result<Reply, Box<Reply>> {
    let invalid = |field: &str, message: &str| Box::new(caller.invalid(field, "VALIDATION_ERROR", message));
    if let Some(id) = query.get("scrollId").filter(|id| !id.is_empty()) {
        let scroll = Scroll::parse(id).ok_or_else(|| invalid("scrollId", "The scrollId is invalid or has expired"))?;
        return Ok(write(later_page(caller, &scroll)?, query));
    }
    let size = match query.get("size").map(|size| size.parse()) {
        None => 20,
        Some(Ok(size)) if (1..=MOST).contains(&size) => size,
        Some(_) => return Err(invalid("size", "size must be between 1 and 1000")),
    };
    let filter = query.get("filter").map(|text| Filter::parse(text, Dialect::Fiql, &FILTERABLE)).transpose();
    let filter = filter.map_err(|message| Box::new(bad_filter(caller, "filter", &message)))?;
    let sort = query.get("sort").map(String::as_str).map(sort_of).transpose();
    let sort = sort.map_err(|message| Box::new(bad_filter(caller, "sort", &message)))?;
    let asked = Asked { size, filter: query.get("filter").cloned(), sort: query.get("sort").cloned() };
    let shown_only = query.get("filterByDisplayFlag").is_some_and(|flag| flag == "true");
    let page = caller.with(|tenant, now| {
        let mut people = tenant.found(contact, filter.as_ref(), sort.as_ref());
        people.retain(|place| {
            let eight = tenant.person(*place).and_then(|person| person.eight.as_ref());
            eight.is_some_and(|eight| eight.active && (!shown_only || eight.profile.shown))
        });
        first_page(tenant, people, contact, asked, now)
    });
    Ok(write(page, query))
}

/// `id,ASC` and so on; it must name the id.
fn sort_of(text: &str) -> Result<Sort, String> {
    let words: Vec<&str> = text.split(',').collect();
    let fields: Vec<String> = words
        .chunks(2)
        .map(|pair| match pair {
            [field, order] if order.eq_ignore_ascii_case("DESC") => format!("-{field}"),
            [field, ..] => String::from(*field),
            [] => String::new(),
        })
        .collect();
    if !fields.iter().any(|field| field.trim_start_matches('-') == "id") {
        return Err(String::from("The sort order must contain the id"));
    }
    Sort::parse(&fields.join(","), &SORTABLE)
}

fn write(page: Page, query: &HashMap<String, String>) -> Reply {
    let details = query.get("details").map(String::as_str).unwrap_or_default();
    let mut rows = page.rows;
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        row.remove("email");
        row.remove("extension");
        for (word, key) in DETAILS {
            if !details.split(',').any(|detail| detail == word) {
                row.remove(key);
            }
        }
    }
    let meta = json!({"hasMore": page.next_id.is_some(), "scrollId": page.next_id});
    json_text(200, json!({"data": rows, "meta": meta}).to_string())
}
