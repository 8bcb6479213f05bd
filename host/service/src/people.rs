//! Who is linked, and the core's state of them. It is locked for moments only, never across an await.

use std::collections::HashMap;

use presync_core::id::{EightUserId, LinkId, TeamsUserId};
use presync_core::reconcile::{Command, Input, Reconciler, Stamp};
use presync_core::rule::{Person as RulePerson, Subject};
use presync_core::time::Timestamp;
use presync_core::words::{Direction, TeamsSession};
use presync_eight::{Cursor, Publication};
use presync_store::{NewEvent, StoredLink};
use std::time::Duration;

use crate::status::{Alone, Counters};

/// One linked person, as the directories know them.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) link: StoredLink,
    pub(crate) department: Option<String>,
    pub(crate) queues: Vec<String>,
}

/// All of a tenant's people.
#[derive(Debug, Default)]
pub(crate) struct People {
    pub(crate) reconciler: Reconciler,
    persons: HashMap<LinkId, Person>,
    by_teams: HashMap<TeamsUserId, LinkId>,
    by_eight: HashMap<EightUserId, LinkId>,
    /// Where the 8x8 feed goes on; `None` asks for a fresh snapshot.
    pub(crate) feed: Option<Cursor>,
    pub(crate) alone: Vec<Alone>,
    pub(crate) counters: Counters,
}

/// A question for the rules.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) link: LinkId,
    pub(crate) direction: Direction,
    pub(crate) stamp: Stamp,
    pub(crate) subject: Subject,
}

/// A write to Teams.
#[derive(Debug, Clone)]
pub(crate) struct SessionWrite {
    pub(crate) link: LinkId,
    pub(crate) user: TeamsUserId,
    /// `None` clears.
    pub(crate) hold: Option<(TeamsSession, Duration)>,
}

/// What is to be done after some inputs.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) questions: Vec<Question>,
    pub(crate) publications: Vec<(LinkId, Publication)>,
    pub(crate) sessions: Vec<SessionWrite>,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) forgotten: Vec<LinkId>,
}

impl Work {
    pub(crate) fn has_writes(&self) -> bool {
        !self.publications.is_empty() || !self.sessions.is_empty()
    }

    pub(crate) fn add(&mut self, mut other: Self) {
        self.questions.append(&mut other.questions);
        self.publications.append(&mut other.publications);
        self.sessions.append(&mut other.sessions);
        self.events.append(&mut other.events);
        self.forgotten.append(&mut other.forgotten);
    }
}

impl People {
    pub(crate) fn link_of_teams(&self, id: &TeamsUserId) -> Option<LinkId> {
        self.by_teams.get(id).copied()
    }

    pub(crate) fn link_of_eight(&self, id: &EightUserId) -> Option<LinkId> {
        self.by_eight.get(id).copied()
    }

    pub(crate) fn person(&self, link: LinkId) -> Option<&Person> {
        self.persons.get(&link)
    }

    pub(crate) fn persons(&self) -> impl Iterator<Item = &Person> {
        self.persons.values()
    }

    /// The person whose Teams user name, 8x8 address, either id, or display name if nobody else has it, is `name`; without
    /// regard to case.
    pub(crate) fn find(&self, name: &str) -> Option<&Person> {
        let by_key = self.persons.values().find(|person| {
            let link = &person.link;
            [link.user_principal_name.as_str(), &link.email, link.teams_id.as_str(), link.eight_id.as_str()]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
        });
        by_key.or_else(|| {
            let mut named = self.persons.values().filter(|person| person.link.display_name.eq_ignore_ascii_case(name));
            named.next().filter(|_| named.next().is_none())
        })
    }

    pub(crate) fn insert(&mut self, person: Person) {
        self.by_teams.insert(person.link.teams_id.clone(), person.link.id);
        self.by_eight.insert(person.link.eight_id.clone(), person.link.id);
        self.persons.insert(person.link.id, person);
    }

    fn remove(&mut self, link: LinkId) {
        if let Some(person) = self.persons.remove(&link) {
            self.by_teams.remove(&person.link.teams_id);
            self.by_eight.remove(&person.link.eight_id);
        }
    }

    pub(crate) fn update(&mut self, change: impl FnMut(&mut Person)) {
        self.persons.values_mut().for_each(change);
    }

    /// Feeds the core and sorts what it wants done.
    pub(crate) fn absorb(&mut self, now: Timestamp, inputs: impl IntoIterator<Item = Input>) -> Work {
        let mut commands = Vec::new();
        for input in inputs {
            self.reconciler.apply(now, input, &mut commands);
        }
        let mut work = Work::default();
        for command in commands {
            self.sort(now, command, &mut work);
        }
        work
    }

    fn sort(&mut self, now: Timestamp, command: Command, work: &mut Work) {
        match command {
            Command::Ask { link, direction, stamp } => {
                if let Some(subject) = self.subject(link, now) {
                    work.questions.push(Question { link, direction, stamp, subject });
                }
            }
            Command::Publish { link, target, note, lease, observed_at, renewal } => {
                self.counters.renewed += u64::from(renewal);
                if let Some(user) = self.person(link).map(|person| person.link.eight_id.clone()) {
                    let status = Some(target);
                    work.publications.push((link, Publication { user, status, note, observed_at, lease }));
                }
            }
            Command::Unpublish { link, observed_at } => {
                if let Some(user) = self.person(link).map(|person| person.link.eight_id.clone()) {
                    let publication = Publication { user, status: None, note: None, observed_at, lease: None };
                    work.publications.push((link, publication));
                }
            }
            Command::HoldSession { link, session, lease, renewal } => {
                self.counters.renewed += u64::from(renewal);
                if let Some(user) = self.person(link).map(|person| person.link.teams_id.clone()) {
                    work.sessions.push(SessionWrite { link, user, hold: Some((session, lease)) });
                }
            }
            Command::ClearSession { link } => {
                if let Some(user) = self.person(link).map(|person| person.link.teams_id.clone()) {
                    work.sessions.push(SessionWrite { link, user, hold: None });
                }
            }
            Command::Record { link, event } => {
                self.counters.count(&event);
                let detail = serde_json::to_string(&event).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
                work.events.push(NewEvent { at: now, link, kind: event.kind().to_owned(), detail });
            }
            Command::Forget { link } => {
                self.remove(link);
                work.forgotten.push(link);
            }
        }
    }

    /// A person as the rules may see them: both sides, and the directory's part of who they are, by pseudonym.
    pub(crate) fn subject(&self, link: LinkId, now: Timestamp) -> Option<Subject> {
        let mut subject = self.reconciler.subject(link, now)?;
        subject.person = self.person(link).map(|person| RulePerson {
            id: format!("person-{link}"),
            department: person.department.clone(),
            groups: Vec::new(),
            queues: person.queues.clone(),
        });
        Some(subject)
    }
}
