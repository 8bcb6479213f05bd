//! Cycles, sides and requests.

use presync_core::time::Timestamp;
use presync_core::words::Side;

use crate::metrics::family::Kind::{Counter, Gauge, Histogram};
use crate::metrics::family::{Family, Reading};
use crate::metrics::sight::Sight;
use crate::status::Provider;

const SIDES: [Side; 2] = [Side::Teams, Side::Eight];

/// A side as label.
pub(super) const fn side(side: Side) -> &'static str {
    match side {
        Side::Teams => "teams",
        Side::Eight => "8x8",
    }
}

const fn provider(provider: Provider) -> &'static str {
    match provider {
        Provider::Teams => "teams",
        Provider::Eight => "8x8",
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of today are exact in a double")]
fn seconds(at: Timestamp) -> f64 {
    at.as_millis() as f64 / 1000.0
}

fn read_at(sight: &Sight, side: Side) -> Option<Timestamp> {
    match side {
        Side::Teams => sight.status.freshness.teams_read_at,
        Side::Eight => sight.status.freshness.eight_read_at,
    }
}

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "presync_cycle_seconds",
        kind: Histogram,
        labels: &[],
        help: "How long cycles took: reading, deciding, writing, storing",
        reading: Reading::Tenant(|sight, samples| samples.histogram([], &sight.meters.cycle)),
    },
    Family {
        name: "presync_cycle_late_seconds",
        kind: Histogram,
        labels: &[],
        help: "How much later than due cycles began",
        reading: Reading::Tenant(|sight, samples| samples.histogram([], &sight.meters.late)),
    },
    Family {
        name: "presync_cycle_interval_seconds",
        kind: Gauge,
        labels: &["bound"],
        help: "From one cycle to the next, and why not sooner (bound: fastest, teams-budget, eight-budget, length, strain, trouble, throttled, promise)",
        reading: Reading::Tenant(|sight, samples| {
            if let Some(tempo) = sight.status.freshness.tempo {
                samples.add([tempo.bound.word()], tempo.every.as_secs_f64());
            }
        }),
    },
    Family {
        name: "presync_cycle_promised_seconds",
        kind: Gauge,
        labels: &[],
        help: "How old a state may become before it is read again: the setting `poll_interval`",
        reading: Reading::Tenant(|sight, samples| samples.add([], sight.status.freshness.promised.as_secs_f64())),
    },
    Family {
        name: "presync_last_cycle_timestamp_seconds",
        kind: Gauge,
        labels: &[],
        help: "When the last cycle began, in seconds since 1970",
        reading: Reading::Tenant(|sight, samples| {
            if let Some(at) = sight.status.last_cycle {
                samples.add([], seconds(at));
            }
        }),
    },
    Family {
        name: "presync_ready",
        kind: Gauge,
        labels: &[],
        help: "1 once both directories and both sides have been read well",
        reading: Reading::Tenant(|sight, samples| samples.count([], sight.ready.into())),
    },
    Family {
        name: "presync_side_up",
        kind: Gauge,
        labels: &["side"],
        help: "1 unless the side (teams, 8x8) cannot be read or is not believed; then what it last said is held",
        reading: Reading::Tenant(|sight, samples| {
            for one in SIDES {
                samples.count([side(one)], (!sight.status.down.contains(&one)).into());
            }
        }),
    },
    Family {
        name: "presync_outages",
        kind: Counter,
        labels: &["side"],
        help: "How often a side went down, and what it last said was held",
        reading: Reading::Tenant(|sight, samples| {
            for one in SIDES {
                samples.count([side(one)], sight.counts.outages.get(&one).copied().unwrap_or_default());
            }
        }),
    },
    Family {
        name: "presync_reading_age_seconds",
        kind: Gauge,
        labels: &["side"],
        help: "How long ago everybody had been read: in Teams the oldest of everybody's newest readings",
        reading: Reading::Tenant(|sight, samples| {
            for one in SIDES {
                if let Some(at) = read_at(sight, one) {
                    samples.add([side(one)], sight.now.since(at).as_secs_f64());
                }
            }
        }),
    },
    Family {
        name: "presync_presences_read",
        kind: Counter,
        labels: &[],
        help: "Presences read, on both sides",
        reading: Reading::Tenant(|sight, samples| samples.count([], sight.status.counters.presences_read)),
    },
    Family {
        name: "presync_changes_read",
        kind: Counter,
        labels: &["side"],
        help: "Times that somebody's presence on a side was found to be another than before",
        reading: Reading::Tenant(|sight, samples| {
            let counters = sight.status.counters;
            samples.count(["teams"], counters.teams_changes);
            samples.count(["8x8"], counters.eight_changes);
        }),
    },
    Family {
        name: "presync_requests",
        kind: Counter,
        labels: &["provider"],
        help: "Requests that count against a provider's limit on presence (provider: teams, 8x8)",
        reading: Reading::Tenant(|sight, samples| {
            let [teams, eight] = sight.requests;
            samples.count(["teams"], teams);
            samples.count(["8x8"], eight);
        }),
    },
    Family {
        name: "presync_requests_recent",
        kind: Gauge,
        labels: &["provider"],
        help: "Requests of the cycles within the limit's stretch of time; only where a limit is known",
        reading: Reading::Tenant(|sight, samples| {
            for requests in &sight.status.freshness.requests {
                samples.count([provider(requests.provider)], requests.made.into());
            }
        }),
    },
    Family {
        name: "presync_requests_limit",
        kind: Gauge,
        labels: &["provider"],
        help: "The provider's limit in that stretch of time; half of it is for going faster than promised",
        reading: Reading::Tenant(|sight, samples| {
            for requests in &sight.status.freshness.requests {
                samples.count([provider(requests.provider)], requests.limit.requests.into());
            }
        }),
    },
    Family {
        name: "presync_notifications_age_seconds",
        kind: Gauge,
        labels: &[],
        help: "How long ago Microsoft last told of a change; only where people's changes are told",
        reading: Reading::Tenant(|sight, samples| {
            if let Some(at) = sight.status.notifications.as_ref().and_then(|told| told.last_heard) {
                samples.add([], sight.now.since(at).as_secs_f64());
            }
        }),
    },
    Family {
        name: "presync_notifications",
        kind: Counter,
        labels: &["believed"],
        help: "Notifications of Microsoft's that were believed (believed=\"yes\"), and those that were not (\"no\")",
        reading: Reading::Tenant(|sight, samples| {
            if let Some(told) = &sight.status.notifications {
                samples.count(["yes"], told.heard);
                samples.count(["no"], told.rejected);
            }
        }),
    },
    Family {
        name: "presync_notifications_people",
        kind: Gauge,
        labels: &[],
        help: "People whose changes Microsoft tells",
        reading: Reading::Tenant(|sight, samples| {
            if let Some(told) = &sight.status.notifications {
                samples.count([], told.covered as u64);
            }
        }),
    },
    Family {
        name: "presync_throttled",
        kind: Counter,
        labels: &["side"],
        help: "Times that a side asked to be left alone",
        reading: Reading::Tenant(|sight, samples| {
            for one in SIDES {
                samples.count([side(one)], sight.counts.throttled.get(&one).copied().unwrap_or_default());
            }
        }),
    },
    Family {
        name: "presync_quiet_seconds",
        kind: Gauge,
        labels: &["side"],
        help: "How long a side asks to be left alone from now on; 0 when it does not",
        reading: Reading::Tenant(|sight, samples| {
            for one in SIDES {
                let left = sight.status.freshness.quiet.get(&one).map(|until| until.since(sight.now));
                samples.add([side(one)], left.unwrap_or_default().as_secs_f64());
            }
        }),
    },
];
