//! What a walk through the states may use: how many people, how much may happen to them, and how long things last.
//!
//! The walk is finite because the number of changes, mishaps, crashes and exchanges of rules is bounded, while polls, ticks and time
//! may come as often as they like: it is through all histories of any length with at most so many of each.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use presync_core::reconcile::Policy;

/// A rule of the reconciler that the world around it makes ineffective, to see that it is needed. None of them is in the reconciler
/// itself: it is fed so that the rule has nothing to go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// All rules are in force.
    None,
    /// Echo: Teams shows our session in other words than it was written in.
    SessionInOtherWords,
    /// Echo: 8x8 does not say which part of a status is our publication.
    OriginUntold,
    /// Order: readings carry no revision, and count as begun when they are heard.
    OrderUntold,
    /// Order: a verdict comes back with the stamp of the newest question, whichever question it answers.
    StampsUntold,
    /// Lease: providers never let go of what they were given.
    LeasesIgnored,
    /// Lease: renewals never arrive, though they are answered.
    RenewalsIgnored,
}

/// How often something may still happen; it may be without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Budget(pub u8);

impl Budget {
    /// Without end.
    pub const ENDLESS: Self = Self(u8::MAX);

    /// Whether there is anything left.
    pub const fn is_left(self) -> bool {
        self.0 > 0
    }

    pub(crate) const fn spend(&mut self) {
        if self.0 != u8::MAX {
            self.0 = self.0.saturating_sub(1);
        }
    }
}

/// What may still happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Budgets {
    /// People who begin or end a call, or choose something by hand.
    pub changes: Budget,
    /// Readings and answers that are slow, double or lost, writes that are lost, refused, slowed down or late.
    pub mishaps: Budget,
    /// The process dies and another takes up what is stored.
    pub crashes: Budget,
    /// The rules of a direction are exchanged for others.
    pub exchanges: Budget,
    /// A side cannot be read for a while.
    pub outages: Budget,
    /// A person is unlinked, or linked again.
    pub departures: Budget,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// What it is called.
    pub name: &'static str,
    /// How many people.
    pub people: u32,
    /// Besides calls, people choose do not disturb by hand on both sides.
    pub by_hand: bool,
    /// What may happen.
    pub budgets: Budgets,
    /// The time that passes in one step. Writes are answered and rules decide within one.
    pub step: Duration,
    /// How many steps after it was given up a write may still arrive; 0 is before the next one.
    pub late_steps: u32,
    /// How long things last.
    pub policy: Policy,
    /// What is taken away.
    pub weakness: Weakness,
    /// How many things happen at most; without it, as many as make a difference.
    pub depth: Option<u16>,
}

/// The time that passes in one step of a walk: more than half of the minute for which a reading counts, so that one may be a step
/// old and no older; and more than a write waits for its answer.
const STEP: Duration = Duration::from_secs(40);

impl Scenario {
    const NONE: Budgets = Budgets {
        changes: Budget(0),
        mishaps: Budget(0),
        crashes: Budget(0),
        exchanges: Budget(0),
        outages: Budget(0),
        departures: Budget(0),
    };

    /// Leases of three steps, renewed at two, and pauses of one: as short as they can be with all of their moments apart.
    fn short() -> Policy {
        Policy {
            session_lease: STEP * 3,
            urgent_lease: STEP * 3,
            calm_lease: STEP * 3,
            settle: STEP / 4,
            hold_stale: STEP * 2,
            retry_first: STEP,
            retry_most: STEP,
            retry_refused: STEP,
            ..Policy::default()
        }
    }

    fn walk(name: &'static str, people: u32, by_hand: bool, budgets: Budgets) -> Self {
        let (policy, weakness) = (Self::short(), Weakness::None);
        Self { name, people, by_hand, budgets, step: STEP, late_steps: 0, policy, weakness, depth: None }
    }

    /// So many people, to whom happens at most so much.
    pub fn people(people: u32, changes: u8, mishaps: u8) -> Self {
        let budgets = Budgets { changes: Budget(changes), mishaps: Budget(mishaps), ..Self::NONE };
        Self::walk(if people == 1 { "one person" } else { "two people" }, people, false, budgets)
    }

    /// They also choose do not disturb by hand on both sides.
    #[must_use]
    pub fn by_hand(mut self) -> Self {
        self.by_hand = true;
        self
    }

    /// The process is killed so often.
    #[must_use]
    pub const fn crashes(mut self, crashes: u8) -> Self {
        self.budgets.crashes = Budget(crashes);
        self
    }

    /// The rules of a direction are exchanged so often.
    #[must_use]
    pub const fn exchanges(mut self, exchanges: u8) -> Self {
        self.budgets.exchanges = Budget(exchanges);
        self
    }

    /// A side cannot be read, so often.
    #[must_use]
    pub const fn outages(mut self, outages: u8) -> Self {
        self.budgets.outages = Budget(outages);
        self
    }

    /// A person is unlinked or linked again, so often.
    #[must_use]
    pub const fn departures(mut self, departures: u8) -> Self {
        self.budgets.departures = Budget(departures);
        self
    }

    /// Writes that were given up may arrive after later ones.
    #[must_use]
    pub const fn overtaken(mut self) -> Self {
        self.late_steps = 1;
        self
    }

    /// No more things happen than so many.
    #[must_use]
    pub const fn to_depth(mut self, depth: u16) -> Self {
        self.depth = Some(depth);
        self
    }

    /// People without end to what happens to them, with the lengths that are in use: for histories made at random.
    pub fn histories(people: u32) -> Self {
        let endless = Budget::ENDLESS;
        let budgets = Budgets {
            changes: endless,
            mishaps: endless,
            crashes: endless,
            exchanges: endless,
            outages: endless,
            departures: endless,
        };
        let step = Duration::from_secs(10);
        let late_steps = 1;
        Self { step, late_steps, policy: Policy::default(), ..Self::walk("histories", people, true, budgets) }
    }

    /// The same without one of the rules.
    #[must_use]
    pub fn without(mut self, weakness: Weakness) -> Self {
        self.weakness = weakness;
        self
    }

    /// The longest lease that there is in it.
    pub(crate) fn longest_lease(&self) -> Duration {
        self.policy.session_lease.max(self.policy.urgent_lease)
    }
}

impl Display for Scenario {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        let hands = if self.by_hand { "changes, also by hand," } else { "changes" };
        let Budgets { changes, mishaps, crashes, exchanges, outages, departures } = self.budgets;
        let all = [
            (changes, hands),
            (mishaps, if self.late_steps > 0 { "mishaps, also overtaking," } else { "mishaps" }),
            (crashes, "crashes"),
            (exchanges, "exchanges of rules"),
            (outages, "outages"),
            (departures, "times unlinked or linked"),
        ];
        for (Budget(times), what) in all.into_iter().filter(|(budget, _)| budget.is_left()) {
            write!(f, "; {what} {times}")?;
        }
        self.depth.map_or(Ok(()), |depth| write!(f, "; steps {depth}"))
    }
}
