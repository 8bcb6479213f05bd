//! The event log as a history: from which place on it tells of a time, and what stood before that.

use presync_core::id::LinkId;
use presync_core::time::Timestamp;
use rusqlite::OptionalExtension;

use super::TenantStore;
use super::events::millis;
use crate::error::StoreError;

impl TenantStore {
    /// The place after which all events are that happened at `since` or later, as [`Self::events`] takes it. Looks at a few dozen events,
    /// however long the log is: events are filed as they happen, so their times rise with their places.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn place_before(&self, since: Timestamp) -> Result<u64, StoreError> {
        let before = self.database.read(|connection| {
            let ends = "SELECT MIN(seq), MAX(seq) FROM events WHERE tenant = ?1";
            let (first, last): (Option<i64>, Option<i64>) =
                connection.query_row(ends, [self.tenant], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let (Some(first), Some(last)) = (first, last) else { return Ok(0) };
            let mut earlier = connection.prepare_cached(
                "SELECT seq, at FROM events WHERE tenant = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1",
            )?;
            // The last place that is too early lies in low..=high; low is too early by itself.
            let (mut low, mut high) = (first - 1, last);
            while low < high {
                let middle = low + (high - low + 1) / 2;
                let (seq, at): (i64, i64) =
                    earlier.query_row((self.tenant, middle), |row| Ok((row.get(0)?, row.get(1)?)))?;
                if at < millis(since) {
                    low = middle;
                } else {
                    high = seq - 1;
                }
            }
            Ok(low)
        })?;
        Ok(u64::try_from(before).unwrap_or(0))
    }

    /// The detail of the last event of this kind that a link had at place `before` or earlier.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_of_kind(&self, link: LinkId, kind: &str, before: u64) -> Result<Option<String>, StoreError> {
        self.database.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT detail FROM events WHERE tenant = ?1 AND link = ?2 AND seq <= ?3 AND kind = ?4 ORDER BY seq DESC LIMIT 1",
                )?
                .query_row((self.tenant, link.0, i64::try_from(before).unwrap_or(i64::MAX), kind), |row| row.get(0))
                .optional()
        })
    }
}
