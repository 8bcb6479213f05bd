//! The conditions of a line. All of them must hold; a condition on something that is not known does not hold.

use presync_rule::subject::{EightSide, Staffing, Subject, TeamsSide};

use crate::clock::Clock;
use crate::names::{Names, same};
use crate::words::{ACTIVITY, AVAILABILITY, STATUS, all};

/// The side that a table maps from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Teams,
    Eight,
}

/// Everything that a line asks. What it does not ask is `None` or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct When {
    pub(crate) teams: Option<TeamsWords>,
    pub(crate) eight: Option<EightWords>,
    pub(crate) person: Names,
    pub(crate) department: Names,
    pub(crate) group: Names,
    pub(crate) queue: Names,
    pub(crate) clock: Option<Clock>,
    pub(crate) seconds: Option<Seconds>,
    pub(crate) staffing_below: Option<u32>,
    /// A bit per word of what is proposed.
    pub(crate) proposed: Option<u32>,
}

/// Conditions on what Teams says, a bit per word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TeamsWords {
    pub(crate) availability: u32,
    pub(crate) activity: u32,
    /// A bit per pair of out of office (1) and set by hand (2).
    pub(crate) flags: u32,
}

/// Conditions on what 8x8 says, a bit per word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EightWords {
    pub(crate) status: u32,
    /// A bit per pair of a real call (1) and set by hand (2).
    pub(crate) flags: u32,
}

/// Seconds in the state of the side that is mapped from: at least so many, and fewer than so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seconds {
    pub(crate) at_least: u32,
    pub(crate) less_than: Option<u32>,
}

/// One question, whichever way it maps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'q> {
    pub(crate) subject: &'q Subject,
    /// Seconds in the state of the side that is mapped from, where known.
    pub(crate) since: Option<u32>,
    /// The place of what is proposed among the words for it.
    pub(crate) proposed: Option<usize>,
}

// === impl When ===

impl When {
    /// Whether everything holds that does not change with time alone.
    pub(crate) fn stands(&self, seen: &Seen<'_>) -> bool {
        let subject = seen.subject;
        self.teams.is_none_or(|words| subject.teams.as_ref().is_some_and(|side| words.hold(side)))
            && self.eight.is_none_or(|words| subject.eight.as_ref().is_some_and(|side| words.hold(side)))
            && self.proposed.is_none_or(|mask| seen.proposed.is_some_and(|place| mask & 1 << place != 0))
            && self.names(subject)
            && self.staffing_below.is_none_or(|number| self.short_of_staff(subject, number))
    }

    /// Whether the conditions on time hold now.
    pub(crate) fn is_time(&self, seen: &Seen<'_>) -> bool {
        self.clock.as_ref().is_none_or(|clock| seen.subject.time.is_some_and(|now| clock.holds(now)))
            && self.seconds.is_none_or(|seconds| seen.since.is_some_and(|since| seconds.holds(since)))
    }

    /// Seconds until a condition on time changes, if one does.
    pub(crate) fn changes_in(&self, seen: &Seen<'_>) -> Option<u32> {
        let clock =
            self.clock.as_ref().and_then(|clock| clock.changes_in(seen.subject.time?)).map(|minutes| minutes * 60);
        let seconds = self.seconds.and_then(|seconds| seconds.changes_in(seen.since?));
        [clock, seconds].into_iter().flatten().min()
    }

    fn names(&self, subject: &Subject) -> bool {
        let person = subject.person.as_ref();
        let address = subject.identity.as_ref().map(|identity| identity.email.as_str());
        self.person.fit(person.map(|person| person.id.as_str()).into_iter().chain(address))
            && self.department.fit(person.and_then(|person| person.department.as_deref()))
            && self.group.fit(person.iter().flat_map(|person| &person.groups).map(String::as_str))
            && self.queue.fit(person.iter().flat_map(|person| &person.queues).map(String::as_str))
    }

    /// Whether one of the person's queues, of those that the line names if it names any, has fewer agents left than this.
    fn short_of_staff(&self, subject: &Subject, number: u32) -> bool {
        let of_the_person = |name: &str| {
            subject.person.as_ref().is_some_and(|person| person.queues.iter().any(|queue| same(queue, name)))
        };
        let counts = |staffing: &Staffing| {
            !self.queue.asks() || (self.queue.contains(&staffing.queue) && of_the_person(&staffing.queue))
        };
        subject.staffing.iter().flatten().any(|staffing| staffing.available < number && counts(staffing))
    }
}

// === impl TeamsWords ===

impl Default for TeamsWords {
    fn default() -> Self {
        Self { availability: all(AVAILABILITY.len()), activity: all(ACTIVITY.len()), flags: all(4) }
    }
}

impl TeamsWords {
    fn hold(&self, side: &TeamsSide) -> bool {
        let flags = u32::from(side.out_of_office) | u32::from(side.manual) << 1;
        self.availability & 1 << side.availability as u32 != 0
            && self.activity & 1 << side.activity as u32 != 0
            && self.flags & 1 << flags != 0
    }
}

// === impl EightWords ===

impl Default for EightWords {
    fn default() -> Self {
        Self { status: all(STATUS.len()), flags: all(4) }
    }
}

impl EightWords {
    fn hold(&self, side: &EightSide) -> bool {
        let flags = u32::from(side.call_active) | u32::from(side.manual) << 1;
        self.status & 1 << side.status as u32 != 0 && self.flags & 1 << flags != 0
    }
}

// === impl Seconds ===

impl Seconds {
    pub(crate) fn holds(self, since: u32) -> bool {
        self.at_least <= since && self.less_than.is_none_or(|limit| since < limit)
    }

    fn changes_in(self, since: u32) -> Option<u32> {
        let ahead = |edge: u32| edge.checked_sub(since).filter(|seconds| *seconds > 0);
        ahead(self.at_least).or_else(|| self.less_than.and_then(ahead))
    }
}
