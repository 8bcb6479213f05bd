//! A crate becomes a component: `cargo` makes a core module, `wit-component` wraps it, in this process.
//!
//! The flags live here, so that a rule crate needs no profile of its own: small code, no unwinding, and a stack of 64 KiB, which a rule
//! does not outgrow and which would otherwise be a megabyte that the host has to wipe after every batch.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use wit_component::ComponentEncoder;

use crate::toolchain::{TARGET, Toolchain, described};

const FLAGS: &str = "-C link-arg=-zstack-size=65536";

const PROFILE: [(&str, &str); 6] = [
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s"),
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_STRIP", "symbols"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
];

/// Builds the rule crate in `dir` and writes its component to `file`; gives its size.
pub(crate) fn component(root: &Path, dir: &Path, file: &Path) -> Result<usize> {
    let manifest = dir.join("Cargo.toml");
    if !manifest.is_file() {
        bail!("{} is no rule crate: it has no Cargo.toml", dir.display());
    }
    let toolchain = Toolchain::find()?;
    let mut cargo = toolchain.cargo();
    cargo
        .args(["rustc", "--release", "--lib", "--crate-type", "cdylib", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics"])
        .arg("--manifest-path")
        .arg(&manifest)
        .args(toolchain.arguments())
        .env("CARGO_TARGET_DIR", root.join("target/rules"))
        .env("RUSTFLAGS", FLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .envs(PROFILE);
    let module = core_module(&mut cargo)?;
    let module = fs::read(&module).with_context(|| format!("reading {}", module.display()))?;
    let component = encode(&module).with_context(|| {
        format!("{} builds, but is no rule: does it call `presync_rule::export_teams_to_eight!` or `export_eight_to_teams!`?", dir.display())
    })?;
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))?;
    }
    fs::write(file, &component).with_context(|| format!("writing {}", file.display()))?;
    Ok(component.len())
}

/// Runs cargo and gives the path of the last WebAssembly file that it made: the crate's own.
fn core_module(cargo: &mut Command) -> Result<PathBuf> {
    let output =
        cargo.stdout(Stdio::piped()).stderr(Stdio::inherit()).output().context("cargo could not be started")?;
    if !output.status.success() {
        bail!("{} failed ({})", described(cargo), output.status);
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let files = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .flat_map(|message| message.get("filenames").and_then(Value::as_array).cloned().unwrap_or_default());
    let mut modules = files.filter_map(|file| file.as_str().filter(|file| file.ends_with(".wasm")).map(PathBuf::from));
    modules.next_back().context("cargo made no WebAssembly file")
}

fn encode(module: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = ComponentEncoder::default();
    let component = encoder.module(module).and_then(|encoder| encoder.validate(true).encode());
    component.map_err(|error| anyhow::anyhow!("{error:#}"))
}
