//! When a side counts as down: after three failed cycles in a row that last a poll interval and a half, or when it loses most of a
//! tenant's people at once. Cycles that follow one another faster than the setting says do not make a moment's trouble an outage.

use std::time::Duration;

use presync_core::time::Timestamp;
use presync_core::words::Side;

/// Failed cycles in a row after which a side is down.
pub const CYCLES_TO_DOWN: u32 = 3;

/// What a cycle learned about a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// It was read.
    Good,
    /// It could not be read.
    Failed,
    /// It was read, but what it said is not believed.
    Doubted,
}

/// A change of a side's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It went down.
    Down(Side),
    /// It came back.
    Up(Side),
}

/// The health of one side.
#[derive(Debug, Clone)]
pub struct Health {
    side: Side,
    /// From the first failed cycle to the last of those that take it down, at least.
    lasting: Duration,
    failed_in_a_row: u32,
    failing_since: Option<Timestamp>,
    down: bool,
}

impl Health {
    /// A side of which nothing bad is known, read once per `poll` at the least.
    pub fn new(side: Side, poll: Duration) -> Self {
        // Three cycles span two intervals; half of one is for cycles that begin a little early.
        Self { side, lasting: poll * 3 / 2, failed_in_a_row: 0, failing_since: None, down: false }
    }

    /// Whether it is down.
    pub const fn is_down(&self) -> bool {
        self.down
    }

    /// Takes what a cycle learned; says what changed by it.
    pub fn learn(&mut self, read: Read, now: Timestamp) -> Option<Change> {
        let since = match read {
            Read::Good => None,
            Read::Failed | Read::Doubted => Some(*self.failing_since.get_or_insert(now)),
        };
        self.failing_since = since;
        let lasted = since.is_some_and(|since| now.since(since) >= self.lasting);
        self.failed_in_a_row = match read {
            Read::Good => 0,
            Read::Failed => self.failed_in_a_row.saturating_add(1),
            Read::Doubted => CYCLES_TO_DOWN,
        };
        let failed = self.failed_in_a_row >= CYCLES_TO_DOWN && (lasted || read == Read::Doubted);
        // Once down, only a good read brings it back.
        let down = failed || (self.down && read != Read::Good);
        if down == self.down {
            return None;
        }
        self.down = down;
        Some(if down { Change::Down(self.side) } else { Change::Up(self.side) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLL: Duration = Duration::from_secs(10);

    fn at(second: u64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + second * 1_000)
    }

    #[test]
    fn three_failed_cycles_in_a_row_take_a_side_down_and_one_good_brings_it_back() {
        let mut health = Health::new(Side::Teams, POLL);
        assert_eq!(health.learn(Read::Failed, at(0)), None);
        assert_eq!(health.learn(Read::Failed, at(10)), None);
        assert_eq!(health.learn(Read::Good, at(20)), None, "two are no outage");
        assert_eq!(health.learn(Read::Failed, at(30)), None);
        assert_eq!(health.learn(Read::Failed, at(40)), None);
        assert_eq!(health.learn(Read::Failed, at(50)), Some(Change::Down(Side::Teams)));
        assert_eq!(health.learn(Read::Failed, at(60)), None, "said once");
        assert_eq!(health.learn(Read::Good, at(70)), Some(Change::Up(Side::Teams)));
    }

    #[test]
    fn cycles_that_come_faster_make_no_outage_of_a_moment() {
        let mut health = Health::new(Side::Teams, POLL);
        assert!((0..15).all(|second| health.learn(Read::Failed, at(second)).is_none()));
        assert_eq!(health.learn(Read::Failed, at(15)), Some(Change::Down(Side::Teams)));
        assert_eq!(health.learn(Read::Good, at(16)), Some(Change::Up(Side::Teams)));
        assert_eq!(health.learn(Read::Failed, at(40)), None, "counted anew");
    }

    #[test]
    fn a_read_that_is_not_believed_takes_a_side_down_at_once() {
        let mut health = Health::new(Side::Eight, POLL);
        assert_eq!(health.learn(Read::Doubted, at(0)), Some(Change::Down(Side::Eight)));
        assert_eq!(health.learn(Read::Doubted, at(1)), None);
        assert_eq!(health.learn(Read::Failed, at(2)), None, "a failed read does not bring it back");
        assert_eq!(health.learn(Read::Good, at(3)), Some(Change::Up(Side::Eight)));
    }
}
