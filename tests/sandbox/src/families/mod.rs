//! The collection, one file for each kind of misbehaviour.

mod answers;
mod bombs;
mod fickle;
mod files;
mod harm;
mod imports;
mod logs;
mod memory;
mod stack;
mod texts;
mod time;
mod traps;

use crate::case::Case;

/// A title, and the cases.
pub type Family = (&'static str, fn() -> Vec<Case>);

/// The families, in the order of the table.
pub const FAMILIES: [Family; 12] = [
    ("Time", time::cases),
    ("Memory", memory::cases),
    ("Stack", stack::cases),
    ("Traps", traps::cases),
    ("Answers", answers::cases),
    ("Texts", texts::cases),
    ("Log", logs::cases),
    ("State", fickle::cases),
    ("Harm", harm::cases),
    ("Imports", imports::cases),
    ("Files", files::cases),
    ("Bombs", bombs::cases),
];

/// Every case of every family.
pub fn collection() -> Vec<Case> {
    FAMILIES.iter().flat_map(|(_, cases)| cases()).collect()
}

/// A text that is made at run time, as the parts of a guest want it. Never freed: a collection is built once in a process.
fn made(text: String) -> &'static str {
    String::leak(text)
}
