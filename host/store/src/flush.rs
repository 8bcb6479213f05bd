//! Brings commits onto the disk, many at a time.
//!
//! A commit is first in the write-ahead log as the operating system has it: a kill loses nothing, a power cut would. Only the disk's
//! own flush makes it last, and that takes milliseconds where a commit takes microseconds. So commits are made one after the other
//! without it, and then one flush serves all that were made before it began.
//!
//! ```text
//!  commits   1 ─ 2 ─ 3 ─ 4 ─ 5 ─ 6 ─ 7
//!  flushes       └─ 1 ─┘└── 2..4 ──┘└─ 5..7 …       nobody waits for more than two
//! ```

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::components::beside;

/// The write-ahead log of one database, and how far it is on the disk.
#[derive(Debug)]
pub(crate) struct Flush {
    path: PathBuf,
    state: Mutex<State>,
    flushed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The log, once there is one. SQLite keeps the file for as long as our writer is open.
    log: Option<File>,
    /// Commits that were made.
    made: u64,
    /// Commits that are on the disk.
    lasting: u64,
    /// Somebody is flushing.
    busy: bool,
    /// A flush has failed. What the system held then may be lost, and it does not say so a second time: nothing more is promised.
    broken: bool,
}

/// One commit that was made, by its number; 0 is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made(u64);

impl Flush {
    /// For the database at `path`, whose log is beside it.
    pub(crate) fn of(path: &Path) -> Self {
        Self { path: beside(path, "-wal"), state: Mutex::default(), flushed: Condvar::new() }
    }

    /// Whether a flush has failed.
    pub(crate) fn is_broken(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).broken
    }

    /// Notes a commit. To be called before the next one can be made.
    pub(crate) fn made(&self) -> Made {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.made += 1;
        Made(state.made)
    }

    /// The latest commit that was noted.
    pub(crate) fn latest(&self) -> Made {
        Made(self.state.lock().unwrap_or_else(PoisonError::into_inner).made)
    }

    /// Waits until this commit is on the disk.
    ///
    /// # Errors
    /// What the system says when it cannot bring it there.
    pub(crate) fn wait(&self, commit: Made) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.lasting >= commit.0 {
                return Ok(());
            }
            if state.broken {
                return Err(io::Error::other("an earlier flush has failed"));
            }
            if !state.busy {
                break;
            }
            state = self.flushed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.busy = true;
        let (until, log) = (state.made, state.log.take());
        drop(state);
        let opened = log.map_or_else(|| File::open(&self.path), Ok);
        let synced = opened.as_ref().ok().map(File::sync_data);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.busy = false;
        // One of those who wait flushes next, also when this one could not.
        self.flushed.notify_all();
        state.log = Some(opened?);
        match synced.unwrap_or(Ok(())) {
            Ok(()) => state.lasting = until,
            Err(error) => {
                state.broken = true;
                return Err(error);
            }
        }
        Ok(())
    }
}

#[cfg(all(test, unix))]
impl Flush {
    /// The next flush meets a device that cannot be flushed.
    pub(crate) fn fail(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).log = File::open("/dev/null").ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> (tempfile::TempDir, Flush) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presync.db");
        std::fs::write(folder.path().join("presync.db-wal"), "frames").unwrap();
        (folder, Flush::of(&path))
    }

    #[test]
    fn one_flush_serves_every_commit_before_it() {
        let (_folder, flush) = log();
        let [first, second, third] = [flush.made(), flush.made(), flush.made()];
        flush.wait(first).unwrap();
        std::fs::remove_file(&flush.path).unwrap();
        flush.state.lock().unwrap().log = None;
        // A flush would find no log.
        flush.wait(second).unwrap();
        flush.wait(third).unwrap();
        assert!(flush.wait(flush.made()).is_err());
    }

    #[test]
    fn those_who_wait_for_a_flush_that_fails_try_themselves() {
        let (_folder, flush) = log();
        std::fs::remove_file(&flush.path).unwrap();
        let commit = flush.made();
        assert_eq!(flush.wait(commit).unwrap_err().kind(), io::ErrorKind::NotFound);
        std::fs::write(&flush.path, "frames").unwrap();
        flush.wait(commit).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn after_a_disk_that_failed_nothing_more_is_promised() {
        let (_folder, flush) = log();
        let before = flush.made();
        flush.wait(before).unwrap();
        flush.fail();
        let commit = flush.made();
        assert_eq!(flush.wait(commit).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert!(flush.is_broken());
        flush.state.lock().unwrap().log = None;
        assert!(flush.wait(commit).is_err(), "the system would not say it again");
        flush.wait(before).unwrap();
    }

    #[test]
    fn many_at_a_time_all_come_back() {
        let (_folder, flush) = log();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        flush.wait(flush.made()).unwrap();
                    }
                });
            }
        });
        let state = flush.state.lock().unwrap();
        assert_eq!((state.made, state.lasting), (400, 400));
    }
}
