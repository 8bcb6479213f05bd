//! Restarts, kills and other processes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Batch, TenantStore};
use rusqlite::Connection;

use super::{acme, event, link};

/// A cycle that gives every link this snapshot.
fn cycle(tenant: &TenantStore, snapshot: &str) -> Batch {
    Batch {
        states: tenant.links().unwrap().iter().map(|link| (link.id, snapshot.to_owned())).collect(),
        events: vec![event(1, None, "cycle")],
    }
}

/// All links show one and the same snapshot: this one.
fn snapshot(tenant: &TenantStore) -> String {
    let mut all: Vec<String> = tenant.states().unwrap().into_iter().map(|(_, snapshot)| snapshot).collect();
    all.dedup();
    assert_eq!(all.len(), 1, "a mixture: {all:?}");
    all.remove(0)
}

/// The file and its write-ahead log as a kill would leave them now.
fn killed_copy(path: &Path, name: &str) -> PathBuf {
    let copy = path.with_file_name(name);
    fs::copy(path, &copy).unwrap();
    fs::copy(wal(path), wal(&copy)).unwrap();
    copy
}

fn wal(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", path.display()))
}

#[test]
fn a_restart_takes_up_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let before = acme(&path);
    link(&before, 0..3);
    before.commit(&cycle(&before, "1")).unwrap();
    let links = before.links().unwrap();
    drop(before);

    let after = acme(&path);
    assert_eq!(after.links().unwrap(), links);
    assert_eq!(snapshot(&after), "1");
    assert_eq!(after.events(None, 0, 10).unwrap().len(), 1);
    assert_eq!(link(&after, 3..4)[0].0, 4);
    after.commit(&cycle(&after, "2")).unwrap();
    assert_eq!(after.events(None, 1, 10).unwrap()[0].seq, 2);
}

#[test]
fn a_kill_after_a_commit_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let running = acme(&path);
    link(&running, 0..500);
    running.commit(&cycle(&running, "1")).unwrap();
    assert_eq!(snapshot(&acme(&killed_copy(&path, "killed.db"))), "1");
}

#[test]
fn a_kill_in_the_middle_of_a_transaction_leaves_the_former_state() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let running = acme(&path);
    link(&running, 0..500);
    running.commit(&cycle(&running, "1")).unwrap();

    // A cache of nothing makes SQLite write pages of the open transaction to the log before it ends.
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("PRAGMA cache_size = 0; BEGIN IMMEDIATE; UPDATE states SET snapshot = '2'").unwrap();
    let length = fs::metadata(wal(&path)).unwrap().len();
    raw.execute_batch(&format!("UPDATE tenants SET name = '{}'", "x".repeat(50_000))).unwrap();
    assert!(fs::metadata(wal(&path)).unwrap().len() > length, "the open transaction has reached the disk");

    let killed = acme(&killed_copy(&path, "killed.db"));
    assert_eq!(snapshot(&killed), "1");
    drop(raw);
    assert_eq!(snapshot(&running), "1");
}

#[test]
fn a_log_that_is_cut_off_anywhere_leaves_whole_cycles_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let running = acme(&path);
    link(&running, 0..200);
    running.commit(&cycle(&running, "1")).unwrap();
    let first = fs::metadata(wal(&path)).unwrap().len();
    running.commit(&cycle(&running, "2")).unwrap();
    let second = fs::metadata(wal(&path)).unwrap().len();

    for (number, length) in (first..second).step_by(1_500).enumerate() {
        let copy = killed_copy(&path, &format!("cut-{number}.db"));
        fs::OpenOptions::new().write(true).open(wal(&copy)).unwrap().set_len(length).unwrap();
        let cut = acme(&copy);
        assert_eq!(snapshot(&cut), "1", "cut at {length} of {second}");
        assert_eq!(cut.events(None, 0, 10).unwrap().len(), 1);
    }
}

#[test]
fn another_process_reads_whole_cycles_while_this_one_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let writer = acme(&path);
    link(&writer, 0..300);
    writer.commit(&cycle(&writer, "0")).unwrap();
    // A store of its own, as `presync status` has: nothing is shared but the file.
    let reader = acme(&path);
    let seen = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for number in 1..=50 {
                writer.commit(&cycle(&writer, &number.to_string())).unwrap();
            }
        });
        let mut seen = Vec::new();
        while !writing.is_finished() {
            seen.push(snapshot(&reader).parse::<u32>().unwrap());
        }
        seen
    });
    assert!(seen.is_sorted(), "{seen:?}");
    assert_eq!(snapshot(&reader), "50");
}

#[test]
fn a_reader_does_not_wait_for_an_open_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let reader = acme(&path);
    link(&reader, 0..3);
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("BEGIN IMMEDIATE; DELETE FROM links").unwrap();
    assert_eq!(reader.links().unwrap().len(), 3);
    assert_eq!(acme(&path).links().unwrap().len(), 3);
}

#[test]
fn two_processes_that_start_on_a_new_file_at_once_make_one_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    std::thread::scope(|scope| {
        let starting: Vec<_> = (0..8)
            .map(|n| {
                scope.spawn({
                    let path = &path;
                    move || link(&acme(path), n..n + 1)[0].0
                })
            })
            .collect();
        let mut ids: Vec<u32> = starting.into_iter().map(|thread| thread.join().unwrap()).collect();
        ids.sort_unstable();
        assert_eq!(ids, (1..=8).collect::<Vec<_>>());
    });
}
