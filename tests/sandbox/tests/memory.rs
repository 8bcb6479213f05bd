//! Memory returns to where it was, whatever a rule did with it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]
#![cfg(target_os = "linux")]

use std::time::Duration;

use presync_rules::{HostSettings, Limits, RuleHost};
use presync_sandbox::{Expected, Ward, collection, resident};

/// Rounds of each rule that are measured.
const ROUNDS: usize = 200;

/// Rounds of each rule before that, which fill what is meant to stay: the pool's places, the allocator's arenas.
const FIRST: usize = 5;

/// Places of the host, each of which keeps 2 MiB of memory and 64 KiB of each table for the next instance.
const PLACES: u32 = 4;

/// What the process may hold more after the rounds of one rule, in KiB: its places, should none have been used before, and as much again
/// for arenas of the allocator.
const BOUND: u64 = 2 * (PLACES as u64) * 2 * 1024;

#[test]
fn two_hundred_rounds_of_each_rule_leave_the_memory_where_it_was() {
    let host = RuleHost::new(HostSettings { places: PLACES, ..HostSettings::default() }).unwrap();
    let limits = Limits { batch_time: Duration::from_millis(2), ..Limits::default() };
    let ward = Ward::new(host).with_limits(limits);
    // What is large or slow in the file alone is the same to every load.
    let cases: Vec<_> = collection().into_iter().filter(|case| case.component.len() < 1 << 20).collect();
    let round = |case: &presync_sandbox::Case, rounds: usize| match ward.load(case) {
        Ok(chain) => (0..rounds).for_each(|_| drop(chain.decide(&case.people, true))),
        Err(_) => (1..rounds).for_each(|_| assert!(ward.load(case).is_err() || case.expected != Expected::Refused)),
    };
    cases.iter().for_each(|case| round(case, FIRST));
    for case in &cases {
        let before = resident::kibibytes().unwrap();
        round(case, ROUNDS);
        let more = resident::kibibytes().unwrap().saturating_sub(before);
        assert!(more <= BOUND, "{}: after {ROUNDS} rounds the process holds {more} KiB more", case.name);
    }
}
