//! A rule in JavaScript: `componentize-qjs` puts it and the QuickJS engine into one component.
//!
//! It is the tool behind the `quickjs` backend of `jco componentize`, used without the rest of jco: a ninth of the download for the same
//! component. WASI is replaced by stubs that trap, since a rule has no clock, file or random number to ask for.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{in_folder, on_path, run};
use crate::error::BuildError;
use crate::project::Project;
use crate::tools::Tools;
use crate::{Language, Progress};

/// The tool.
pub const TOOL: &str = "componentize-qjs";

/// The version that presync is tested with, and that a new project asks for.
pub const VERSION: &str = "0.4.5";

/// The file with the rule's code.
pub const SOURCE: &str = "rule.js";

const FIX: &str = "install Node.js 18 or newer (https://nodejs.org, or your system's packages nodejs and npm)";

/// Builds the project's rule into `output`.
pub(crate) fn build(
    project: &Project,
    output: &Path,
    tools: &Tools,
    progress: &mut dyn Progress,
) -> Result<(), BuildError> {
    debug_assert_eq!(project.language(), Language::JavaScript);
    project.has_interface()?;
    let source = project.folder().join(SOURCE);
    if !source.is_file() {
        return Err(BuildError::wrong(&source, "the rule's code is missing; expected it in this file"));
    }
    let world = project.world()?;
    let tool = find(project.folder(), tools, progress)?;
    let mut command = Command::new(tool);
    command.args(["--wit", "wit", "--js", SOURCE, "--world", world, "--sync", "--stub-wasi", "--output"]).arg(output);
    run(command.current_dir(project.folder()), FIX)
}

/// The tool of the project, or of the PATH, or else fetched.
fn find(project: &Path, tools: &Tools, progress: &mut dyn Progress) -> Result<PathBuf, BuildError> {
    let home = tools.node(project);
    let installed = || in_folder(&home.join("node_modules/.bin"), TOOL);
    let _lock = tools.lock()?;
    if let Some(tool) = installed().or_else(|| on_path(TOOL)) {
        return Ok(tool);
    }
    let missing = || BuildError::Missing {
        what: TOOL,
        fix: format!("{FIX}, then run `npm install {TOOL}@{VERSION}` in the project"),
    };
    let npm = on_path("npm").ok_or_else(missing)?;
    let mut install = Command::new(npm);
    install.args(["install", "--no-audit", "--no-fund"]).current_dir(home);
    if home != project {
        install.args(["--prefix", "."]).arg(format!("{TOOL}@{VERSION}"));
    }
    progress.say(&format!("{TOOL} is not there yet: npm installs it in {}", home.join("node_modules").display()));
    run(&mut install, FIX)?;
    installed().ok_or_else(missing)
}
