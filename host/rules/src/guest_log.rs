//! Log lines of guests: under the rule's name, cut, cleaned and bounded.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::limits::{LOG_LINE_BYTES, LOG_LINES_PER_SECOND};
use crate::text::tamed;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Debug,
    Info,
    Warn,
}

/// Where one rule's lines go; shared by all its instances, so that the bound holds for the rule.
#[derive(Debug, Clone)]
pub(crate) struct GuestLog(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    rule: Arc<str>,
    window: Arc<Mutex<Window>>,
}

/// One second of lines.
#[derive(Debug)]
struct Window {
    opened: Instant,
    lines: u32,
}

impl GuestLog {
    pub(crate) fn new(rule: Arc<str>) -> Self {
        let window = Arc::new(Mutex::new(Window { opened: Instant::now(), lines: 0 }));
        Self(Arc::new(Shared { rule, window }))
    }

    /// The same log, counted apart: who clones one does not wait for who clones the other.
    pub(crate) fn another(&self) -> Self {
        Self(Arc::new(Shared { rule: Arc::clone(&self.0.rule), window: Arc::clone(&self.0.window) }))
    }

    /// Passes a line on, or drops it when the rule has said enough for this second. True when it was passed on.
    pub(crate) fn write(&self, level: Level, line: &str) -> bool {
        let dropped = {
            let mut window = self.0.window.lock().unwrap_or_else(PoisonError::into_inner);
            let mut dropped = 0;
            if window.opened.elapsed() >= Duration::from_secs(1) {
                dropped = window.lines.saturating_sub(LOG_LINES_PER_SECOND);
                *window = Window { opened: Instant::now(), lines: 0 };
            }
            window.lines = window.lines.saturating_add(1);
            if window.lines > LOG_LINES_PER_SECOND {
                return false;
            }
            dropped
        };
        let (rule, line) = (&*self.0.rule, tamed(line, LOG_LINE_BYTES));
        if dropped > 0 {
            tracing::warn!(rule, dropped, "the rule logs too much: lines were dropped");
        }
        match level {
            Level::Debug => tracing::debug!(rule, "{line}"),
            Level::Info => tracing::info!(rule, "{line}"),
            Level::Warn => tracing::warn!(rule, "{line}"),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_lines_are_passed_on() {
        let log = GuestLog::new("chatty".into());
        assert!((0..10).all(|_| log.write(Level::Debug, "line")));
    }

    #[test]
    fn what_is_counted_apart_is_bounded_together() {
        let log = GuestLog::new("chatty".into());
        let other = log.another();
        let passed =
            (0..10_000).filter(|_| log.write(Level::Debug, "line") | other.write(Level::Debug, "line")).count();
        assert!(passed <= 4 * LOG_LINES_PER_SECOND as usize, "{passed} lines were passed on");
    }

    #[test]
    fn a_flood_is_dropped() {
        let log = GuestLog::new("chatty".into());
        let passed = (0..10_000).filter(|_| log.write(Level::Debug, "line")).count();
        // The second may turn once or twice while the test runs.
        assert!(passed <= 4 * LOG_LINES_PER_SECOND as usize, "{passed} lines were passed on");
    }
}
