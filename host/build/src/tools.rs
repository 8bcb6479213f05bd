//! Where the tools of the languages are kept.
//!
//! Usually in the project, as the language's own people expect: `target`, `node_modules`, `.venv`, and `.presync` for what is
//! compiled for this machine. Who builds many projects names one folder for all of them, in the environment variable `PRESYNC_TOOLS`; it
//! then holds `cargo`, `node_modules`, `python` and `compiled`.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::error::BuildError;

/// The environment variable that names a folder for the tools of all projects.
pub const VARIABLE: &str = "PRESYNC_TOOLS";

/// Where the tools are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tools {
    shared: Option<PathBuf>,
    one_repository: bool,
}

impl Tools {
    /// In one folder for all projects.
    pub fn shared(folder: impl Into<PathBuf>) -> Self {
        Self { shared: Some(folder.into()), one_repository: false }
    }

    /// In one folder for the rules of one repository, no two of which have the same name: what they have in common is compiled once.
    pub fn of_repository(folder: impl Into<PathBuf>) -> Self {
        Self { shared: Some(folder.into()), one_repository: true }
    }

    /// Where the environment says, or in each project.
    pub fn from_environment() -> Self {
        let shared = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        Self { shared, one_repository: false }
    }

    /// Where the project's component may be kept compiled for this machine.
    pub fn compiled(&self, project: &Path) -> PathBuf {
        self.shared.as_ref().map_or_else(|| project.join(".presync"), |shared| shared.join("compiled"))
    }

    /// Where `cargo` keeps what it builds; `None` for where it does so anyway.
    ///
    /// Cargo takes two packages of one name for the same when each is the root of its own workspace, and would hand out the component of
    /// the one for that of the other. So every project has a folder of its own.
    pub(crate) fn cargo_target(&self, project: &Path) -> Option<PathBuf> {
        let all = self.shared.as_ref()?.join("cargo");
        if self.one_repository {
            return Some(all);
        }
        let mut hasher = DefaultHasher::new();
        project.hash(&mut hasher);
        Some(all.join(format!("{:016x}", hasher.finish())))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_projects_never_share_what_cargo_builds_unless_they_are_of_one_repository() {
        let (one, other) = (Path::new("/home/ann/lunch"), Path::new("/home/bob/lunch"));
        let shared = Tools::shared("/tools");
        assert_ne!(shared.cargo_target(one), shared.cargo_target(other));
        assert_eq!(shared.cargo_target(one), shared.cargo_target(one));
        let repository = Tools::of_repository("/tools");
        assert_eq!(repository.cargo_target(one), repository.cargo_target(other));
        assert_eq!(Tools::default().cargo_target(one), None);
    }
}
