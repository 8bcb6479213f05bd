//! What happened to the users of a directory, in order, as `/users/delta` tells it; and the deleted ones, who can be
//! restored for a while.

use std::collections::HashMap;

use uuid::Uuid;

use super::person::TeamsSide;

/// Something that happened to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happened {
    /// These properties changed; all of them if there are none here.
    Changed(&'static [&'static str]),
    /// Deleted, and can be restored.
    Deleted,
    /// Gone for good.
    Purged,
}

/// One entry: when a number is larger, it happened later.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) user: Uuid,
    pub(crate) happened: Happened,
}

/// A directory's past.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    entries: Vec<Entry>,
    /// Deleted users, and which people they were.
    bin: HashMap<Uuid, (u32, TeamsSide)>,
    /// Delta tokens from before this time have to start again.
    pub(crate) reset_ms: Option<i64>,
}

impl Directory {
    /// The number of the last entry; 0 before the first.
    pub(crate) fn last(&self) -> u64 {
        self.entries.last().map_or(0, |entry| entry.number)
    }

    /// What happened after an entry, oldest first.
    pub(crate) fn since(&self, number: u64) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.number > number)
    }

    pub(crate) fn note(&mut self, user: Uuid, happened: Happened) {
        let number = self.last() + 1;
        self.entries.push(Entry { number, user, happened });
    }

    /// A user is deleted, and kept to be restored.
    pub(crate) fn delete(&mut self, person: u32, user: TeamsSide) {
        self.note(user.id, Happened::Deleted);
        self.bin.insert(user.id, (person, user));
    }

    /// A deleted user is gone for good; whether there was one.
    pub(crate) fn purge(&mut self, user: Uuid) -> bool {
        let was_there = self.bin.remove(&user).is_some();
        if was_there {
            self.note(user, Happened::Purged);
        }
        was_there
    }

    /// A deleted user comes back; which person that is.
    pub(crate) fn restore(&mut self, user: Uuid) -> Option<(u32, TeamsSide)> {
        let restored = self.bin.remove(&user)?;
        self.note(user, Happened::Changed(&[]));
        Some(restored)
    }
}
