//! The process and the rule host.

use crate::metrics::family::Kind::{Counter, Gauge};
use crate::metrics::family::{Family, Reading};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "presync_info",
        kind: Gauge,
        labels: &["version"],
        help: "Always 1; which version runs",
        reading: Reading::Process(|_, samples| samples.add([env!("CARGO_PKG_VERSION")], 1.0)),
    },
    Family {
        name: "presync_tenants",
        kind: Gauge,
        labels: &["state"],
        help: "Tenants that have had their first good read (state=\"ready\"), and those that have not (\"waiting\")",
        reading: Reading::Process(|sights, samples| {
            let ready = sights.iter().filter(|sight| sight.ready).count();
            samples.count(["ready"], ready as u64);
            samples.count(["waiting"], (sights.len() - ready) as u64);
        }),
    },
    Family {
        name: "presync_rule_compilations",
        kind: Counter,
        labels: &[],
        help: "Components that were compiled, those left out that came compiled from the cache",
        reading: Reading::Process(|sights, samples| {
            if let Some(sight) = sights.first() {
                samples.count([], sight.host.compilations());
            }
        }),
    },
    Family {
        name: "presync_rule_places",
        kind: Gauge,
        labels: &["kind"],
        help: "How many rules can run at a time: for one batch in each lane (kind=\"batch\"), instances that stay (\"lasting\")",
        reading: Reading::Process(|sights, samples| {
            if let Some(sight) = sights.first() {
                let settings = sight.host.settings();
                samples.count(["batch"], settings.places.into());
                samples.count(["lasting"], settings.lasting_places.into());
            }
        }),
    },
    Family {
        name: "presync_rule_places_free",
        kind: Gauge,
        labels: &["kind"],
        help: "Places that no rule is in now: those for one batch, all lanes together (kind=\"batch\"), and those for instances that stay (\"lasting\")",
        reading: Reading::Process(|sights, samples| {
            if let Some(sight) = sights.first() {
                let (batch, lasting) = sight.host.places_free();
                samples.count(["batch"], batch.into());
                samples.count(["lasting"], lasting.into());
            }
        }),
    },
    Family {
        name: "presync_rule_deadlines_watched",
        kind: Gauge,
        labels: &[],
        help: "1 while deadlines of rules are watched; at 0 no rule is entered",
        reading: Reading::Process(|sights, samples| {
            if let Some(sight) = sights.first() {
                samples.count([], sight.host.is_watched().into());
            }
        }),
    },
];
