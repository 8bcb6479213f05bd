//! What may become wrong, or looks well and is not, for people: the word that the runbook has, since when, and what to do.

use anstyle::{AnsiColor, Style};

use crate::api::answer::{Overview, Warning};
use crate::api::page::{length, time};

const HEADING: Style = Style::new().bold();
const PASSING: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// The section; nothing when there is nothing to know.
pub(super) fn render(overview: &Overview) -> String {
    let one = |tenant: &str, warning: &Warning| {
        let Warning { warning, about, since, what, advice, needs_action } = warning;
        let style = if *needs_action { BAD } else { PASSING };
        let about = about.as_ref().map(|about| format!(" ({about})")).unwrap_or_default();
        let (at, lasted) = (time(*since, overview.now), length(overview.now.since(*since)));
        format!("  {tenant}: {style}{warning}{style:#}{about}, since {at} UTC ({lasted})\n    {what}\n    {advice}.\n")
    };
    let lines: String = overview
        .tenants
        .iter()
        .flat_map(|tenant| tenant.warnings.iter().map(|warning| one(&tenant.tenant, warning)))
        .collect();
    if lines.is_empty() { lines } else { format!("\n{HEADING}Warnings{HEADING:#}\n{lines}") }
}
