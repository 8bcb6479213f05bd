//! How fresh everything is, for people: how long changes take, hop by hop, and how soon the cycles come and why not sooner.

use std::fmt::Write;
use std::time::Duration;

use anstyle::Style;
use presync_core::time::Timestamp;
use presync_core::words::Direction;

use crate::api::answer::{Freshness, HopSpread, Overview, Requests, Tenant};
use crate::api::page::{length, time};
use crate::api::told::Listening;

const HEADING: Style = Style::new().bold();

/// The hops in the order of a change's way, each with its column.
const HOPS: [(&str, &str); 4] =
    [("unseen", "unseen (most)"), ("deciding", "deciding"), ("writing", "writing"), ("whole", "whole (most)")];

/// The section; nothing when no tenant has a pace yet.
pub(super) fn render(overview: &Overview) -> String {
    let paces: String = overview.tenants.iter().filter_map(|tenant| pace(tenant, overview.now)).collect();
    if paces.is_empty() {
        return paces;
    }
    format!("\n{HEADING}Freshness{HEADING:#}\n{paces}{}", changes(&overview.tenants))
}

/// How soon one tenant's cycles come.
fn pace(tenant: &Tenant, now: Timestamp) -> Option<String> {
    let Freshness { promised, tempo, requests, quiet, teams_read_at, eight_read_at, listening, .. } = &tenant.freshness;
    let tempo = tempo.as_ref()?;
    let (every, promised) = (seconds(tempo.every), seconds(*promised));
    let mut line = format!("  {}: every {every} s, promised {promised} s; {}", tenant.tenant, why(&tempo.bound));
    for (side, until) in quiet {
        let _ = write!(line, "; {} asked to be left alone until {} UTC", side.wire(), time(*until, now));
    }
    line += "\n    ";
    for Requests { provider, made, half, limit } in requests {
        let (whose, within) = (if provider == "teams" { "Teams" } else { "8x8" }, length(limit.within));
        let _ = write!(line, "{made} requests to {whose} in {within}, half of its limit is {half}; ");
    }
    let ago = |read_at: &Option<Timestamp>| match read_at {
        Some(at) => format!("{} ago", length(now.since(*at))),
        None => "not by all yet".to_owned(),
    };
    let _ = writeln!(line, "read Teams {} (the oldest), 8x8 {}", ago(teams_read_at), ago(eight_read_at));
    if let Some(told) = listening.as_ref().and_then(|listening| told(listening, now)) {
        let _ = writeln!(line, "    {told}");
    }
    Some(line)
}

/// What 8x8 tells by itself; `None` when it is only read.
fn told(Listening { by, since, webhook, told_at }: &Listening, now: Timestamp) -> Option<String> {
    let by = match by.as_deref() {
        Some("stream") => Some("a stream"),
        Some("wait") => Some("requests that wait"),
        other => other,
    };
    let ways: Vec<&str> = by.into_iter().chain(webhook.then_some("a webhook")).collect();
    if ways.is_empty() {
        return None;
    }
    let since = since.map_or_else(String::new, |since| format!(" since {} UTC", time(since, now)));
    let last = match told_at {
        Some(at) => format!("last {} ago", length(now.since(*at))),
        None => "nothing yet".to_owned(),
    };
    Some(format!("8x8 tells changes by {}{since}, {last}", ways.join(" and ")))
}

/// What keeps the cycles from coming sooner.
fn why(bound: &str) -> &str {
    match bound {
        "fastest" => "as fast as the settings let it",
        "teams-budget" => "half of Microsoft's limit on requests is used",
        "eight-budget" => "half of 8x8's limit on requests is used",
        "length" => "a cycle takes that long",
        "strain" => "the machine has too much to do",
        "trouble" => "a side cannot be read, or could not a moment ago",
        "throttled" => "a provider asked for patience",
        "promise" => "no slower, since it is promised",
        other => other,
    }
}

/// How long changes take, a line per tenant and direction in which there were some.
fn changes(tenants: &[Tenant]) -> String {
    let mut lines = String::new();
    for tenant in tenants {
        for direction in [Direction::TeamsToEight, Direction::EightToTeams] {
            let of = |name: &str| {
                let hops = &tenant.freshness.hops;
                hops.iter().find(|hop| hop.direction == direction && hop.hop == name && hop.measured > 0)
            };
            let Some(seen) = of("unseen") else { continue };
            let way = match direction {
                Direction::TeamsToEight => "Teams to 8x8",
                Direction::EightToTeams => "8x8 to Teams",
            };
            let columns = HOPS.map(|(name, _)| of(name).map_or_else(|| format!("{:20}", "-"), spread)).join("  ");
            let line = format!("  {:16}  {way}  {:>7}  {columns}", tenant.tenant, seen.measured);
            lines += line.trim_end();
            lines.push('\n');
        }
    }
    if lines.is_empty() {
        return lines;
    }
    let columns = HOPS.map(|(_, column)| format!("{column:20}")).join("  ");
    let heading = format!("  {:16}  {:12}  {:>7}  {columns}", "tenant", "way", "changes");
    let legend = "  In seconds: half, 95 and 99 of a hundred changes took no longer. Unseen, and so the whole, counts from the reading\n  \
                  before, which did not show the change yet: providers do not say when it was.\n";
    format!("{}\n{lines}{legend}", heading.trim_end())
}

fn spread(hop: &HopSpread) -> String {
    [hop.p50, hop.p95, hop.p99].map(|length| format!("{:>6}", format!("{:.2}", length.as_secs_f64()))).join(" ")
}

/// Seconds, with a tenth where that says something.
fn seconds(length: Duration) -> String {
    let tenths = (length.as_secs_f64() * 10.0).round() / 10.0;
    format!("{tenths}")
}
