//! What was recorded, for people.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use presync_recorder::{Recorded, Service, Writes};

use super::Outcome;
use crate::api::page::count;

/// How many names are told.
const NAMED: usize = 20;

/// The page.
pub(super) fn render(recorded: &Recorded, outcome: &Outcome, tenant: &str, to: &Path, writes: Writes) -> String {
    let totals = recorded.totals;
    let length = humantime::format_duration(Duration::from_secs(totals.length / 1000));
    let mut page = format!(
        "{length} of tenant {tenant}, {}, {}: {}\n",
        if outcome.linked == 1 { "1 linked person".to_owned() } else { format!("{} linked people", outcome.linked) },
        count(usize::try_from(totals.exchanges).unwrap_or(usize::MAX), "exchange"),
        to.display()
    );
    for (service, answers) in by_service(recorded) {
        _ = writeln!(page, "  {service:<14} {answers}");
    }
    page += &match writes {
        Writes::Withheld => {
            format!("  Nothing was written to either side; {} were answered here.\n", count_writes(totals.withheld))
        }
        Writes::Sent => "  What the service wanted to write was sent.\n".to_owned(),
    };
    _ = writeln!(page, "  {} values were replaced, and none of them was found in the recording.", recorded.replaced);
    if !recorded.unknown.is_empty() {
        _ = writeln!(page, "  Names of fields that no document has, replaced too: {}", times(&recorded.unknown));
    }
    if !recorded.mended.is_empty() {
        _ = writeln!(
            page,
            "  Words that may be the provider's and are somebody's name, replaced too: {}",
            times(&recorded.mended)
        );
    }
    for trouble in &outcome.troubles {
        _ = writeln!(page, "  Trouble while it was recorded: {trouble}");
    }
    _ = writeln!(page, "Replay it: presync-simulator --replay {} --settings replay.toml", to.display());
    page
}

/// The first of these, each with how often it came.
fn times(names: &BTreeMap<String, u64>) -> String {
    let named: Vec<String> = names.iter().take(NAMED).map(|(name, times)| format!("{name} ({times})")).collect();
    match names.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn count_writes(withheld: u64) -> String {
    count(usize::try_from(withheld).unwrap_or(usize::MAX), "write")
}

/// With each service as key, how often it answered what as value.
fn by_service(recorded: &Recorded) -> BTreeMap<&'static str, String> {
    let mut services: BTreeMap<&str, String> = BTreeMap::new();
    for ((service, status), times) in &recorded.answers {
        let name = match service {
            Service::Entra => "Entra",
            Service::Graph => "Graph",
            Service::Eight => "8x8",
            Service::Agents => "8x8 agents",
        };
        let said = if *status == 0 { "no answer".to_owned() } else { status.to_string() };
        let answers = services.entry(name).or_default();
        let comma = if answers.is_empty() { "" } else { ", " };
        _ = write!(answers, "{comma}{said}: {times}");
    }
    services
}
