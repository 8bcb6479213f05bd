//! The question and the verdict of `wit/rules.wit` as records for serde: what a host and a guest without interface types share.
//!
//! Nothing is left out of the records, so that every contestant carries the same. What is absent takes no place in JSON.

use presync_core::rule as core;
use presync_core::words::{EightStatus, TeamsActivity, TeamsAvailability};
use serde::{Deserialize, Serialize};

pub use presync_core::rule::{PublishAction, PublishVerdict};

/// A batch of questions.
#[derive(Debug, Serialize, Deserialize)]
pub struct Batch {
    /// In order.
    pub questions: Vec<Question>,
    /// Whether a reason is wanted.
    pub explain: bool,
}

/// One question: a person and what was proposed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Question {
    /// The person.
    pub subject: Subject,
    /// What the chain has decided so far.
    pub proposal: Option<PublishVerdict>,
}

/// One person at one moment.
#[derive(Debug, Serialize, Deserialize)]
pub struct Subject {
    /// What Teams says.
    pub teams: Option<TeamsSide>,
    /// What 8x8 says.
    pub eight: Option<EightSide>,
    /// Who it is.
    pub person: Option<Person>,
    /// Who it is, by name.
    pub identity: Option<Identity>,
    /// The wall clock.
    pub time: Option<LocalTime>,
    /// How the person's queues are staffed.
    pub staffing: Option<Vec<Staffing>>,
}

/// What Teams says.
#[derive(Debug, Serialize, Deserialize)]
pub struct TeamsSide {
    /// Coarse state.
    pub availability: TeamsAvailability,
    /// What the person does.
    pub activity: TeamsActivity,
    /// Automatic replies are on.
    pub out_of_office: bool,
    /// Set by hand.
    pub manual: bool,
    /// Seconds in this state.
    pub since: Option<u32>,
}

/// What 8x8 says.
#[derive(Debug, Serialize, Deserialize)]
pub struct EightSide {
    /// Status.
    pub status: EightStatus,
    /// A real call is on.
    pub call_active: bool,
    /// Set by hand.
    pub manual: bool,
    /// Seconds in this state.
    pub since: Option<u32>,
}

/// Who it is.
#[derive(Debug, Serialize, Deserialize)]
pub struct Person {
    /// A pseudonym.
    pub id: String,
    /// Department.
    pub department: Option<String>,
    /// Groups.
    pub groups: Vec<String>,
    /// Queues.
    pub queues: Vec<String>,
}

/// Who it is, by name.
#[derive(Debug, Serialize, Deserialize)]
pub struct Identity {
    /// Address.
    pub email: String,
    /// Name.
    pub display_name: String,
}

/// The wall clock.
#[derive(Debug, Serialize, Deserialize)]
pub struct LocalTime {
    /// Year.
    pub year: u16,
    /// Month.
    pub month: u8,
    /// Day.
    pub day: u8,
    /// Day of the week.
    pub day_of_week: u8,
    /// Minute of the day.
    pub minute_of_day: u16,
    /// Offset.
    pub utc_offset_minutes: i16,
}

/// How a queue is staffed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Staffing {
    /// Queue.
    pub queue: String,
    /// Who is offered calls.
    pub available: u32,
    /// All.
    pub total: u32,
}

impl Question {
    /// The question about a subject that nothing was proposed for yet.
    pub fn about(subject: &core::Subject) -> Self {
        Self { subject: Subject::from(subject), proposal: None }
    }
}

impl From<&core::Subject> for Subject {
    fn from(subject: &core::Subject) -> Self {
        Self {
            teams: subject.teams.map(|core::TeamsSide { availability, activity, out_of_office, manual, since }| {
                TeamsSide { availability, activity, out_of_office, manual, since }
            }),
            eight: subject.eight.map(|core::EightSide { status, call_active, manual, since }| EightSide {
                status,
                call_active,
                manual,
                since,
            }),
            person: subject.person.as_deref().map(|person| Person {
                id: person.id.clone(),
                department: person.department.clone(),
                groups: person.groups.clone(),
                queues: person.queues.clone(),
            }),
            identity: subject.identity.as_deref().map(|identity| Identity {
                email: identity.email.clone(),
                display_name: identity.display_name.clone(),
            }),
            time: subject.time.map(|time| LocalTime {
                year: time.year,
                month: time.month,
                day: time.day,
                day_of_week: time.day_of_week,
                minute_of_day: time.minute_of_day,
                utc_offset_minutes: time.utc_offset_minutes,
            }),
            staffing: (!subject.staffing.is_empty()).then(|| subject.staffing.iter().map(Staffing::from).collect()),
        }
    }
}

impl From<&core::Staffing> for Staffing {
    fn from(staffing: &core::Staffing) -> Self {
        Self { queue: staffing.queue.clone(), available: staffing.available, total: staffing.total }
    }
}
