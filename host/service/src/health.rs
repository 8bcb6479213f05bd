//! When a side counts as down: after three failed cycles in a row, or when it loses most of a tenant's people at once.

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
    failed_in_a_row: u32,
    down: bool,
}

impl Health {
    /// A side of which nothing bad is known.
    pub const fn new(side: Side) -> Self {
        Self { side, failed_in_a_row: 0, down: false }
    }

    /// Whether it is down.
    pub const fn is_down(&self) -> bool {
        self.down
    }

    /// Takes what a cycle learned; says what changed by it.
    pub fn learn(&mut self, read: Read) -> Option<Change> {
        self.failed_in_a_row = match read {
            Read::Good => 0,
            Read::Failed => self.failed_in_a_row.saturating_add(1),
            Read::Doubted => CYCLES_TO_DOWN,
        };
        let down = self.failed_in_a_row >= CYCLES_TO_DOWN;
        if down == self.down {
            return None;
        }
        // Once down, only a good read brings it back.
        self.down = down;
        Some(if down { Change::Down(self.side) } else { Change::Up(self.side) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_failed_cycles_in_a_row_take_a_side_down_and_one_good_brings_it_back() {
        let mut health = Health::new(Side::Teams);
        assert_eq!(health.learn(Read::Failed), None);
        assert_eq!(health.learn(Read::Failed), None);
        assert_eq!(health.learn(Read::Good), None, "two are no outage");
        assert_eq!(health.learn(Read::Failed), None);
        assert_eq!(health.learn(Read::Failed), None);
        assert_eq!(health.learn(Read::Failed), Some(Change::Down(Side::Teams)));
        assert_eq!(health.learn(Read::Failed), None, "said once");
        assert_eq!(health.learn(Read::Good), Some(Change::Up(Side::Teams)));
    }

    #[test]
    fn a_read_that_is_not_believed_takes_a_side_down_at_once() {
        let mut health = Health::new(Side::Eight);
        assert_eq!(health.learn(Read::Doubted), Some(Change::Down(Side::Eight)));
        assert_eq!(health.learn(Read::Doubted), None);
        assert_eq!(health.learn(Read::Good), Some(Change::Up(Side::Eight)));
    }
}
