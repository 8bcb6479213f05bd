//! A rule in Python: `componentize-py` puts it and the CPython interpreter into one component.
//!
//! The rule is imported while it is built, and what the interpreter then has in memory is what every instance starts with. WASI is
//! replaced by stubs that trap, since a rule has no clock, file or random number to ask for.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::command::{in_folder, on_path, run};
use crate::error::BuildError;
use crate::project::{Project, toml_file};
use crate::tools::Tools;
use crate::{Language, Progress};

/// The tool.
pub const TOOL: &str = "componentize-py";

/// The version that presync is tested with, and that a new project asks for.
pub const VERSION: &str = "0.25.1";

/// The module with the rule's code: `app.py`.
pub const MODULE: &str = "app";

const FIX: &str =
    "install Python 3.10 or newer with venv (https://python.org, or your system's packages python3 and python3-venv)";

/// Where a virtual environment keeps its programs.
const PROGRAMS: &str = if cfg!(windows) { "Scripts" } else { "bin" };

#[derive(Deserialize)]
struct PyprojectToml {
    #[serde(rename = "build-system", default)]
    build_system: BuildSystem,
}

#[derive(Default, Deserialize)]
struct BuildSystem {
    #[serde(default)]
    requires: Vec<String>,
}

/// Builds the project's rule into `output`.
pub(crate) fn build(
    project: &Project,
    output: &Path,
    tools: &Tools,
    progress: &mut dyn Progress,
) -> Result<(), BuildError> {
    debug_assert_eq!(project.language(), Language::Python);
    project.has_interface()?;
    let source = project.folder().join(format!("{MODULE}.py"));
    if !source.is_file() {
        return Err(BuildError::wrong(&source, "the rule's code is missing; expected it in this file"));
    }
    let world = project.world()?;
    let tool = find(project.folder(), tools, progress)?;
    let mut command = Command::new(tool);
    command
        .args(["--quiet", "--wit-path", "wit", "--world", world, "componentize", "--stub-wasi", MODULE, "--output"])
        .arg(output)
        // A virtual environment of the caller's would be searched for modules.
        .env_remove("VIRTUAL_ENV");
    run(command.current_dir(project.folder()), FIX)
}

/// The tool of the project's virtual environment, or of the PATH, or else fetched.
fn find(project: &Path, tools: &Tools, progress: &mut dyn Progress) -> Result<PathBuf, BuildError> {
    let venv = tools.python(project);
    let programs = venv.join(PROGRAMS);
    let installed = || in_folder(&programs, TOOL);
    let _lock = tools.lock()?;
    if let Some(tool) = installed().or_else(|| on_path(TOOL)) {
        return Ok(tool);
    }
    let missing =
        || BuildError::Missing { what: TOOL, fix: format!("{FIX}, then run `pip install {TOOL}=={VERSION}`") };
    let python = on_path("python3").or_else(|| on_path("python")).ok_or_else(missing)?;
    progress.say(&format!("{TOOL} is not there yet: pip installs it in {}", venv.display()));
    run(Command::new(python).args(["-m", "venv"]).arg(&venv), FIX)?;
    let own = toml_file::<PyprojectToml>(&project.join(Language::Python.marker()))?.build_system.requires;
    let wanted = if own.is_empty() { vec![format!("{TOOL}=={VERSION}")] } else { own };
    let pip = in_folder(&programs, "pip").ok_or_else(missing)?;
    run(Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check"]).args(wanted), FIX)?;
    installed().ok_or_else(missing)
}
