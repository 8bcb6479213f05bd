//! The subject of a case: one person at one moment.

use std::sync::Arc;

use jiff::civil;
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use presync_core::rule::{EightSide, Identity, LocalTime, Person, Staffing, Subject, TeamsSide};
use presync_core::words::{EightStatus, TeamsActivity, TeamsAvailability};

use crate::document::{Entry, Section};

const SECONDS: &str = "a number of seconds";

/// Reads everything that a case says of its person.
pub(super) fn read(case: &Section<'_>) -> Option<Subject> {
    let teams = case.optional("teams", teams);
    let eight = case.optional("eight", eight);
    let person = case.optional("person", person);
    let identity = case.optional("identity", identity);
    let time = case.optional("time", |entry| time(&entry));
    let staffing = case.optional("staffing", |entry| staffing(&entry));
    Some(Subject {
        teams: teams?,
        eight: eight?,
        person: person?.map(Arc::new),
        identity: identity?.map(Arc::new),
        time: time?,
        staffing: staffing?.unwrap_or_default().into(),
    })
}

fn teams(entry: Entry<'_>) -> Option<TeamsSide> {
    let known = &["availability", "activity", "out_of_office", "manual", "since"];
    let side =
        entry.section("what Teams says, such as { availability = \"busy\", activity = \"in-a-call\" }", known)?;
    let availability = side
        .require("availability", "a Teams availability")
        .and_then(|entry| entry.word("Teams availability", TeamsAvailability::ALL, TeamsAvailability::label));
    let activity = side
        .require("activity", "a Teams activity")
        .and_then(|entry| entry.word("Teams activity", TeamsActivity::ALL, TeamsActivity::label));
    let out_of_office = flag(&side, "out_of_office");
    let manual = flag(&side, "manual");
    let since = side.optional("since", |entry| entry.number(SECONDS));
    Some(TeamsSide {
        availability: availability?,
        activity: activity?,
        out_of_office: out_of_office?,
        manual: manual?,
        since: since?,
    })
}

fn eight(entry: Entry<'_>) -> Option<EightSide> {
    let known = &["status", "call_active", "manual", "since"];
    let side = entry.section("what 8x8 says, such as { status = \"on-call\", call_active = true }", known)?;
    let status = side
        .require("status", "an 8x8 status")
        .and_then(|entry| entry.word("8x8 status", EightStatus::ALL, EightStatus::label));
    let call_active = flag(&side, "call_active");
    let manual = flag(&side, "manual");
    let since = side.optional("since", |entry| entry.number(SECONDS));
    Some(EightSide { status: status?, call_active: call_active?, manual: manual?, since: since? })
}

fn person(entry: Entry<'_>) -> Option<Person> {
    let person =
        entry.section("a person, such as { queues = [\"support\"] }", &["id", "department", "groups", "queues"])?;
    let text = |key| person.optional(key, |entry| entry.text("some text").map(str::to_owned));
    let list = |key| person.optional(key, |entry| entry.texts("a list of texts"));
    let (id, department, groups, queues) = (text("id"), text("department"), list("groups"), list("queues"));
    Some(Person {
        id: id?.unwrap_or_else(|| "somebody".to_owned()),
        department: department?,
        groups: groups?.unwrap_or_default(),
        queues: queues?.unwrap_or_default(),
    })
}

fn identity(entry: Entry<'_>) -> Option<Identity> {
    let expected = "a name, such as { email = \"ann@corp.com\", display_name = \"Ann\" }";
    let identity = entry.section(expected, &["email", "display_name"])?;
    let text = |key| identity.require(key, "some text").and_then(|entry| entry.text("some text").map(str::to_owned));
    let (email, display_name) = (text("email"), text("display_name"));
    Some(Identity { email: email?, display_name: display_name? })
}

fn time(entry: &Entry<'_>) -> Option<LocalTime> {
    let expected = "the person's wall clock with its offset from UTC, such as \"2026-03-02T18:30+01:00\"";
    let text = entry.text_or_moment(expected)?;
    local_time(&text).or_else(|| entry.wrong(&format!("is \"{text}\""), expected))
}

fn local_time(text: &str) -> Option<LocalTime> {
    let pieces = Pieces::parse(text).ok()?;
    let (date, clock): (civil::Date, civil::Time) = (pieces.date(), pieces.time()?);
    let seconds = match pieces.offset()? {
        PiecesOffset::Numeric(offset) => offset.offset().seconds(),
        _ => 0,
    };
    Some(LocalTime {
        year: date.year().try_into().ok()?,
        month: date.month().try_into().ok()?,
        day: date.day().try_into().ok()?,
        day_of_week: date.weekday().to_monday_one_offset().try_into().ok()?,
        minute_of_day: u16::try_from(clock.hour()).ok()? * 60 + u16::try_from(clock.minute()).ok()?,
        utc_offset_minutes: (seconds / 60).try_into().ok()?,
    })
}

fn staffing(entry: &Entry<'_>) -> Option<Vec<Staffing>> {
    let expected = "a list such as [{ queue = \"support\", available = 2, total = 5 }]";
    let queues = entry.sections(expected, &["queue", "available", "total"], |_| None)?;
    let read: Vec<_> = queues
        .iter()
        .map(|queue| {
            let name = queue.require("queue", "a queue's name").and_then(|entry| entry.text("a queue's name"));
            let count =
                |key| queue.require(key, "a number of people").and_then(|entry| entry.number("a number of people"));
            let (available, total) = (count("available"), count("total"));
            Some(Staffing { queue: name?.to_owned(), available: available?, total: total? })
        })
        .collect();
    read.into_iter().collect()
}

fn flag(section: &Section<'_>, key: &str) -> Option<bool> {
    section.optional(key, |entry| entry.flag()).map(|flag| flag.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_is_read_with_its_day_of_the_week() {
        let monday = local_time("2026-03-02T18:30+01:00").unwrap();
        assert_eq!((monday.year, monday.month, monday.day, monday.day_of_week), (2026, 3, 2, 1));
        assert_eq!((monday.minute_of_day, monday.utc_offset_minutes), (18 * 60 + 30, 60));
        assert_eq!(local_time("2026-03-01T00:00:00Z").unwrap().day_of_week, 7);
    }

    #[test]
    fn a_wall_clock_without_its_offset_is_none() {
        assert_eq!(local_time("2026-03-02T18:30"), None);
        assert_eq!(local_time("half past six"), None);
    }
}
