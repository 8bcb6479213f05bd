//! Reads a file of people: CSV with a line per person and group, or queue.

use std::fs::File;

use csv::{ReaderBuilder, StringRecord, Trim};
use presync_service::groups::Memberships;

use super::document::Entry;
use super::supply::Sort;

/// How many lines of one file are told to be wrong; who sees ten knows what to look for.
const LINES_TOLD: usize = 10;

/// Reads the file at this path, which the entry refers to.
pub(super) fn read(entry: &Entry<'_>, path: &str, sort: &Sort) -> Option<Memberships> {
    let full = entry.document.beside(path);
    let file = match File::open(&full) {
        Ok(file) => file,
        Err(error) => {
            let what = format!("refers to file:{path}, which cannot be read ({}: {error})", full.display());
            return entry.wrong(&what, sort.expected);
        }
    };
    let mut lines = ReaderBuilder::new().trim(Trim::All).from_reader(file);
    let (person, name) = columns(entry, path, sort, lines.headers().ok())?;
    let mut memberships = Memberships::default();
    let mut wrong = 0;
    for line in lines.records() {
        let what = match &line {
            Ok(line) => match (line.get(person), line.get(name)) {
                (Some(person), Some(name)) if !person.is_empty() && !name.is_empty() => {
                    memberships.add(name, person);
                    continue;
                }
                _ => {
                    let number = line.position().map(csv::Position::line).unwrap_or_default();
                    format!("refers to file:{path}, whose line {number} has an empty field")
                }
            },
            Err(error) => format!("refers to file:{path}, which is no CSV: {error}"),
        };
        wrong += 1;
        entry.wrong::<()>(&what, &format!("a person and a {} on every line", sort.column));
        if wrong == LINES_TOLD {
            break;
        }
    }
    (wrong == 0).then_some(memberships)
}

/// Which column is which.
fn columns(entry: &Entry<'_>, path: &str, sort: &Sort, header: Option<&StringRecord>) -> Option<(usize, usize)> {
    let header: Vec<String> = header.into_iter().flatten().map(str::to_lowercase).collect();
    let place = |name: &str| header.iter().position(|column| column == name);
    match (place("person"), place(sort.column)) {
        (Some(person), Some(name)) if header.len() == 2 => Some((person, name)),
        _ => {
            let what = format!("refers to file:{path}, whose first line is \"{}\"", header.join(","));
            entry.wrong(&what, &format!("the first line person,{}", sort.column))
        }
    }
}
