//! Clients that are npm's: their libraries are fetched once, into a folder of the target folder that stays.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The folder of a client with its libraries; `script` is what runs there.
pub(crate) fn client(name: &str, script: &str) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(name);
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&to).unwrap();
    for file in ["package.json", "package-lock.json", script] {
        fs::copy(from.join(file), to.join(file)).unwrap();
    }
    let lock = fs::read(to.join("package-lock.json")).unwrap();
    let fetched = to.join("fetched-lock.json");
    if fs::read(&fetched).ok().as_deref() != Some(lock.as_slice()) {
        output(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&to));
        fs::write(fetched, lock).unwrap();
    }
    to
}

/// What a program writes, if it ends well.
pub(crate) fn output(command: &mut Command) -> String {
    let output =
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; these tests need Node.js with npm"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
