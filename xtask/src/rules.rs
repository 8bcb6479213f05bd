//! The committed components: built again with their lock, or checked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use presync_build::{Project, Tools};

use crate::command::{cargo, described};
use crate::lock::{self, LOCK, RULES};

/// Builds the rule in `folder` and writes its component to `file`; gives its size.
pub(crate) fn component(root: &Path, folder: &Path, file: &Path) -> Result<u64> {
    let tools = Tools::of_repository(root.join("target/rules"));
    let built = presync_build::build(&Project::open(folder)?, file, &tools, &mut |what: &str| eprintln!("{what}"))?;
    Ok(built.size)
}

/// Builds every committed component, and the lock.
pub(crate) fn build(root: &Path) -> Result<()> {
    for rule in RULES {
        let file = lock::component_of(rule);
        let size = component(root, &root.join(rule), &root.join(&file))?;
        println!("{file}: {size} bytes");
    }
    let lock = lock::text(&lock::present(root)?);
    fs::write(root.join(LOCK), lock).with_context(|| format!("writing {LOCK}"))
}

/// Fails when a component does not belong to its sources: by the lock, and by what a rebuilt one answers. Gives the number of
/// components that were compared.
pub(crate) fn check(root: &Path) -> Result<usize> {
    let said = lock::read(root).with_context(|| format!("reading {LOCK}"))?;
    if said != lock::present(root)? {
        bail!("{LOCK} does not fit the sources and components: run `cargo xtask rules` and commit what it writes");
    }
    let program = matrix_program(root)?;
    let rebuilt = root.join("target/rules/check");
    for rule in RULES {
        let committed = root.join(lock::component_of(rule));
        let again = rebuilt.join(committed.file_name().unwrap_or_default());
        component(root, &root.join(rule), &again)?;
        if matrix(&program, &committed)? != matrix(&program, &again)? {
            bail!(
                "{rule}: the committed component answers differently from one built from its sources; run `cargo xtask rules`"
            );
        }
        println!("{rule}: a rebuilt component answers the same");
    }
    Ok(RULES.len())
}

/// The program that prints every answer of a component. Built with the whole workspace, as the tests are: for one package alone
/// cargo would choose other features and build the engine a second time.
fn matrix_program(root: &Path) -> Result<PathBuf> {
    let mut build = Command::new(cargo());
    build.args(["build", "--quiet", "--workspace", "--examples"]).current_dir(root);
    if !build.status().context("cargo could not be started")?.success() {
        bail!("{} failed", described(&build));
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("debug/examples/matrix").with_extension(std::env::consts::EXE_EXTENSION))
}

/// Every answer of a component, as text.
fn matrix(program: &Path, component: &Path) -> Result<Vec<u8>> {
    let mut command = Command::new(program);
    command.arg(component);
    let output = command.output().with_context(|| format!("{} could not be started", program.display()))?;
    if !output.status.success() {
        bail!("{} failed: {}", described(&command), String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.stdout)
}
