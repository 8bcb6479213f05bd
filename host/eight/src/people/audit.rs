//! Who was deleted, by the audit records: no list of 8x8's directories tells it.

use presync_core::id::EightUserId;
use presync_core::time::Timestamp;
use presync_http::text::Text;
use presync_http::transport::under;
use serde::Deserialize;
use url::Url;

use crate::access::Access;
use crate::directory::iso;
use crate::error::Error;
use crate::product::Product;
use crate::scroll::{self, Later, Page};

#[derive(Deserialize)]
struct Records<'a> {
    #[serde(borrow, default)]
    meta: Option<Meta<'a>>,
    #[serde(rename = "scrollId", borrow, default)]
    scroll_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    data: Vec<Record<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'a> {
    #[serde(borrow, default)]
    scroll_id: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(borrow, default)]
    event_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    entity_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    entity_key: Option<Text<'a>>,
}

/// The users who were deleted between two moments; no more than 31 days apart.
pub(crate) async fn deleted(
    access: &Access,
    api: &Url,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<EightUserId>, Error> {
    let url = under(api, &["administration", "audit", "v1", "audits"])?;
    let (Some(from), Some(to)) = (iso(from), iso(to)) else {
        return Err(Error::Unreadable("a moment that no calendar has".into()));
    };
    let first = [
        ("startTime", &*from),
        ("endTime", &*to),
        ("service", "platform"),
        ("entityTypes", "user"),
        ("eventTypes", "delete"),
        ("size", "100"),
    ];
    let read = |body: &[u8], _| page(body);
    let (users, _) = scroll::all_with(access, Product::Audit, &url, &first, Later::With(&[]), read).await?;
    Ok(users)
}

fn page(body: &[u8]) -> Result<Page<EightUserId>, Error> {
    let records: Records<'_> = serde_json::from_slice(body)
        .map_err(|error| Error::Unreadable(format!("a page of audit records: {error}").into()))?;
    let is = |text: &Option<Text<'_>>, word: &str| {
        text.as_ref().is_some_and(|text| text.as_str().eq_ignore_ascii_case(word))
    };
    // 8x8 filters too, but a record of another kind must never end a person's link.
    let deleted =
        records.data.iter().filter(|record| is(&record.event_type, "delete") && is(&record.entity_type, "user"));
    let next = records.meta.and_then(|meta| meta.scroll_id).or(records.scroll_id).map(|id| id.as_str().to_owned());
    Ok(Page {
        entries: deleted.filter_map(|record| Some(EightUserId::from(record.entity_key.as_ref()?.as_str()))).collect(),
        // The end is a null or, in 8x8's older services, these two words.
        next: next.filter(|id| !id.is_empty() && id != "No Data" && !records.data.is_empty()),
        cursor: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_deletions_of_users_are_taken() {
        let page = page(
            br#"{"meta":{"totalRecordCount":4,"scrollId":"s1"},"data":[
              {"id":"1","eventType":"delete","entityType":"User","entityKey":"u1","auditTimestamp":"2023-05-02T20:57:34.956+00:00"},
              {"id":"2","eventType":"delete","entityType":"extension","entityKey":"u2"},
              {"id":"3","eventType":"update","entityType":"user","entityKey":"u3"},{"id":"4"}]}"#,
        )
        .unwrap();
        assert_eq!(page.entries, ["u1".into()]);
        assert_eq!(page.next.as_deref(), Some("s1"));
    }

    #[test]
    fn a_null_or_the_words_no_data_are_the_end() {
        for meta in [r#"{"scrollId":null}"#, r#"{"totalRecordCount":0,"scrollId":"No Data"}"#] {
            assert_eq!(page(format!(r#"{{"meta":{meta},"data":[]}}"#).as_bytes()).unwrap().next, None);
        }
    }
}
