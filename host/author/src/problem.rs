//! One thing that is wrong with a table of tests, and the error that lists them all.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line it is on, counted from 1.
    pub line: usize,
    /// The key it is about, from the top: `case[a presenter].teams.activity`. Empty when the file is not TOML.
    pub key: String,
    /// What is wrong, and what is expected.
    pub message: String,
}

/// Why tables of tests cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TableError {
    /// A file or folder that cannot be read.
    #[error("{} cannot be read; expected {expected}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What should be there.
        expected: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// A folder without a table.
    #[error("{} has no table of tests; expected a file such as presence.toml with a [[case]] in it", folder.display())]
    NoTable {
        /// The folder.
        folder: PathBuf,
    },
    /// The file says something wrong.
    #[error("{}", Listed { path, problems })]
    Wrong {
        /// The file.
        path: PathBuf,
        /// All that is wrong, in the order of the lines; at least one.
        problems: Vec<Problem>,
    },
}

/// Problems, one a line.
struct Listed<'a> {
    path: &'a PathBuf,
    problems: &'a [Problem],
}

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, Problem { line, key, message }) in self.problems.iter().enumerate() {
            let start = if number == 0 { "" } else { "\n" };
            let colon = if key.is_empty() { "" } else { ": " };
            write!(f, "{start}{}:{line}: {key}{colon}{message}", self.path.display())?;
        }
        Ok(())
    }
}
