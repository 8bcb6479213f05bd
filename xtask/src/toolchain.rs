//! A compiler for wasm32-unknown-unknown: the one at hand, else from rustup, else Debian's.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// What Debian's compiler for WebAssembly needs.
const DEBIAN: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld"];

/// Where the compiler for rules comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The running one, which has the target.
    Installed,
    /// Debian's, which builds the standard library itself.
    Debian,
}

impl Toolchain {
    /// Finds a compiler for rules, and fetches the missing part where that is possible.
    pub(crate) fn find() -> Result<Self> {
        if has_target() {
            return Ok(Self::Installed);
        }
        eprintln!("The target {TARGET} is missing; asking rustup for it.");
        if succeeds(Command::new("rustup").args(["target", "add", TARGET])) && has_target() {
            return Ok(Self::Installed);
        }
        if has_debian() {
            return Ok(Self::Debian);
        }
        eprintln!("rustup could not help; asking Debian for {}.", DEBIAN.join(" "));
        if succeeds(Command::new("apt-get").args(["install", "-y", "--no-install-recommends"]).args(DEBIAN))
            && has_debian()
        {
            return Ok(Self::Debian);
        }
        bail!(
            "no compiler for {TARGET}: run `rustup target add {TARGET}`, or on Debian `apt-get install {}` as root",
            DEBIAN.join(" ")
        )
    }

    /// `cargo`, set up to build for WebAssembly.
    pub(crate) fn cargo(self) -> Command {
        match self {
            Self::Installed => Command::new(cargo()),
            Self::Debian => {
                let mut command = Command::new("/usr/bin/cargo");
                let path = std::env::var("PATH").unwrap_or_default();
                command
                    .env("PATH", format!("/usr/bin:{path}"))
                    .env("RUSTC", "/usr/bin/rustc")
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld")
                    .env_remove("RUSTUP_TOOLCHAIN");
                command
            }
        }
    }

    /// What `cargo` is told beside the usual.
    pub(crate) const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Installed => &[],
            Self::Debian => &["-Zbuild-std=std,panic_abort", "--ignore-rust-version"],
        }
    }
}

/// The cargo that runs this.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Runs a command and fails with its words when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?} could not be started"))?;
    if !status.success() {
        bail!("{} failed ({status})", described(command));
    }
    Ok(())
}

/// A command as one would type it.
pub(crate) fn described(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn has_target() -> bool {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let asked = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output();
    asked.is_ok_and(|output| {
        output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    })
}

fn has_debian() -> bool {
    ["/usr/bin/cargo", "/usr/bin/rustc", "/usr/bin/wasm-ld"].iter().all(|program| Path::new(program).exists())
}

fn succeeds(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}
