//! The event log: appended by commits, read forwards from a place or backwards from the end, cut off at the old end.

use presync_core::id::LinkId;
use presync_core::time::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::TenantStore;
use crate::error::StoreError;
use crate::record::{NewEvent, StoredEvent};

/// Events removed per transaction: a few milliseconds, so that other tenants' commits get in between.
const PRUNED_AT_ONCE: i64 = 5_000;

const COLUMNS: &str = "seq, at, link, kind, detail";

impl TenantStore {
    /// Up to `limit` events after place `after` (0: from the beginning), oldest first; of one link, or of all and of the tenant
    /// itself.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn events(&self, link: Option<LinkId>, after: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let of_link = if link.is_some() { "AND link = ?4" } else { "AND ?4 IS NULL" };
        let sql =
            format!("SELECT {COLUMNS} FROM events WHERE tenant = ?1 AND seq > ?2 {of_link} ORDER BY seq LIMIT ?3");
        self.database.read_lasting(|connection| {
            connection
                .prepare_cached(&sql)?
                .query_map(params![self.tenant, signed(after), limit_of(limit), link.map(|link| link.0)], stored_event)?
                .collect()
        })
    }

    /// Where the log begins and ends: the place of the oldest event that is kept, and the last place that was given to one. Without any event the
    /// first is one beyond the last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn log_ends(&self) -> Result<(u64, u64), StoreError> {
        self.database.read_lasting(|connection| {
            let ends =
                "SELECT next_event - 1, (SELECT min(seq) FROM events WHERE tenant = ?1) FROM tenants WHERE tenant = ?1";
            let (last, first): (i64, Option<i64>) =
                connection.prepare_cached(ends)?.query_row([self.tenant], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok((first.unwrap_or(last + 1).unsigned_abs(), last.unsigned_abs()))
        })
    }

    /// The last `limit` events of one link, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn latest_events(&self, link: LinkId, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE tenant = ?1 AND link = ?2 ORDER BY seq DESC LIMIT ?3");
        self.database.read(|connection| {
            connection.prepare_cached(&sql)?.query_map((self.tenant, link.0, limit_of(limit)), stored_event)?.collect()
        })
    }

    /// Cuts the old end of the log off: everything before the first event that happened at `before` or later. Gives the number of
    /// events removed. Works in several short transactions.
    ///
    /// # Errors
    /// When the database cannot be read or written; what has been removed until then stays removed.
    pub fn prune_events(&self, before: Timestamp) -> Result<u64, StoreError> {
        let (first, end) = self.database.read(|connection| {
            let first = "SELECT seq FROM events WHERE tenant = ?1 ORDER BY seq LIMIT 1";
            let first: Option<i64> = connection.query_row(first, [self.tenant], |row| row.get(0)).optional()?;
            // Reads no more than what is going to be removed, and one event.
            let kept = "SELECT seq FROM events WHERE tenant = ?1 AND at >= ?2 ORDER BY seq LIMIT 1";
            let kept: Option<i64> =
                connection.query_row(kept, (self.tenant, millis(before)), |row| row.get(0)).optional()?;
            let next = "SELECT next_event FROM tenants WHERE tenant = ?1";
            let next: i64 = connection.query_row(next, [self.tenant], |row| row.get(0))?;
            Ok((first.unwrap_or(next), kept.unwrap_or(next)))
        })?;
        let mut removed = 0;
        let mut from = first;
        while from < end {
            let to = end.min(from.saturating_add(PRUNED_AT_ONCE));
            removed += self.database.write(|transaction| {
                transaction
                    .prepare_cached("DELETE FROM events WHERE tenant = ?1 AND seq >= ?2 AND seq < ?3")?
                    .execute((self.tenant, from, to))
            })?;
            from = to;
        }
        Ok(removed as u64)
    }

    /// Appends events within the transaction of a commit.
    pub(super) fn append(&self, transaction: &Transaction<'_>, events: &[NewEvent]) -> rusqlite::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let mut seq: i64 = transaction
            .prepare_cached("SELECT next_event FROM tenants WHERE tenant = ?1")?
            .query_row([self.tenant], |row| row.get(0))?;
        let mut insert = transaction.prepare_cached(
            "INSERT INTO events (tenant, seq, at, link, kind, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for event in events {
            insert.execute(params![
                self.tenant,
                seq,
                millis(event.at),
                event.link.map(|link| link.0),
                event.kind,
                event.detail
            ])?;
            seq += 1;
        }
        transaction.execute("UPDATE tenants SET next_event = ?2 WHERE tenant = ?1", (self.tenant, seq))?;
        Ok(())
    }
}

fn stored_event(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    let seq: i64 = row.get(0)?;
    let at: i64 = row.get(1)?;
    Ok(StoredEvent {
        seq: seq.unsigned_abs(),
        at: Timestamp::from_millis(at.unsigned_abs()),
        link: row.get::<_, Option<u32>>(2)?.map(LinkId),
        kind: row.get(3)?,
        detail: row.get(4)?,
    })
}

/// SQLite's whole numbers are signed: what is beyond them is later than any moment, or any event, that will be met.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn millis(at: Timestamp) -> i64 {
    signed(at.as_millis())
}

fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
