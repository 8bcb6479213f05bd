//! Builds the rivals' guests, with the compiler that rules are built with.

use std::path::Path;

use anyhow::{Context, Result, bail};
use presync_build::rust::{TARGET, Toolchain};

fn main() -> Result<()> {
    let (guest, out) = (Path::new("guests/extism-map"), std::env::var("OUT_DIR")?);
    for source in ["guests", "../plugins/teams-to-8x8/src/map.rs", "../host/core/src"] {
        println!("cargo::rerun-if-changed={source}");
    }
    let toolchain = Toolchain::find(&mut |line: &str| eprintln!("{line}"))?;
    let mut cargo = toolchain.cargo();
    cargo
        .args(["build", "--quiet", "--release", "--target", TARGET])
        .args(toolchain.arguments())
        .current_dir(guest)
        .env("CARGO_TARGET_DIR", &out)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    let status = cargo.status().context("cargo could not be started")?;
    if !status.success() {
        bail!("building {} failed ({status})", guest.display());
    }
    println!("cargo::rustc-env=EXTISM_MAP={out}/{TARGET}/release/extism_map.wasm");
    Ok(())
}
