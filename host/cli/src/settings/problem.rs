//! One thing that is wrong with a settings file, and the error that lists them all.

use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The line it is on, counted from 1.
    pub line: usize,
    /// The key it is about, from the top: `tenant[acme].teams.directory`. Empty when the file is not TOML.
    pub key: String,
    /// What is wrong, and what is expected.
    pub message: String,
}

/// Why the settings cannot be used.
#[derive(Debug)]
pub(crate) enum SettingsError {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file says something wrong.
    Wrong {
        /// The file.
        path: PathBuf,
        /// All that is wrong, in the order of the lines; at least one.
        problems: Vec<Problem>,
    },
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, .. } => write!(f, "{} cannot be read; expected a settings file", path.display()),
            Self::Wrong { path, problems } => {
                for (number, Problem { line, key, message }) in problems.iter().enumerate() {
                    let start = if number == 0 { "" } else { "\n" };
                    let colon = if key.is_empty() { "" } else { ": " };
                    write!(f, "{start}{}:{line}: {key}{colon}{message}", path.display())?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for SettingsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::Wrong { .. } => None,
        }
    }
}

/// The error of a file that is not TOML. It does not show the line itself, which may hold a secret.
pub(super) fn syntax(path: &Path, text: &str, error: &toml::de::Error) -> SettingsError {
    let line = line_of(text, error.span().map_or(0, |span| span.start));
    let message = format!("is not TOML: {}", error.message().replace('\n', ", "));
    SettingsError::Wrong { path: path.to_owned(), problems: vec![Problem { line, key: String::new(), message }] }
}

/// The line, counted from 1, of the byte at `offset`.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}
