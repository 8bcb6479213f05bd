//! The status for people: a line per tenant, then what is wrong, the rules in force and what was done. Colours are always
//! written; whoever prints takes them out where they do not belong.

use std::collections::BTreeMap;
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use presync_core::time::Timestamp;

use super::{carrying, freshness, overrides, told, warnings};
use crate::api::answer::{Counters, Overview, Tenant, Trouble};
use crate::api::page::{count, length, names, time, words};

const HEADING: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const PASSING: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// How many of the tenants that share the same rules are named.
const TENANTS_NAMED: usize = 5;

/// The page.
pub(super) fn render(overview: &Overview) -> String {
    let mut page = tenants(overview);
    page += &wrong(overview);
    page += &warnings::render(overview);
    page += &carrying::render(&overview.tenants);
    page += &freshness::render(overview);
    page += &told::render(overview);
    page += &rules(&overview.tenants);
    page += &overrides::render(&overview.tenants, overview.now);
    page += &overrides::poison(&overview.tenants);
    page += &done(&overview.totals);
    page
}

/// A line per tenant; what is coloured comes last, so that colours do not count for the width of a column.
fn tenants(overview: &Overview) -> String {
    let mut rows = vec![["tenant", "linked", "not linked", "last cycle"].map(str::to_owned)];
    let mut states = vec![format!("{HEADING}state{HEADING:#}")];
    for tenant in &overview.tenants {
        let name = tenant.tenant.clone();
        rows.push([name, tenant.linked.to_string(), not_linked(&tenant.unlinked), last_cycle(tenant, overview.now)]);
        states.push(state(tenant));
    }
    if overview.tenants.len() > 1 {
        let linked: usize = overview.tenants.iter().map(|tenant| tenant.linked).sum();
        let mut unlinked = BTreeMap::new();
        for (reason, number) in overview.tenants.iter().flat_map(|tenant| &tenant.unlinked) {
            *unlinked.entry(reason.clone()).or_default() += number;
        }
        let tenants = count(overview.tenants.len(), "tenant");
        rows.push([tenants, linked.to_string(), not_linked(&unlinked), String::new()]);
        states.push(String::new());
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let [first, second, third, fourth] = [0, 1, 2, 3].map(width);
    let mut table = String::new();
    for ([name, linked, unlinked, cycle], state) in rows.iter().zip(&states) {
        let line = format!("{name:first$}  {linked:>second$}  {unlinked:third$}  {cycle:fourth$}  {state}");
        table += line.trim_end();
        table.push('\n');
    }
    table
}

fn not_linked(reasons: &BTreeMap<String, usize>) -> String {
    let all: usize = reasons.values().sum();
    if all == 0 {
        return "0".to_owned();
    }
    let reasons: Vec<String> = reasons.iter().map(|(reason, number)| format!("{number} {}", words(reason))).collect();
    format!("{all}: {}", reasons.join(", "))
}

fn last_cycle(tenant: &Tenant, now: Timestamp) -> String {
    match (tenant.last_cycle, tenant.last_cycle_took) {
        (Some(at), Some(took)) => format!("{} ago, took {:.2} s", length(now.since(at)), took.as_secs_f64()),
        _ => "none yet".to_owned(),
    }
}

fn state(tenant: &Tenant) -> String {
    let mut bad: Vec<String> = tenant.down.iter().map(|side| format!("{} down", side.wire())).collect();
    let troubled = tenant.troubles.values().any(|trouble| trouble.needs_action);
    if troubled || tenant.warnings.iter().any(|warning| warning.needs_action) {
        bad.push("needs you".to_owned());
    }
    let (style, state) = if !bad.is_empty() {
        (BAD, bad.join(", "))
    } else if !tenant.troubles.is_empty() {
        (PASSING, "in trouble".to_owned())
    } else if tenant.last_cycle.is_none() {
        (PASSING, "starting".to_owned())
    } else {
        (GOOD, "well".to_owned())
    };
    format!("{style}{state}{style:#}")
}

/// What is wrong and what to do; nothing when all is well.
fn wrong(overview: &Overview) -> String {
    let mut section = String::new();
    for tenant in &overview.tenants {
        let name = &tenant.tenant;
        for side in &tenant.down {
            let _ = writeln!(section, "  {name}: {BAD}{} is down{BAD:#}", side.wire());
            section += "    What it last said is held. It is read again in every cycle and taken up by itself.\n";
        }
        for (place, trouble) in &tenant.troubles {
            section += &one_trouble(name, place, trouble, overview.now);
        }
    }
    if section.is_empty() { section } else { format!("\n{HEADING}What is wrong{HEADING:#}\n{section}") }
}

fn one_trouble(tenant: &str, place: &str, trouble: &Trouble, now: Timestamp) -> String {
    let Trouble { since, what, needs_action } = trouble;
    let (style, advice) = match needs_action {
        true => (BAD, "Needs you: it does not pass by itself."),
        false => (PASSING, "May pass by itself: it is tried again in the next cycles."),
    };
    let place = match place {
        "teams" => "reading Teams",
        "eight" => "reading 8x8",
        "sessions" => "writing to Teams",
        "publications" => "writing to 8x8",
        "freshness" => "reading everybody in time",
        "replies" => "reading automatic replies",
        "directory" => "reading the directories",
        "links" => "pairs by hand",
        "groups" => "groups, queues and time zones",
        "rules" => "the rules",
        "store" => "the state on disk",
        "notifications" => "being told of changes in Teams",
        other => other,
    };
    let (at, lasted, what) = (time(*since, now), length(now.since(*since)), what.replace('\n', "\n    "));
    format!("  {tenant}: {style}{place}{style:#}, since {at} UTC ({lasted})\n    {what}\n    {advice}\n")
}

/// The rules in force, each set of them once.
fn rules(tenants: &[Tenant]) -> String {
    let mut sets: BTreeMap<(&str, Option<&str>), Vec<&str>> = BTreeMap::new();
    for tenant in tenants {
        sets.entry((&tenant.publish_rules, tenant.session_rules.as_deref())).or_default().push(&tenant.tenant);
    }
    let mut section = format!("\n{HEADING}Rules in force{HEADING:#}\n");
    for ((publish, session), tenants) in sets {
        let session = session.unwrap_or("none: one way, nothing is written to Teams");
        let tenants = names(&tenants, TENANTS_NAMED);
        let _ = write!(section, "  {tenants}\n    Teams to 8x8  {publish}\n    8x8 to Teams  {session}\n");
    }
    section
}

fn done(totals: &Counters) -> String {
    let Counters { cycles, presences_read, decisions, decisions_reused, published, unpublished, .. } = totals;
    let Counters {
        sessions_held,
        sessions_cleared,
        renewed,
        echoes_ignored,
        writes_failed,
        rule_faults,
        guarded,
        guest_time,
        ..
    } = totals;
    format!(
        "\n{HEADING}Done since the start{HEADING:#}\n  \
         read      {presences_read} presences in {cycles} cycles, {echoes_ignored} of our own writes seen again\n  \
         decided   {decisions} verdicts, {decisions_reused} of them reused, rule faults: {rule_faults}, not obeyed: {guarded}, {:.1} s in rules\n  \
         8x8       {published} published, {unpublished} taken back\n  \
         Teams     {sessions_held} sessions held, {sessions_cleared} cleared\n  \
         both      {renewed} leases renewed, failed writes: {writes_failed}\n",
        guest_time.as_secs_f64()
    )
}
