//! The schema and how an older one becomes the present one.
//!
//! `PRAGMA application_id` tells a presync database from any other; `PRAGMA user_version` counts the migrations it has been
//! through. A migration is a file of SQL that is never changed once released: a change is a new file and a new line below.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::StoreError;

/// Marks the file as presync's: the letters `psyn`.
pub(crate) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"psyn");

/// The migration at place `n` leads from version `n` to `n + 1`.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/v1.sql"),
    include_str!("migrations/v2.sql"),
    include_str!("migrations/v3.sql"),
    include_str!("migrations/v4.sql"),
];

/// The version that this program works with.
pub(crate) const PRESENT: u32 = MIGRATIONS.len() as u32;

/// What a file turns out to be.
enum Found {
    Empty,
    Presync { version: u32 },
    Foreign,
}

/// Brings the database to the present version, in one transaction. Refuses foreign and newer ones without touching them.
///
/// # Errors
/// [`StoreError::NotPresync`], [`StoreError::NewerSchema`], or what SQLite reports.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::from_sqlite(path, source);
    // Within a transaction, so that the parts of the answer fit together: another process may be doing the same.
    let look = connection.transaction().map_err(failed)?;
    if version(&look, path)? == PRESENT {
        return Ok(());
    }
    drop(look);
    // Immediate, and asked again inside, for the same reason.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let old = version(&transaction, path)?;
    for migration in MIGRATIONS.iter().skip(old as usize) {
        transaction.execute_batch(migration).map_err(failed)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    transaction.pragma_update(None, "user_version", PRESENT).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    tracing::info!(path = %path.display(), from = old, to = PRESENT, "database brought to the present schema");
    Ok(())
}

/// The version of the database: 0 when it is empty, at most the present one.
pub(crate) fn version(connection: &Connection, path: &Path) -> Result<u32, StoreError> {
    let path = path.to_owned();
    match look(connection).map_err(|source| StoreError::from_sqlite(&path, source))? {
        Found::Empty => Ok(0),
        Found::Presync { version } if version <= PRESENT => Ok(version),
        Found::Presync { version } => Err(StoreError::NewerSchema { path, found: version, known: PRESENT }),
        Found::Foreign => Err(StoreError::NotPresync { path }),
    }
}

fn look(connection: &Connection) -> rusqlite::Result<Found> {
    let application: i32 = connection.pragma_query_one(None, "application_id")?;
    let version: u32 = connection.pragma_query_one(None, "user_version")?;
    let tables: u32 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match application {
        APPLICATION_ID => Found::Presync { version },
        0 if tables == 0 && version == 0 => Found::Empty,
        _ => Found::Foreign,
    })
}
