//! Whether a component is as new as the project it was made of.
//!
//! Every file of the project counts, but for what others made in it and what a rule does not depend on. What lies outside the folder
//! is not looked at: `presync rule build` always builds.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// Folders and files that a component is not made of, beside those that begin with a dot.
const OUTSIDE: [&str; 6] = ["target", "node_modules", "__pycache__", "tests", "README.md", "package-lock.json"];

/// Whether nothing in the project was changed after the component was built.
pub(crate) fn is_current(project: &Path, component: &Path) -> bool {
    let built = fs::metadata(component).and_then(|file| file.modified());
    built.is_ok_and(|built| newest(project).is_ok_and(|newest| newest <= built))
}

/// When the last change to a file of the project was.
fn newest(folder: &Path) -> io::Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || name.ends_with(".wasm") || OUTSIDE.contains(&&*name) {
            continue;
        }
        let changed =
            if entry.file_type()?.is_dir() { self::newest(&entry.path())? } else { entry.metadata()?.modified()? };
        newest = newest.max(changed);
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_component_is_current_until_its_code_changes() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str, seconds| {
            let file = File::create(folder.path().join(name)).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        };
        let component = folder.path().join("lunch.wasm");
        at("rule.js", 100);
        assert!(!is_current(folder.path(), &component), "there is none");
        at("lunch.wasm", 200);
        at("README.md", 300);
        assert!(is_current(folder.path(), &component));
        at("rule.js", 300);
        assert!(!is_current(folder.path(), &component));
    }
}
