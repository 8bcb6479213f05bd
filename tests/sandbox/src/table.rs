//! The collection as the table of the README.

use std::fmt::Write;

use crate::case::{Case, Expected};
use crate::outcome::Outcome;

/// What stands before and after the table in the README.
const MARKS: (&str, &str) = ("<!-- written by the tests: begin -->\n", "<!-- written by the tests: end -->");

/// The longest text of a cell; only one that a rule made long is longer.
const CELL_BYTES: usize = 800;

/// One family with its outcomes, as a heading and a table.
pub fn family(title: &str, outcomes: &[(Case, Outcome)]) -> String {
    let mut text =
        format!("\n### {title}\n\n| a rule that | is met by | in these words | and this stands |\n|---|---|---|---|\n");
    for (case, outcome) in outcomes {
        let words = match (outcome.said(), case.expected) {
            (Some(said), _) => said,
            (None, Expected::Decides(because)) => format!("*{because}*"),
            (None, _) => String::new(),
        };
        let cells = [format!("{} (`{}`)", case.does, case.name), outcome.met(), words, outcome.stands()];
        let cells = cells.map(|cell| short(cell).replace('|', "\\|"));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

/// A text as a cell can hold it: what is long in it is of interest by its length alone.
fn short(text: String) -> String {
    if text.len() <= CELL_BYTES {
        return text;
    }
    let shown: String = text.chars().take(CELL_BYTES / 4).collect();
    format!("{shown}… ({} bytes)", text.len())
}

/// The README with another table in it.
///
/// # Panics
/// When the README has no place for one.
pub fn into_readme(readme: &str, tables: &str) -> String {
    let (before, rest) = readme.split_once(MARKS.0).unwrap();
    let (_, after) = rest.split_once(MARKS.1).unwrap();
    format!("{before}{}{tables}\n{}{after}", MARKS.0, MARKS.1)
}
