//! Whose turn it is to be read, when the limit on requests does not let everybody be read in each cycle.
//!
//! ```text
//!  everybody, oldest reading first:
//!  ├─ owed: would be older than promised by the next cycle ─┤
//!  ├─ an even share, so that nobody's turn comes together with everyone else's ─┤
//!  then, as far as the limit has room: whoever matters first, oldest reading first
//!  then, as far as the last request has room: the rest, oldest reading first
//! ```
//!
//! Who is owed is read whatever the limit's half says; that the promise is kept goes before being fast. What no limit lets through is
//! cut off: the oldest go first.

use std::time::Duration;

use presync_core::id::LinkId;
use presync_core::time::Timestamp;

/// Somebody who may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) link: LinkId,
    /// When their newest reading was started.
    pub(crate) read_at: Timestamp,
    /// On shift, on a call, or changed a moment ago.
    pub(crate) first: bool,
}

/// What a cycle may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) now: Timestamp,
    /// When the next cycle is expected, from now.
    pub(crate) next: Duration,
    /// How old a reading may become.
    pub(crate) promised: Duration,
    /// People in one request.
    pub(crate) batch: usize,
    /// Requests that half of the limit has room for.
    pub(crate) room: usize,
    /// Requests that may be made at all.
    pub(crate) most: usize,
}

impl Terms {
    /// Whether nobody has to be chosen.
    pub(crate) const fn take_all(&self, people: usize) -> bool {
        let requests = people.div_ceil(self.batch);
        requests <= self.room && requests <= self.most
    }
}

/// Whom to read now. Nobody is there twice.
pub(crate) fn pick(mut people: Vec<Candidate>, terms: &Terms) -> Vec<LinkId> {
    if terms.take_all(people.len()) {
        return people.into_iter().map(|one| one.link).collect();
    }
    people.sort_unstable_by_key(|one| (one.read_at, one.link));
    let due = owed(&people, terms).max(even_share(people.len(), terms));
    let requests = due.div_ceil(terms.batch).max(terms.room).min(terms.most);
    let most = (requests * terms.batch).min(people.len());
    let (due, others) = people.split_at(due.min(most));
    let in_turn = due.iter().chain(others.iter().filter(|one| one.first)).chain(others.iter().filter(|one| !one.first));
    in_turn.take(most).map(|one| one.link).collect()
}

/// How many of the oldest would be older than promised before there is another cycle.
fn owed(people: &[Candidate], terms: &Terms) -> usize {
    people.partition_point(|one| terms.now.since(one.read_at) + terms.next > terms.promised)
}

/// So many of the oldest per cycle, and everybody has had their turn within what is promised.
fn even_share(people: usize, terms: &Terms) -> usize {
    let (people, next, promised) = (people as u128, terms.next.as_nanos(), terms.promised.as_nanos().max(1));
    usize::try_from((people * next).div_ceil(promised)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
