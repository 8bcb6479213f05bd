//! A compiler for wasm32-unknown-unknown: the one at hand, be it Debian's, else from rustup, else from Debian.

use std::path::Path;
use std::process::Command;

use crate::Progress;
use crate::command::succeeds;
use crate::error::BuildError;

/// What rules are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// What Debian's compiler for WebAssembly needs.
const DEBIAN: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld"];

/// Where the compiler for rules comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toolchain {
    /// The running one, which has the target.
    Installed,
    /// Debian's, which builds the standard library itself.
    Debian,
}

impl Toolchain {
    /// Finds a compiler for rules, and fetches the missing part where that is possible.
    pub fn find(progress: &mut dyn Progress) -> Result<Self, BuildError> {
        if has_target() {
            return Ok(Self::Installed);
        }
        if has_debian() {
            return Ok(Self::Debian);
        }
        progress.say(&format!("The target {TARGET} is missing; asking rustup for it."));
        if succeeds(Command::new("rustup").args(["target", "add", TARGET])) && has_target() {
            return Ok(Self::Installed);
        }
        progress.say(&format!("rustup could not help; asking Debian for {}.", DEBIAN.join(" ")));
        if succeeds(Command::new("apt-get").args(["install", "-y", "--no-install-recommends"]).args(DEBIAN))
            && has_debian()
        {
            return Ok(Self::Debian);
        }
        Err(BuildError::Missing {
            what: "a Rust compiler for WebAssembly",
            fix: format!(
                "install Rust from https://rustup.rs and run `rustup target add {TARGET}`, or on Debian run `apt-get install {}` as root",
                DEBIAN.join(" ")
            ),
        })
    }

    /// `cargo`, set up to build for WebAssembly.
    pub fn cargo(self) -> Command {
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
    pub const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Installed => &[],
            Self::Debian => &["-Zbuild-std=std,panic_abort", "--ignore-rust-version"],
        }
    }
}

/// The cargo that runs this, or the one on the PATH.
fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

fn has_target() -> bool {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let asked = Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]).output();
    asked.is_ok_and(|output| {
        output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    })
}

/// Debian's compiler, with the source of the standard library that it builds.
fn has_debian() -> bool {
    let parts = ["/usr/bin/cargo", "/usr/bin/rustc", "/usr/bin/wasm-ld", "/usr/lib/rustlib/src/rust/library/std"];
    parts.iter().all(|part| Path::new(part).exists())
}
