//! Opens the database and hands out tenants.

use std::path::Path;
use std::sync::Arc;

use presync_core::id::TenantId;

use crate::components::Components;
use crate::database::Database;
use crate::error::StoreError;
use crate::tenant::TenantStore;

/// The durable state of all tenants. Clones share the connections.
#[derive(Debug, Clone)]
pub struct Store {
    database: Arc<Database>,
    components: Arc<Components>,
}

impl Store {
    /// Opens the database file at `path`, made new if there is none, and brings an older schema to the present one. Several
    /// processes may have it open at a time. Components of rules are kept in a folder beside it, `presync.db.rules`.
    ///
    /// # Errors
    /// When the file is no presync database or a newer one, cannot be opened or written, or is damaged.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { database: Arc::new(Database::open(path)?), components: Arc::new(Components::beside(path)) })
    }

    /// A store that lives in memory and ends with its last clone.
    ///
    /// # Errors
    /// When SQLite cannot start, for want of memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        Ok(Self { database: Arc::new(Database::in_memory()?), components: Arc::new(Components::in_memory()) })
    }

    /// The part of this tenant, empty when it is met for the first time.
    ///
    /// # Errors
    /// When the database cannot be read, or a new tenant not written.
    pub fn tenant(&self, id: &TenantId) -> Result<TenantStore, StoreError> {
        TenantStore::open(Arc::clone(&self.database), Arc::clone(&self.components), id)
    }
}
