//! What was set at 8x8 and does not end by itself, so that it is known after a restart. What a note says is the client's business.

use rusqlite::params;

use super::TenantStore;
use crate::error::StoreError;
use crate::record::SetAtEight;

impl TenantStore {
    /// All notes, in the order of their kinds and keys.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn set_at_eight(&self) -> Result<Vec<SetAtEight>, StoreError> {
        self.database.read(|connection| {
            connection
                .prepare_cached("SELECT kind, key, note FROM set_at_eight WHERE tenant = ?1 ORDER BY kind, key")?
                .query_map([self.tenant], |row| {
                    Ok(SetAtEight { kind: row.get(0)?, key: row.get(1)?, note: row.get(2)? })
                })?
                .collect()
        })
    }

    /// Puts a note in the place of whatever is there; `None` takes it away.
    ///
    /// # Errors
    /// When the database cannot be written; then what was there is still there.
    pub fn note_set_at_eight(&self, kind: &str, key: &str, note: Option<&str>) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            match note {
                Some(note) => transaction
                    .prepare_cached(
                        "INSERT INTO set_at_eight (tenant, kind, key, note) VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT (tenant, kind, key) DO UPDATE SET note = excluded.note",
                    )?
                    .execute(params![self.tenant, kind, key, note])?,
                None => transaction
                    .prepare_cached("DELETE FROM set_at_eight WHERE tenant = ?1 AND kind = ?2 AND key = ?3")?
                    .execute(params![self.tenant, kind, key])?,
            };
            Ok(())
        })
    }
}
