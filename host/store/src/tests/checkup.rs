//! What a look at a database finds.

use std::path::Path;

use presync_core::time::Timestamp;
use rusqlite::Connection;

use super::{acme, event, link};
use crate::{Batch, Contents, RuleVersion, RulesChange, Store, StoreError, checkup};

/// A database with three people, a cycle and a rule.
pub(super) fn filled(path: &Path) {
    let tenant = acme(path);
    let links = link(&tenant, 0..3);
    let states = links.iter().map(|link| (*link, "{}".to_owned())).collect();
    tenant.commit(&Batch { states, events: vec![event(1_000, None, "cycle"), event(2_000, None, "cycle")] }).unwrap();
    let version = RuleVersion {
        slot: "override 1".to_owned(),
        digest: digest(),
        name: "dnd-routing".to_owned(),
        version: "1.4.0".to_owned(),
        generation: 1,
        since: Timestamp::from_millis(1_000),
    };
    let change = RulesChange {
        generation: 1,
        in_force: vec![version],
        components: vec![(digest(), b"rule".to_vec().into())],
        ..RulesChange::default()
    };
    tenant.change_rules(&change).unwrap();
}

fn digest() -> String {
    use sha2::Digest;
    sha2::Sha256::digest(b"rule").iter().map(|byte| format!("{byte:02x}")).collect()
}

fn problems(path: &Path) -> Vec<String> {
    checkup(path).unwrap().problems.iter().map(ToString::to_string).collect()
}

/// Does what presync would not.
fn meddle(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
}

#[test]
fn a_sound_database_says_what_is_in_it_also_while_it_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let in_use = Store::open(&path).unwrap();
    filled(&path);
    let found = checkup(&path).unwrap();
    assert_eq!(found.problems, []);
    assert_eq!((found.schema, found.bytes > 0), (found.present_schema, true));
    let at = Timestamp::from_millis;
    let (tenant, span) = ("acme".to_owned(), Some((at(1_000), at(2_000))));
    assert_eq!(found.tenants, [Contents { tenant, links: 3, states: 3, events: 2, span, rule_versions: 1 }]);
    drop(in_use);
}

#[test]
fn numbers_that_would_be_given_twice_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    filled(&path);
    meddle(&path, "UPDATE tenants SET next_event = 2, next_link = 3");
    assert_eq!(
        problems(&path),
        [
            "acme: the next link would be number 3, and there is a number 3 already",
            "acme: the next event would be number 2, and there is a number 2 already"
        ]
    );
}

#[test]
fn rows_that_belong_to_nothing_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    filled(&path);
    meddle(&path, "DELETE FROM links WHERE link = 1; UPDATE links SET in_force = 0 WHERE link = 2");
    assert_eq!(problems(&path), ["1 rows of `states` belong to nothing", "acme: 1 states of links that were removed"]);
}

#[test]
fn components_that_are_missing_or_altered_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    filled(&path);
    let component = folder.path().join("presync.db.rules").join(format!("{}.wasm", digest()));
    std::fs::write(&component, "another").unwrap();
    assert_eq!(problems(&path), [format!("{} is not the component that its name says", component.display())]);
    std::fs::remove_file(&component).unwrap();
    let missing =
        format!("acme: dnd-routing 1.4.0 of override 1 cannot come back: {} is not there", component.display());
    assert_eq!(problems(&path), [missing]);
}

#[test]
fn a_damaged_page_is_told_in_the_words_of_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    filled(&path);
    let mut bytes = std::fs::read(&path).unwrap();
    // The last page, and not the first, which says what the file is.
    let last = bytes.len() - 4096;
    bytes[last..].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let problems = problems(&path);
    assert!(problems.iter().all(|problem| problem.starts_with("the file is damaged: ")), "{problems:?}");
    assert!(!problems.is_empty());
}

#[test]
fn what_is_no_database_of_ours_or_is_not_there_is_an_error_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "hello\n".repeat(1000)).unwrap();
    assert!(matches!(checkup(&text), Err(StoreError::NotPresync { .. })));
    let missing = folder.path().join("missing.db");
    assert!(matches!(checkup(&missing), Err(StoreError::CannotOpen { .. })));
    assert!(!missing.exists());
}
