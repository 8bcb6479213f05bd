//! The effect of a line.

use presync_rule::words::{Calls, Note};

/// What happens when a line fits. What it does not say stays as proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Then {
    pub(crate) act: Act,
    /// Which calls may still be offered, when the line says so.
    pub(crate) calls: Option<Calls>,
    /// What is shown beside the status, when the line says so; `Some(None)` shows nothing.
    pub(crate) note: Option<Option<Note>>,
    /// Why, in the words of the settings.
    pub(crate) reason: Option<String>,
}

/// What a line does to the status or the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Leave it as proposed.
    Keep,
    /// Show the word at this place of the words for it.
    Show(usize),
    /// Show nothing of ours.
    Nothing,
    /// Leave what is there.
    Hold,
}

impl Then {
    /// The reason that is given: the settings' own words, or which line it was; lines count from 1.
    pub(crate) fn because(&self, line: usize) -> String {
        self.reason.clone().unwrap_or_else(|| format!("line {line} of the table fits"))
    }
}
