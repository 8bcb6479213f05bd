//! How the limits that the providers document were used: the most that came within each, how much came beyond it, and how often
//! somebody who had been told to wait did not.
//!
//! It counts what is asked, refused or not, and beside the limits that refuse: a limit may be lenient, the count is not.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use super::access::AppKind;

/// Something that a provider limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Limited {
    /// Graph, everything that one application asks.
    Graph,
    /// Graph's presence, for one application in one tenant.
    GraphPresence,
    /// Graph's directory, in resource units, for one application in a tenant of this size.
    GraphDirectory,
    /// Graph's subscriptions, for one application in one tenant.
    GraphSubscriptions,
    /// 8x8's Administration suite, in a minute.
    EightAdministration,
    /// 8x8's Administration suite, in ten seconds.
    EightAdministrationBurst,
    /// 8x8's Contact Search.
    EightContacts,
    /// 8x8's Work Analytics; 8x8 publishes no number.
    EightAnalytics,
    /// 8x8's tokens; 8x8 publishes no number.
    EightTokens,
    /// 8x8's presence by the partner contract; 8x8 publishes no number.
    EightPresence,
}

/// How one limit was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Use {
    /// How much is allowed.
    pub allowed: u64,
    /// Within how many seconds.
    pub seconds: u64,
    /// The most that came within any such time.
    pub most: u64,
    /// How much came that was too much.
    pub over: u64,
}

/// Whom a count is for: an application of Microsoft's, or the tenant's key at 8x8.
type Who = Option<AppKind>;

/// The counts of one tenant.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    tallies: BTreeMap<(Limited, Who), Tally>,
    /// Since when and until when somebody was asked to wait.
    quiet: BTreeMap<(Limited, Who), (i64, i64)>,
    /// How often somebody who was to wait asked all the same.
    pub(crate) early: BTreeMap<Limited, u64>,
}

#[derive(Debug, Default)]
struct Tally {
    came: VecDeque<(i64, u64)>,
    within: u64,
    used: Use,
}

impl Limited {
    /// How much is allowed, within how many seconds, in a tenant of so many people.
    const fn allows(self, people: usize) -> (u64, u64) {
        match self {
            Self::Graph => (130_000, 10),
            Self::GraphPresence => (1_500, 30),
            Self::GraphDirectory if people < 50 => (3_500, 10),
            Self::GraphDirectory if people <= 500 => (5_000, 10),
            Self::GraphDirectory => (8_000, 10),
            Self::GraphSubscriptions => (5_000, 20),
            Self::EightAdministration => (100, 60),
            Self::EightAdministrationBurst => (20, 10),
            Self::EightContacts | Self::EightAnalytics => (60, 60),
            Self::EightTokens => (10, 60),
            Self::EightPresence => (1_000, 1),
        }
    }
}

impl Ledger {
    /// Counts what is asked of a limit: a request, or its resource units.
    pub(crate) fn note(&mut self, limited: Limited, who: Who, units: u64, people: usize, now: i64) {
        let (allowed, seconds) = limited.allows(people);
        let tally = self.tallies.entry((limited, who)).or_default();
        (tally.used.allowed, tally.used.seconds) = (allowed, seconds);
        tally.note(units, now);
        // What is asked at the very moment of a refusal was on its way already.
        if self.quiet.get(&(limited, who)).is_some_and(|(told, until)| *told < now && now < *until) {
            *self.early.entry(limited).or_default() += 1;
        }
    }

    /// Somebody is asked to wait, for so many seconds.
    pub(crate) fn asks_to_wait(&mut self, limited: Limited, who: Who, seconds: f64, now: i64) {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of some minutes")]
        let until = now + (seconds * 1_000.0) as i64;
        let quiet = self.quiet.entry((limited, who)).or_insert((now, until));
        if until > quiet.1 {
            *quiet = (now, until);
        }
    }

    /// How each limit was used, by whoever used it most.
    pub(crate) fn uses(&self) -> impl Iterator<Item = (Limited, Use)> {
        self.tallies.iter().map(|((limited, _), tally)| (*limited, tally.used))
    }
}

impl Tally {
    fn note(&mut self, units: u64, now: i64) {
        let span = i64::try_from(self.used.seconds).unwrap_or(i64::MAX).saturating_mul(1_000);
        while let Some((_, gone)) = self.came.pop_front_if(|(at, _)| *at <= now - span) {
            self.within -= gone;
        }
        self.came.push_back((now, units));
        self.within += units;
        self.used.most = self.used.most.max(self.within);
        self.used.over += self.within.saturating_sub(self.used.allowed).min(units);
    }
}

impl Use {
    /// Both as one: the most of either, the excess of both.
    pub(crate) fn and(self, other: Self) -> Self {
        let most = self.most.max(other.most);
        let allowed = if self.allowed == 0 { other.allowed } else { self.allowed.min(other.allowed) };
        Self { allowed, seconds: self.seconds.max(other.seconds), most, over: self.over + other.over }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(ledger: &Ledger, limited: Limited) -> Use {
        ledger.uses().find(|(found, _)| *found == limited).unwrap().1
    }

    #[test]
    fn what_comes_beyond_a_limit_is_counted_and_a_window_slides() {
        let mut ledger = Ledger::default();
        for second in 0..15 {
            ledger.note(Limited::EightTokens, None, 1, 20, second * 1_000);
        }
        assert_eq!(used(&ledger, Limited::EightTokens), Use { allowed: 10, seconds: 60, most: 15, over: 5 });
        ledger.note(Limited::EightTokens, None, 1, 20, 65_000);
        assert_eq!(used(&ledger, Limited::EightTokens).over, 5, "six have left the minute");
    }

    #[test]
    fn units_count_as_many_and_the_limit_goes_by_the_size_of_the_tenant() {
        let mut ledger = Ledger::default();
        ledger.note(Limited::GraphDirectory, Some(AppKind::Read), 5_001, 500, 0);
        assert_eq!(used(&ledger, Limited::GraphDirectory), Use { allowed: 5_000, seconds: 10, most: 5_001, over: 1 });
    }

    #[test]
    fn whoever_asks_before_the_wait_is_over_is_early() {
        let mut ledger = Ledger::default();
        let mut ask = |at| ledger.note(Limited::EightContacts, None, 1, 20, at);
        ask(0);
        ledger.asks_to_wait(Limited::EightContacts, None, 2.5, 0);
        let mut ask = |at| ledger.note(Limited::EightContacts, None, 1, 20, at);
        ask(0);
        ask(2_499);
        ask(2_500);
        assert_eq!(ledger.early.get(&Limited::EightContacts), Some(&1));
    }
}
