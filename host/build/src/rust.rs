//! A rule in Rust: `cargo` makes a core module, `wit-component` wraps it, in this process.
//!
//! The flags live here, so that a rule crate needs no profile of its own: small code, no unwinding, and a stack of 64 KiB, which a rule
//! does not outgrow and which would otherwise be a megabyte that the host has to wipe after every batch.

mod toolchain;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use wit_component::ComponentEncoder;

use crate::Progress;
use crate::command::{described, not_started};
use crate::error::BuildError;
use crate::project::Project;
use crate::tools::Tools;

pub use toolchain::{TARGET, Toolchain};

const FIX: &str = "install Rust from https://rustup.rs";

const FLAGS: &str = "-C link-arg=-zstack-size=65536";

const PROFILE: [(&str, &str); 6] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s"),
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
];

/// Builds the project's rule into `output`. What the compiler has to say is shown as it comes.
pub(crate) fn build(
    project: &Project,
    output: &Path,
    tools: &Tools,
    progress: &mut dyn Progress,
) -> Result<(), BuildError> {
    let toolchain = Toolchain::find(progress)?;
    let mut cargo = toolchain.cargo();
    cargo
        .args(["rustc", "--release", "--lib", "--crate-type", "cdylib", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics"])
        .arg("--manifest-path")
        .arg(project.folder().join("Cargo.toml"))
        .args(toolchain.arguments())
        .env("RUSTFLAGS", FLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .envs(PROFILE);
    if let Some(target) = tools.cargo_target(project.folder()) {
        cargo.env("CARGO_TARGET_DIR", target);
    }
    let module = core_module(&mut cargo)?;
    let module = fs::read(&module).map_err(|source| BuildError::file(&module, source))?;
    let component =
        encode(&module).map_err(|reason| BuildError::NoRule { folder: project.folder().to_owned(), reason })?;
    fs::write(output, &component).map_err(|source| BuildError::file(output, source))
}

/// Runs cargo and gives the path of the last WebAssembly file that it made: the crate's own.
fn core_module(cargo: &mut Command) -> Result<PathBuf, BuildError> {
    let started = cargo.stdout(Stdio::piped()).stderr(Stdio::inherit()).output();
    let output = started.map_err(|source| not_started(cargo, source, FIX))?;
    let failed = |status: String| BuildError::Failed { command: described(cargo), status, output: String::new() };
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let files = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .flat_map(|message| message.get("filenames").and_then(Value::as_array).cloned().unwrap_or_default());
    let mut modules = files.filter_map(|file| file.as_str().filter(|file| file.ends_with(".wasm")).map(PathBuf::from));
    modules.next_back().ok_or_else(|| failed("it made no WebAssembly file".to_owned()))
}

fn encode(module: &[u8]) -> Result<Vec<u8>, String> {
    let mut encoder = ComponentEncoder::default();
    let component = encoder.module(module).and_then(|encoder| encoder.validate(true).encode());
    component.map_err(|error| format!("{error:#}"))
}
