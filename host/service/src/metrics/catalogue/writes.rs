//! What is written: to the providers, and to disk.

use presync_core::words::Side;

use super::cycles::side;
use crate::metrics::family::Kind::{Counter, Histogram};
use crate::metrics::family::{Family, Reading};
use crate::metrics::meters::OUTCOMES;

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "presync_writes",
        kind: Counter,
        labels: &["side", "outcome"],
        help: "Writes by how they were answered: applied, masked, not-found, stale, refused, throttled, failed, not-carried, later; renewals among them",
        reading: Reading::Tenant(|sight, samples| {
            for one in [Side::Teams, Side::Eight] {
                for outcome in OUTCOMES {
                    let count = sight.counts.writes.get(&(one, outcome)).copied().unwrap_or_default();
                    samples.count([side(one), outcome], count);
                }
            }
        }),
    },
    Family {
        name: "presync_publications",
        kind: Counter,
        labels: &["what"],
        help: "Publications that 8x8 has taken (what=\"published\"), renewals left out, and those taken back (\"unpublished\")",
        reading: Reading::Tenant(|sight, samples| {
            samples.count(["published"], sight.status.counters.published);
            samples.count(["unpublished"], sight.status.counters.unpublished);
        }),
    },
    Family {
        name: "presync_sessions",
        kind: Counter,
        labels: &["what"],
        help: "Sessions that Teams has taken (what=\"held\"), renewals left out, and those cleared (\"cleared\")",
        reading: Reading::Tenant(|sight, samples| {
            samples.count(["held"], sight.status.counters.sessions_held);
            samples.count(["cleared"], sight.status.counters.sessions_cleared);
        }),
    },
    Family {
        name: "presync_leases_renewed",
        kind: Counter,
        labels: &[],
        help: "Renewals sent, on both sides",
        reading: Reading::Tenant(|sight, samples| samples.count([], sight.status.counters.renewed)),
    },
    Family {
        name: "presync_echoes_ignored",
        kind: Counter,
        labels: &[],
        help: "States that a side showed because we had put them there, not carried back",
        reading: Reading::Tenant(|sight, samples| samples.count([], sight.status.counters.echoes_ignored)),
    },
    Family {
        name: "presync_writes_braked",
        kind: Counter,
        labels: &[],
        help: "Writes that were kept back, since the person had been written to twenty times within a minute",
        reading: Reading::Tenant(|sight, samples| samples.count([], sight.status.counters.writes_braked)),
    },
    Family {
        name: "presync_store_commits",
        kind: Counter,
        labels: &["result"],
        help: "Commits to the state on disk (result: done, failed); nothing is written to a provider before its commit is done",
        reading: Reading::Tenant(|sight, samples| {
            samples.count(["done"], sight.counts.commits);
            samples.count(["failed"], sight.counts.commits_failed);
        }),
    },
    Family {
        name: "presync_store_commit_seconds",
        kind: Histogram,
        labels: &[],
        help: "How long commits took, until the disk had them",
        reading: Reading::Tenant(|sight, samples| samples.histogram([], &sight.meters.commit)),
    },
];
