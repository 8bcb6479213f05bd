//! Bad weather: every kind of failure that the two providers document, on every endpoint of theirs, each request struck with the
//! same probability.
//!
//! What is left out, and why: an item that is refused by policy (423) or waits beneath a manual choice (422) is no failure, and a
//! provider that answers so at random would say what is not true.

use std::collections::BTreeMap;
use std::time::Duration;

use presync_simulator::{Endpoint, Fault, Simulator};

/// What a proxy answers in a provider's place.
const HTML: &str = "<!DOCTYPE html><html><head><title>Gateway</title></head><body>Come back later.</body></html>";

/// Graph's list of statuses, without those that have a kind of their own.
const OF_GRAPH: [u16; 20] =
    [400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 415, 422, 423, 500, 501, 503, 504, 507];
/// Entra's token endpoint.
const OF_ENTRA: [u16; 5] = [400, 401, 500, 503, 504];
/// Those that 8x8's documents name; 410 is the cursor that is too old.
const OF_EIGHT: [u16; 9] = [400, 401, 403, 404, 408, 409, 424, 500, 503];
/// What an item of a bulk meets.
const OF_PUBLICATIONS: [u16; 7] = [400, 403, 404, 409, 429, 500, 503];
const OF_AGENTS: [u16; 5] = [400, 404, 429, 500, 503];

/// The real times of what is late. A call that takes longer than its deadline is given up by the client.
#[derive(Debug, Clone, Copy)]
pub struct Delays {
    /// The deadline of each call.
    pub deadline: Duration,
    /// What is late, but within it.
    pub late: Duration,
}

impl Default for Delays {
    fn default() -> Self {
        Self { deadline: Duration::from_millis(400), late: Duration::from_millis(30) }
    }
}

/// Failures that are on, each with the name of its kind.
#[derive(Debug)]
pub struct Weather {
    kinds: BTreeMap<u64, String>,
}

/// What has struck, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Struck {
    /// Requests.
    pub requests: BTreeMap<String, u64>,
    /// Items of bulks, in requests that were answered.
    pub items: BTreeMap<String, u64>,
}

impl Weather {
    /// Every kind of failure on every endpoint, so that each request, and each item of a bulk, is struck with the probability `share`.
    pub fn over(simulator: &Simulator, share: f64, delays: Delays) -> Self {
        let mut kinds = BTreeMap::new();
        for endpoint in Endpoint::ALL {
            for kinds_of in [kinds_of(endpoint, delays), kinds_of_items(endpoint)] {
                for (name, fault) in shared(kinds_of, share) {
                    kinds.insert(simulator.faults().add(fault), name);
                }
            }
        }
        Self { kinds }
    }

    /// What has struck so far.
    pub fn struck(&self, simulator: &Simulator) -> Struck {
        let mut struck = Struck::default();
        for rule in simulator.faults().list() {
            let Some(kind) = self.kinds.get(&rule.id) else { continue };
            let counts = if rule.fault.items { &mut struck.items } else { &mut struck.requests };
            *counts.entry(kind.clone()).or_default() += rule.struck;
        }
        struck
    }

    /// The sky is clear again.
    pub fn clear(self, simulator: &Simulator) {
        for id in self.kinds.into_keys() {
            simulator.faults().remove(id);
        }
    }
}

/// One kind after the other is tried, so the later ones have fewer requests left: their shares are larger for it.
fn shared(kinds: Vec<(String, Fault)>, share: f64) -> impl Iterator<Item = (String, Fault)> {
    #[expect(clippy::cast_precision_loss, reason = "some thirty kinds")]
    let each = share / kinds.len().max(1) as f64;
    #[expect(clippy::cast_precision_loss, reason = "some thirty kinds")]
    kinds
        .into_iter()
        .enumerate()
        .map(move |(before, (name, fault))| (name, fault.share(each / (1.0 - each * before as f64))))
}

fn kinds_of(endpoint: Endpoint, delays: Delays) -> Vec<(String, Fault)> {
    use Endpoint as E;
    let status = |status| Fault::status(endpoint, status);
    let plain = Fault { endpoint: Some(endpoint), ..Fault::default() };
    let ms = |time: Duration| u64::try_from(time.as_millis()).ok();
    let too_long = delays.deadline * 3 / 2;
    let mut kinds = vec![
        ("connection dropped", Fault::dropped(endpoint)),
        ("answer lost after the work was done", Fault { lose_answer: true, ..plain.clone() }),
        ("body cut in half", Fault { cut_body: true, ..plain.clone() }),
        ("no answer in time", Fault::hung(endpoint, too_long)),
        ("body too slow", Fault { slow_ms: ms(too_long), ..plain.clone() }),
        ("answer late", Fault::late(endpoint, delays.late)),
        ("body slow", Fault { slow_ms: ms(delays.late), ..plain }),
        ("502 as HTML", status(502).body(HTML)),
        ("504 as HTML", status(504).body(HTML)),
        ("200 as HTML", status(200).body(HTML)),
        ("429 without Retry-After", status(429)),
        ("429 with Retry-After", status(429).retry_after(2.128)),
        ("503 with Retry-After", status(503).retry_after(1.5)),
    ];
    let statuses: &[u16] = match endpoint {
        E::EntraToken | E::EntraAuthorize | E::EntraConsent => &OF_ENTRA,
        _ if is_of_eight(endpoint) => &OF_EIGHT,
        _ => &OF_GRAPH,
    };
    if endpoint == E::EightChanges {
        kinds.push(("410", status(410)));
    }
    let named = kinds.into_iter().map(|(name, fault)| (name.to_owned(), fault));
    named.chain(statuses.iter().map(|code| (code.to_string(), status(*code)))).collect()
}

fn kinds_of_items(endpoint: Endpoint) -> Vec<(String, Fault)> {
    let statuses: &[u16] = match endpoint {
        Endpoint::Publish => &OF_PUBLICATIONS,
        Endpoint::AgentStatusWrite => &OF_AGENTS,
        _ => &[],
    };
    let item = |code: &u16| (code.to_string(), Fault { items: true, ..Fault::status(endpoint, *code) });
    statuses.iter().map(item).collect()
}

fn is_of_eight(endpoint: Endpoint) -> bool {
    use Endpoint as E;
    matches!(
        endpoint,
        E::EightToken
            | E::EightUsers
            | E::EightSnapshot
            | E::EightChanges
            | E::Publish
            | E::Unpublish
            | E::AnalyticsToken
            | E::AnalyticsLists
            | E::AgentActivity
            | E::QueueActivity
            | E::AgentStatusRead
            | E::AgentStatusWrite
            | E::Realtime
            | E::EightUserWrite
            | E::RingGroups
            | E::Contacts
            | E::Audits
            | E::Webhooks
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kinds_together_strike_as_often_as_is_said_and_each_as_often_as_another() {
        for endpoint in Endpoint::ALL {
            let shares: Vec<f64> =
                shared(kinds_of(endpoint, Delays::default()), 0.2).map(|(_, fault)| fault.share).collect();
            let spared: f64 = shares.iter().map(|share| 1.0 - share).product();
            assert!((spared - 0.8).abs() < 1e-9, "{endpoint:?}: {spared}");
            let last = shares.iter().rev().skip(1).map(|share| 1.0 - share).product::<f64>() * shares[shares.len() - 1];
            assert!((last - shares[0]).abs() < 1e-9, "{endpoint:?}: {last}");
        }
    }
}
