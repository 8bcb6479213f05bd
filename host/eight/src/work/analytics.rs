//! Work Analytics: which PBXes there are, and what the members of their queues do.
//!
//! Each PBX is a request of its own, and 8x8 publishes no limit: every PBX is asked as often as a guess on the safe side allows,
//! ten seconds apart at best. Who is in which queue is asked for less often.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use presync_core::time::Timestamp;
use presync_http::text::Text;
use presync_http::transport::under;
use reqwest::Method;
use serde::Deserialize;
use url::Url;

use super::activity::{self, Member};
use crate::access::{Access, Call};
use crate::error::Error;
use crate::product::Product;

/// From one reading of a PBX to the next, at best; a little less than the usual poll, which is not to be missed by a moment.
const OFTEN: Duration = Duration::from_millis(9_500);
/// From one look at the queues to the next.
const QUEUES: Duration = Duration::from_secs(60);
/// From one look at the list of PBXes to the next.
const LIST: Duration = Duration::from_secs(3600);
/// Requests a minute that are spent on members' activity, of those that the gate lets through.
const PER_MINUTE: u32 = 40;
/// The live numbers that tell of a call.
const METRICS: &str = "ongoingTalkingInteractions,ongoingOnHoldInteractions";
/// PBXes in a page of the list.
const PAGE: &str = "100";
/// Pages of the list read at most.
const MOST_PAGES: u64 = 20;

/// Work Analytics of one customer.
#[derive(Debug)]
pub(crate) struct Analytics {
    access: Access,
    base: Url,
    plan: Mutex<Schedule>,
}

#[derive(Debug, Default)]
struct Schedule {
    pbxes: Vec<Pbx>,
    listed_at: Option<Timestamp>,
    /// 8x8 did not take the names of the metrics.
    without_metrics: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pbx {
    id: Box<str>,
    name: Box<str>,
    read_at: Option<Timestamp>,
    queues_at: Option<Timestamp>,
}

/// What one PBX said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PbxReading {
    /// The PBX's name, as the directories write it.
    pub(crate) pbx: Box<str>,
    pub(crate) read_at: Timestamp,
    pub(crate) members: Vec<Member>,
    /// It lists the queues, and may be older in what people do.
    pub(crate) of_queues: bool,
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(rename = "_embedded", borrow, default)]
    embedded: HashMap<String, Vec<Entry<'a>>>,
    #[serde(default)]
    page: Option<PageOf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageOf {
    #[serde(default)]
    total_pages: Option<u64>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
    #[serde(default)]
    deleted: Option<bool>,
}

impl Analytics {
    /// `base` is the API's root.
    pub(crate) fn new(access: Access, base: &Url) -> Result<Self, Error> {
        Ok(Self { access, base: under(base, &["analytics", "work", "v2", "pbxes"])?, plan: Mutex::default() })
    }

    /// Reads every PBX whose turn it is. When the requests are spent midway, what was read is given, and the rest has its turn next.
    pub(crate) async fn read(&self) -> Result<Vec<PbxReading>, Error> {
        self.list().await?;
        let mut readings = Vec::new();
        for (id, of_queues) in self.due() {
            match self.read_one(&id, of_queues).await {
                Ok(reading) => readings.push(reading),
                Err(Error::Throttled { .. }) if !readings.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(readings)
    }

    /// Whether Work Analytics can be read.
    pub(crate) async fn probe(&self) -> Result<(), Error> {
        self.access.sign_in().await?;
        self.list().await
    }

    /// From one reading of a PBX to the next, with so many of them.
    fn interval(pbxes: usize) -> Duration {
        let pbxes = u32::try_from(pbxes).unwrap_or(u32::MAX);
        // The looks at the queues, one a minute for each PBX, come off first.
        let left = PER_MINUTE.saturating_sub(pbxes).max(8);
        OFTEN.max(Duration::from_secs(60).saturating_mul(pbxes) / left)
    }

    fn due(&self) -> Vec<(Box<str>, bool)> {
        let now = self.access.now();
        let plan = self.plan();
        let interval = Self::interval(plan.pbxes.len());
        let due = |last: Option<Timestamp>, every| last.is_none_or(|last| now.since(last) >= every);
        let mut pbxes: Vec<&Pbx> = plan.pbxes.iter().filter(|pbx| due(pbx.read_at, interval)).collect();
        pbxes.sort_by_key(|pbx| pbx.read_at);
        let mut calls: Vec<(Box<str>, bool)> = pbxes.iter().map(|pbx| (pbx.id.clone(), false)).collect();
        let queues = plan.pbxes.iter().filter(|pbx| due(pbx.queues_at, QUEUES));
        calls.extend(queues.map(|pbx| (pbx.id.clone(), true)));
        calls
    }

    async fn read_one(&self, id: &str, of_queues: bool) -> Result<PbxReading, Error> {
        let report = if of_queues { "queue-agent-activity" } else { "agent-activity" };
        let call = |metrics: bool| {
            let mut url = under(&self.base, &[id, report])?;
            let mut query = url.query_pairs_mut();
            query.append_pair("includeSummary", "false");
            if metrics {
                query.append_pair("metrics", METRICS);
            }
            drop(query);
            Ok::<_, Error>(Call { method: Method::GET, url, product: Product::Activity, body: None })
        };
        let metrics = !self.plan().without_metrics;
        let answer = match self.access.read(&call(metrics)?).await {
            Err(Error::Refused { status: 400, said, .. }) if metrics && said.contains("etrics") => {
                tracing::warn!(%said, "8x8 does not take the names of the metrics; calls are told by the status alone");
                self.plan().without_metrics = true;
                self.access.read(&call(false)?).await?
            }
            answer => answer?,
        };
        let members = activity::read(&answer.body)?;
        let mut plan = self.plan();
        let mut name: Box<str> = id.into();
        if let Some(pbx) = plan.pbxes.iter_mut().find(|pbx| &*pbx.id == id) {
            name.clone_from(&pbx.name);
            *(if of_queues { &mut pbx.queues_at } else { &mut pbx.read_at }) = Some(answer.sent_at);
        }
        Ok(PbxReading { pbx: name, read_at: answer.sent_at, members, of_queues })
    }

    /// Reads the list of PBXes when it is time.
    async fn list(&self) -> Result<(), Error> {
        let now = self.access.now();
        if self.plan().listed_at.is_some_and(|listed| now.since(listed) < LIST) {
            return Ok(());
        }
        let mut found = Vec::new();
        for page in 0..MOST_PAGES {
            let mut url = under(&self.base, &[""])?;
            url.query_pairs_mut().extend_pairs([("page", &*page.to_string()), ("size", PAGE)]);
            let call = Call { method: Method::GET, url, product: Product::Activity, body: None };
            let answer = self.access.read(&call).await?;
            let (mut pbxes, pages) = page_of(&answer.body)?;
            found.append(&mut pbxes);
            if page + 1 >= pages {
                break;
            }
        }
        let mut plan = self.plan();
        for pbx in &mut found {
            if let Some(known) = plan.pbxes.iter().find(|known| known.id == pbx.id) {
                (pbx.read_at, pbx.queues_at) = (known.read_at, known.queues_at);
            }
        }
        (plan.pbxes, plan.listed_at) = (found, Some(now));
        Ok(())
    }

    fn plan(&self) -> MutexGuard<'_, Schedule> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The PBXes of a page, and how many pages there are.
fn page_of(body: &[u8]) -> Result<(Vec<Pbx>, u64), Error> {
    let list: List<'_> = serde_json::from_slice(body)
        .map_err(|error| Error::Unreadable(format!("the list of PBXes: {error}").into()))?;
    let pbx = |entry: &Entry<'_>| {
        let id: Box<str> = entry.id.as_ref()?.as_str().into();
        let name = entry.name.as_ref().map_or_else(|| id.clone(), |name| name.as_str().into());
        (entry.deleted != Some(true)).then_some(Pbx { id, name, read_at: None, queues_at: None })
    };
    // The list has the one name in one of 8x8's documents and another in the other.
    let pbxes = list.embedded.values().flatten().filter_map(pbx).collect();
    Ok((pbxes, list.page.and_then(|page| page.total_pages).unwrap_or(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_pbxes_is_read_under_any_name_without_the_deleted() {
        let (pbxes, pages) = page_of(
            br#"{"_embedded":{"pbxList":[{"id":"1UQ","name":"acmepbx","deleted":false},{"id":"2","name":"old","deleted":true}]},
                "_links":{"self":{"href":"..."}},"page":{"size":50,"totalElements":134,"totalPages":3,"number":0}}"#,
        )
        .unwrap();
        assert_eq!(pages, 3);
        assert_eq!(pbxes, [Pbx { id: "1UQ".into(), name: "acmepbx".into(), read_at: None, queues_at: None }]);
    }

    #[test]
    fn with_every_pbx_the_readings_come_further_apart_and_stay_within_the_budget() {
        assert_eq!(Analytics::interval(1), OFTEN);
        for pbxes in 1..=30_u32 {
            let interval = Analytics::interval(pbxes as usize);
            let a_minute = 60.0 / interval.as_secs_f64() * f64::from(pbxes) + f64::from(pbxes);
            assert!(a_minute <= 48.0, "{pbxes}: {a_minute}");
        }
    }
}
