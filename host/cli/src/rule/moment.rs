//! Who is asked about, and when: what a matrix does not span, from the command line.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use presync_core::rule::{EightSide, Identity, LocalTime, Person, Staffing, Subject, TeamsSide};
use presync_core::words::{Direction, EightStatus, TeamsActivity, TeamsAvailability};

/// What is known of the person and the moment beside the words of each row.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "The person and the moment, the same in every row")]
pub(super) struct MomentArgs {
    /// An address, or the pseudonym under which rules know the person
    #[arg(long, value_name = "WHO")]
    person: Option<String>,
    /// The person's department
    #[arg(long, value_name = "NAME")]
    department: Option<String>,
    /// A group that the person is in; may be given several times
    #[arg(long = "group", value_name = "NAME")]
    groups: Vec<String>,
    /// An 8x8 queue that the person is in; may be given several times
    #[arg(long = "queue", value_name = "NAME")]
    queues: Vec<String>,
    /// A queue of the person with its other agents who are offered calls: support=1; may be given several times
    #[arg(long = "staffing", value_name = "QUEUE=AGENTS", value_parser = staffing)]
    staffing: Vec<Staffing>,
    /// The person's wall clock, such as 2026-03-02T18:30+01:00
    #[arg(long, value_name = "TIME", value_parser = wall_clock)]
    at: Option<LocalTime>,
    /// How long the side that is mapped from has been in its state: 90s, 10m
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    since: Option<Duration>,
    /// The person chose the state of the side that is mapped from by hand
    #[arg(long)]
    by_hand: bool,
    /// What the other side says, such as away, or on-call+call for a real call (8x8), or busy/in-a-meeting (Teams)
    #[arg(long, value_name = "STATE")]
    other_side: Option<String>,
}

impl MomentArgs {
    /// The moment as rules see it.
    pub(super) fn subject(&self, direction: Direction) -> Result<Subject> {
        let since =
            self.since.map(|since| u32::try_from(since.as_secs())).transpose().context("--since is too long")?;
        let other = self.other_side.as_deref();
        let (teams, eight) = match direction {
            Direction::TeamsToEight => {
                (Some(TeamsSide { manual: self.by_hand, since, ..NOTHING_IN_TEAMS }), other.map(eight).transpose()?)
            }
            Direction::EightToTeams => {
                (other.map(teams).transpose()?, Some(EightSide { manual: self.by_hand, since, ..NOTHING_IN_EIGHT }))
            }
        };
        let address = self.person.as_ref().filter(|name| name.contains('@'));
        Ok(Subject {
            teams,
            eight,
            person: Some(self.person().into()),
            identity: address.map(|email| Identity { email: email.clone(), display_name: email.clone() }.into()),
            time: self.at,
            staffing: self.staffing.iter().cloned().collect(),
        })
    }

    fn person(&self) -> Person {
        let pseudonym = self.person.as_ref().filter(|name| !name.contains('@'));
        Person {
            id: pseudonym.cloned().unwrap_or_default(),
            department: self.department.clone(),
            groups: self.groups.clone(),
            queues: self.queues.iter().chain(self.staffing.iter().map(|staffing| &staffing.queue)).cloned().collect(),
        }
    }
}

/// The words of the side that is mapped from, which every row replaces.
const NOTHING_IN_TEAMS: TeamsSide = TeamsSide {
    availability: TeamsAvailability::PresenceUnknown,
    activity: TeamsActivity::PresenceUnknown,
    out_of_office: false,
    manual: false,
    since: None,
};

const NOTHING_IN_EIGHT: EightSide =
    EightSide { status: EightStatus::Unrecognised, call_active: false, manual: false, since: None };

/// `busy/in-a-meeting`.
fn teams(state: &str) -> Result<TeamsSide> {
    let words = state.split_once('/').and_then(|(availability, activity)| {
        Some((TeamsAvailability::from_label(availability)?, TeamsActivity::from_label(activity)?))
    });
    let Some((availability, activity)) = words else {
        bail!("--other-side {state} is no state of Teams: give availability/activity, such as busy/in-a-meeting");
    };
    Ok(TeamsSide { availability, activity, ..NOTHING_IN_TEAMS })
}

/// `away`, or `on-call+call`.
fn eight(state: &str) -> Result<EightSide> {
    let (status, call_active) = state.strip_suffix("+call").map_or((state, false), |status| (status, true));
    let Some(status) = EightStatus::from_label(status) else {
        let known: Vec<_> = EightStatus::ALL.iter().map(|word| word.label()).collect();
        bail!("--other-side {state} is no state of 8x8: give one of {}, and +call for a real call", known.join(", "));
    };
    Ok(EightSide { status, call_active, ..NOTHING_IN_EIGHT })
}

/// `support=1`.
fn staffing(text: &str) -> Result<Staffing> {
    let (queue, agents) = text.split_once('=').context("give a queue and its agents, such as support=1")?;
    let available = agents.parse().with_context(|| format!("`{agents}` is no number of agents"))?;
    Ok(Staffing { queue: queue.to_owned(), available, total: available })
}

/// A date and a time, with the distance from UTC where it matters.
fn wall_clock(text: &str) -> Result<LocalTime> {
    let expected = || anyhow!("give a date and a time, such as 2026-03-02T18:30 or 2026-03-02T18:30+01:00");
    let pieces = Pieces::parse(text).map_err(|_| expected())?;
    let (date, time) = (pieces.date(), pieces.time().ok_or_else(expected)?);
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    Ok(LocalTime {
        year: u16::try_from(date.year())?,
        month: u8::try_from(date.month())?,
        day: u8::try_from(date.day())?,
        day_of_week: u8::try_from(date.weekday().to_monday_one_offset())?,
        minute_of_day: u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute()))?,
        utc_offset_minutes: i16::try_from(offset.seconds() / 60)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_has_its_day_and_its_distance_from_utc() {
        let time = wall_clock("2026-03-02T18:30+01:00").unwrap();
        assert_eq!((time.day_of_week, time.minute_of_day, time.utc_offset_minutes), (1, 1110, 60));
        assert_eq!(wall_clock("2026-03-08T00:00").unwrap().day_of_week, 7);
        assert!(wall_clock("18:30").is_err() && wall_clock("2026-03-02").is_err());
    }

    #[test]
    fn a_state_of_the_other_side_is_read_in_its_words() {
        let call = eight("on-call+call").unwrap();
        assert_eq!((call.status, call.call_active), (EightStatus::OnCall, true));
        assert_eq!(teams("busy/in-a-meeting").unwrap().activity, TeamsActivity::InAMeeting);
        assert!(eight("lunch").unwrap_err().to_string().contains("available, busy"));
        assert!(teams("busy").unwrap_err().to_string().contains("busy/in-a-meeting"));
    }

    #[test]
    fn a_queue_with_its_staffing_is_a_queue_of_the_person() {
        let args = MomentArgs { staffing: vec![staffing("support=1").unwrap()], ..MomentArgs::default() };
        let subject = args.subject(Direction::TeamsToEight).unwrap();
        assert_eq!(subject.person.unwrap().queues, ["support"]);
        assert_eq!(subject.staffing[0].available, 1);
        assert!(staffing("support").is_err() && staffing("support=many").is_err());
    }
}
