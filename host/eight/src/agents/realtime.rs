//! Agents' states as the contact centre's realtime metrics tell them: readable where Agent Status is not enabled, and no more than
//! readable. 8x8 gives examples of the words and no list, so an unknown one is no error.

use std::collections::HashMap;

use presync_http::text::Text;
use presync_http::transport::under;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::status::AgentStatus;
use super::wire::Agents;
use super::{AgentId, Seen};
use crate::access::{Access, Call};
use crate::error::Error;
use crate::product::Product;

/// The most agents in a page.
const PAGE: usize = 1000;
/// Pages read at most.
const MOST_PAGES: usize = 100;
/// The metric that is a state.
const STATUS: &str = "status.rt";

/// The realtime metrics of a contact centre.
#[derive(Debug)]
pub(crate) struct Realtime {
    access: Access,
    agents: Url,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    /// A list of pairs, or, from some calls, an object.
    #[serde(default)]
    metrics: Value,
}

impl Realtime {
    /// `base` is the API's root with the region.
    pub(crate) fn new(access: Access, base: &Url) -> Result<Self, Error> {
        Ok(Self { access, agents: under(base, &["analytics", "cc", "v5", "realtime-metrics", "agents"])? })
    }

    /// All agents.
    pub(crate) async fn read(&self) -> Result<Agents, Error> {
        let read_at = self.access.now();
        let mut seen = HashMap::new();
        for page in 0..MOST_PAGES {
            let mut url = self.agents.clone();
            let (page_text, size) = (page.to_string(), PAGE.to_string());
            url.query_pairs_mut().extend_pairs([("metrics", STATUS), ("page", &*page_text), ("size", &*size)]);
            let call = Call { method: Method::GET, url, product: Product::Realtime, body: None };
            let answer = if page == 0 { self.access.read(&call).await } else { self.access.read_on(&call).await };
            let answer = match answer {
                // A page past the end is refused; a full last page is the only way to get there.
                Err(Error::Refused { status: 400, .. }) if page > 0 => break,
                answer => answer?,
            };
            if take(&answer.body, &mut seen)? < PAGE {
                break;
            }
        }
        Ok(Agents { seen, read_at })
    }
}

/// Takes a page in; how many agents were on it.
fn take(body: &[u8], seen: &mut HashMap<AgentId, Seen>) -> Result<usize, Error> {
    let entries: Vec<Entry<'_>> = serde_json::from_slice(body)
        .map_err(|error| Error::Unreadable(format!("a page of realtime metrics: {error}").into()))?;
    for entry in &entries {
        let Some(id) = &entry.id else { continue };
        let status = status(&entry.metrics).map_or(AgentStatus::Unrecognised, read_word);
        seen.insert(AgentId::from(id.as_str()), Seen { status, ours: false });
    }
    Ok(entries.len())
}

fn status(metrics: &Value) -> Option<&str> {
    let of_pair = |pair: &Value| pair.get("key").and_then(Value::as_str) == Some(STATUS);
    match metrics {
        Value::Array(pairs) => pairs.iter().find(|pair| of_pair(pair))?.get("value")?.as_str(),
        Value::Object(_) => metrics.get(STATUS)?.as_str(),
        _ => None,
    }
}

/// The state of a word; 8x8's examples, and the same states as it writes them elsewhere.
fn read_word(word: &str) -> AgentStatus {
    let plain: String = word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    match plain.as_str() {
        "available" | "waittransact" => AgentStatus::WaitTransact,
        "handling" | "processtransact" | "inprogress" => AgentStatus::ProcessTransact,
        "offered" | "offering" | "transactoffered" => AgentStatus::TransactOffered,
        "postprocess" | "postprocessing" | "wrapup" => AgentStatus::PostProcess,
        "busy" => AgentStatus::Busy,
        "directcall" => AgentStatus::DirectCall,
        "onbreak" => AgentStatus::OnBreak,
        "loggedout" => AgentStatus::LoggedOut,
        "workingoffline" | "workoffline" => AgentStatus::WorkOffline,
        _ => AgentStatus::Unrecognised,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_from_pairs_and_from_objects_and_unknown_words_are_no_error() {
        let mut seen = HashMap::new();
        let body = br#"[{"id":"ag1","name":"Jane Li","groupId":"131","metrics":[{"key":"statusCode.rt","value":null},
              {"key":"status.rt","value":"Available"},{"key":"timeOnStatus.rt","value":245611}]},
            {"id":"ag2","metrics":{"status.rt":"WorkingOffline"}},
            {"id":"ag3","metrics":[{"key":"status.rt","value":"Juggling"}]},
            {"id":"ag4","metrics":[{"key":"status.rt","value":null}]},{"name":"nobody"}]"#;
        assert_eq!(take(body, &mut seen), Ok(5));
        let status = |id: &str| seen[&AgentId::from(id)].status;
        assert_eq!(
            ["ag1", "ag2", "ag3", "ag4"].map(status),
            [AgentStatus::WaitTransact, AgentStatus::WorkOffline, AgentStatus::Unrecognised, AgentStatus::Unrecognised]
        );
    }
}
