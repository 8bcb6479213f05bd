//! What the status of one item of a bulk means; the partner API and Agent Status count alike.

use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::obstacle::Obstacle;

/// How long to leave a person alone of whom 8x8 says that he is throttled.
pub(crate) const ITEM_PAUSE: Duration = Duration::from_secs(60);
/// When to look again for what 8x8 has taken in and not yet done, or could not do just now.
pub(crate) const ITEM_SOON: Duration = Duration::from_secs(10);

/// The outcome that this status stands for.
pub(crate) const fn outcome(status: u64) -> Outcome {
    match status {
        // What is queued counts as taken: the next reading tells if it never comes.
        200..=399 => Outcome::Applied,
        404 => Outcome::NotFound,
        409 => Outcome::Stale,
        422 => Outcome::Masked,
        423 => Outcome::NotCarried { reason: Obstacle::DndRefusedByPolicy },
        429 => Outcome::Throttled { retry_after: ITEM_PAUSE },
        503 => Outcome::Throttled { retry_after: ITEM_SOON },
        408 => Outcome::Failed,
        400..=499 => Outcome::Refused,
        _ => Outcome::Failed,
    }
}
