//! Other programs, run and reported.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::BuildError;

/// How programs are called where this runs: npm and pip make other files on Windows.
const SUFFIXES: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };

/// A command as one would type it.
pub(crate) fn described(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs a program to its end, and fails with what it printed when it fails.
pub(crate) fn run(command: &mut Command, fix: &'static str) -> Result<(), BuildError> {
    let output = command.output().map_err(|source| not_started(command, source, fix))?;
    if output.status.success() {
        return Ok(());
    }
    let printed = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).trim().to_owned());
    Err(BuildError::Failed {
        command: described(command),
        status: output.status.to_string(),
        output: printed.join("\n").trim().to_owned(),
    })
}

pub(crate) fn not_started(command: &Command, source: std::io::Error, fix: &'static str) -> BuildError {
    BuildError::NotStarted { program: command.get_program().to_string_lossy().into_owned(), source, fix }
}

/// Whether a program runs and ends well; what it prints is shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

/// The program of this name in a folder.
pub(crate) fn in_folder(folder: &Path, name: &str) -> Option<PathBuf> {
    SUFFIXES.iter().map(|suffix| folder.join(format!("{name}{suffix}"))).find(|file| file.is_file())
}

/// The program of this name on the PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find_map(|folder| in_folder(&folder, name))
}
