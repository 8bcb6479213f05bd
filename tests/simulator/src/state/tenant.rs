//! One tenant: its people, and the one place where a layer changes.
//!
//! Every change goes through [`Tenant::edit_teams`] or [`Tenant::edit_eight`], which count the version numbers, write
//! the 8x8 change log, set the timers and look at the clockwork of the measurements. What time alone changes is caught
//! up by [`Tenant::settle`] before anything else looks, each thing at the moment it was due.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet},
};

use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use super::{
    access::{AppKind, TenantAccess, Tokens},
    audit::AuditEvent,
    budget::Budget,
    carried::Carried,
    directory::Directory,
    entra::Entra,
    ledger::Limited,
    measure::{Look, Meter},
    person::Person,
    phone::Phone,
};
use crate::{
    eight::{
        EightLayers,
        changes::{Change, ChangeLog, What},
    },
    notify::subscription::Subscriptions,
    teams::{OutOfOffice, TeamsLayers, json::Presence},
    words::{Pair, Status},
};

/// Why a layer changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause<'a> {
    /// The person, or time.
    Life,
    /// Presync published; the publication's id.
    Publication(&'a str),
    /// Presync wrote in another way: an agent's status, the extension's flag.
    Written,
    /// Presync set or cleared its session.
    Session,
}

/// Something that comes due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    Teams(u32),
    Eight(u32),
    /// The person moves, if movement was not stopped since.
    Move {
        person: u32,
        round: u32,
    },
    /// Something on a person's desk: a call that was answered, a mouse that idles.
    Desk(u32),
    /// An operation on the directory ends.
    Operation,
    /// Presence is collected.
    Collection,
}

/// A tenant's whole state, behind one lock.
#[derive(Debug)]
pub(crate) struct Tenant {
    /// Its place, from 0.
    pub(crate) place: usize,
    pub(crate) access: TenantAccess,
    /// Whether each Entra application's roles are granted: read, write, other.
    pub(crate) granted: [bool; 3],
    /// Registrations, consent, and sign-ins under way.
    pub(crate) entra: Entra,
    pub(crate) tokens: Tokens,
    /// Graph's budgets: read application, write application, other.
    pub(crate) graph_budgets: [Budget; 3],
    pub(crate) subscriptions: Subscriptions,
    /// What happened to the Teams users.
    pub(crate) directory: Directory,
    /// Who has no mailbox, beside guests.
    pub(crate) without_mailbox: HashSet<u32>,
    /// 8x8's budget for presence.
    pub(crate) presence_budget: Budget,
    pub(crate) phone: Phone,
    pub(crate) people: Vec<Person>,
    pub(crate) by_teams_id: HashMap<Uuid, u32>,
    pub(crate) by_eight_id: HashMap<Box<str>, u32>,
    pub(crate) changes: ChangeLog,
    pub(crate) meter: Meter,
    pub(crate) rng: ChaCha8Rng,
    pub(crate) timers: BinaryHeap<Reverse<(i64, Due)>>,
    /// Since when people move, for how long they moved before, how often on average, and which start this is.
    pub(crate) moving_since: Option<i64>,
    pub(crate) moved_ms: i64,
    pub(crate) move_every_ms: i64,
    pub(crate) round: u32,
    /// Graph knows nobody's presence, and how often that was switched.
    pub(crate) unknown: bool,
    pub(crate) unknown_switches: u64,
    /// How long what Teams clients show lags behind.
    pub(crate) teams_lag_ms: i64,
}

impl Tenant {
    /// Catches up with everything that came due until `now`.
    pub(crate) fn settle(&mut self, now: i64) {
        while self.timers.peek().is_some_and(|Reverse((at, _))| *at <= now)
            && let Some(Reverse((at, due))) = self.timers.pop()
        {
            match due {
                Due::Teams(person) => {
                    let teams = self.person_mut(person).and_then(|person| person.teams.as_mut());
                    if teams.is_some_and(|teams| teams.due_ms.take_if(|due| *due == at).is_some()) {
                        self.edit_teams(person, at, Cause::Life, |layers| layers.expire(at));
                    }
                }
                Due::Eight(person) => {
                    let eight = self.person_mut(person).and_then(|person| person.eight.as_mut());
                    if eight.is_some_and(|eight| eight.due_ms.take_if(|due| *due == at).is_some()) {
                        self.edit_eight(person, at, Cause::Life, |layers| {
                            layers.external.take_if(|external| external.expires_ms <= at);
                        });
                    }
                }
                Due::Move { person, round } if self.moving_since.is_some() && round == self.round => {
                    crate::drive::movement::step(self, person, at);
                }
                Due::Move { .. } => {}
                Due::Desk(person) => self.desk_due(person, at),
                Due::Operation => self.end_operations(at),
                Due::Collection => self.collect(at),
            }
        }
    }

    pub(crate) fn person(&self, person: u32) -> Option<&Person> {
        self.people.get(person as usize)
    }

    pub(crate) fn person_mut(&mut self, person: u32) -> Option<&mut Person> {
        self.people.get_mut(person as usize)
    }

    /// Changes the layers of a Teams user.
    pub(crate) fn edit_teams(&mut self, person: u32, now: i64, cause: Cause<'_>, edit: impl FnOnce(&mut TeamsLayers)) {
        let Some(teams) = self.people.get_mut(person as usize).and_then(|person| person.teams.as_mut()) else {
            return;
        };
        let beside = (teams.layers.status_message.clone(), teams.layers.locations.clone());
        edit(&mut teams.layers);
        let shown = (teams.layers.shown(now), teams.layers.out(now));
        if shown != teams.shown {
            if shown.0 != teams.shown.0 && !self.unknown {
                self.subscriptions.presence_changed(teams.id, shown.0, now);
            }
            if self.teams_lag_ms > 0 {
                let past = teams.past.get_or_insert_default();
                past.retain(|(until, _)| now - self.teams_lag_ms < *until);
                past.push_back((now, teams.shown));
            }
            teams.shown = shown;
            teams.sequence += 1;
        } else if beside.0 != teams.layers.status_message || beside.1 != teams.layers.locations {
            teams.sequence += 1;
        }
        if let Some(next) = teams.layers.next_change(now)
            && teams.due_ms.is_none_or(|due| next < due)
        {
            teams.due_ms = Some(next);
            self.timers.push(Reverse((next, Due::Teams(person))));
        }
        self.look(person, now, cause);
    }

    /// Changes the layers of an 8x8 user.
    pub(crate) fn edit_eight(&mut self, person: u32, now: i64, cause: Cause<'_>, edit: impl FnOnce(&mut EightLayers)) {
        let Some(eight) = self.people.get_mut(person as usize).and_then(|person| person.eight.as_mut()) else {
            return;
        };
        let before = eight.layers.clone();
        edit(&mut eight.layers);
        if eight.collected.is_some() && eight.layers.differs_from(&before) {
            self.phone.uncollected.push(person);
        } else if eight.layers.differs_from(&before) {
            eight.revision += 1;
            eight.updated_ms = now;
            let publication = match cause {
                Cause::Publication(id) => Some(id.into()),
                Cause::Life | Cause::Written | Cause::Session => None,
            };
            let fields = changed_fields(&before, &eight.layers);
            let what = What::Updated { person, layers: eight.layers.clone(), fields, publication };
            if eight.desk.changes_lost > 0 {
                eight.desk.changes_lost -= 1;
            } else if eight.active {
                self.changes.push(Change { at_ms: now, revision: eight.revision, what });
            }
        }
        if let Some(external) = &eight.layers.external
            && eight.due_ms.is_none_or(|due| external.expires_ms < due)
        {
            eight.due_ms = Some(external.expires_ms);
            self.timers.push(Reverse((external.expires_ms, Due::Eight(person))));
        }
        self.look(person, now, cause);
        self.engage_follows(person, &before, now);
    }

    /// Compares what is held with what should be, for the latencies.
    pub(crate) fn look(&mut self, person: u32, now: i64, cause: Cause<'_>) {
        let (unknown, measuring) = (self.unknown, self.meter.measuring);
        let Some(person) = self.people.get_mut(person as usize) else {
            return;
        };
        let publication = Look {
            wanted: person.wanted_publication(now).filter(|_| !unknown),
            held: person.published(),
            masked: person.masked(),
            written: matches!(cause, Cause::Publication(_) | Cause::Written),
            measuring,
        };
        let session = Look {
            wanted: person.wanted_session(),
            held: person.session_held(now),
            masked: false,
            written: cause == Cause::Session,
            measuring,
        };
        if let Some(ms) = person.track.publication.look(now, publication) {
            self.meter.published_after(ms);
        }
        if let Some(ms) = person.track.session.look(now, session) {
            self.meter.session_after(ms);
        }
    }

    /// Counts a request, or its resource units, against a limit that the providers document.
    pub(crate) fn note_asked(&mut self, limited: Limited, who: Option<AppKind>, units: u64, now: i64) {
        self.meter.ledger.note(limited, who, units, self.people.len(), now);
    }

    /// What Graph answers for a person.
    pub(crate) fn teams_answer<'a>(&self, person: &'a Person) -> Option<Presence<'a>> {
        let teams = person.teams.as_ref()?;
        let (pair, out) = if self.unknown { (Pair::UNKNOWN, OutOfOffice::default()) } else { teams.shown };
        Some(Presence {
            id: teams.id,
            pair,
            out,
            message: teams.layers.status_message.as_deref(),
            location: teams.layers.locations.as_ref().and_then(|locations| locations.shown()),
            own: false,
            sequence: teams.sequence + self.unknown_switches,
        })
    }

    /// What Teams clients show of a person: what Graph showed a while ago.
    pub(crate) fn teams_view(&self, person: u32, now: i64) -> Option<Pair> {
        let teams = self.person(person)?.teams.as_ref()?;
        let then = now - self.teams_lag_ms;
        let past = teams.past.as_ref().and_then(|past| past.iter().find(|(until, _)| then < *until));
        Some(past.map_or(teams.shown, |(_, shown)| *shown).0)
    }

    /// Takes the Teams user of a person away.
    pub(crate) fn delete_teams(&mut self, person: u32) {
        if let Some(teams) = self.person_mut(person).and_then(|person| person.teams.take()) {
            self.by_teams_id.remove(&teams.id);
            self.directory.delete(person, teams);
        }
        self.relink();
    }

    /// Takes the 8x8 user of a person away, which the change log tells.
    pub(crate) fn delete_eight(&mut self, person: u32, now: i64) {
        self.freeze(person);
        if let Some(eight) = self.person_mut(person).and_then(|person| person.eight.take()) {
            self.by_eight_id.remove(&eight.id);
            self.phone.audits.user(now, AuditEvent::Delete, &eight.id, &eight.name, &eight.email);
            let what = What::Deleted { user_id: eight.id };
            self.changes.push(Change { at_ms: now, revision: eight.revision + 1, what });
        }
        self.relink();
    }

    /// Finds out anew who is linked: an enabled member whose name is the e-mail of exactly one active 8x8 user. The
    /// matching is done over all, since a second user with the same e-mail makes the first ambiguous.
    pub(crate) fn relink(&mut self) {
        let mut matches: HashMap<String, u32> = HashMap::with_capacity(self.people.len());
        for eight in self.people.iter().filter_map(|person| person.eight.as_ref()).filter(|eight| eight.active) {
            *matches.entry(eight.email.to_lowercase()).or_default() += 1;
        }
        for person in &mut self.people {
            person.linked = match (&person.teams, &person.eight) {
                (Some(teams), Some(eight)) => {
                    let email = eight.email.to_lowercase();
                    teams.enabled
                        && !teams.guest
                        && eight.active
                        && teams.upn.to_lowercase() == email
                        && matches.get(&email) == Some(&1)
                }
                _ => false,
            };
            person.carried = Carried::of(person, self.phone.mode, self.phone.public);
        }
    }

    /// Looks at everybody once, so that what is wrong from the start is known.
    pub(crate) fn look_at_all(&mut self, now: i64) {
        for person in 0..u32::try_from(self.people.len()).unwrap_or(u32::MAX) {
            self.look(person, now, Cause::Life);
        }
    }

    /// Graph loses, or finds again, everybody's presence.
    pub(crate) fn set_unknown(&mut self, unknown: bool, now: i64) {
        if self.unknown != unknown {
            self.unknown = unknown;
            self.unknown_switches += 1;
            for teams in self.people.iter().filter_map(|person| person.teams.as_ref()) {
                let pair = if unknown { Pair::UNKNOWN } else { teams.shown.0 };
                self.subscriptions.presence_changed(teams.id, pair, now);
            }
            self.look_at_all(now);
        }
    }

    /// Grants the roles of an application, or takes them away; subscriptions then wait for another authorization.
    pub(crate) fn set_granted(&mut self, kind: AppKind, granted: bool, now: i64) {
        if self.granted[kind as usize] && !granted {
            self.subscriptions.unauthorize(kind, now);
        }
        self.granted[kind as usize] = granted;
    }

    pub(crate) fn grants(&self, kind: AppKind) -> bool {
        self.granted[kind as usize]
    }

    /// The 8x8 status that is shown for a person now.
    pub(crate) fn eight_shown(person: &Person) -> Option<Status> {
        person.eight.as_ref().map(|eight| eight.layers.effective().status)
    }
}

pub(super) fn changed_fields(before: &EightLayers, after: &EightLayers) -> &'static str {
    match (before.effective().status != after.effective().status, before.call != after.call) {
        (true, true) => r#"["status","call","layers"]"#,
        (true, false) => r#"["status","layers"]"#,
        (false, true) => r#"["call","layers"]"#,
        (false, false) => r#"["layers"]"#,
    }
}
