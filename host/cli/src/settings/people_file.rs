//! Reads a file of people: CSV with a line per person and group, or queue.

use presync_service::groups::Memberships;
use presync_service::sheet::{self, LineProblem, SheetError};

use super::document::Entry;
use super::supply::Sort;

/// Reads the file at this path, which the entry refers to.
pub(super) fn read(entry: &Entry<'_>, path: &str, sort: &Sort) -> Option<Memberships> {
    let lines = match sheet::read(&entry.document.beside(path), ["person", sort.column], |_, _| None) {
        Ok(lines) => lines,
        Err(SheetError::Unreadable { path: full, source }) => {
            let what = format!("refers to file:{path}, which cannot be read ({}: {source})", full.display());
            return entry.wrong(&what, sort.expected);
        }
        Err(SheetError::Header { found, columns, .. }) => {
            let what = format!("refers to file:{path}, whose first line is \"{found}\"");
            return entry.wrong(&what, &format!("the first line {}", columns.join(",")));
        }
        Err(SheetError::Lines { problems, .. }) => {
            for LineProblem { number, column, what } in problems {
                let column = column.map(|column| format!(" column {column}")).unwrap_or_default();
                let what = format!("refers to file:{path}, whose line {number}{column} {what}");
                entry.wrong::<()>(&what, &format!("a person and a {} on every line", sort.column));
            }
            return None;
        }
    };
    let mut memberships = Memberships::default();
    for sheet::Line { fields: [person, name], .. } in &lines {
        memberships.add(name, person);
    }
    Some(memberships)
}
