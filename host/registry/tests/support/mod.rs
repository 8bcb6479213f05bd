//! A real registry: Debian's `docker-registry` as a child process, on a port and a folder of its own.
#![allow(dead_code, unreachable_pub, reason = "a module of several test files, each of which uses some of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a registry that does not start fails the test")]

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::{Duration, Instant};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The one user of a closed registry.
pub const USER: &str = "ann";

/// The user's password, and its bcrypt hash.
pub const PASSWORD: &str = "pass-word";
const HASH: &str = "$2a$05$uJNS7dADr0mEwtG0nCGUNub1UXg5nz9f.04X3kF7TYB1PD8Xg2ohy";

/// A registry; it ends with this value.
pub struct DockerRegistry {
    folder: tempfile::TempDir,
    address: SocketAddr,
    child: Child,
}

impl DockerRegistry {
    /// A registry that lets everybody pull and push.
    pub fn open() -> Self {
        Self::start(false)
    }

    /// A registry for [`USER`] alone.
    pub fn closed() -> Self {
        Self::start(true)
    }

    fn start(closed: bool) -> Self {
        install();
        // Between finding a free port and listening on it somebody else may take it; then another one is tried.
        for _ in 0..10 {
            let folder = tempfile::tempdir().unwrap();
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let config = folder.path().join("config.yml");
            fs::write(&config, settings(folder.path(), address, closed)).unwrap();
            let mut command = Command::new("docker-registry");
            command.arg("serve").arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let mut registry = Self { folder, address, child: command.spawn().unwrap() };
            if registry.answers() {
                return registry;
            }
        }
        panic!("docker-registry ended ten times before it answered");
    }

    fn answers(&mut self) -> bool {
        let end = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() {
            if self.greets() {
                return true;
            }
            assert!(Instant::now() < end, "docker-registry does not answer within {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Whether it answers as a registry does.
    fn greets(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.address) else { return false };
        let asked = write!(stream, "GET /v2/ HTTP/1.1\r\nhost: registry\r\nconnection: close\r\n\r\n");
        let mut answer = String::new();
        asked.is_ok()
            && stream.read_to_string(&mut answer).is_ok()
            && answer.to_ascii_lowercase().contains("docker-distribution-api-version")
    }

    /// Host and port.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// The address of a rule in it.
    pub fn address(&self, rule: &str) -> String {
        format!("oci://{}/{rule}", self.address)
    }

    /// The file in which it keeps the content of this digest.
    pub fn blob(&self, digest: &str) -> PathBuf {
        let digits = digest.strip_prefix("sha256:").unwrap();
        let blobs = self.folder.path().join("docker/registry/v2/blobs/sha256");
        blobs.join(&digits[..2]).join(digits).join("data")
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn settings(folder: &Path, address: SocketAddr, closed: bool) -> String {
    let mut settings = format!(
        "version: 0.1\n\
         log:\n  level: error\n  accesslog:\n    disabled: true\n\
         storage:\n  filesystem:\n    rootdirectory: {}\n\
         http:\n  addr: {address}\n",
        folder.display()
    );
    if closed {
        let users = folder.join("users");
        fs::write(&users, format!("{USER}:{HASH}\n")).unwrap();
        settings += &format!("auth:\n  htpasswd:\n    realm: rules\n    path: {}\n", users.display());
    }
    settings
}

/// Installs the registry where it is missing: these tests say nothing without a real one, so they are not skipped.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let is_there = || Command::new("docker-registry").arg("--version").output().is_ok();
        if is_there() {
            return;
        }
        let apt = |arguments: &[&str]| {
            let mut apt = Command::new("apt-get");
            apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
            apt.status().is_ok_and(|status| status.success())
        };
        let installed = apt(&["update", "-qq"])
            && apt(&["install", "-y", "-qq", "--no-install-recommends", "docker-registry"])
            && is_there();
        assert!(
            installed,
            "these tests need the program docker-registry: install Debian's package of that name as root"
        );
    });
}
