//! Writes to the directory that end later: an operation waits, is worked on, and is done or has failed.
//!
//! What an operation does to the people happens when it completes; a test can have it fail instead.

use serde_json::Value;

/// How long an operation waits, and how long it is worked on.
const WAITS_MS: i64 = 1_000;
const WORKS_MS: i64 = 2_000;
/// How many operations of one organisation may run at once.
pub(crate) const MOST_AT_ONCE: usize = 10;

/// What is written.
#[derive(Debug, Clone)]
pub(crate) enum Work {
    /// A new user with this body.
    Create(Value),
    /// The user is replaced by this body.
    Replace(String, Value),
    /// The user goes.
    Delete(String),
}

/// How an operation ended.
#[derive(Debug, Clone)]
pub(crate) enum Ended {
    Completed,
    Failed { code: &'static str, field: Option<&'static str>, message: String },
}

/// One operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) work: Work,
    pub(crate) resource: Option<String>,
    pub(crate) created_ms: i64,
    pub(crate) ended: Option<(i64, Ended)>,
}

impl Operation {
    /// When it ends.
    pub(crate) fn due_ms(&self) -> i64 {
        self.created_ms + WAITS_MS + WORKS_MS
    }

    /// `PENDING` and so on.
    pub(crate) fn state(&self, now: i64) -> &'static str {
        match &self.ended {
            Some((_, Ended::Completed)) => "COMPLETED",
            Some((_, Ended::Failed { .. })) => "FAILED",
            None if now < self.created_ms + WAITS_MS => "PENDING",
            None => "IN_PROGRESS",
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self.work {
            Work::Create(_) => "CREATE",
            Work::Replace(..) => "UPDATE",
            Work::Delete(_) => "DELETE",
        }
    }
}

/// Every operation of a tenant, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Operations {
    pub(crate) all: Vec<Operation>,
    /// The next operations fail with this message.
    pub(crate) failing: Vec<String>,
}

impl Operations {
    pub(crate) fn running(&self) -> usize {
        self.all.iter().filter(|operation| operation.ended.is_none()).count()
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Operation> {
        self.all.iter().find(|operation| operation.id == id)
    }
}
