//! One person on a page. Time runs downwards: the last event stands right above the prompt.

use std::fmt::Write;

use anstyle::Style;
use presync_core::time::Timestamp;
use presync_core::words::Side;

use super::{carrying, rules, sentence};
use crate::api::answer::{Age, Lane, Logged, View, Why};
use crate::api::page::{date_and_time, length, time};

const HEADING: Style = Style::new().bold();

/// The page.
pub(super) fn render(tenant: &str, why: &Why) -> String {
    let Why { user, name, now, view, age, carrying: carried, down, generation, publish, session, events } = why;
    let mut page = format!("{HEADING}{name}{HEADING:#} <{user}>, tenant {tenant}, {}\n", date_and_time(*now));
    page += &heading("Teams");
    page += held(down, Side::Teams);
    page += &teams(view, age, *now);
    page += &heading("8x8");
    page += held(down, Side::Eight);
    page += &eight(view, age, *now);
    page += &carrying::render(carried);
    page += &heading(&format!("Rules, Teams to 8x8 (generation {generation})"));
    page += &rules::render(publish, "not asked: Teams has not said anything of this person yet");
    page += &heading(&format!("Rules, 8x8 to Teams (generation {generation})"));
    page +=
        &rules::render(session, "not asked: the tenant syncs one way, or 8x8 has not said anything of this person yet");
    page += &heading("What happened last (UTC)");
    page += &happened(events, *now);
    page
}

fn heading(text: &str) -> String {
    format!("\n{HEADING}{text}{HEADING:#}\n")
}

/// A line for a side that is down.
fn held(down: &[Side], side: Side) -> &'static str {
    if down.contains(&side) { "  cannot be read or believed now; what it said last is held\n" } else { "" }
}

fn teams(view: &View, age: &Age, now: Timestamp) -> String {
    let says = match view.teams {
        None => "nothing yet".to_owned(),
        Some(presence) => {
            let says = sentence::teams(presence);
            format!("{says}, {}, {}", lasting(view.teams_since, now), read(age.teams_read_at, now))
        }
    };
    format!("  says    {says}\n{}", ours(&view.session, "session", Side::Teams))
}

fn eight(view: &View, age: &Age, now: Timestamp) -> String {
    let says = match view.eight {
        None => "nothing yet".to_owned(),
        Some(presence) => {
            let says = sentence::eight(presence);
            format!("{says}, {}, {}", lasting(view.eight_since, now), read(age.eight_read_at, now))
        }
    };
    format!("  says    {says}\n{}", ours(&view.publication, "publication", Side::Eight))
}

fn read(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| "not read since the start".to_owned(), |at| format!("read {} ago", length(now.since(at))))
}

fn lasting(since: Timestamp, now: Timestamp) -> String {
    format!("for {} (since {})", length(now.since(since)), time(since, now))
}

/// What presync holds on a side and what it wants there.
fn ours<V: Copy + PartialEq + std::fmt::Display>(lane: &Lane<V>, what: &str, side: Side) -> String {
    let side = side.wire();
    let ours = match (lane.held, lane.wanted) {
        (None, None) => format!("no {what} of ours, and none is wanted"),
        (Some(held), Some(wanted)) if held == wanted => format!("{held}, as wanted"),
        (Some(held), Some(wanted)) => format!("{held}; wanted is {wanted}"),
        (Some(held), None) => format!("{held}; wanted is nothing"),
        (None, Some(wanted)) => format!("nothing that {side} has taken; wanted is {wanted}"),
    };
    let unsettled = if lane.unsettled { " (being written, or in doubt)" } else { "" };
    format!("  ours    {ours}{unsettled}\n")
}

fn happened(events: &[Logged], now: Timestamp) -> String {
    if events.is_empty() {
        return "  nothing yet\n".to_owned();
    }
    let mut lines = String::new();
    for event in events.iter().rev() {
        let _ = writeln!(lines, "  {} {}", time(event.at, now), sentence::of(event));
    }
    lines
}
