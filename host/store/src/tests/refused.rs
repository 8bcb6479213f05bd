use std::path::Path;

use crate::{Store, StoreError};
use rusqlite::Connection;

fn refusal(path: &Path) -> StoreError {
    Store::open(path).unwrap_err()
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    drop(Store::open(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();

    let error = refusal(&path);
    assert!(matches!(error, StoreError::NewerSchema { found: 99, .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "{} has schema version 99, this presync knows versions up to 4: start the newer presync again, or restore the copy of \
             the file that was made before the update",
            path.display()
        )
    );
    let version: u32 = Connection::open(&path).unwrap().pragma_query_one(None, "user_version").unwrap();
    assert_eq!(version, 99);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("short.txt", "hello\n".to_owned()), ("long.txt", "[service]\n".repeat(1000))] {
        let path = folder.path().join(name);
        std::fs::write(&path, &content).unwrap();
        let error = refusal(&path);
        assert!(matches!(error, StoreError::NotPresync { .. }), "{error:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE links (url TEXT)").unwrap();

    let error = refusal(&path);
    assert!(matches!(error, StoreError::NotPresync { .. }), "{error:?}");
    let mode: String = other.pragma_query_one(None, "journal_mode").unwrap();
    assert_eq!(mode, "delete");
}

#[test]
fn a_folder_that_does_not_exist_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing/presync.db");
    let error = refusal(&path);
    assert!(matches!(error, StoreError::CannotOpen { .. }), "{error:?}");
    assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");
}

#[test]
fn a_damaged_database_is_reported_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let store = Store::open(&path).unwrap();
    super::link(&super::tenant(&store, "acme"), 0..2_000);
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();

    let error = Store::open(&path).and_then(|store| store.tenant(&"acme".into())).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}
