//! Makes a component of a rule project: a folder with a rule in Rust, JavaScript or Python.
//!
//! Nothing of the engine is in here. What a language needs is looked for where it usually is, fetched with the language's own tool
//! where that is possible, and otherwise named, with the command that installs it.
//!
//! # Layout
//! * [`error`]: why there is no component
//! * [`project`]: a folder with a rule in it; [`limits`]: the budget that its `rule.toml` may state
//! * [`tools`]: where the tools of the languages are kept
//! * `command`: other programs, run and reported
//! * `imports`: whether a component wants nothing but the log
//! * `fresh`: whether a component is as new as its project
//! * [`rust`], [`javascript`], [`python`]: one language each

mod command;
pub mod error;
mod fresh;
mod imports;
pub mod javascript;
pub mod limits;
pub mod project;
pub mod python;
pub mod rust;
pub mod tools;

use std::fs;
use std::path::{Path, PathBuf};

pub use error::BuildError;
pub use limits::StatedLimits;
pub use project::{Language, Project};
pub use tools::Tools;

/// A component that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Where it is.
    pub path: PathBuf,
    /// Bytes of the file.
    pub size: u64,
}

/// Hears what takes its time, as sentences for the person who waits. Any `FnMut(&str)` will do.
pub trait Progress {
    /// Something begins that takes a while.
    fn say(&mut self, what: &str);
}

impl<F: FnMut(&str)> Progress for F {
    fn say(&mut self, what: &str) {
        self(what);
    }
}

/// Builds a project's rule and writes its component to `output`.
///
/// The file is written beside `output` and then put in its place, so that a presync which watches it never sees half of one. A component
/// that would import anything but the log is an error, and `output` stays as it was.
pub fn build(
    project: &Project,
    output: &Path,
    tools: &Tools,
    progress: &mut dyn Progress,
) -> Result<Built, BuildError> {
    let output = std::path::absolute(output).map_err(|source| BuildError::file(output, source))?;
    if let Some(folder) = output.parent() {
        fs::create_dir_all(folder).map_err(|source| BuildError::file(folder, source))?;
    }
    let part = output.with_extension("wasm.part");
    match project.language() {
        Language::Rust => rust::build(project, &part, tools, progress),
        Language::JavaScript => javascript::build(project, &part, tools, progress),
        Language::Python => python::build(project, &part, tools, progress),
    }?;
    let done = imports::check(&part).and_then(|size| {
        fs::rename(&part, &output).map_err(|source| BuildError::file(&output, source))?;
        Ok(Built { path: output, size })
    });
    if done.is_err() {
        // What is left over is of no use to anyone, and the error that counts is already there.
        drop(fs::remove_file(&part));
    }
    done
}
