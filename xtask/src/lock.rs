//! Which components are committed, and from which sources they were built.
//!
//! `plugins/components.lock` has one line per component: SHA-256 of its sources, SHA-256 of the component, its path. The sources are
//! the interface, the SDK and the rule itself. Compilers differ, so the lock does not promise the same bytes from another machine; it
//! says that sources and component changed together. A test of `presync-rules` includes this file and checks the same.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Where the lock is, from the root of the workspace.
pub(crate) const LOCK: &str = "plugins/components.lock";

/// The folders of the rules whose components are committed, each as `<folder>/<name of the folder>.wasm`.
pub(crate) const RULES: [&str; 5] = [
    "plugins/teams-to-8x8",
    "plugins/8x8-to-teams",
    "plugins/table-teams-to-8x8",
    "plugins/table-8x8-to-teams",
    "examples/dnd-routing",
];

/// Libraries of some of the rules, each with what the folders of its users begin with.
const LIBRARIES: [(&str, &str); 1] = [("plugins/table", "plugins/table-")];

/// What every rule is built from.
const SHARED: [&str; 3] = ["wit/rules.wit", "plugins/sdk/Cargo.toml", "plugins/sdk/src"];

/// One committed component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// SHA-256 of the sources.
    pub(crate) sources: String,
    /// SHA-256 of the component.
    pub(crate) component: String,
    /// Path of the component, from the root of the workspace.
    pub(crate) path: String,
}

/// The path of a rule's component, from the root of the workspace.
pub(crate) fn component_of(rule: &str) -> String {
    let name = rule.rsplit('/').next().unwrap_or(rule);
    format!("{rule}/{name}.wasm")
}

/// The state of the tree: what the lock should say.
pub(crate) fn present(root: &Path) -> io::Result<Vec<Entry>> {
    RULES
        .iter()
        .map(|rule| {
            let path = component_of(rule);
            let component = hex(&Sha256::digest(fs::read(root.join(&path))?));
            Ok(Entry { sources: sources(root, rule)?, component, path })
        })
        .collect()
}

/// What the lock says.
pub(crate) fn read(root: &Path) -> io::Result<Vec<Entry>> {
    let text = fs::read_to_string(root.join(LOCK))?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    Ok(lines
        .filter_map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            Some(Entry { sources: words.next()?, component: words.next()?, path: words.next()? })
        })
        .collect())
}

/// The text of a lock.
#[allow(dead_code, reason = "the test that includes this file only reads")]
pub(crate) fn text(entries: &[Entry]) -> String {
    let mut text =
        "# Written by `cargo xtask rules`: SHA-256 of the sources, of the component, and its path.\n".to_owned();
    for Entry { sources, component, path } in entries {
        text.push_str(&format!("{sources} {component} {path}\n"));
    }
    text
}

/// SHA-256 over the names and contents of everything that a rule is built from.
fn sources(root: &Path, rule: &str) -> io::Result<String> {
    let mut files = Vec::new();
    let libraries = LIBRARIES.iter().filter(|(_, users)| rule.starts_with(users)).map(|(library, _)| *library);
    let own: Vec<String> =
        libraries.chain([rule]).flat_map(|folder| [format!("{folder}/Cargo.toml"), format!("{folder}/src")]).collect();
    for path in SHARED.iter().copied().chain(own.iter().map(String::as_str)) {
        list(&root.join(path), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        // A checkout may have turned the line ends.
        let content: Vec<u8> = fs::read(&file)?.into_iter().filter(|byte| *byte != b'\r').collect();
        hash.update(format!("{name}\n{}\n", content.len()));
        hash.update(&content);
    }
    Ok(hex(&hash.finalize()))
}

fn list(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            list(&entry?.path(), files)?;
        }
    } else {
        files.push(path.to_owned());
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
