use rusqlite::Connection;

use super::{acme, link, tenant};
use crate::Store;

fn notes(tenant: &crate::TenantStore) -> Vec<(String, String, String)> {
    tenant.set_at_eight().unwrap().into_iter().map(|set| (set.kind, set.key, set.note)).collect()
}

fn row(kind: &str, key: &str, note: &str) -> (String, String, String) {
    (kind.to_owned(), key.to_owned(), note.to_owned())
}

#[test]
fn a_note_is_found_after_a_restart_until_it_is_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let before = acme(&path);
    before.note_set_at_eight("extension", "u1", Some("1")).unwrap();
    before.note_set_at_eight("agent", "u1", Some("2")).unwrap();
    before.note_set_at_eight("extension", "u1", Some("3")).unwrap();
    drop(before);
    let after = acme(&path);
    assert_eq!(notes(&after), [row("agent", "u1", "2"), row("extension", "u1", "3")]);
    after.note_set_at_eight("extension", "u1", None).unwrap();
    after.note_set_at_eight("extension", "never", None).unwrap();
    assert_eq!(notes(&after), [row("agent", "u1", "2")]);
}

#[test]
fn one_tenant_sees_nothing_of_anothers() {
    let store = Store::in_memory().unwrap();
    tenant(&store, "acme").note_set_at_eight("agent", "ag1", Some("1")).unwrap();
    assert_eq!(notes(&tenant(&store, "globex")), []);
}

#[test]
fn a_database_of_version_two_is_brought_along_with_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    link(&acme(&path), 0..3);
    let old = Connection::open(&path).unwrap();
    old.execute_batch("DROP TABLE set_at_eight; PRAGMA user_version = 2").unwrap();
    drop(old);
    let present = acme(&path);
    assert_eq!(present.links().unwrap().len(), 3);
    assert_eq!(notes(&present), []);
    present.note_set_at_eight("agent", "ag1", Some("1")).unwrap();
}
