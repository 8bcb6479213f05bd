//! The commands by which rules travel, with the real binary and a real registry.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up is to fail")]

#[path = "../../registry/tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use presync_rules::defaults;
use support::{DockerRegistry, PASSWORD, USER};

/// A folder in which commands are given. Nobody is logged in to any registry.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        fs::write(desk.path("rule.wasm"), defaults::TEAMS_TO_EIGHT).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Gives `presync rule …`; what it printed, or the error that it ended with.
    fn rule(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_presync"));
        command.arg("rule").args(arguments).current_dir(self.0.path());
        command.env("DOCKER_CONFIG", self.path("docker")).env("REGISTRY_PASSWORD", PASSWORD);
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }

    /// Makes a key; its public half.
    fn keygen(&self, file: &str) -> String {
        let said = self.rule(&["keygen", "-o", file]).unwrap();
        said.split_once("public  ").unwrap().1.trim().to_owned()
    }
}

#[test]
fn a_rule_is_signed_pushed_pulled_and_verified() {
    let (desk, registry) = (Desk::new(), DockerRegistry::open());
    let address = registry.address("acme/rule:1.0");
    let key = desk.keygen("my.key");
    desk.rule(&["sign", "rule.wasm", "--key", "my.key"]).unwrap();
    let pushed = desk.rule(&["push", "rule.wasm", &address]).unwrap();
    assert!(pushed.contains(&format!("pushed   {address}\nversion  sha256:")) && pushed.contains(&key), "{pushed}");
    let pulled = desk.rule(&["pull", &address, "-o", "pulled.wasm", "--trusted", &key]).unwrap();
    assert!(
        pulled.contains("(new in presync-rules.lock)\n") && pulled.ends_with(&format!("signed   {key}\n")),
        "{pulled}"
    );
    assert_eq!(desk.read("pulled.wasm"), desk.read("rule.wasm"));
    let lock = String::from_utf8(desk.read("presync-rules.lock")).unwrap();
    let line = lock.lines().last().unwrap();
    assert!(line.starts_with(&format!("{address} sha256:")) && line.ends_with(&key), "{line}");
    desk.rule(&["verify", "pulled.wasm", "--trusted", &key]).unwrap();
    let sheet = desk.rule(&["inspect", "pulled.wasm"]).unwrap();
    assert!(sheet.starts_with("name       teams-to-8x8\n"), "{sheet}");
    assert!(sheet.contains(&format!("\nsignature  {key}\n")), "{sheet}");
}

#[test]
fn a_moved_tag_and_a_stranger_leave_file_and_lock_as_they_are() {
    let (desk, registry) = (Desk::new(), DockerRegistry::open());
    let address = registry.address("acme/rule:1.0");
    let (mine, theirs) = (desk.keygen("my.key"), desk.keygen("their.key"));
    desk.rule(&["sign", "rule.wasm", "--key", "my.key", "-o", "mine.wasm"]).unwrap();
    desk.rule(&["sign", "rule.wasm", "--key", "their.key", "-o", "theirs.wasm"]).unwrap();
    desk.rule(&["push", "mine.wasm", &address]).unwrap();
    desk.rule(&["pull", &address, "-o", "live.wasm"]).unwrap();
    let before = (desk.read("live.wasm"), desk.read("presync-rules.lock"));

    desk.rule(&["push", "theirs.wasm", &address]).unwrap();
    let moved = desk.rule(&["pull", &address, "-o", "live.wasm"]).unwrap_err();
    assert!(moved.contains("somebody pushed to that tag") && moved.contains("`--update`"), "{moved}");
    let stranger = desk.rule(&["pull", &address, "-o", "live.wasm", "--update", "--trusted", &mine]).unwrap_err();
    assert!(
        stranger.contains(&format!("it is signed by {theirs}, and none of the trusted keys ({mine})")),
        "{stranger}"
    );
    assert_eq!((desk.read("live.wasm"), desk.read("presync-rules.lock")), before);

    let updated = desk.rule(&["pull", &address, "-o", "live.wasm", "--update"]).unwrap();
    assert!(
        updated.contains("(instead of sha256:") && updated.contains(&format!("{theirs} (before: {mine})")),
        "{updated}"
    );
    assert_eq!(desk.read("live.wasm"), desk.read("theirs.wasm"));
}

#[test]
fn a_closed_registry_is_entered_with_a_password_that_is_nowhere_on_the_command_line() {
    let (desk, registry) = (Desk::new(), DockerRegistry::closed());
    let address = registry.address("acme/rule:1.0");
    let shut_out = desk.rule(&["push", "rule.wasm", &address]).unwrap_err();
    assert!(shut_out.contains("does not allow this") && shut_out.contains("docker login"), "{shut_out}");
    let login = ["--user", USER, "--password", "env:REGISTRY_PASSWORD"];
    desk.rule(&[&["push", "rule.wasm", &*address][..], &login].concat()).unwrap();
    desk.rule(&[&["pull", &*address, "-o", "pulled.wasm"][..], &login].concat()).unwrap();
    assert_eq!(desk.read("pulled.wasm"), desk.read("rule.wasm"));
    let inline = desk.rule(&["pull", &address, "-o", "x.wasm", "--user", USER, "--password", PASSWORD]).unwrap_err();
    assert!(inline.contains("env:NAME or file:PATH") && !inline.contains(PASSWORD), "{inline}");
}

#[test]
fn pulls_at_the_same_time_all_find_their_way_into_the_lock() {
    let (desk, registry) = (Desk::new(), DockerRegistry::open());
    let rules = ["one", "two", "three", "four"];
    let addresses = rules.map(|rule| registry.address(&format!("acme/{rule}:1.0")));
    addresses.iter().for_each(|address| drop(desk.rule(&["push", "rule.wasm", address]).unwrap()));
    std::thread::scope(|scope| {
        for (rule, address) in rules.iter().zip(&addresses) {
            let desk = &desk;
            scope.spawn(move || desk.rule(&["pull", address, "-o", &format!("{rule}.wasm")]).unwrap());
        }
    });
    let lock = String::from_utf8(desk.read("presync-rules.lock")).unwrap();
    assert!(addresses.iter().all(|address| lock.contains(&format!("{address} sha256:"))), "{lock}");
}
