//! What can go wrong with the database. Each message names the file and says what to do.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why the store could not do what was asked. Nothing of a failed call is kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file exists and is something else.
    #[error("{} is not a presync database: name another file in the settings ([service] state), or move this one away", path.display())]
    NotPresync {
        /// The file.
        path: PathBuf,
    },
    /// A newer presync has written the file.
    #[error(
        "{} has schema version {found}, this presync knows versions up to {known}: start the newer presync again, or restore the \
         copy of the file that was made before the update",
        path.display()
    )]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// The file cannot be opened or made.
    #[error("{} cannot be opened: see that its folder exists and that presync may read and write there", path.display())]
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file or its folder may not be written.
    #[error("{} cannot be written: give presync write access to the file and to its folder (it keeps -wal and -shm files there)", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// No room is left.
    #[error("{} cannot grow, the disk is full: free some space; presync goes on by itself", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file is not the one that was opened any more.
    #[error(
        "{} was removed or replaced while presync has it open: nothing is written any more. Put the file back and restart presync; without it, \
         an empty one is filled again from both sides within a few cycles, only the event log is lost",
        path.display()
    )]
    Gone {
        /// The file.
        path: PathBuf,
    },
    /// The disk did not keep what was written.
    #[error(
        "{}: the disk did not keep what was written ({source}): nothing is written any more. See that the disk is sound and has room, then \
         restart presync",
        path.display()
    )]
    Failing {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A copy cannot be written.
    #[error("{} cannot be written: {source}; see that its folder exists, that presync may write there, and that the disk has room", path.display())]
    NotKept {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A copy would go where something is.
    #[error("{} exists: name another file for the copy, or move this one away", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A copy that was looked over is not sound.
    #[error("no copy of {}, since it would not be sound: {}", path.display(), problems.join("; "))]
    Unsound {
        /// The file that was to be copied.
        path: PathBuf,
        /// What is wrong, a sentence each.
        problems: Vec<String>,
    },
    /// The content is damaged.
    #[error(
        "{} is damaged: stop presync and restore a copy, or move the file away; an empty one is filled again from both sides within \
         a few cycles, only the event log is lost",
        path.display()
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Another process has held the database for too long.
    #[error("{} is held by another process: see whether a second presync or a database tool is writing to it", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A kept component of a rule cannot be read or written.
    #[error(
        "{}: a component of a rule cannot be kept there or read back ({source}): give presync access to the folder, and see that the \
         disk has room",
        path.display()
    )]
    Component {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The key that secrets are sealed with cannot be read or made.
    #[error(
        "{}: the key that sign-ins are sealed with cannot be used ({source}): give presync, and nobody else, access to the file and its \
         folder",
        path.display()
    )]
    Key {
        /// The file.
        path: PathBuf,
        /// What the system said, or what is wrong with it.
        source: std::io::Error,
    },
    /// A secret does not open.
    #[error(
        "a sign-in that is kept does not open with the key in {}: restore the file that belongs to this database, or sign in once more",
        path.display()
    )]
    Sealed {
        /// The file of the key.
        path: PathBuf,
    },
    /// Anything else that SQLite reports.
    #[error("{} could not be used: see the cause", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl StoreError {
    /// The sentence that fits what SQLite said about `path`.
    pub(crate) fn from_sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotPresync { path },
            Some(ErrorCode::CannotOpen) => Self::CannotOpen { path, source },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { path, source },
            Some(ErrorCode::DiskFull) => Self::DiskFull { path, source },
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt { path, source },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path, source },
            _ => Self::Sqlite { path, source },
        }
    }
}
