//! How long changes take from one side to the other, hop by hop: the numbers of `presync status`.

use presync_core::words::Direction;

use crate::freshness::{Hop, HopSpread};
use crate::metrics::family::Kind::{Counter, Gauge};
use crate::metrics::family::{Family, Reading};

const fn direction(hop: &HopSpread) -> &'static str {
    match hop.direction {
        Direction::TeamsToEight => "teams-to-8x8",
        Direction::EightToTeams => "8x8-to-teams",
    }
}

const fn word(hop: &HopSpread) -> &'static str {
    match hop.hop {
        Hop::Unseen => "unseen",
        Hop::Deciding => "deciding",
        Hop::Writing => "writing",
        Hop::Whole => "whole",
    }
}

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "presync_change_seconds",
        kind: Gauge,
        labels: &["direction", "hop", "quantile"],
        help: "How long changes of the last ten to twenty minutes took (hop: unseen, deciding, writing, whole; quantile: 0.5, 0.95, 0.99). Unseen, \
               and so the whole, counts from the reading before, which did not show the change yet",
        reading: Reading::Tenant(|sight, samples| {
            for hop in sight.status.freshness.hops.iter().filter(|hop| hop.spread.measured > 0) {
                let spread = hop.spread;
                for (quantile, length) in [("0.5", spread.p50), ("0.95", spread.p95), ("0.99", spread.p99)] {
                    samples.add([direction(hop), word(hop), quantile], length.as_secs_f64());
                }
            }
        }),
    },
    Family {
        name: "presync_changes_measured",
        kind: Counter,
        labels: &["direction", "hop"],
        help: "How many changes were measured; with `presync_changes_seconds_total` the mean",
        reading: Reading::Tenant(|sight, samples| {
            for hop in &sight.status.freshness.hops {
                samples.count([direction(hop), word(hop)], hop.spread.count);
            }
        }),
    },
    Family {
        name: "presync_changes_seconds",
        kind: Counter,
        labels: &["direction", "hop"],
        help: "How long all of them took together",
        reading: Reading::Tenant(|sight, samples| {
            for hop in &sight.status.freshness.hops {
                samples.add([direction(hop), word(hop)], hop.spread.sum.as_secs_f64());
            }
        }),
    },
];
