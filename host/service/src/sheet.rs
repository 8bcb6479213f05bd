//! A table of two columns that people keep in a file of their own: CSV, with a first line that names the columns, in either order.
//! Lines that begin with `#` are remarks.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use csv::{ReaderBuilder, StringRecord, Trim};

/// How many lines of one file are told to be wrong; who sees ten knows what to look for.
const LINES_TOLD: usize = 10;

/// A line of the table: nothing in it is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it is in the file, counted from 1.
    pub number: u64,
    /// The fields, in the order in which the columns were asked for.
    pub fields: [String; 2],
}

/// What is wrong with one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineProblem {
    /// Where it is in the file, counted from 1.
    pub number: u64,
    /// In which column, if it is in one.
    pub column: Option<&'static str>,
    /// What it is, to follow the place.
    pub what: String,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// It cannot be read.
    #[error("{} cannot be read ({source})", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The first line does not name the columns.
    #[error("{}:1: the first line is \"{found}\"; expected {}", path.display(), columns.join(","))]
    Header {
        /// The file.
        path: PathBuf,
        /// The first line.
        found: String,
        /// What it should be.
        columns: [&'static str; 2],
    },
    /// Some lines are wrong: the first of them.
    #[error("{}", Listed(path, problems))]
    Lines {
        /// The file.
        path: PathBuf,
        /// What is wrong, in order; at least one.
        problems: Vec<LineProblem>,
    },
}

/// Problems with their places, a line each.
struct Listed<'a>(&'a Path, &'a [LineProblem]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, LineProblem { number, column, what }) in self.1.iter().enumerate() {
            let start = if at == 0 { "" } else { "\n" };
            let column = column.map(|column| format!(" column {column}:")).unwrap_or_default();
            write!(f, "{start}{}:{number}:{column} {what}", self.0.display())?;
        }
        Ok(())
    }
}

/// Reads the file, whose columns have these names. `judge` may find more to be wrong with a line than an empty field.
///
/// # Errors
/// When the file cannot be read or any of it is wrong; then the first ten lines that are.
pub fn read(
    path: &Path,
    columns: [&'static str; 2],
    mut judge: impl FnMut(&[Line], &Line) -> Option<LineProblem>,
) -> Result<Vec<Line>, SheetError> {
    let text = fs::read(path).map_err(|source| SheetError::Unreadable { path: path.to_owned(), source })?;
    let mut reader = ReaderBuilder::new().trim(Trim::All).comment(Some(b'#')).from_reader(text.as_slice());
    let places = places(path, columns, reader.headers().ok())?;
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let line =
            record.map_err(|error| of_csv(&text, &error)).and_then(|record| line(&text, &record, columns, places));
        let line = line.and_then(|line| judge(&lines, &line).map_or(Ok(line), Err));
        match line {
            Ok(line) => lines.push(line),
            Err(problem) => problems.push(problem),
        }
        if problems.len() == LINES_TOLD {
            break;
        }
    }
    if problems.is_empty() { Ok(lines) } else { Err(SheetError::Lines { path: path.to_owned(), problems }) }
}

/// Which column is which.
fn places(path: &Path, columns: [&'static str; 2], header: Option<&StringRecord>) -> Result<[usize; 2], SheetError> {
    let header: Vec<String> = header.into_iter().flatten().map(str::to_lowercase).collect();
    let place = |name: &str| header.iter().position(|column| column == name);
    match columns.map(place) {
        [Some(first), Some(second)] if header.len() == 2 => Ok([first, second]),
        _ => Err(SheetError::Header { path: path.to_owned(), found: header.join(","), columns }),
    }
}

fn line(
    text: &[u8],
    record: &StringRecord,
    columns: [&'static str; 2],
    places: [usize; 2],
) -> Result<Line, LineProblem> {
    let number = line_of(text, record.position());
    let fields = places.map(|place| record.get(place).unwrap_or_default().to_owned());
    match columns.iter().zip(&fields).find(|(_, field)| field.is_empty()) {
        None => Ok(Line { number, fields }),
        Some((column, _)) => Err(LineProblem { number, column: Some(column), what: "is empty".to_owned() }),
    }
}

fn of_csv(text: &[u8], error: &csv::Error) -> LineProblem {
    let number = line_of(text, error.position());
    let what = match error.kind() {
        csv::ErrorKind::UnequalLengths { len, .. } => {
            format!("has {len} fields, expected 2; a field with a comma goes in quotes")
        }
        csv::ErrorKind::Utf8 { .. } => "is no UTF-8; save the file as CSV UTF-8".to_owned(),
        _ => format!("is no CSV: {error}"),
    };
    LineProblem { number, column: None, what }
}

/// The line of a record: the reader gives that of the remarks and the empty lines before it.
fn line_of(text: &[u8], position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 0 };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let skipped = text.get(start..).unwrap_or_default().split(|byte| *byte == b'\n');
    let skipped = skipped.take_while(|line| line.is_empty() || *line == b"\r" || line.starts_with(b"#"));
    position.line() + u64::try_from(skipped.count()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: impl AsRef<[u8]>) -> Result<Vec<Line>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("links.csv");
        std::fs::write(&path, text).unwrap();
        let error = |error: SheetError| error.to_string().replace(&format!("{}/", folder.path().display()), "");
        read(&path, ["teams", "eight"], |_, _| None).map_err(error)
    }

    #[test]
    fn columns_may_stand_in_either_order_among_remarks_and_space() {
        let lines = read_text("\u{feff}Eight, Teams\n# by Ann\n e1 ,\"ann@corp.com\"\n\ne2,b").unwrap();
        let expected = [(3, ["ann@corp.com", "e1"]), (5, ["b", "e2"])];
        let expected = expected.map(|(number, fields)| Line { number, fields: fields.map(str::to_owned) });
        assert_eq!(lines, expected);
        assert_eq!(read_text("teams,eight\n").unwrap(), []);
    }

    #[test]
    fn what_is_wrong_is_told_with_file_line_and_column() {
        insta::assert_snapshot!(read_text("teams;eight\n").unwrap_err(), @r#"links.csv:1: the first line is "teams;eight"; expected teams,eight"#);
        insta::assert_snapshot!(read_text("").unwrap_err(), @r#"links.csv:1: the first line is ""; expected teams,eight"#);
        insta::assert_snapshot!(read_text(b"teams,eight\na,\n,b\na,b,c\n\xff,e\n").unwrap_err(), @"
        links.csv:2: column eight: is empty
        links.csv:3: column teams: is empty
        links.csv:4: has 3 fields, expected 2; a field with a comma goes in quotes
        links.csv:5: is no UTF-8; save the file as CSV UTF-8
        ");
        let many = format!("teams,eight\n{}", ",\n".repeat(99));
        assert_eq!(read_text(many).unwrap_err().lines().count(), 10);
        let missing = read(Path::new("/nowhere/links.csv"), ["teams", "eight"], |_, _| None).unwrap_err();
        insta::assert_snapshot!(missing, @"/nowhere/links.csv cannot be read (No such file or directory (os error 2))");
    }
}
