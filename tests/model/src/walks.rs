//! The walks that are made: short ones with every run of the tests, long ones by the program.

use std::sync::Mutex;
use std::sync::PoisonError;

use crate::scenario::Scenario;
use crate::walk::{Walk, Walked};

/// As many threads as there are; each walk is on one.
const THREADS: usize = 2;

/// Walks for every run of the tests.
pub fn short() -> Vec<Scenario> {
    vec![
        Scenario::people(2, 2, 1).crashes(1).exchanges(1).to_depth(6),
        Scenario::people(2, 2, 0),
        Scenario::people(2, 1, 1),
        Scenario::people(1, 1, 1),
        Scenario::people(1, 1, 0).crashes(1),
        Scenario::people(1, 2, 0).exchanges(1),
        Scenario::people(1, 1, 1).overtaken(),
        Scenario::people(1, 1, 0).outages(1),
        Scenario::people(1, 1, 0).departures(2),
    ]
}

/// Walks that take minutes.
pub fn long() -> Vec<Scenario> {
    vec![
        Scenario::people(2, 2, 1).crashes(1).exchanges(1).to_depth(8),
        Scenario::people(1, 2, 2).overtaken(),
        Scenario::people(1, 1, 0).crashes(1).exchanges(1),
        Scenario::people(1, 1, 1).crashes(1),
    ]
}

/// Makes walks side by side, and tells each as it ends.
pub fn make(scenarios: Vec<Scenario>, tell: impl Fn(&Walked) + Sync) -> Vec<Walked> {
    let left = Mutex::new(scenarios.into_iter());
    let made = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(scenario) = next else { return };
                    let walked = Walk::exhaustively(scenario);
                    tell(&walked);
                    made.lock().unwrap_or_else(PoisonError::into_inner).push(walked);
                }
            });
        }
    });
    made.into_inner().unwrap_or_else(PoisonError::into_inner)
}
