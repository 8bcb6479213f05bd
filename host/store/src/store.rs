//! Opens the database and hands out tenants.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use presync_core::id::TenantId;
use tokio::sync::watch;

use crate::components::Components;
use crate::database::Database;
use crate::error::StoreError;
use crate::tenant::TenantStore;
use crate::vault::Vault;

/// The durable state of all tenants. Clones share the connections.
#[derive(Debug, Clone)]
pub struct Store {
    database: Arc<Database>,
    components: Arc<Components>,
    vault: Arc<Vault>,
    filed: Arc<Filed>,
}

/// Who is told when a tenant's events were filed; shared by all who file for the tenant.
type Filed = Mutex<HashMap<TenantId, Arc<watch::Sender<()>>>>;

impl Store {
    /// Opens the database file at `path`, made new if there is none, and brings an older schema to the present one. Several
    /// processes may have it open at a time. Components of rules are kept in a folder beside it, `presync.db.rules`, and the key that
    /// sign-ins are sealed with in `presync.db.key`.
    ///
    /// # Errors
    /// When the file is no presync database or a newer one, cannot be opened or written, or is damaged.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self::of(Database::open(path)?, Components::beside(path), Vault::beside(path)))
    }

    /// A store that lives in memory and ends with its last clone.
    ///
    /// # Errors
    /// When SQLite cannot start, for want of memory.
    pub fn in_memory() -> Result<Self, StoreError> {
        Ok(Self::of(Database::in_memory()?, Components::in_memory(), Vault::in_memory()))
    }

    fn of(database: Database, components: Components, vault: Vault) -> Self {
        let (database, components, vault) = (Arc::new(database), Arc::new(components), Arc::new(vault));
        Self { database, components, vault, filed: Arc::default() }
    }

    /// The part of this tenant, empty when it is met for the first time.
    ///
    /// # Errors
    /// When the database cannot be read, or a new tenant not written.
    pub fn tenant(&self, id: &TenantId) -> Result<TenantStore, StoreError> {
        let filed = {
            let mut all = self.filed.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(id.clone()).or_default())
        };
        let Self { database, components, vault, .. } = self.clone();
        TenantStore::open(database, components, vault, filed, id)
    }
}
