use std::path::Path;
use std::sync::Arc;

use presync_core::time::Timestamp;

use super::{acme, event, tenant};
use crate::{RuleAside, RuleVersion, RulesChange, Store, StoredRules, VERSIONS_KEPT};

fn version(slot: &str, number: u64) -> RuleVersion {
    RuleVersion {
        slot: slot.to_owned(),
        digest: format!("d{number}"),
        name: "dnd-routing".to_owned(),
        version: format!("1.{number}.0"),
        generation: number,
        since: Timestamp::from_millis(number),
    }
}

/// Puts a version in force whose component is its digest.
fn in_force(slot: &str, number: u64) -> RulesChange {
    let version = version(slot, number);
    let components = vec![(version.digest.clone(), Arc::from(version.digest.as_bytes()))];
    RulesChange { generation: number, in_force: vec![version], components, ..RulesChange::default() }
}

fn aside(slot: &str, digest: &str) -> RuleAside {
    RuleAside {
        slot: slot.to_owned(),
        digest: digest.to_owned(),
        name: "dnd-routing".to_owned(),
        version: "1.0.0".to_owned(),
        why: "it failed".to_owned(),
        by_hand: false,
        at: Timestamp::from_millis(7),
    }
}

fn kept(path: &Path) -> usize {
    std::fs::read_dir(path.with_extension("db.rules")).unwrap().count()
}

#[test]
fn what_was_in_force_is_known_after_a_restart_with_its_component() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let change = RulesChange { events: vec![event(1, None, "rule-live")], ..in_force("a.wasm", 1) };
    acme(&path).change_rules(&change).unwrap();
    let acme = acme(&path);
    let known = StoredRules { generation: 1, versions: vec![version("a.wasm", 1)], aside: Vec::new() };
    assert_eq!(acme.rules().unwrap(), known);
    assert_eq!(acme.component("d1").unwrap().unwrap(), b"d1");
    assert_eq!(acme.component("d2").unwrap(), None);
    assert_eq!(acme.events(None, 0, 10).unwrap()[0].kind, "rule-live");
    assert_eq!(tenant(&Store::open(&path).unwrap(), "other").rules().unwrap(), StoredRules::default());
}

#[test]
fn the_number_of_a_change_never_falls() {
    let acme = tenant(&Store::in_memory().unwrap(), "acme");
    acme.change_rules(&in_force("a.wasm", 7)).unwrap();
    acme.change_rules(&RulesChange { generation: 3, ..RulesChange::default() }).unwrap();
    assert_eq!(acme.rules().unwrap().generation, 7);
}

#[test]
fn the_last_versions_of_each_slot_are_kept_and_components_only_as_long_as_somebody_needs_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let store = Store::open(&path).unwrap();
    let (acme, other) = (tenant(&store, "acme"), tenant(&store, "other"));
    other.change_rules(&in_force("b.wasm", 1)).unwrap();
    for number in 1..=9 {
        acme.change_rules(&in_force("a.wasm", number)).unwrap();
    }
    let digests: Vec<String> = acme.rules().unwrap().versions.into_iter().map(|version| version.digest).collect();
    assert_eq!(digests, ["d9", "d8", "d7", "d6", "d5"]);
    assert_eq!(kept(&path), VERSIONS_KEPT as usize + 1, "the first is another tenant's too");
    assert_eq!(acme.component("d1").unwrap().unwrap(), b"d1");
    assert_eq!(acme.component("d2").unwrap(), None);
}

#[test]
fn a_version_that_comes_back_is_the_newest_again_and_known_once() {
    let acme = tenant(&Store::in_memory().unwrap(), "acme");
    acme.change_rules(&in_force("a.wasm", 1)).unwrap();
    acme.change_rules(&in_force("a.wasm", 2)).unwrap();
    let back = RuleVersion { generation: 3, ..version("a.wasm", 1) };
    acme.change_rules(&RulesChange { generation: 3, in_force: vec![back.clone()], ..RulesChange::default() }).unwrap();
    assert_eq!(acme.rules().unwrap().versions, [back, version("a.wasm", 2)]);
}

#[test]
fn what_is_set_aside_stays_so_until_its_slot_is_cleared() {
    let acme = tenant(&Store::in_memory().unwrap(), "acme");
    let all = vec![aside("a.wasm", "d1"), aside("b.wasm", "d1")];
    acme.change_rules(&RulesChange { aside: all.clone(), ..RulesChange::default() }).unwrap();
    assert_eq!(acme.rules().unwrap().aside, all);
    let cleared = RulesChange { none_aside: vec!["a.wasm".to_owned()], ..RulesChange::default() };
    acme.change_rules(&cleared).unwrap();
    assert_eq!(acme.rules().unwrap().aside, [aside("b.wasm", "d1")]);
}

#[test]
fn a_name_that_is_no_digest_stays_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presync.db");
    let acme = acme(&path);
    let components = vec![("../../etc/x".to_owned(), Arc::from(b"x".as_slice()))];
    acme.change_rules(&RulesChange { components, ..RulesChange::default() }).unwrap();
    assert_eq!(acme.component("../../etc/x").unwrap().unwrap(), b"x");
    assert!(path.with_extension("db.rules").join("______etc_x.wasm").exists());
}
