use super::{acme, tenant};
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
