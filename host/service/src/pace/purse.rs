//! What the cycles may spend of a provider's limit on requests: half of it. The other half is there for what cannot wait, and for the
//! tenant's other tools, which draw on the same limit.
//!
//! A part of that half may go out at once, the rest comes back evenly, so that no stretch of time sees more than the half: a bucket of
//! B that refills R within the limit's time lets B + R through in the worst such time. Spending more than there is, for a promise's
//! sake, is possible; it has to come back before anything else is spent.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::Serialize;

/// One part in so many of the half may go out at once. More would make the refill too slow to read ten thousand people each second.
const AT_ONCE: u32 = 5;

/// A provider's limit: at most so many requests in any stretch of time of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// So many requests.
    pub requests: u32,
    /// In a stretch of this length.
    pub within: Duration,
}

impl Limit {
    /// Graph's limit on presence, for each application in each tenant. Its method pages say 1,500 in 30 seconds, its page of limits
    /// 10,000; the lower one is kept.
    pub const GRAPH_PRESENCE: Self = Self { requests: 1_500, within: Duration::from_secs(30) };

    /// What the cycles may use of it.
    pub const fn half(self) -> u32 {
        if self.requests < 2 { 1 } else { self.requests / 2 }
    }
}

/// What is left of the half of a limit.
#[derive(Debug)]
pub(crate) struct Purse {
    limit: Limit,
    /// After so long there is one request more.
    price: Duration,
    /// So many may go out at once.
    most: u32,
    /// When all that was spent has come back.
    full_at: Option<Instant>,
    /// What was spent within the limit's time, oldest first.
    recent: VecDeque<(Instant, u32)>,
}

impl Purse {
    pub(crate) fn new(limit: Limit) -> Self {
        let most = (limit.half() / AT_ONCE).max(1);
        let refill = limit.half().saturating_sub(most).max(1);
        // An empty stretch of time would be no limit; the price must not be zero, since it is divided by.
        let price = (limit.within / refill).max(Duration::from_nanos(1));
        Self { limit, price, most, full_at: None, recent: VecDeque::new() }
    }

    pub(crate) const fn limit(&self) -> Limit {
        self.limit
    }

    /// How many requests may be spent now.
    pub(crate) fn room(&self, now: Instant) -> u32 {
        let owing = self.full_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        let left = (self.price * self.most).saturating_sub(owing);
        u32::try_from(left.as_nanos() / self.price.as_nanos()).unwrap_or(self.most).min(self.most)
    }

    /// From when on so many may be spent, as far as that many ever may at once.
    pub(crate) fn room_at(&self, requests: u32, now: Instant) -> Instant {
        let spare = self.price * (self.most - requests.min(self.most));
        self.full_at.and_then(|at| at.checked_sub(spare)).map_or(now, |at| at.max(now))
    }

    /// From when on there is room for what can be left out: half of what may go out at once stays for what cannot.
    pub(crate) fn leisure_at(&self, now: Instant) -> Instant {
        self.room_at(self.most.div_ceil(2).max(1), now)
    }

    /// Takes note of requests that were made.
    pub(crate) fn spend(&mut self, now: Instant, requests: u32) {
        if requests > 0 {
            self.full_at = Some(self.full_at.map_or(now, |at| at.max(now)) + self.price * requests);
            self.recent.push_back((now, requests));
        }
        self.forget(now);
    }

    /// How many requests were made within the limit's time.
    pub(crate) fn made(&self, now: Instant) -> u32 {
        self.recent
            .iter()
            .filter(|(at, _)| now.saturating_duration_since(*at) < self.limit.within)
            .map(|(_, n)| n)
            .sum()
    }

    fn forget(&mut self, now: Instant) {
        while self.recent.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) >= self.limit.within) {
            self.recent.pop_front();
        }
    }
}
