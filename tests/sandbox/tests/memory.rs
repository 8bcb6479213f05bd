//! Memory returns to where it was, whatever a rule did with it.
#![allow(clippy::unwrap_used, reason = "these are tests")]
#![cfg(target_os = "linux")]

use std::process::Command;
use std::time::Duration;

use presync_core::words::Direction;
use presync_rules::{HostSettings, Limits, RuleHost};
use presync_sandbox::{Case, Ward, collection, resident};
use serde_json::Value;

/// Instances of each rule that are given their settings, or asked.
const ROUNDS: usize = 200;

/// Loads of each file that is refused as a whole; each may cost a compilation.
const LOADS: usize = 25;

/// Tells the C library to keep one heap for all threads: what is measured is then what is held, and not how heaps are spread.
const ONE_HEAP: (&str, &str) = ("MALLOC_ARENA_MAX", "1");

/// Places of the host.
const PLACES: u32 = 4;

/// What the process may hold more afterwards, in KiB: all places of the host, which keep 2 MiB for the next instance each, and as
/// much again for gaps in the heap. A rule that left 80 KiB behind in each of its rounds would be seen.
const BOUND: u64 = 2 * (PLACES as u64) * 2 * 1024;

#[test]
fn hundreds_of_rounds_of_each_rule_leave_the_memory_where_it_was() {
    if std::env::var_os(ONE_HEAP.0).is_none() {
        // The C library reads it when a process begins.
        let mut again = Command::new(std::env::current_exe().unwrap());
        assert!(
            again.env(ONE_HEAP.0, ONE_HEAP.1).status().unwrap().success(),
            "it went wrong in the process with one heap"
        );
        return;
    }
    let host = RuleHost::new(HostSettings { places: PLACES, ..HostSettings::default() }).unwrap();
    let ward = Ward::new(host);
    // What is large in the file alone is gone with the file.
    let cases: Vec<Case> = collection().into_iter().filter(|case| case.component.len() < 1 << 20).collect();
    // The first time fills what is meant to stay: the places of the pool, the heap at the height that the largest compilation needs.
    cases.iter().for_each(|case| rounds(&ward, case));
    let before = resident::kibibytes().unwrap();
    cases.iter().for_each(|case| rounds(&ward, case));
    let more = resident::kibibytes().unwrap().saturating_sub(before);
    println!("{} rules, {ROUNDS} rounds each: {before} KiB before, {more} KiB more afterwards", cases.len());
    assert!(more <= BOUND, "the process holds {more} KiB more than the {before} KiB before");
}

/// All rounds of a case.
fn rounds(ward: &Ward, case: &Case) {
    let limits = Limits { batch_time: Duration::from_millis(1), ..Limits::default() };
    let compile = || ward.host().compile(&case.component, Some(Direction::TeamsToEight));
    let Ok(rule) = compile() else {
        (0..LOADS).for_each(|_| assert!(compile().is_err(), "{}", case.name));
        return;
    };
    match rule.configure(&Value::Null, limits) {
        Err(_) => (0..ROUNDS).for_each(|_| drop(rule.configure(&Value::Null, limits))),
        Ok(rule) => {
            let chain = ward.chain(rule);
            (0..ROUNDS).for_each(|_| drop(chain.decide(&case.people, true)));
        }
    }
}
