//! What a rule is asked and what it answers, independent of the interface version that carries it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::presence::{EightPresence, TeamsPresence};
use crate::words::{Calls, EightStatus, EightTarget, Note, TeamsActivity, TeamsAvailability, TeamsSession};

/// One person at one moment. A rule sees the parts that its descriptor asks for. What is the same from question to question is
/// shared, so that a subject costs nothing to copy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Subject {
    /// What Teams says of itself, our session taken out.
    pub teams: Option<TeamsSide>,
    /// What 8x8 says of itself, our publication taken out.
    pub eight: Option<EightSide>,
    /// Who it is, by pseudonym.
    pub person: Option<Arc<Person>>,
    /// Who it is, by name. A rule that asks for it is loaded only where the settings allow it.
    pub identity: Option<Arc<Identity>>,
    /// The person's wall clock.
    pub time: Option<LocalTime>,
    /// How the person's queues are staffed.
    pub staffing: Arc<[Staffing]>,
}

/// The Teams side of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TeamsSide {
    /// Coarse state.
    pub availability: TeamsAvailability,
    /// What the person does.
    pub activity: TeamsActivity,
    /// Automatic replies are on.
    pub out_of_office: bool,
    /// Set by the person's own hand.
    pub manual: bool,
    /// Seconds in this state.
    pub since: Option<u32>,
}

/// The 8x8 side of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EightSide {
    /// Status, our own publication taken out.
    pub status: EightStatus,
    /// A real 8x8 call is on.
    pub call_active: bool,
    /// Set by the person's own hand.
    pub manual: bool,
    /// Seconds in this state.
    pub since: Option<u32>,
}

impl TeamsSide {
    /// What a presence shows of itself, for this many seconds.
    pub const fn of(presence: TeamsPresence, since: Option<u32>) -> Self {
        let TeamsPresence { availability, activity, out_of_office } = presence;
        Self { availability, activity, out_of_office, manual: presence.is_manual(), since }
    }
}

impl EightSide {
    /// What a presence shows of itself, our publication taken out, for this many seconds.
    pub const fn of(presence: EightPresence, since: Option<u32>) -> Self {
        let EightPresence { own, call_active, manual, .. } = presence;
        Self { status: own, call_active, manual, since }
    }
}

/// Who a subject is, without names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Person {
    /// A pseudonym, stable within the tenant.
    pub id: String,
    /// Department, from the directory.
    pub department: Option<String>,
    /// Groups.
    pub groups: Vec<String>,
    /// 8x8 queues.
    pub queues: Vec<String>,
}

/// Who a subject is, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Identity {
    /// E-mail address.
    pub email: String,
    /// Display name.
    pub display_name: String,
}

/// A wall clock in the person's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LocalTime {
    /// Year of the Gregorian calendar.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// Day of the week, Monday 1 to Sunday 7 (ISO 8601).
    pub day_of_week: u8,
    /// Minute of the day, 0 to 1439.
    pub minute_of_day: u16,
    /// Offset from UTC in minutes, east positive.
    pub utc_offset_minutes: i16,
}

/// How one queue is staffed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Staffing {
    /// Queue name.
    pub queue: String,
    /// Other members who are offered calls now. The person who is asked about is never counted, so that an answer does not change
    /// its own question.
    pub available: u32,
    /// All linked members, the person among them.
    pub total: u32,
}

/// What to do on 8x8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PublishAction {
    /// Show this status.
    Publish(EightTarget),
    /// Show nothing of ours.
    NoSync,
    /// Leave what is there as it is.
    Hold,
}

/// What to do in Teams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionAction {
    /// Hold this app session.
    HoldSession(TeamsSession),
    /// Hold no app session.
    NoSession,
    /// Leave what is there as it is.
    Hold,
}

/// What the chain answers from Teams to 8x8.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishVerdict {
    /// What to do.
    pub action: PublishAction,
    /// Which calls may still be offered.
    pub calls: Calls,
    /// What to show beside the status.
    pub note: Option<Note>,
    /// Ask again after this many seconds.
    pub recheck_after: Option<u32>,
    /// Why, in the rule's words; only when the question asked for it.
    pub reason: Option<Box<str>>,
}

/// What the chain answers from 8x8 to Teams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionVerdict {
    /// What to do.
    pub action: SessionAction,
    /// Ask again after this many seconds.
    pub recheck_after: Option<u32>,
    /// Why, in the rule's words; only when the question asked for it.
    pub reason: Option<Box<str>>,
}
