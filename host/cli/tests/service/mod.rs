//! The binary as a child process, on a folder of its own, against a simulator in the test.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use presync_simulator::Simulator;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) struct Service {
    folder: tempfile::TempDir,
    listen: SocketAddr,
    child: Option<Child>,
}

impl Service {
    /// Settings for every tenant of the simulator, with a cycle each second.
    pub(crate) fn new(simulator: &Simulator) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut settings =
            format!("[service]\nlisten = \"{listen}\"\nstate = \"sqlite:presync.db\"\npoll_interval = \"1s\"\n");
        for access in simulator.tenants() {
            std::fs::write(folder.path().join("secret"), &access.read_app.secret).unwrap();
            settings.push_str(&format!(
                r#"
[[tenant]]
id = "{}"
[tenant.teams]
directory = "{}"
read_app = {{ client_id = "{}", secret = "file:secret" }}
write_app = {{ client_id = "{}", secret = "file:secret" }}
login = "{}"
graph = "{}"
[tenant.eight]
mode = "partner"
key = "{}"
secret = "file:secret"
api = "{}"
"#,
                access.id,
                access.directory,
                access.read_app.client_id,
                access.write_app.client_id,
                simulator.entra_url(),
                simulator.graph_url(),
                access.eight_key,
                simulator.eight_url()
            ));
        }
        std::fs::write(folder.path().join("presync.toml"), settings).unwrap();
        Self { folder, listen, child: None }
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("presync.toml")
    }

    pub(crate) fn start(&mut self) {
        let child = Command::new(env!("CARGO_BIN_EXE_presync"))
            .args(["run", "--config"])
            .arg(self.config())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    /// As `kill -9` does: no handler runs, nothing is flushed.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Whether the running process has ended a cycle of its first tenant.
    pub(crate) fn has_cycled(&self) -> bool {
        self.status().is_some_and(|status| status["tenants"][0]["counters"]["cycles"].as_u64().unwrap() > 0)
    }

    /// What the running process says of itself; `None` while it does not answer.
    pub(crate) fn status(&self) -> Option<serde_json::Value> {
        Some(serde_json::from_str(&self.get("/v1/status")?).unwrap())
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(self.listen).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: presync\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits until something is so.
pub(crate) async fn eventually(what: &str, so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < end, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
