//! One hostile rule, and what is expected of the host.

use presync_core::rule::{Person, Subject, TeamsSide};
use presync_core::words::{TeamsActivity, TeamsAvailability};
use presync_guests::Guest;
use presync_rules::{FaultKind, Guardrail};

/// A component that misbehaves in one way.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its short name, unique in the collection.
    pub name: &'static str,
    /// What it does, as a sentence that goes on after "a rule that".
    pub does: &'static str,
    /// The file.
    pub component: Vec<u8>,
    /// Whom it is asked about.
    pub people: Vec<Subject>,
    /// What the host is to do.
    pub expected: Expected,
}

/// What the host is to do with a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It is not loaded.
    Refused,
    /// It is loaded, and fails in this way when it is asked.
    Fails(FaultKind),
    /// It is loaded, and fails in this way when it is asked about several people together, and not when it is asked about one.
    Falters(FaultKind),
    /// It is loaded and decides, and one question that it fails on in this way is not put to it again.
    Poison(FaultKind),
    /// It is loaded and decides, and some of its verdicts are not obeyed, because of this.
    Guarded(Guardrail),
    /// It is loaded and decides; what it tried has no effect, because of this.
    Decides(&'static str),
}

impl Case {
    /// A guest that is asked about three people.
    pub fn guest(name: &'static str, does: &'static str, guest: &Guest, expected: Expected) -> Self {
        Self::file(name, does, guest.component(), expected)
    }

    /// A file, whatever is in it.
    pub fn file(name: &'static str, does: &'static str, component: Vec<u8>, expected: Expected) -> Self {
        Self { name, does, component, people: people(), expected }
    }
}

impl Case {
    /// The same, asked about other people.
    pub fn about(self, people: Vec<Subject>) -> Self {
        Self { people, ..self }
    }
}

/// Three people in three states, of whom the default map makes nobody available.
pub fn people() -> Vec<Subject> {
    [
        ("p-1", TeamsAvailability::Busy, TeamsActivity::Busy),
        ("p-2", TeamsAvailability::Away, TeamsActivity::Away),
        ("p-3", TeamsAvailability::DoNotDisturb, TeamsActivity::Presenting),
    ]
    .into_iter()
    .map(|(id, availability, activity)| in_teams(id, availability, activity))
    .collect()
}

/// A person in Teams.
pub fn in_teams(id: &str, availability: TeamsAvailability, activity: TeamsActivity) -> Subject {
    let side = TeamsSide { availability, activity, out_of_office: false, manual: false, since: None };
    let person = Person { id: id.to_owned(), ..Person::default() };
    Subject { teams: Some(side), person: Some(person.into()), ..Subject::default() }
}
