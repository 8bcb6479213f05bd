//! How Teams makes one presence out of many: sessions, the preferred presence, the calendar, out of office.
//!
//! ```text
//! no live session            -> Offline
//! preferred presence set     -> preferred             (also "appear offline")
//! else the best session:     DoNotDisturb > Busy > Available > Away; a tie goes to the newest
//! ```
//! Everything here is a function of the layers and the time; nobody is told, nothing is stored.

use uuid::Uuid;

use super::message::StatusMessage;
use crate::words::Pair;

/// A renewed `Available` session looks idle after this long.
const FADES_MS: i64 = 5 * 60_000;
/// And away after this long.
const FADES_AWAY_MS: i64 = 10 * 60_000;

/// A Teams client, by what it runs on. A person can have all three open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// The desktop client.
    Desktop,
    /// The mobile client.
    Mobile,
    /// The client in a browser.
    Web,
}

/// Who holds a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A Teams client; it keeps itself alive, so it neither fades nor expires here.
    Client(Device),
    /// Presync's application that writes, by its client id.
    App(Uuid),
    /// Another application, or another session of an application, by the id that it gave.
    Other(Uuid),
}

impl Owner {
    pub(crate) const fn is_client(self) -> bool {
        matches!(self, Self::Client(_))
    }

    /// Whether it is presync.
    pub(crate) const fn is_ours(self) -> bool {
        matches!(self, Self::App(_))
    }
}

/// One session on a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) owner: Owner,
    pub(crate) pair: Pair,
    pub(crate) set_ms: i64,
    /// When an application's session ends by itself.
    pub(crate) expires_ms: i64,
}

/// What the person picked by hand in Teams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preferred {
    pub(crate) pair: Pair,
    pub(crate) expires_ms: i64,
}

/// A time out of office that was planned ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Absence {
    pub(crate) from_ms: i64,
    pub(crate) until_ms: i64,
    /// Whether automatic replies are scheduled for it; if not, it is only in the calendar.
    pub(crate) replies: bool,
}

impl Absence {
    fn is_on(&self, now: i64) -> bool {
        (self.from_ms..self.until_ms).contains(&now)
    }
}

/// Whether and how a person is out of office.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OutOfOffice {
    pub(crate) is_out: bool,
    /// Whether automatic replies are sent, so that there is a message to read.
    pub(crate) replies: bool,
}

/// Everything that a Teams presence is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TeamsLayers {
    pub(crate) sessions: Vec<Session>,
    pub(crate) preferred: Option<Preferred>,
    /// Since when a meeting of the calendar is on.
    pub(crate) meeting_since: Option<i64>,
    /// Automatic replies are on until they are switched off.
    pub(crate) out_of_office: bool,
    pub(crate) absences: Vec<Absence>,
    pub(crate) status_message: Option<Box<StatusMessage>>,
    /// Words put in by a test, shown whatever the layers say.
    pub(crate) raw: Option<Pair>,
}

impl TeamsLayers {
    /// What Graph shows.
    pub(crate) fn shown(&self, now: i64) -> Pair {
        self.aggregate(now, |_| true)
    }

    /// What Graph would show if presync had no session.
    pub(crate) fn own(&self, now: i64) -> Pair {
        self.aggregate(now, |session| !session.owner.is_ours())
    }

    /// Presync's live session, if there is one.
    pub(crate) fn app_session(&self, now: i64) -> Option<&Session> {
        self.sessions.iter().find(|session| session.owner.is_ours() && now < session.expires_ms)
    }

    /// Whether and how the person is out of office.
    pub(crate) fn out(&self, now: i64) -> OutOfOffice {
        let on = || self.absences.iter().filter(|absence| absence.is_on(now));
        let replies = self.out_of_office || on().any(|absence| absence.replies);
        OutOfOffice { is_out: replies || on().next().is_some(), replies }
    }

    /// Whether what is shown may be nothing but the echo of presync's session.
    pub(crate) fn is_echo(&self, now: i64) -> bool {
        self.app_session(now).is_some_and(|session| session.pair == self.shown(now))
    }

    /// The next moment at which time alone changes something.
    pub(crate) fn next_change(&self, now: i64) -> Option<i64> {
        let sessions = self.sessions.iter().filter(|session| !session.owner.is_client()).flat_map(|session| {
            let fades = (session.pair == Pair::AVAILABLE)
                .then_some([session.set_ms + FADES_MS, session.set_ms + FADES_AWAY_MS]);
            fades.into_iter().flatten().chain([session.expires_ms])
        });
        let preferred = self.preferred.as_ref().map(|preferred| preferred.expires_ms);
        let absences = self.absences.iter().flat_map(|absence| [absence.from_ms, absence.until_ms]);
        let message = self.status_message.as_ref().and_then(|message| message.expires_ms);
        sessions.chain(preferred).chain(absences).chain(message).filter(|due| *due > now).min()
    }

    /// Drops what has run out.
    pub(crate) fn expire(&mut self, now: i64) {
        self.sessions.retain(|session| session.owner.is_client() || now < session.expires_ms);
        self.preferred.take_if(|preferred| preferred.expires_ms <= now);
        self.absences.retain(|absence| now < absence.until_ms);
        self.status_message.take_if(|message| message.expires_ms.is_some_and(|ends| ends <= now));
    }

    /// Ends presync's session.
    pub(crate) fn end_app_sessions(&mut self) {
        self.sessions.retain(|session| !session.owner.is_ours());
    }

    /// What one of the person's Teams clients says from now on; nothing when it is closed.
    pub(crate) fn client(&mut self, device: Device, pair: Option<Pair>, now: i64) {
        let owner = Owner::Client(device);
        self.sessions.retain(|session| session.owner != owner);
        self.sessions.extend(pair.map(|pair| Session { owner, pair, set_ms: now, expires_ms: i64::MAX }));
    }

    fn aggregate(&self, now: i64, counts: impl Fn(&Session) -> bool) -> Pair {
        if let Some(raw) = self.raw {
            return raw;
        }
        let live = self
            .sessions
            .iter()
            .filter(|session| counts(session) && (session.owner.is_client() || now < session.expires_ms));
        let sessions = live.map(|session| (faded(session, now), session.set_ms));
        let Some(best) = sessions.reduce(better) else {
            return if self.out(now).is_out { Pair::OUT_OF_OFFICE } else { Pair::OFFLINE };
        };
        if let Some(preferred) = self.preferred.as_ref().filter(|preferred| now < preferred.expires_ms) {
            return self.with_out_of_office(preferred.pair, now);
        }
        let meeting = self.meeting_since.map(|since| (Pair::IN_A_MEETING, since));
        let (pair, _) = meeting.map_or(best, |meeting| better(best, meeting));
        self.with_out_of_office(pair, now)
    }

    fn with_out_of_office(&self, pair: Pair, now: i64) -> Pair {
        if pair == Pair::AVAILABLE && self.out(now).is_out { Pair::AVAILABLE_OUT_OF_OFFICE } else { pair }
    }
}

fn faded(session: &Session, now: i64) -> Pair {
    let age = now - session.set_ms;
    match session.owner {
        Owner::App(_) | Owner::Other(_) if session.pair == Pair::AVAILABLE && age >= FADES_MS => {
            if age >= FADES_AWAY_MS { Pair::AWAY } else { Pair::AVAILABLE_INACTIVE }
        }
        _ => session.pair,
    }
}

fn better(first: (Pair, i64), second: (Pair, i64)) -> (Pair, i64) {
    let (one, other) = ((rank(first.0), first.1), (rank(second.0), second.1));
    if other >= one { second } else { first }
}

fn rank(pair: Pair) -> u8 {
    match pair.availability {
        "DoNotDisturb" => 5,
        "Busy" | "BusyIdle" => 4,
        "Available" if pair.activity != "AvailableInactive" => 3,
        "Available" | "AvailableIdle" => 2,
        "Away" => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
