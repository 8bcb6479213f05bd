//! How long it takes from a visible change to the write that answers it, and how many writes there were.
//!
//! ```text
//!  visible change, what is held is now wrong ──► timer ──► the right write arrives ──► a sample
//!                                                  └─────► what is held is right again by itself ──► nothing
//! ```

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::ledger::Ledger;
use crate::{faults::Endpoint, words::Status};

/// The log of writes keeps this many per tenant: enough for every assertion, little enough for a long run.
const WRITES_KEPT: usize = 50_000;
/// Latencies kept per tenant and direction.
const SAMPLES_KEPT: usize = 1_000_000;

/// What is being waited for on one person in one direction.
#[derive(Debug)]
pub(crate) struct Watch<T> {
    /// Wanted, held and masked when last looked at.
    seen: Option<(Option<T>, T, bool)>,
    pending: Option<(T, i64)>,
    last_write: Option<LastWrite<T>>,
}

#[derive(Debug)]
struct LastWrite<T> {
    value: T,
    at_ms: i64,
    until_ms: i64,
    /// Something else was wanted or held since.
    stirred: bool,
}

impl<T> Default for Watch<T> {
    fn default() -> Self {
        Self { seen: None, pending: None, last_write: None }
    }
}

/// What one look finds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<T> {
    /// What should be held; nothing if that cannot be seen.
    pub(crate) wanted: Option<T>,
    pub(crate) held: T,
    /// Whether what is held is hidden; coming out of hiding starts the time again.
    pub(crate) masked: bool,
    /// Whether this look follows a write by presync in this direction.
    pub(crate) written: bool,
    /// Whether timers may start.
    pub(crate) measuring: bool,
}

impl<T: Copy + PartialEq> Watch<T> {
    /// Looks again; returns the milliseconds that a right write took.
    pub(crate) fn look(&mut self, now: i64, look: Look<T>) -> Option<i64> {
        let before = self.seen.replace((look.wanted, look.held, look.masked));
        if let Some(last) = &mut self.last_write {
            last.stirred |= last.value != look.held || look.wanted.is_some_and(|wanted| wanted != last.value);
        }
        let wanted = look.wanted.filter(|_| look.measuring || look.written);
        let Some(wanted) = wanted else {
            self.pending = None;
            return None;
        };
        if wanted == look.held {
            return self.pending.take().filter(|_| look.written).map(|(_, since)| now - since);
        }
        let moved = before.is_none_or(|(wanted_before, held, _)| wanted_before != Some(wanted) || held != look.held);
        let unmasked = before.is_some_and(|(_, _, masked)| masked && !look.masked);
        let goes_on = self.pending.is_some_and(|(pending, _)| pending == wanted) && !unmasked;
        if look.measuring && !goes_on && (moved || unmasked) {
            self.pending = Some((wanted, now));
        }
        None
    }

    /// Notes an accepted write, before the look that follows it; returns whether it only repeats a live one.
    pub(crate) fn note_write(&mut self, value: T, now: i64, until_ms: i64) -> bool {
        let repeats = self.last_write.as_ref().is_some_and(|last| {
            last.value == value && !last.stirred && (last.until_ms - now) * 2 > last.until_ms - last.at_ms
        });
        self.last_write = Some(LastWrite { value, at_ms: now, until_ms, stirred: false });
        repeats
    }
}

/// What is remembered of one person for the report.
#[derive(Debug, Default)]
pub(crate) struct Track {
    /// Teams to 8x8.
    pub(crate) publication: Watch<Status>,
    /// 8x8 to Teams.
    pub(crate) session: Watch<bool>,
}

/// What presync did, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Presences handed out by Graph.
    pub presences_read: u64,
    /// Publications accepted, clears and renewals included.
    pub publications: u64,
    /// Those that only extended a lease.
    pub publication_renewals: u64,
    /// Sessions set on people who had none.
    pub sessions_set: u64,
    /// Sessions set again while they lived.
    pub sessions_renewed: u64,
    /// Sessions cleared by presync.
    pub sessions_cleared: u64,
    /// Writes that repeated a live value with more than half of its lease left.
    pub duplicates: u64,
    /// Requests refused for being too many.
    pub throttled: u64,
    /// Agents' statuses set.
    pub agent_statuses_set: u64,
    /// Users replaced in the 8x8 directory.
    pub directory_writes: u64,
}

impl Counters {
    /// Writes to 8x8, of every kind.
    pub(crate) fn to_eight(&self) -> u64 {
        self.publications + self.agent_statuses_set + self.directory_writes
    }
}

/// One write that presync made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Write {
    /// When it arrived.
    pub at_ms: i64,
    /// The person's place in the tenant.
    pub person: u32,
    /// What kind of write.
    pub kind: WriteKind,
    /// The status published or the pair set.
    pub value: String,
    /// How long it was to last, in seconds.
    pub lease_seconds: i64,
    /// The status code that it was answered with.
    pub answer: u16,
}

/// The kinds of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum WriteKind {
    /// A publication to 8x8.
    Publish,
    /// A publication taken back.
    Unpublish,
    /// A session set in Teams.
    SetSession,
    /// A session cleared in Teams.
    ClearSession,
    /// The status of an agent of the Contact Center.
    AgentStatus,
    /// `doNotDisturb` of an extension.
    ExtensionDnd,
}

/// The measurements of one tenant.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// Whether timers may start: from the first movement on.
    pub(crate) measuring: bool,
    pub(crate) counters: Counters,
    /// Answers given, by endpoint and status code.
    pub(crate) requests: BTreeMap<(Endpoint, u16), u64>,
    pub(crate) publish_ms: Vec<i64>,
    pub(crate) session_ms: Vec<i64>,
    pub(crate) writes: VecDeque<Write>,
    /// How the documented limits were used.
    pub(crate) ledger: Ledger,
}

impl Meter {
    pub(crate) fn log(&mut self, write: Write) {
        if self.writes.len() == WRITES_KEPT {
            self.writes.pop_front();
        }
        self.writes.push_back(write);
    }

    pub(crate) fn published_after(&mut self, ms: i64) {
        if self.publish_ms.len() < SAMPLES_KEPT {
            self.publish_ms.push(ms);
        }
    }

    pub(crate) fn session_after(&mut self, ms: i64) {
        if self.session_ms.len() < SAMPLES_KEPT {
            self.session_ms.push(ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(wanted: u8, held: u8) -> Look<u8> {
        Look { wanted: Some(wanted), held, masked: false, written: false, measuring: true }
    }

    fn settled() -> Watch<u8> {
        let mut watch = Watch::default();
        watch.look(0, seen(1, 1));
        watch
    }

    #[test]
    fn the_right_write_stops_the_time() {
        let mut watch = settled();
        assert_eq!(watch.look(10, seen(2, 1)), None);
        assert_eq!(watch.look(25, Look { written: true, ..seen(2, 2) }), Some(15));
        assert_eq!(watch.look(30, Look { written: true, ..seen(2, 2) }), None);
    }

    #[test]
    fn a_wrong_write_does_not_stop_the_time_and_a_new_move_starts_it_again() {
        let mut watch = settled();
        watch.look(10, seen(2, 1));
        assert_eq!(watch.look(20, Look { written: true, ..seen(2, 3) }), None);
        watch.look(30, seen(4, 3));
        assert_eq!(watch.look(35, Look { written: true, ..seen(4, 4) }), Some(5));
    }

    #[test]
    fn moving_back_cancels() {
        let mut watch = settled();
        watch.look(10, seen(2, 1));
        assert_eq!(watch.look(20, seen(1, 1)), None);
        assert_eq!(watch.look(30, Look { written: true, ..seen(1, 1) }), None);
    }

    #[test]
    fn what_was_wrong_before_the_measuring_is_no_sample() {
        let mut watch = Watch::default();
        watch.look(0, Look { measuring: false, ..seen(2, 1) });
        watch.look(10, seen(2, 1));
        assert_eq!(watch.look(20, Look { written: true, ..seen(2, 2) }), None);
    }

    #[test]
    fn coming_out_from_under_a_manual_choice_starts_the_time_again() {
        let mut watch = settled();
        watch.look(10, Look { masked: true, ..seen(2, 1) });
        watch.look(90, seen(2, 1));
        assert_eq!(watch.look(95, Look { written: true, ..seen(2, 2) }), Some(5));
    }

    #[test]
    fn an_echo_is_waited_for_by_nobody() {
        let mut watch = settled();
        watch.look(10, seen(2, 1));
        watch.look(20, Look { wanted: None, ..seen(0, 1) });
        watch.look(30, seen(3, 1));
        assert_eq!(watch.look(31, Look { written: true, ..seen(3, 3) }), Some(1));
    }

    #[test]
    fn an_equal_write_early_in_a_lease_is_a_duplicate_and_a_renewal_is_not() {
        let mut watch = settled();
        assert!(!watch.note_write(1, 0, 100));
        assert!(watch.note_write(1, 49, 149));
        assert!(!watch.note_write(1, 99, 199));
    }

    #[test]
    fn an_equal_write_after_something_else_was_wanted_is_no_duplicate() {
        let mut watch = settled();
        watch.note_write(1, 0, 100);
        watch.look(5, seen(2, 1));
        watch.look(6, seen(1, 1));
        assert!(!watch.note_write(1, 10, 110));
    }
}
