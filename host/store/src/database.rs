//! The connections to one database file: one that writes, and as many that read as there are readers at a time.
//!
//! SQLite has one writer whatever we do, so a mutex around one connection is the queue for it; a commit is short, and no tenant waits
//! long for another. In WAL mode a reader sees the last commit and neither waits for the writer nor holds it up.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::error::StoreError;
use crate::migration;

/// How long to wait for another process's lock: longer than any commit of ours, shorter than a cycle.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Readers kept for the next call: about as many as work at a time. More are opened when needed and closed after.
const IDLE_READERS: usize = 4;

/// Statements kept ready per connection: a few more than this crate has.
const STATEMENTS: usize = 32;

/// The -wal file is cut back to this many bytes after a burst.
const WAL_LIMIT: u32 = 64 << 20;

/// How often to try to turn write-ahead logging on while other processes do the same to a new file.
const WAL_TRIES: u32 = 100;

/// One database and its connections.
#[derive(Debug)]
pub(crate) struct Database {
    path: PathBuf,
    writer: Mutex<Connection>,
    /// Connections at rest; `None` for a database in memory, which only its one connection can see.
    readers: Option<Mutex<Vec<Connection>>>,
}

impl Database {
    /// Opens the file, made new if there is none, and brings it to the present schema.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut writer = connect(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        migration::migrate(&mut writer, path)?;
        use_wal(&mut writer).map_err(|source| StoreError::from_sqlite(path, source))?;
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), readers: Some(Mutex::default()) })
    }

    /// A database that ends with this value.
    pub(crate) fn in_memory() -> Result<Self, StoreError> {
        let path = PathBuf::from(":memory:");
        let mut writer = connect(&path, OpenFlags::SQLITE_OPEN_CREATE)?;
        migration::migrate(&mut writer, &path)?;
        Ok(Self { path, writer: Mutex::new(writer), readers: None })
    }

    /// Runs `work` in one transaction, which is kept when it succeeds and undone when it fails or panics.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let mut writer = lock(&self.writer);
        // Immediate: a transaction that first reads and then finds another writer ahead of it could not go on.
        writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                let done = work(&transaction)?;
                transaction.commit()?;
                Ok(done)
            })
            .map_err(|source| StoreError::from_sqlite(&self.path, source))
    }

    /// Runs one query on a connection of its own. It sees the last commit.
    pub(crate) fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let failed = |source| StoreError::from_sqlite(&self.path, source);
        let Some(readers) = &self.readers else {
            return query(&lock(&self.writer)).map_err(failed);
        };
        let idle = lock(readers).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => connect(&self.path, OpenFlags::empty())?,
        };
        let answer = query(&reader).map_err(failed);
        let mut idle = lock(readers);
        if answer.is_ok() && idle.len() < IDLE_READERS {
            idle.push(reader);
        }
        answer
    }
}

/// A panic while a lock was held has undone its transaction: the connection is as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens a connection. The file may be read and written, and is made new only with `extra` saying so.
fn connect(path: &Path, extra: OpenFlags) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | extra;
    let set_up = |connection: Connection| {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.pragma_update(None, "foreign_keys", true)?;
        Ok(connection)
    };
    Connection::open_with_flags(path, flags).and_then(set_up).map_err(|source| StoreError::from_sqlite(path, source))
}

/// Write-ahead logging, flushed at checkpoints: a kill loses nothing, a power cut at most the last commits, never the order.
/// What is lost that way is read again from both sides.
fn use_wal(writer: &mut Connection) -> rusqlite::Result<()> {
    let mut tries = 0;
    while let Err(error) = writer.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())) {
        // SQLite does not wait here for a process that is doing the same; a transaction waits.
        tries += 1;
        if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) || tries == WAL_TRIES {
            return Err(error);
        }
        writer.transaction_with_behavior(TransactionBehavior::Exclusive)?.commit()?;
    }
    writer.pragma_update_and_check(None, "journal_size_limit", WAL_LIMIT, |_| Ok(()))?;
    writer.pragma_update(None, "synchronous", "normal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_reported_and_nothing_of_the_commit_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presync.db");
        let database = Database::open(&path).unwrap();
        let pages: u32 = lock(&database.writer).pragma_query_one(None, "page_count").unwrap();
        lock(&database.writer).pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();

        let insert = "INSERT INTO tenants (name) VALUES (?1)";
        let error = database.write(|t| t.execute(insert, ["x".repeat(100_000)])).unwrap_err();
        assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
        assert!(error.to_string().contains("free some space"), "{error}");
        let tenants: u32 =
            database.read(|c| c.query_row("SELECT count(*) FROM tenants", [], |row| row.get(0))).unwrap();
        assert_eq!(tenants, 0);
    }

    #[test]
    fn a_database_that_is_held_or_may_not_be_written_is_reported_as_such() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presync.db");
        let database = Database::open(&path).unwrap();
        let insert =
            |transaction: &Transaction<'_>| transaction.execute("INSERT INTO tenants (name) VALUES ('acme')", []);

        let mut other = Connection::open(&path).unwrap();
        let held = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        lock(&database.writer).busy_timeout(Duration::ZERO).unwrap();
        assert!(matches!(database.write(insert), Err(StoreError::Busy { .. })));
        drop(held);

        lock(&database.writer).pragma_update(None, "query_only", true).unwrap();
        assert!(matches!(database.write(insert), Err(StoreError::ReadOnly { .. })));
    }

    #[test]
    fn a_panic_in_the_middle_of_a_transaction_undoes_it_and_harms_nobody_else() {
        let database = Database::in_memory().unwrap();
        let insert = "INSERT INTO tenants (name) VALUES ('acme')";
        std::thread::scope(|scope| {
            let panicking = scope.spawn(|| {
                database.write(|transaction| -> rusqlite::Result<()> {
                    transaction.execute(insert, [])?;
                    panic!("in the middle");
                })
            });
            assert!(panicking.join().is_err());
        });
        assert_eq!(database.write(|transaction| transaction.execute(insert, [])).unwrap(), 1);
    }

    #[test]
    fn readers_are_kept_for_the_next_call_up_to_a_number() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("presync.db")).unwrap();
        fn nested(database: &Database, depth: usize) {
            if depth > 0 {
                let deeper = |_: &Connection| {
                    nested(database, depth - 1);
                    Ok(())
                };
                database.read(deeper).unwrap();
            }
        }
        nested(&database, IDLE_READERS + 3);
        assert_eq!(lock(database.readers.as_ref().unwrap()).len(), IDLE_READERS);
    }
}
