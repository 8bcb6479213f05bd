//! What is checked without running: formatting, clippy without a warning, and the order of the crates.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::command::{self, cargo};
use crate::layers;

/// Runs every check; each says what to do.
pub(crate) fn run(root: &Path) -> Result<()> {
    command::run(Command::new(cargo()).args(["fmt", "--all", "--check"]).current_dir(root))?;
    command::run(
        Command::new(cargo())
            .args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
            .current_dir(root),
    )?;
    let wrong = layers::check(root)?;
    if !wrong.is_empty() {
        bail!("the order of the house is broken:\n  {}", wrong.join("\n  "));
    }
    println!("formatting, clippy and layers are in order");
    Ok(())
}
