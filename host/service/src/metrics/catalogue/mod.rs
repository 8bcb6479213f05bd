//! Every metric there is. `docs/metrics.md` is written from here: `UPDATE_TABLE=1 cargo test -p presync-service --lib metrics`.
//!
//! * `process`: the process and the rule host
//! * `cycles`: cycles, sides, requests
//! * `people`: people, rules, warnings
//! * `writes`: what is written, to the providers and to disk
//! * `changes`: how long changes take

mod changes;
mod cycles;
mod people;
mod process;
mod writes;

use super::family::Family;

/// The parts of the catalogue in order, each with its heading.
pub const PARTS: [(&str, &[Family]); 5] = [
    ("The process and the rule host", process::FAMILIES),
    ("Cycles, sides and requests", cycles::FAMILIES),
    ("People, rules and warnings", people::FAMILIES),
    ("What is written", writes::FAMILIES),
    ("How long changes take", changes::FAMILIES),
];

/// All of them, part by part.
pub fn all() -> impl Iterator<Item = &'static Family> {
    PARTS.iter().flat_map(|(_, families)| families.iter())
}
