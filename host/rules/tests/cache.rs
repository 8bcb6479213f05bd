//! Compiled rules on disk: found again, and never loaded when they are not what was kept.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use presync_core::words::Direction;
use presync_rules::{HostSettings, RuleHost};
use support::Guest;

fn host(folder: &Path) -> RuleHost {
    RuleHost::new(HostSettings { cache: Some(folder.to_owned()), ..HostSettings::default() }).unwrap()
}

/// How many compilations a new process with this cache needs for a rule.
fn compilations(folder: &Path, component: &[u8]) -> u64 {
    let host = host(folder);
    let rule = host.compile(component, None).unwrap();
    assert_eq!((rule.name(), rule.version(), rule.direction()), ("test-rule", "1.2.3", Direction::TeamsToEight));
    assert!(rule.is_pure());
    host.compilations()
}

/// A cache that knows one rule: its folder, the rule, and the entry.
fn known() -> (tempfile::TempDir, Vec<u8>, PathBuf) {
    let (folder, component) = (tempfile::tempdir().unwrap(), Guest::default().component());
    assert_eq!(compilations(folder.path(), &component), 1);
    let entry = entry(folder.path());
    (folder, component, entry)
}

fn entry(folder: &Path) -> PathBuf {
    let mut entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.find(|path| path.extension().is_some_and(|extension| extension == "rule")).unwrap()
}

#[test]
fn a_rule_that_was_compiled_before_is_not_compiled_again() {
    let (folder, component, _) = known();
    assert_eq!(compilations(folder.path(), &component), 0);
}

#[test]
fn another_file_is_another_rule() {
    let (folder, ..) = known();
    let other = Guest { pages: 9, ..Guest::default() }.component();
    assert_eq!(compilations(folder.path(), &other), 1);
}

#[test]
fn without_a_folder_every_start_compiles() {
    let host = RuleHost::new(HostSettings::default()).unwrap();
    let component = Guest::default().component();
    host.compile(&component, None).unwrap();
    host.compile(&component, None).unwrap();
    assert_eq!(host.compilations(), 2);
}

#[test]
fn an_altered_entry_is_compiled_again_and_replaced() {
    let (folder, component, entry) = known();
    let good = fs::read(&entry).unwrap();
    for at in [0, 8, 20, 40, 44, 60, good.len() / 2, good.len() - 1] {
        let mut altered = good.clone();
        altered[at] ^= 1;
        fs::write(&entry, &altered).unwrap();
        assert_eq!(compilations(folder.path(), &component), 1, "byte {at} was altered");
        assert_eq!(compilations(folder.path(), &component), 0, "the entry was replaced");
    }
}

#[test]
fn an_entry_that_is_cut_off_is_compiled_again() {
    let (folder, component, entry) = known();
    let good = fs::read(&entry).unwrap();
    for length in [0, 4, 8, 39, 43, 44, 100, good.len() - 1] {
        fs::write(&entry, &good[..length]).unwrap();
        assert_eq!(compilations(folder.path(), &component), 1, "cut to {length} bytes");
    }
}

#[test]
fn an_entry_of_another_host_is_compiled_again() {
    let (_other, component, foreign) = known();
    let (folder, _, entry) = known();
    fs::copy(&foreign, &entry).unwrap();
    assert_eq!(compilations(folder.path(), &component), 1);
}

#[test]
fn an_entry_cannot_stand_in_for_another_rule() {
    let (folder, _, entry) = known();
    let other = Guest { pages: 9, ..Guest::default() }.component();
    assert_eq!(compilations(folder.path(), &other), 1);
    let mut entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let others = entries.find(|path| *path != entry && path.extension().is_some()).unwrap();
    fs::copy(&entry, &others).unwrap();
    assert_eq!(compilations(folder.path(), &other), 1);
}

#[test]
fn a_known_rule_of_the_other_direction_is_refused_in_the_usual_words() {
    let (folder, component, _) = known();
    let refused = |host: RuleHost| host.compile(&component, Some(Direction::EightToTeams)).unwrap_err();
    assert_eq!(refused(host(folder.path())), refused(RuleHost::new(HostSettings::default()).unwrap()));
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = RuleHost::new(HostSettings { cache: Some(file), ..HostSettings::default() }).unwrap_err();
    insta::assert_snapshot!(error.to_string().replace(&folder.path().display().to_string(), ""), @"compiled rules cannot be kept in /file: File exists (os error 17); make it a folder that this user can write to, or set another `rule_cache`");
}

#[cfg(unix)]
#[test]
fn the_key_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, ..) = known();
    let mode = fs::metadata(folder.path().join("key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}
