//! Copies.

use std::fs;

use super::checkup::filled;
use super::{acme, link};
use crate::{StoreError, backup, checkup};

#[test]
fn a_copy_is_a_database_like_the_one_that_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("presync.db"), folder.path().join("copy.db"));
    filled(&path);
    let running = acme(&path);
    let said = backup(&path, &copy).unwrap();
    link(&running, 3..9);
    assert_eq!(said, checkup(&copy).unwrap());
    assert_eq!((said.problems.len(), said.tenants[0].links, said.tenants[0].rule_versions), (0, 3, 1));

    let restored = acme(&copy);
    assert_eq!(restored.links().unwrap()[..], running.links().unwrap()[..3]);
    assert_eq!(restored.events(None, 0, 10).unwrap(), running.events(None, 0, 10).unwrap());
    let digest = &restored.rules().unwrap().versions[0].digest;
    assert_eq!(restored.component(digest).unwrap().unwrap(), b"rule");
    // The numbers go on where they were.
    assert_eq!(link(&restored, 20..21)[0].0, 4);
}

#[test]
fn a_copy_is_not_put_where_something_is_and_nothing_is_left_of_one_that_failed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    filled(&path);
    let taken = folder.path().join("taken.db");
    fs::write(&taken, "mine").unwrap();
    assert!(matches!(backup(&path, &taken), Err(StoreError::Exists { .. })));
    assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");

    let nowhere = folder.path().join("missing/copy.db");
    assert!(backup(&path, &nowhere).is_err());
    let component = fs::read_dir(folder.path().join("presync.db.rules")).unwrap().next().unwrap().unwrap().path();
    fs::write(component, "another").unwrap();
    let copy = folder.path().join("copy.db");
    let error = backup(&path, &copy).unwrap_err();
    assert!(error.to_string().contains("is not the component that its name says"), "{error}");
    let left = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.starts_with("copy")).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_copy_takes_the_place_of_the_file_as_the_help_says() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("presync.db"), folder.path().join("copy.db"));
    filled(&path);
    backup(&path, &copy).unwrap();
    // Killed with a log that goes on after the copy.
    let killed = acme(&path);
    link(&killed, 3..400);
    let log = folder.path().join("presync.db-wal");
    let left = fs::read(&log).unwrap();
    drop(killed);
    fs::write(&log, left).unwrap();

    for old in ["presync.db", "presync.db-wal", "presync.db-shm"] {
        let _ = fs::remove_file(folder.path().join(old));
    }
    fs::remove_dir_all(folder.path().join("presync.db.rules")).unwrap();
    fs::rename(&copy, &path).unwrap();
    fs::rename(folder.path().join("copy.db.rules"), folder.path().join("presync.db.rules")).unwrap();
    assert_eq!(acme(&path).links().unwrap().len(), 3);
    assert_eq!(checkup(&path).unwrap().problems, []);
}
