//! How Teams makes one presence out of many: sessions, the preferred presence, the calendar, out of office.
//!
//! ```text
//! no live session            -> Offline
//! preferred presence set     -> preferred             (also "appear offline")
//! else the best session:     DoNotDisturb > Busy > Available > Away; a tie goes to the newest
//! ```
//! Everything here is a function of the layers and the time; nobody is told, nothing is stored.

use uuid::Uuid;

use crate::words::Pair;

/// A renewed `Available` session looks idle after this long.
const FADES_MS: i64 = 5 * 60_000;
/// And away after this long.
const FADES_AWAY_MS: i64 = 10 * 60_000;

/// Who holds a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A Teams client; it keeps itself alive, so it neither fades nor expires here.
    Client,
    /// An application, by its client id.
    App(Uuid),
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

/// Everything that a Teams presence is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TeamsLayers {
    pub(crate) sessions: Vec<Session>,
    pub(crate) preferred: Option<Preferred>,
    /// Since when a meeting of the calendar is on.
    pub(crate) meeting_since: Option<i64>,
    pub(crate) out_of_office: bool,
    /// Words put in by a test, shown whatever the layers say.
    pub(crate) raw: Option<Pair>,
}

impl TeamsLayers {
    /// What Graph shows.
    pub(crate) fn shown(&self, now: i64) -> Pair {
        self.aggregate(now, |_| true)
    }

    /// What Graph would show if no application had a session.
    pub(crate) fn own(&self, now: i64) -> Pair {
        self.aggregate(now, |session| session.owner == Owner::Client)
    }

    /// The live application session, if there is one; ours, since no other application writes here.
    pub(crate) fn app_session(&self, now: i64) -> Option<&Session> {
        self.sessions.iter().find(|session| session.owner != Owner::Client && now < session.expires_ms)
    }

    /// Whether what is shown may be nothing but the echo of an application's session.
    pub(crate) fn is_echo(&self, now: i64) -> bool {
        self.app_session(now).is_some_and(|session| session.pair == self.shown(now))
    }

    /// The next moment at which time alone changes something.
    pub(crate) fn next_change(&self, now: i64) -> Option<i64> {
        let sessions = self.sessions.iter().filter(|session| session.owner != Owner::Client).flat_map(|session| {
            let fades = (session.pair == Pair::AVAILABLE)
                .then_some([session.set_ms + FADES_MS, session.set_ms + FADES_AWAY_MS]);
            fades.into_iter().flatten().chain([session.expires_ms])
        });
        let preferred = self.preferred.as_ref().map(|preferred| preferred.expires_ms);
        sessions.chain(preferred).filter(|due| *due > now).min()
    }

    /// Drops what has run out.
    pub(crate) fn expire(&mut self, now: i64) {
        self.sessions.retain(|session| session.owner == Owner::Client || now < session.expires_ms);
        self.preferred.take_if(|preferred| preferred.expires_ms <= now);
    }

    /// Ends every session of an application.
    pub(crate) fn end_app_sessions(&mut self) {
        self.sessions.retain(|session| session.owner == Owner::Client);
    }

    fn aggregate(&self, now: i64, counts: impl Fn(&Session) -> bool) -> Pair {
        if let Some(raw) = self.raw {
            return raw;
        }
        let live = self
            .sessions
            .iter()
            .filter(|session| counts(session) && (session.owner == Owner::Client || now < session.expires_ms));
        let sessions = live.map(|session| (faded(session, now), session.set_ms));
        let Some(best) = sessions.reduce(better) else {
            return if self.out_of_office { Pair::OUT_OF_OFFICE } else { Pair::OFFLINE };
        };
        if let Some(preferred) = self.preferred.as_ref().filter(|preferred| now < preferred.expires_ms) {
            return self.with_out_of_office(preferred.pair);
        }
        let meeting = self.meeting_since.map(|since| (Pair::IN_A_MEETING, since));
        let (pair, _) = meeting.map_or(best, |meeting| better(best, meeting));
        self.with_out_of_office(pair)
    }

    fn with_out_of_office(&self, pair: Pair) -> Pair {
        if self.out_of_office && pair == Pair::AVAILABLE { Pair::AVAILABLE_OUT_OF_OFFICE } else { pair }
    }
}

fn faded(session: &Session, now: i64) -> Pair {
    let age = now - session.set_ms;
    match session.owner {
        Owner::App(_) if session.pair == Pair::AVAILABLE && age >= FADES_AWAY_MS => Pair::AWAY,
        Owner::App(_) if session.pair == Pair::AVAILABLE && age >= FADES_MS => Pair::AVAILABLE_INACTIVE,
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
