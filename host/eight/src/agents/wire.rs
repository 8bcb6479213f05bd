//! The Agent Status API: reading all agents, setting up to a hundred at a time.
//!
//! 8x8's two documents disagree on the verb of the bulk: it is sent as POST, and as PUT once that was answered with 405.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use presync_core::delivery::Outcome;
use presync_core::time::Timestamp;
use presync_http::text::{Number, Text, plain};
use presync_http::transport::under;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::status::{AgentStatus, Settable};
use super::{AgentId, Seen, StatusCode};
use crate::access::{Access, Call};
use crate::error::Error;
use crate::item;
use crate::product::Product;

/// The most agents that 8x8 takes in one request.
const BULK: usize = 100;
/// Pages read at most: 8x8 says that it gives all agents at once, so more than a few are a mistake.
const MOST_PAGES: u64 = 50;

/// One contact centre tenant's agents.
#[derive(Debug)]
pub(crate) struct AgentApi {
    access: Access,
    /// `…/tenants/{tenant}/agentstatus/agents`
    agents: Url,
    /// What we set, to be known again.
    code: Option<StatusCode>,
    put: AtomicBool,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) agent: AgentId,
    pub(crate) outcome: Outcome,
    /// 8x8's own words.
    pub(crate) detail: Option<Box<str>>,
}

/// All agents, and when they were asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Agents {
    pub(crate) seen: HashMap<AgentId, Seen>,
    pub(crate) read_at: Timestamp,
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow, default)]
    data: Vec<Entry<'a>>,
    #[serde(default)]
    page: Option<PageOf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageOf {
    #[serde(default)]
    total_pages: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Entry<'a> {
    #[serde(borrow, default)]
    agent_id: Option<Text<'a>>,
    #[serde(default)]
    agent_status: Option<Number>,
    #[serde(borrow, default)]
    status_code_list_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    status_code_item_id: Option<Text<'a>>,
}

#[derive(Serialize)]
struct Bulk<'a> {
    agents: Vec<Change<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Change<'a> {
    agent_id: &'a str,
    agent_status: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code_list_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code_item_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code_item_short_code: Option<&'a str>,
}

#[derive(Deserialize)]
struct Results<'a> {
    #[serde(borrow, default)]
    data: Vec<ItemResult<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ItemResult<'a> {
    #[serde(borrow, default)]
    agent_id: Option<Text<'a>>,
    #[serde(default)]
    change_status: Option<Number>,
    #[serde(borrow, default)]
    reason: Option<Text<'a>>,
    #[serde(borrow, default)]
    message: Option<Text<'a>>,
}

impl AgentApi {
    pub(crate) fn new(access: Access, host: &Url, tenant: &str, code: Option<StatusCode>) -> Result<Self, Error> {
        let agents = under(host, &["api", "v1", "tenants", tenant, "agentstatus", "agents"])?;
        Ok(Self { access, agents, code, put: AtomicBool::new(false) })
    }

    /// All agents.
    pub(crate) async fn read(&self) -> Result<Agents, Error> {
        let read_at = self.access.now();
        let mut seen = HashMap::new();
        for index in 0..MOST_PAGES {
            let mut url = self.agents.clone();
            if index > 0 {
                url.query_pairs_mut().append_pair("pageIndex", &index.to_string());
            }
            let call = Call { method: Method::GET, url, product: Product::Agents, body: None };
            let answer = if index == 0 { self.access.read(&call).await? } else { self.access.read_on(&call).await? };
            let known = seen.len();
            let pages = self.take(&answer.body, &mut seen)?;
            // Whoever ignores the page gives the same agents for ever.
            if index + 1 >= pages || seen.len() == known {
                break;
            }
        }
        Ok(Agents { seen, read_at })
    }

    /// Takes one page in; how many there are.
    fn take(&self, body: &[u8], seen: &mut HashMap<AgentId, Seen>) -> Result<u64, Error> {
        let list: List<'_> = serde_json::from_slice(body)
            .map_err(|error| Error::Unreadable(format!("the list of agents: {error}").into()))?;
        for entry in &list.data {
            let Some(id) = &entry.agent_id else { continue };
            let status =
                entry.agent_status.map_or(AgentStatus::Unrecognised, |Number(code)| AgentStatus::from_code(code));
            let number = |text: &Option<Text<'_>>| text.as_ref().and_then(|text| text.as_str().trim().parse().ok());
            let code = number(&entry.status_code_list_id).zip(number(&entry.status_code_item_id));
            let ours = status == AgentStatus::WorkOffline
                && self.code.as_ref().zip(code).is_some_and(|(ours, (list, item))| ours.is(list, item));
            seen.insert(AgentId::from(id.as_str()), Seen { status, ours });
        }
        Ok(list.page.and_then(|page| page.total_pages).map_or(1, |Number(pages)| pages))
    }

    /// Sets agents' states, and gives one outcome for each, in order. When a request fails, its agents have the error's outcome.
    pub(crate) async fn set(&self, changes: &[(AgentId, Settable)]) -> Vec<Changed> {
        let mut all = Vec::with_capacity(changes.len());
        for bulk in changes.chunks(BULK) {
            match self.send(bulk).await {
                Ok(mut changed) => all.append(&mut changed),
                Err(error) => {
                    let detail: Box<str> = error.to_string().into();
                    all.extend(bulk.iter().map(|(agent, _)| Changed {
                        agent: agent.clone(),
                        outcome: error.outcome(),
                        detail: Some(detail.clone()),
                    }));
                }
            }
        }
        all
    }

    async fn send(&self, bulk: &[(AgentId, Settable)]) -> Result<Vec<Changed>, Error> {
        let agents = bulk.iter().map(|(agent, state)| self.change(agent, *state)).collect();
        let body =
            serde_json::to_vec(&Bulk { agents }).map_err(|error| Error::Unreadable(plain(&error.to_string())))?;
        let mut url = self.agents.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.push("bulk");
        }
        let call = |method| Call {
            method,
            url: url.clone(),
            product: Product::Agents,
            body: Some((body.clone(), Uuid::new_v4())),
        };
        let by_put = self.put.load(Ordering::Relaxed);
        let answer = match self.access.write(&call(if by_put { Method::PUT } else { Method::POST })).await {
            Err(Error::Refused { status: 405, .. }) if !by_put => {
                self.put.store(true, Ordering::Relaxed);
                self.access.write(&call(Method::PUT)).await?
            }
            answer => answer?,
        };
        results(&answer.body, bulk)
    }

    fn change<'a>(&'a self, agent: &'a AgentId, state: Settable) -> Change<'a> {
        let code = self.code.as_ref().filter(|_| state == Settable::WorkOffline);
        Change {
            agent_id: agent.as_str(),
            agent_status: state.code(),
            status_code_list_id: code.map(|code| code.list),
            status_code_item_id: code.map(|code| code.item),
            status_code_item_short_code: code.map(|code| &*code.short),
        }
    }
}

fn results(body: &[u8], bulk: &[(AgentId, Settable)]) -> Result<Vec<Changed>, Error> {
    let results: Results<'_> = serde_json::from_slice(body)
        .map_err(|error| Error::Unreadable(format!("the outcome of a bulk of agents: {error}").into()))?;
    let by_agent: HashMap<&str, &ItemResult<'_>> =
        results.data.iter().filter_map(|result| Some((result.agent_id.as_ref()?.as_str(), result))).collect();
    let changed = bulk.iter().map(|(agent, _)| match by_agent.get(agent.as_str()) {
        None => Changed {
            agent: agent.clone(),
            outcome: Outcome::Failed,
            detail: Some("8x8 said nothing about this agent".into()),
        },
        Some(result) => {
            let words: Vec<&str> = [&result.reason, &result.message].into_iter().flatten().map(Text::as_str).collect();
            Changed {
                agent: agent.clone(),
                outcome: item::outcome(result.change_status.map_or(0, |Number(status)| status)),
                detail: (!words.is_empty()).then(|| plain(&words.join(": "))),
            }
        }
    });
    Ok(changed.collect())
}

#[cfg(test)]
mod tests;
