//! What one tenant stores and reads. A value of this type sees no other tenant.
//!
//! * `links`: who is linked
//! * `cycle`: states, and the commit that ends a cycle
//! * `events`: the event log; `history`: what it tells of a time
//! * `rules`: versions of rules
//! * `sign_ins`: sync users who have signed in
//! * `set_at_eight`: what was set at 8x8 and does not end by itself

mod cycle;
mod events;
mod history;
mod links;
mod rules;
mod set_at_eight;
mod sign_ins;

use std::sync::Arc;

use presync_core::id::TenantId;
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::watch;

use crate::components::Components;
use crate::database::Database;
use crate::error::StoreError;
use crate::vault::Vault;

pub use rules::VERSIONS_KEPT;

/// The part of one tenant. Clones share the connections of the [`Store`](crate::Store).
///
/// Every call fails with a [`StoreError`] when the database cannot be read or written, and then has changed nothing.
#[derive(Debug, Clone)]
pub struct TenantStore {
    database: Arc<Database>,
    components: Arc<Components>,
    vault: Arc<Vault>,
    /// The number that stands for the tenant's name in every row.
    tenant: i64,
    /// Told whenever events were filed.
    filed: Arc<watch::Sender<()>>,
}

impl TenantStore {
    /// Finds the tenant's number, or gives it one.
    pub(crate) fn open(
        database: Arc<Database>,
        components: Arc<Components>,
        vault: Arc<Vault>,
        filed: Arc<watch::Sender<()>>,
        id: &TenantId,
    ) -> Result<Self, StoreError> {
        // Read first: a process that only looks does not wait for the writer.
        let tenant = match database.read(|connection| number_of(connection, id))? {
            Some(tenant) => tenant,
            None => database.write(|transaction| {
                transaction.execute("INSERT OR IGNORE INTO tenants (name) VALUES (?1)", [id.as_str()])?;
                number_of(transaction, id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
            })?,
        };
        Ok(Self { database, components, vault, tenant, filed })
    }

    /// Changes whenever events were filed, by whoever has the tenant from the same [`Store`](crate::Store).
    pub fn filed(&self) -> watch::Receiver<()> {
        self.filed.subscribe()
    }
}

fn number_of(connection: &Connection, id: &TenantId) -> rusqlite::Result<Option<i64>> {
    connection.query_row("SELECT tenant FROM tenants WHERE name = ?1", [id.as_str()], |row| row.get(0)).optional()
}
