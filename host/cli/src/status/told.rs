//! Being told of changes in Teams, for people: how many are covered, when something was last heard, and each sync user.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use presync_core::time::Timestamp;

use crate::api::answer::Overview;
use crate::api::page::{length, time};
use crate::api::told::{Notifications, SyncUser};

const HEADING: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const PASSING: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// The section; nothing when no tenant is told of changes.
pub(super) fn render(overview: &Overview) -> String {
    let mut section = String::new();
    for tenant in &overview.tenants {
        let Some(notifications) = &tenant.notifications else { continue };
        section += &at_a_glance(&tenant.tenant, tenant.linked, notifications, overview.now);
        for user in &notifications.sync_users {
            section += &sync_user(user, overview.now);
        }
    }
    if section.is_empty() { section } else { format!("\n{HEADING}Told of changes by Teams{HEADING:#}\n{section}") }
}

fn at_a_glance(tenant: &str, linked: usize, notifications: &Notifications, now: Timestamp) -> String {
    let Notifications { covered, last_heard, heard, rejected, distrust, .. } = notifications;
    let state = if *covered == 0 { format!("{BAD}off{BAD:#}") } else { format!("{GOOD}on{GOOD:#}") };
    let last = match last_heard {
        Some(at) => format!("the last notification {} ago, {heard} since the start", length(now.since(*at))),
        None => "no notification yet".to_owned(),
    };
    let mut lines = format!("  {tenant}: {state}, for {covered} of {linked} linked; {last}");
    if *rejected > 0 {
        let _ = write!(lines, ", {rejected} not believed");
    }
    lines.push('\n');
    if let Some(distrust) = distrust {
        let _ = writeln!(lines, "    {BAD}not believed{BAD:#}: {distrust}");
    }
    lines
}

fn sync_user(user: &SyncUser, now: Timestamp) -> String {
    let SyncUser { name, signed_in_at, covers, until, off, needs_action } = user;
    let signed_in = match signed_in_at {
        Some(at) => format!("signed in {} ago", length(now.since(*at))),
        None => format!("{BAD}not signed in{BAD:#}"),
    };
    let mut line = format!("    {name}: {signed_in}");
    if let Some(until) = until {
        let _ = write!(line, ", watches {covers} until {} UTC, renewed before", time(*until, now));
    }
    if let Some(off) = off {
        let style = if *needs_action { BAD } else { PASSING };
        let _ = write!(line, "\n      {style}{off}{style:#}");
    }
    line + "\n"
}
