//! Who is linked, and the core's state of them. It is locked for moments only, never across an await.
//!
//! * `person`: one of them, and what rules may see beside the two sides
//! * `replies`: out of office by the mailbox
//! * `traced`: how long each change takes, and who is read before others
//! * `staffed`: asking again when the staffing of a queue has changed
//! * `watched`: whose changes are told

mod person;
mod replies;
mod staffed;
mod traced;
mod watched;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use presync_core::id::{EightUserId, LinkId, TeamsUserId};
use presync_core::reconcile::{Command, Input, Reconciler, Stamp};
use presync_core::rule::{PublishVerdict, SessionVerdict, Subject};
use presync_core::time::Timestamp;
use presync_core::words::{Calls, Direction, TeamsSession};
use presync_eight::{Cursor, Publication};
use presync_rules::Needs;
use presync_store::{NewEvent, StoredLink};

use crate::config::Supply;
use crate::freshness::Freshness;
use crate::staffing::Queues;
use crate::status::{Alone, Counters};
use crate::warnings::Flapping;
use person::Supplied;
pub(crate) use person::{Person, Told};
use replies::Replies;
use staffed::{Asking, touched};
use traced::FeedRead;

/// All of a tenant's people.
#[derive(Debug)]
pub(crate) struct People {
    pub(crate) reconciler: Reconciler,
    supplied: Supplied,
    queues: Queues,
    asking: Asking,
    /// Some rule looks at the clock.
    tell_time: bool,
    persons: HashMap<LinkId, Person>,
    by_teams: HashMap<TeamsUserId, LinkId>,
    by_eight: HashMap<EightUserId, LinkId>,
    /// Where the 8x8 feed goes on; `None` asks for a fresh snapshot.
    pub(crate) feed: Option<Cursor>,
    feed_read: FeedRead,
    pub(crate) freshness: Freshness,
    pub(crate) alone: Vec<Alone>,
    pub(crate) counters: Counters,
    pub(crate) flapping: Flapping,
    pub(crate) replies: Replies,
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
    /// Nobody yet.
    pub(crate) fn new(supply: Supply) -> Self {
        Self {
            reconciler: Reconciler::default(),
            supplied: Supplied::new(supply),
            queues: Queues::default(),
            asking: Asking::default(),
            tell_time: false,
            persons: HashMap::new(),
            by_teams: HashMap::new(),
            by_eight: HashMap::new(),
            feed: None,
            feed_read: FeedRead::default(),
            freshness: Freshness::default(),
            alone: Vec::new(),
            counters: Counters::default(),
            flapping: Flapping::default(),
            replies: Replies::default(),
        }
    }

    /// Takes what the chains in force want to see, so that no more is put together, and that a change of it asks them again.
    pub(crate) fn look(&mut self, publish: Needs, session: Needs) {
        self.reconciler.set_cross_looks(publish.other_side, session.other_side);
        (self.asking.publish, self.asking.session) = (publish.staffing, session.staffing);
        self.tell_time = publish.time || session.time;
    }

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

    pub(crate) fn insert(&mut self, link: StoredLink) {
        let person = Person::new(link, &self.supplied);
        let Person { link, shown, .. } = &person;
        self.by_teams.insert(link.teams_id.clone(), link.id);
        self.by_eight.insert(link.eight_id.clone(), link.id);
        self.queues.place(link.id, &shown.queues);
        self.persons.insert(link.id, person);
    }

    fn remove(&mut self, link: LinkId) {
        self.queues.drop(link);
        self.freshness.forget(link);
        if let Some(person) = self.persons.remove(&link) {
            self.by_teams.remove(&person.link.teams_id);
            self.by_eight.remove(&person.link.eight_id);
        }
    }

    /// Takes what the directories say of each person whom `read` knows. Returns of whom rules may see something new.
    pub(crate) fn learn<'a>(&mut self, read: impl Fn(&StoredLink) -> Option<Told<'a>>) -> Vec<LinkId> {
        let Self { persons, supplied, queues: all_queues, .. } = self;
        let mut changed = Vec::new();
        for person in persons.values_mut() {
            let Some(told) = read(&person.link) else { continue };
            if person.learn(told, supplied) {
                all_queues.place(person.link.id, &person.shown.queues);
                changed.push(person.link.id);
            }
        }
        changed.sort_unstable();
        changed
    }

    /// The entries of the settings that fit nobody.
    pub(crate) fn strangers(&self) -> Vec<String> {
        self.supplied.strangers(self.persons())
    }

    /// Feeds the core and sorts what it wants done.
    pub(crate) fn absorb(&mut self, now: Timestamp, inputs: impl IntoIterator<Item = Input>) -> Work {
        let mut commands = Vec::new();
        for input in inputs {
            let input = if self.tell_time { on_the_minute(now, input) } else { input };
            let Some(input) = self.heed(input) else { continue };
            let (touched, step) = (touched(&input), self.step(&input));
            let before = commands.len();
            self.reconciler.apply(now, input, &mut commands);
            self.trace(now, step, commands.get(before..).unwrap_or_default());
            self.recount(&touched);
        }
        self.ask_outdated(now, &mut commands);
        let mut work = Work::default();
        for command in commands {
            self.sort(now, command, &mut work);
        }
        work
    }

    fn sort(&mut self, now: Timestamp, command: Command, work: &mut Work) {
        match command {
            Command::Ask { link, direction, stamp } => {
                if self.asking.any() {
                    self.queues.tell(link);
                }
                if let Some(subject) = self.subject(link, now) {
                    work.questions.push(Question { link, direction, stamp, subject });
                }
            }
            Command::Publish { link, target, note, calls, lease, observed_at, renewal } => {
                self.counters.renewed += u64::from(renewal);
                if let Some(user) = self.person(link).map(|person| person.link.eight_id.clone()) {
                    let status = Some(target);
                    work.publications.push((link, Publication { user, status, note, calls, observed_at, lease }));
                }
            }
            Command::Unpublish { link, observed_at } => {
                if let Some(user) = self.person(link).map(|person| person.link.eight_id.clone()) {
                    let (status, calls) = (None, Calls::Unchanged);
                    let publication = Publication { user, status, note: None, calls, observed_at, lease: None };
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
                self.flapping.note(now, link, &event);
                let detail = serde_json::to_string(&event).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
                work.events.push(NewEvent { at: now, link, kind: event.kind().to_owned(), detail });
            }
            Command::Forget { link } => {
                self.remove(link);
                work.forgotten.push(link);
            }
        }
    }

    /// A person as the rules may see them: both sides, who it is, and what else the rules in force look at.
    pub(crate) fn subject(&self, link: LinkId, now: Timestamp) -> Option<Subject> {
        let mut subject = self.reconciler.subject(link, now)?;
        if let Some(person) = self.person(link) {
            subject.person = Some(Arc::clone(&person.shown));
            subject.identity = Some(Arc::clone(&person.identity));
            subject.time = if self.tell_time { person.zone.local(now) } else { None };
        }
        if self.asking.any() {
            subject.staffing = self.queues.of(link);
        }
        Some(subject)
    }

    /// A person as rules that are not in force may see them: with everything that there is to see.
    pub(crate) fn told(&self, link: LinkId, now: Timestamp) -> Option<Subject> {
        let mut subject = self.clad(link, now, self.reconciler.subject(link, now)?);
        subject.staffing = self.queues.of(link);
        Some(subject)
    }

    /// Two sides, with who the person is and what time it was there; how the queues were staffed then is not known.
    pub(crate) fn clad(&self, link: LinkId, then: Timestamp, sides: Subject) -> Subject {
        let Some(person) = self.person(link) else { return sides };
        Subject {
            person: Some(Arc::clone(&person.shown)),
            identity: Some(Arc::clone(&person.identity)),
            time: person.zone.local(then),
            ..sides
        }
    }
}

/// A rule is told the minute and not the second, so the moment that it names is counted from the minute's beginning.
fn on_the_minute(now: Timestamp, mut input: Input) -> Input {
    if let Input::PublishDecided { verdict: PublishVerdict { recheck_after, .. }, .. }
    | Input::SessionDecided { verdict: SessionVerdict { recheck_after, .. }, .. } = &mut input
    {
        let passed = u32::try_from(now.as_millis() / 1000 % 60).unwrap_or_default();
        *recheck_after = recheck_after.map(|seconds| if seconds >= 60 { seconds - passed } else { seconds });
    }
    input
}
