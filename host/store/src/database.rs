//! The connections to one database file: one that writes, and as many that read as there are readers at a time.
//!
//! SQLite has one writer whatever we do, so a mutex around one connection is the queue for it; a commit is short, and no tenant waits
//! long for another. In WAL mode a reader sees the last commit and neither waits for the writer nor holds it up.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::error::StoreError;
use crate::flush::Flush;
use crate::identity::Identity;
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
    /// What a database on a disk has beside it; a database in memory has one connection that can see it, and nothing to lose.
    disk: Option<Disk>,
}

#[derive(Debug)]
struct Disk {
    /// Which file was opened.
    identity: Identity,
    flush: Flush,
    /// Connections at rest.
    readers: Mutex<Vec<Connection>>,
}

impl Database {
    /// Opens the file, made new if there is none, and brings it to the present schema.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut writer = connect(path, NEW_TOO)?;
        migration::migrate(&mut writer, path)?;
        use_wal(&mut writer).map_err(|source| StoreError::from_sqlite(path, source))?;
        let identity = Identity::of(path).map_err(|source| StoreError::Failing { path: path.to_owned(), source })?;
        let disk = Disk { identity, flush: Flush::of(path), readers: Mutex::default() };
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), disk: Some(disk) })
    }

    /// A database that ends with this value.
    pub(crate) fn in_memory() -> Result<Self, StoreError> {
        let path = PathBuf::from(":memory:");
        let mut writer = connect(&path, NEW_TOO)?;
        migration::migrate(&mut writer, &path)?;
        Ok(Self { path, writer: Mutex::new(writer), disk: None })
    }

    /// Runs `work` in one transaction, which is kept when it succeeds and undone when it fails or panics. What is kept is on the disk.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let mut writer = lock(&self.writer);
        if let Some(disk) = &self.disk {
            disk.is_fit(&self.path)?;
        }
        // Immediate: a transaction that first reads and then finds another writer ahead of it could not go on.
        let done = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                let done = work(&transaction)?;
                transaction.commit()?;
                Ok(done)
            })
            .map_err(|source| StoreError::from_sqlite(&self.path, source))?;
        let made = self.disk.as_ref().map(|disk| (disk, disk.flush.made()));
        drop(writer);
        if let Some((disk, made)) = made {
            disk.flush.wait(made).map_err(|source| StoreError::Failing { path: self.path.clone(), source })?;
        }
        Ok(done)
    }

    /// Like [`Self::read`], and what it saw is on the disk when this returns: it may be told to others, who will not forget it.
    pub(crate) fn read_lasting<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let answer = self.read(query)?;
        if let Some(disk) = &self.disk {
            // A commit that can be seen is noted by the time the writer is free again.
            drop(lock(&self.writer));
            let failing = |source| StoreError::Failing { path: self.path.clone(), source };
            disk.flush.wait(disk.flush.latest()).map_err(failing)?;
        }
        Ok(answer)
    }

    /// Runs one query on a connection of its own. It sees the last commit.
    pub(crate) fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let failed = |source| StoreError::from_sqlite(&self.path, source);
        let Some(disk) = &self.disk else {
            return query(&lock(&self.writer)).map_err(failed);
        };
        let idle = lock(&disk.readers).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => {
                disk.is_there(&self.path)?;
                connect(&self.path, EXISTING)?
            }
        };
        let answer = query(&reader).map_err(failed);
        let mut idle = lock(&disk.readers);
        if answer.is_ok() && idle.len() < IDLE_READERS {
            idle.push(reader);
        }
        answer
    }
}

impl Disk {
    /// Whether the file that was opened is still the one that others find there: what is written to another is lost.
    fn is_there(&self, path: &Path) -> Result<(), StoreError> {
        match Identity::of(path) {
            Ok(found) if found == self.identity => Ok(()),
            Ok(_) | Err(_) => Err(StoreError::Gone { path: path.to_owned() }),
        }
    }

    /// Whether a commit would last.
    fn is_fit(&self, path: &Path) -> Result<(), StoreError> {
        self.is_there(path)?;
        if self.flush.is_broken() {
            let source = std::io::Error::other("as it said before");
            return Err(StoreError::Failing { path: path.to_owned(), source });
        }
        Ok(())
    }
}

/// A panic while a lock was held has undone its transaction: the connection is as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection may read and write a file that is there.
const EXISTING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE;

/// Or also one that it makes.
const NEW_TOO: OpenFlags = EXISTING.union(OpenFlags::SQLITE_OPEN_CREATE);

/// Opens a connection that may do what `access` says.
pub(crate) fn connect(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | access;
    let set_up = |connection: Connection| {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.pragma_update(None, "foreign_keys", true)?;
        Ok(connection)
    };
    Connection::open_with_flags(path, flags).and_then(set_up).map_err(|source| StoreError::from_sqlite(path, source))
}

/// Write-ahead logging that SQLite flushes at checkpoints only: whoever commits flushes the log before it says so (see `flush`).
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

    #[cfg(unix)]
    #[test]
    fn a_file_that_was_removed_or_replaced_is_not_written_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presync.db");
        let database = Database::open(&path).unwrap();
        let insert =
            |transaction: &Transaction<'_>| transaction.execute("INSERT INTO tenants (name) VALUES ('acme')", []);
        let count = |c: &Connection| c.query_row("SELECT count(*) FROM tenants", [], |row| row.get::<_, u32>(0));

        let aside = folder.path().join("aside.db");
        std::fs::rename(&path, &aside).unwrap();
        let error = database.write(insert).unwrap_err();
        assert!(matches!(error, StoreError::Gone { .. }), "{error:?}");
        assert!(error.to_string().contains("restart presync"), "{error}");
        std::fs::copy(&aside, &path).unwrap();
        assert!(matches!(database.read(count), Err(StoreError::Gone { .. })));
        assert!(matches!(database.write(insert), Err(StoreError::Gone { .. })));

        std::fs::rename(&aside, &path).unwrap();
        database.write(insert).unwrap();
        assert_eq!(database.read(count).unwrap(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn after_a_disk_that_failed_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presync.db");
        let database = Database::open(&path).unwrap();
        database.disk.as_ref().unwrap().flush.fail();
        let insert = |t: &Transaction<'_>| t.execute("INSERT INTO tenants (name) VALUES ('acme')", []);
        for _ in 0..2 {
            let error = database.write(insert).unwrap_err();
            assert!(matches!(error, StoreError::Failing { .. }), "{error:?}");
        }
        drop(database);
        Database::open(&path).unwrap().write(|t| t.execute("INSERT INTO tenants (name) VALUES ('other')", [])).unwrap();
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
        assert_eq!(lock(&database.disk.as_ref().unwrap().readers).len(), IDLE_READERS);
    }
}
