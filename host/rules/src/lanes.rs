//! Copies of a compiled rule, for threads that ask it at the same time.
//!
//! An engine gives the memory that a rule used last to whoever instantiates the rule next, and counts what it gives. Two threads that ask
//! the same rule question by question hand each other all of that, and wait for the other processor's cache each time: when the caches are
//! far apart, two of them are only a third faster than one. So a thread that meets another in a rule gets a copy of the rule in another
//! hall, and keeps it: a lane. A rule that nobody meets in has no copies.

use std::ops::Deref;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::guest_log::GuestLog;
use crate::hall::{Hall, Place};
use crate::host::RuleHost;
use crate::v1_0::Linked;

/// A compiled rule above this size has no copies, in bytes: those with an interpreter, whose questions cost more than any cache.
const LARGEST: usize = 1024 * 1024;

/// A number for each thread that has asked, from one.
static THREADS: AtomicUsize = AtomicUsize::new(1);

thread_local! {
    static THIS_THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
}

/// A compiled rule and its copies, all of which log as one.
pub(crate) struct Lanes {
    first: Lane,
    /// `None` is a copy that could not be made: who has its turn asks the first.
    copies: Box<[OnceLock<Option<Lane>>]>,
    /// Who is in each of them, the first before the copies.
    busy: Box<[Busy]>,
    /// The thread that took each of them last; 0 is none. Apart from `busy`, since every thread looks through it and none changes it often.
    last: Box<[AtomicUsize]>,
}

/// The rule in one hall.
pub(crate) struct Lane {
    linked: Linked,
    log: GuestLog,
}

/// Whether a thread is in a lane. Alone in its cache line, or this would be what is handed around.
#[repr(align(128))]
#[derive(Default)]
struct Busy(AtomicBool);

/// A lane with a thread in it, until it drops this. A thread that found none free shares the first.
pub(crate) struct InLane<'a> {
    lane: &'a Lane,
    hall: &'a Hall,
    busy: Option<&'a Busy>,
}

// === impl Lanes ===

impl Lanes {
    pub(crate) fn new(host: &RuleHost, linked: Linked, log: GuestLog) -> Self {
        let copies = if linked.compiled_size() > LARGEST { 0 } else { host.more().len() };
        Self {
            first: Lane { linked, log },
            copies: std::iter::repeat_with(OnceLock::new).take(copies).collect(),
            busy: std::iter::repeat_with(Busy::default).take(copies + 1).collect(),
            last: std::iter::repeat_with(AtomicUsize::default).take(copies + 1).collect(),
        }
    }

    /// The rule in the main hall.
    pub(crate) const fn first(&self) -> &Lane {
        &self.first
    }

    /// The lane that this thread was in before, or one that is free, or a new copy: in this order.
    pub(crate) fn enter<'a>(&'a self, host: &'a RuleHost) -> InLane<'a> {
        let thread = THIS_THREAD.with(|number| *number);
        let before = self.last.iter().position(|last| last.load(Ordering::Relaxed) == thread);
        if let Some(before) = before
            && let Some(taken) = self.take(before, host)
        {
            return taken;
        }
        for (lane, last) in self.last.iter().enumerate() {
            if let Some(taken) = self.take(lane, host) {
                last.store(thread, Ordering::Relaxed);
                return taken;
            }
        }
        InLane { lane: &self.first, hall: host.main(), busy: None }
    }

    /// A lane, if nobody is in it. Its copy is made the first time, which takes less than a millisecond.
    fn take<'a>(&'a self, number: usize, host: &'a RuleHost) -> Option<InLane<'a>> {
        let busy = self.busy.get(number).filter(|busy| !busy.0.swap(true, Ordering::Acquire))?;
        let copy = number.checked_sub(1).and_then(|copy| self.copies.get(copy).zip(host.more().get(copy)));
        let in_copy = copy.and_then(|(copy, hall)| {
            let lane = copy.get_or_init(|| {
                let copied = self.first.copied(hall);
                copied.inspect_err(|error| tracing::warn!(%error, "a rule cannot be copied: threads share it")).ok()
            });
            Some((lane.as_ref()?, hall))
        });
        let (lane, hall) = in_copy.unwrap_or((&self.first, host.main()));
        Some(InLane { lane, hall, busy: Some(busy) })
    }

    /// How many copies there are.
    #[cfg(test)]
    fn copied(&self) -> usize {
        self.copies.iter().filter(|copy| copy.get().is_some_and(Option::is_some)).count()
    }
}

// === impl Lane ===

impl Lane {
    pub(crate) const fn linked(&self) -> &Linked {
        &self.linked
    }

    pub(crate) const fn log(&self) -> &GuestLog {
        &self.log
    }

    fn copied(&self, hall: &Hall) -> wasmtime::Result<Self> {
        Ok(Self { linked: self.linked.copied(hall.engine(), hall.linker())?, log: self.log.another() })
    }
}

// === impl InLane ===

impl<'a> InLane<'a> {
    /// Waits for a place for one batch.
    pub(crate) fn place(&self) -> Place<'a> {
        self.hall.place()
    }
}

impl Deref for InLane<'_> {
    type Target = Lane;

    fn deref(&self) -> &Lane {
        self.lane
    }
}

impl Drop for InLane<'_> {
    fn drop(&mut self) {
        if let Some(busy) = self.busy {
            busy.0.store(false, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::from_ref;
    use std::sync::Barrier;

    use serde_json::Value;

    use super::*;
    use crate::host::HostSettings;
    use crate::{Limits, defaults};

    fn host(lanes: u32) -> RuleHost {
        RuleHost::new(HostSettings { lanes, ..HostSettings::default() }).unwrap()
    }

    fn lanes(host: &RuleHost) -> Lanes {
        let rule = host.load(defaults::TEAMS_TO_EIGHT, None, &Value::Null, Limits::default()).unwrap();
        Lanes::new(host, rule.linked().clone(), rule.log().clone())
    }

    #[test]
    fn a_rule_that_nobody_meets_in_has_no_copies() {
        let host = host(4);
        let lanes = lanes(&host);
        for _ in 0..3 {
            assert!(std::ptr::eq(lanes.enter(&host).lane, lanes.first()));
        }
        assert_eq!(lanes.copied(), 0);
    }

    #[test]
    fn those_who_meet_have_a_lane_each_and_whoever_is_too_many_shares_the_first() {
        let host = host(3);
        let lanes = lanes(&host);
        let inside: Vec<_> = (0..3).map(|_| lanes.enter(&host)).collect();
        assert_eq!(lanes.copied(), 2);
        for (a, b) in inside.iter().zip(inside.iter().skip(1)) {
            assert!(!std::ptr::eq(a.lane, b.lane));
        }
        assert!(std::ptr::eq(lanes.enter(&host).lane, lanes.first()));
        drop(inside);
        drop(lanes.enter(&host));
        assert_eq!(lanes.copied(), 2);
    }

    #[test]
    fn a_thread_keeps_the_lane_that_it_got() {
        let host = host(2);
        let lanes = lanes(&host);
        let (met, left) = (Barrier::new(2), Barrier::new(2));
        std::thread::scope(|scope| {
            let inside = lanes.enter(&host);
            let other = scope.spawn(|| {
                let first = from_ref(lanes.enter(&host).lane).addr();
                met.wait();
                left.wait();
                (first, from_ref(lanes.enter(&host).lane).addr())
            });
            met.wait();
            drop(inside);
            left.wait();
            let (first, then) = other.join().unwrap();
            assert_ne!(first, from_ref(lanes.first()).addr());
            assert_eq!(first, then);
        });
    }

    #[test]
    fn a_host_of_one_lane_has_no_copies() {
        let host = host(1);
        let lanes = lanes(&host);
        let (one, other) = (lanes.enter(&host), lanes.enter(&host));
        assert!(std::ptr::eq(one.lane, other.lane));
        assert_eq!(lanes.copied(), 0);
    }
}
