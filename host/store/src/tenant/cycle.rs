//! What a cycle starts from and leaves behind: states and events.

use presync_core::id::LinkId;

use super::TenantStore;
use crate::error::StoreError;
use crate::record::Batch;

impl TenantStore {
    /// The last snapshot of every link that has one, in the order of the ids.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn states(&self) -> Result<Vec<(LinkId, String)>, StoreError> {
        self.database.read(|connection| {
            connection
                .prepare_cached("SELECT link, snapshot FROM states WHERE tenant = ?1 ORDER BY link")?
                .query_map([self.tenant], |row| Ok((LinkId(row.get(0)?), row.get(1)?)))?
                .collect()
        })
    }

    /// Stores what a cycle leaves behind, in one transaction.
    ///
    /// # Errors
    /// When the database cannot be written; then nothing of the batch is kept.
    pub fn commit(&self, batch: &Batch) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            // From `links`, so that a link which has been removed meanwhile gets no state again.
            let mut put = transaction.prepare_cached(
                "INSERT INTO states (tenant, link, snapshot)
                 SELECT tenant, link, ?3 FROM links WHERE tenant = ?1 AND link = ?2 AND in_force
                 ON CONFLICT (tenant, link) DO UPDATE SET snapshot = excluded.snapshot",
            )?;
            for (link, snapshot) in &batch.states {
                put.execute((self.tenant, link.0, snapshot))?;
            }
            self.append(transaction, &batch.events)
        })?;
        self.filed.send_replace(());
        Ok(())
    }
}
