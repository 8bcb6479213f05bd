//! Reads `limits = { … }`: the budget of one rule.

use presync_rules::Limits;

use crate::settings::document::Entry;
use crate::settings::kind::{BATCH_TIME, MEMORY};

const KEYS: &[&str] = &["memory", "batch_time", "calls_per_instance"];
const LIMITS: &str = "a table: { memory = \"16MiB\", batch_time = \"50ms\" }";

/// A rule that runs for ever in one instance would keep whatever it remembers for ever.
const CALLS: std::ops::RangeInclusive<u32> = 1..=10_000;

pub(super) fn read(entry: Entry<'_>) -> Option<Limits> {
    let section = entry.section(LIMITS, KEYS)?;
    let usual = Limits::default();
    let memory = section.get("memory").map_or(Some(usual.memory), |entry| entry.of_kind(&MEMORY));
    let batch_time = section.get("batch_time").map_or(Some(usual.batch_time), |entry| entry.of_kind(&BATCH_TIME));
    let calls = section.get("calls_per_instance").map_or(Some(usual.calls_per_instance), |entry| {
        entry.number(CALLS, "a whole number from 1 to 10000; 1 is a fresh instance for every batch")
    });
    Some(Limits { memory: memory?, batch_time: batch_time?, calls_per_instance: calls?, ..usual })
}
