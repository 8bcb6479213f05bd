//! What went wrong in a batch, and what it meant.
//!
//! A fault is never a lost answer: the questions of the failed call keep the proposal before the rule, and where nothing was
//! proposed before it, what is shown is left as it is.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// One failed call of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The rule's name.
    pub rule: Arc<str>,
    /// The rule's version.
    pub version: Arc<str>,
    /// What kind of failure.
    pub kind: FaultKind,
    /// What happened and what stands instead, as a sentence for the administrator.
    pub message: String,
    /// How many answers fell back.
    pub answers: usize,
}

/// The kinds of failure of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// It panicked or did something that WebAssembly forbids.
    Trap,
    /// It used up its time.
    Deadline,
    /// It wanted more memory than it may have.
    Memory,
    /// It answered more or fewer verdicts than it was asked for.
    WrongCount,
    /// It answered something that is no verdict.
    BadValue,
    /// It refused settings that it had accepted when it was loaded.
    Settings,
    /// The host could not run it: no fault of the rule.
    Host,
}

impl FaultKind {
    /// The spelling for metrics and reports.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Trap => "trap",
            Self::Deadline => "deadline",
            Self::Memory => "memory",
            Self::WrongCount => "wrong-count",
            Self::BadValue => "bad-value",
            Self::Settings => "settings",
            Self::Host => "host",
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule {} {}: {}", self.rule, self.version, self.message)
    }
}

/// A failure inside one call, before it is known whose answers it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FaultKind,
    pub(crate) what: String,
}

impl Failure {
    pub(crate) fn new(kind: FaultKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into() }
    }
}
