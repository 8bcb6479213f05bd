//! Where the tools of the languages are kept.
//!
//! Usually in the project, as the language's own people expect: `target`, `node_modules`, `.venv`, and `.presync` for what is
//! compiled for this machine. Who builds many projects names one folder for all of them, in the environment variable `PRESYNC_TOOLS`; it
//! then holds `cargo`, `node_modules`, `python` and `compiled`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::BuildError;

/// The environment variable that names a folder for the tools of all projects.
pub const VARIABLE: &str = "PRESYNC_TOOLS";

/// Where the tools are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tools {
    shared: Option<PathBuf>,
}

impl Tools {
    /// In one folder for all projects.
    pub fn shared(folder: impl Into<PathBuf>) -> Self {
        Self { shared: Some(folder.into()) }
    }

    /// Where the environment says, or in each project.
    pub fn from_environment() -> Self {
        Self { shared: std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from) }
    }

    /// Where the project's component may be kept compiled for this machine.
    pub fn compiled(&self, project: &Path) -> PathBuf {
        self.shared.as_ref().map_or_else(|| project.join(".presync"), |shared| shared.join("compiled"))
    }

    /// Where `cargo` keeps what it builds; `None` for where it does so anyway.
    pub(crate) fn cargo_target(&self) -> Option<PathBuf> {
        Some(self.shared.as_ref()?.join("cargo"))
    }

    /// The folder that has, or gets, `node_modules`.
    pub(crate) fn node<'a>(&'a self, project: &'a Path) -> &'a Path {
        self.shared.as_deref().unwrap_or(project)
    }

    /// The virtual environment of Python.
    pub(crate) fn python(&self, project: &Path) -> PathBuf {
        self.shared.as_ref().map_or_else(|| project.join(".venv"), |shared| shared.join("python"))
    }

    /// Waits until nobody else fetches tools into the same folder. A project's own folder has one author, who waits anyway.
    pub(crate) fn lock(&self) -> Result<Option<File>, BuildError> {
        let Some(shared) = &self.shared else { return Ok(None) };
        fs::create_dir_all(shared).map_err(|source| BuildError::file(shared, source))?;
        let path = shared.join(".lock");
        let file = File::create(&path).and_then(|file| file.lock().map(|()| file));
        file.map(Some).map_err(|source| BuildError::file(&path, source))
    }
}
