//! Why there is no component: what happened, what was expected, what to do.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A project that was not built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Nothing in the folder says that it is a project.
    #[error(
        "{} is no rule project: it has neither Cargo.toml (Rust) nor package.json (JavaScript) nor pyproject.toml (Python); \
         `presync rule new NAME --lang rust|javascript|python` makes one", folder.display()
    )]
    NoProject {
        /// The folder.
        folder: PathBuf,
    },
    /// More than one language.
    #[error("{} has {}: keep the one of the language that the rule is written in", folder.display(), found.join(" and "))]
    SeveralLanguages {
        /// The folder.
        folder: PathBuf,
        /// The files that name a language.
        found: Vec<&'static str>,
    },
    /// A file of the project says something wrong.
    #[error("{}: {what}", file.display())]
    Wrong {
        /// The file.
        file: PathBuf,
        /// What is wrong and what is expected.
        what: String,
    },
    /// A file that cannot be read or written.
    #[error("{} cannot be read or written", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A tool that is not there and could not be fetched.
    #[error("{what} is missing: {fix}")]
    Missing {
        /// The tool.
        what: &'static str,
        /// How to install it.
        fix: String,
    },
    /// A program that cannot be started.
    #[error("`{program}` cannot be started ({source}): {fix}")]
    NotStarted {
        /// The program.
        program: String,
        /// Why not.
        source: io::Error,
        /// What to do.
        fix: &'static str,
    },
    /// A program that failed. What it printed is part of the message, unless it was shown as it came.
    #[error("`{command}` failed ({status}){}", if output.is_empty() { String::new() } else { format!(":\n{output}") })]
    Failed {
        /// The command, as one would type it.
        command: String,
        /// How it ended.
        status: String,
        /// What it printed.
        output: String,
    },
    /// Code that builds, and exports no rule.
    #[error("{} builds, but is no rule: {reason}; does it call `presync_rule::export_teams_to_eight!` or \
        `export_eight_to_teams!`?", folder.display())]
    NoRule {
        /// The project.
        folder: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// A component that wants more of the host than a rule may have.
    #[error(
        "the component would import `{import}`, and a rule may import nothing but `presync:rules/log`: no clock, file, network or \
         random numbers; take out what needs it"
    )]
    ForbiddenImport {
        /// The import's name.
        import: String,
    },
    /// A file that is no component.
    #[error("what was built is no component: {reason}")]
    NoComponent {
        /// What is wrong with it.
        reason: String,
    },
}

impl BuildError {
    pub(crate) fn file(file: &Path, source: io::Error) -> Self {
        Self::File { file: file.to_owned(), source }
    }

    pub(crate) fn wrong(file: &Path, what: impl Into<String>) -> Self {
        Self::Wrong { file: file.to_owned(), what: what.into() }
    }
}
