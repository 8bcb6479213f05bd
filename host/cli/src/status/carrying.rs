//! What is not carried to 8x8, tenant by tenant, for people; nothing where all of it is.

use std::fmt::Write;

use anstyle::Style;

use crate::api::answer::{CarryingOverall, Reason, Tenant};
use crate::api::page::{count, words};

const HEADING: Style = Style::new().bold();

/// How far, in the order in which it is told, each with its words.
const EXTENTS: [(&str, &str); 5] = [
    ("carried", "carried"),
    ("partly", "carried in part"),
    ("waits", "waiting"),
    ("not-carried", "not carried"),
    ("nothing", "with nothing to carry"),
];

/// The section.
pub(super) fn render(tenants: &[Tenant]) -> String {
    let told = tenants.iter().filter(|tenant| !tenant.carrying.reasons.is_empty());
    let section: String = told.map(|tenant| one(&tenant.tenant, &tenant.carrying)).collect();
    if section.is_empty() { section } else { format!("\n{HEADING}What is not carried to 8x8{HEADING:#}\n{section}") }
}

fn one(tenant: &str, carrying: &CarryingOverall) -> String {
    let CarryingOverall { mode, people, reasons } = carrying;
    let known = EXTENTS.iter().filter_map(|(extent, words)| Some(format!("{} {words}", people.get(*extent)?)));
    let other = people.iter().filter(|(extent, _)| EXTENTS.iter().all(|(known, _)| known != extent));
    let other = other.map(|(extent, number)| format!("{number} {}", words(extent)));
    let mut lines = format!("  {tenant} ({mode} mode): {}\n", known.chain(other).collect::<Vec<_>>().join(", "));
    let mut reasons: Vec<(&String, &Reason)> = reasons.iter().collect();
    reasons.sort_by_key(|(code, reason)| (std::cmp::Reverse(reason.people), *code));
    for (code, Reason { sentence, people, some }) in reasons {
        let more = match people.saturating_sub(some.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let who = if *people == 1 { count(*people, "person") } else { format!("{people} people") };
        let _ = writeln!(lines, "    {who}: {sentence} ({code})\n      {}{more}", some.join(", "));
    }
    lines
}
