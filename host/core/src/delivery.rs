//! What became of a write.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::obstacle::Obstacle;

/// How a provider answered one write, in the terms that the reconciler acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Taken, and shown or on its way to be shown.
    Applied,
    /// Taken, but something of higher rank is shown: a call, or what the person chose by hand.
    Masked,
    /// The provider does not know this user, or, for a clear, nothing was there.
    NotFound,
    /// The provider holds something newer than what the write was based on.
    Stale,
    /// Not taken, and repeating it unchanged will not help.
    Refused,
    /// Not taken now; the provider asks for patience.
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// No answer or a failing one: it may or may not have been taken.
    Failed,
    /// Nothing was sent: what reaches this provider has no way to carry it for this person.
    NotCarried {
        /// Why.
        reason: Obstacle,
    },
    /// Not done yet: it will be when what is in its way has passed.
    Later {
        /// What is in its way.
        reason: Obstacle,
        /// When to look again.
        retry_after: Duration,
    },
}
