//! How often one person may be written to: a guardrail against rules, or sides, that never come to rest. What is over the number waits for
//! the next minute, and then what is wanted by then is written.

use std::collections::HashMap;
use std::time::Duration;

use presync_core::id::LinkId;
use presync_core::time::Timestamp;
use presync_core::words::Side;

/// Writes to one person on one side within a minute, renewals among them. People change their state a few times an hour; whoever
/// changes it every three seconds is not told apart from a fault.
pub(crate) const PER_MINUTE: u32 = 20;

const MINUTE: Duration = Duration::from_secs(60);

/// The writes of the last minute.
#[derive(Debug, Default)]
pub(crate) struct Brake {
    windows: HashMap<(LinkId, Side), Window>,
    tidied_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    opened_at: Timestamp,
    writes: u32,
}

impl Brake {
    /// Counts a write and lets it pass, or says how long it has to wait.
    pub(crate) fn pass(&mut self, link: LinkId, side: Side, now: Timestamp) -> Result<(), Duration> {
        self.tidy(now);
        let window = self.windows.entry((link, side)).or_insert(Window { opened_at: now, writes: 0 });
        if now.since(window.opened_at) >= MINUTE {
            *window = Window { opened_at: now, writes: 0 };
        }
        if window.writes == PER_MINUTE {
            return Err(MINUTE.saturating_sub(now.since(window.opened_at)));
        }
        window.writes += 1;
        Ok(())
    }

    /// Forgets windows that are over, once a minute.
    fn tidy(&mut self, now: Timestamp) {
        if self.tidied_at.is_some_and(|at| now.since(at) < MINUTE) {
            return;
        }
        self.tidied_at = Some(now);
        self.windows.retain(|_, window| now.since(window.opened_at) < MINUTE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: LinkId = LinkId(1);

    fn at(second: u64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    #[test]
    fn a_person_may_be_written_to_so_often_and_no_more() {
        let mut brake = Brake::default();
        assert!((0..20).all(|second| brake.pass(ANN, Side::Eight, at(second)).is_ok()));
        assert_eq!(brake.pass(ANN, Side::Eight, at(20)), Err(Duration::from_secs(40)));
        assert!(brake.pass(ANN, Side::Eight, at(60)).is_ok(), "a minute later there is room again");
    }

    #[test]
    fn another_side_and_another_person_are_counted_for_themselves() {
        let mut brake = Brake::default();
        assert!((0..20).all(|_| brake.pass(ANN, Side::Eight, at(0)).is_ok()));
        assert!(brake.pass(ANN, Side::Teams, at(0)).is_ok());
        assert!(brake.pass(LinkId(2), Side::Eight, at(0)).is_ok());
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let mut brake = Brake::default();
        assert!((0..1_000).all(|number| brake.pass(LinkId(number), Side::Eight, at(0)).is_ok()));
        assert!(brake.pass(ANN, Side::Eight, at(61)).is_ok());
        assert_eq!(brake.windows.len(), 1);
    }
}
