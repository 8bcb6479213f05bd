//! The binary, run as an author would, with one folder of tools for all projects.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Where the tools of all projects are kept from one run to the next.
pub(crate) const TOOLS: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/authoring-tools");

/// What a command printed, and whether it ended well.
#[derive(Debug)]
pub(crate) struct Printed {
    pub(crate) well: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// An author, in an empty folder.
pub(crate) struct Author {
    folder: PathBuf,
    /// Takes the folder away in the end.
    _gone: Option<TempDir>,
}

impl Author {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder: folder.path().to_owned(), _gone: Some(folder) }
    }

    /// In the same folder every time: what a compiler can use again is beside it, and cargo knows it by the place of the project.
    pub(crate) fn with_a_place(name: &str) -> Self {
        let folder = Path::new(TOOLS).join("projects").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        Self { folder, _gone: None }
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Runs `presync rule …`.
    pub(crate) fn rule(&self, arguments: &[&str]) -> Printed {
        let mut presync = Command::new(env!("CARGO_BIN_EXE_presync"));
        presync.arg("rule").args(arguments).current_dir(&self.folder).env("PRESYNC_TOOLS", TOOLS);
        let output = presync.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Printed { well: output.status.success(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Runs `presync rule …`, which must end well, and gives what it printed.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let printed = self.rule(arguments);
        assert!(printed.well, "presync rule {}: {}\n{}", arguments.join(" "), printed.out, printed.err);
        printed.out
    }
}

/// A path of presync's own tree.
pub(crate) fn in_tree(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
