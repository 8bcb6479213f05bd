//! Who may depend on whom, and how long a file may be.
//!
//! The arrows go one way, so there can be no circle: every crate stands in the table before those that use it. For its tests, a crate may
//! use any that stands before it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use toml::Table;

/// A map with a folder as key, and its crate with the crates that it may use as value; each crate stands before its users.
const LAYERS: &[(&str, &str, &[&str])] = &[
    ("host/core", "presync-core", &[]),
    ("tests/guests", "presync-guests", &[]),
    ("host/rules", "presync-rules", &["presync-core"]),
    ("host/build", "presync-build", &["presync-core"]),
    ("host/author", "presync-author", &["presync-core", "presync-rules", "presync-build"]),
    ("host/http", "presync-http", &["presync-core"]),
    ("host/recorder", "presync-recorder", &["presync-core", "presync-http"]),
    ("host/teams", "presync-teams", &["presync-core", "presync-http"]),
    ("host/eight", "presync-eight", &["presync-core", "presync-http"]),
    ("host/store", "presync-store", &["presync-core"]),
    ("host/registry", "presync-registry", &[]),
    ("tests/simulator", "presync-simulator", &["presync-core"]),
    (
        "host/service",
        "presync-service",
        &["presync-core", "presync-rules", "presync-teams", "presync-eight", "presync-store", "presync-registry"],
    ),
    ("host/web", "presync-web", &["presync-core", "presync-service"]),
    (
        "host/cli",
        "presync",
        &[
            "presync-core",
            "presync-rules",
            "presync-build",
            "presync-author",
            "presync-teams",
            "presync-eight",
            "presync-store",
            "presync-simulator",
            "presync-service",
            "presync-web",
            "presync-registry",
            "presync-http",
            "presync-recorder",
        ],
    ),
    (
        "tests/end-to-end",
        "presync-end-to-end",
        &[
            "presync-core",
            "presync-rules",
            "presync-teams",
            "presync-eight",
            "presync-store",
            "presync-simulator",
            "presync-service",
            "presync-web",
        ],
    ),
    ("tests/model", "presync-model", &["presync-core"]),
    ("tests/sandbox", "presync-sandbox", &["presync-core", "presync-guests", "presync-rules"]),
    ("plugins/sdk", "presync-rule", &[]),
    ("plugins/teams-to-8x8", "teams-to-8x8", &["presync-rule"]),
    ("plugins/8x8-to-teams", "eight-to-teams", &["presync-rule"]),
    ("plugins/table", "table-rule", &["presync-rule"]),
    ("plugins/table-teams-to-8x8", "table-teams-to-8x8", &["presync-rule", "table-rule"]),
    ("plugins/table-8x8-to-teams", "table-8x8-to-teams", &["presync-rule", "table-rule"]),
    ("xtask", "xtask", &["presync-build"]),
];

/// The longest that a file should be; longer ones are hard to read in one go.
const LINES: usize = 400;

/// Where the sources are.
const SOURCES: [&str; 5] = ["host", "plugins", "tests", "xtask", "examples"];

/// Everything that is out of order, as sentences.
pub(crate) fn check(root: &Path) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    let workspace = manifest(&root.join("Cargo.toml"))?;
    let members = workspace.get("workspace").and_then(|table| table.get("members")).and_then(|list| list.as_array());
    for member in members.into_iter().flatten().filter_map(|member| member.as_str()) {
        match LAYERS.iter().find(|(folder, ..)| *folder == member) {
            Some((folder, name, allowed)) => {
                wrong.extend(arrows(folder, name, allowed, &manifest(&root.join(folder).join("Cargo.toml"))?));
            }
            None => wrong.push(format!("{member} has no place in the layers: add it to xtask/src/layers.rs")),
        }
    }
    let mut files = Vec::new();
    for folder in SOURCES {
        rust_files(&root.join(folder), &mut files)?;
    }
    files.sort();
    for file in files {
        let lines = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?.lines().count();
        if lines > LINES {
            let file = file.strip_prefix(root).unwrap_or(&file).display();
            wrong.push(format!("{file} has {lines} lines, and a file stays under {LINES}: divide it"));
        }
    }
    Ok(wrong)
}

/// Dependencies of one crate on others of the house that it may not have.
fn arrows(folder: &str, name: &str, allowed: &[&str], manifest: &Table) -> Vec<String> {
    let place = |wanted: &str| LAYERS.iter().position(|(_, name, _)| *name == wanted);
    let kinds = [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)];
    let mut wrong = Vec::new();
    for (kind, for_tests) in kinds {
        let dependencies = manifest.get(kind).and_then(|table| table.as_table());
        for dependency in
            dependencies.into_iter().flat_map(Table::keys).filter(|dependency| place(dependency).is_some())
        {
            let fits = allowed.contains(&dependency.as_str()) || (for_tests && place(dependency) < place(name));
            if !fits {
                wrong.push(format!("{folder}: {name} may not have {dependency} among its {kind}"));
            }
        }
    }
    wrong
}

fn manifest(path: &Path) -> Result<Table> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    text.parse::<Table>().with_context(|| format!("parsing {}", path.display()))
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.is_dir() || folder.ends_with("target") {
        return Ok(());
    }
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            rust_files(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(allowed: &[&str], manifest: &str) -> Vec<String> {
        arrows("host/teams", "presync-teams", allowed, &manifest.parse().unwrap())
    }

    #[test]
    fn an_arrow_that_is_allowed_passes() {
        assert!(wrong(&["presync-core"], "[dependencies]\npresync-core.workspace = true\nserde = \"1\"").is_empty());
        assert!(wrong(&[], "[dev-dependencies]\npresync-core.workspace = true").is_empty());
    }

    #[test]
    fn an_arrow_against_the_order_is_named() {
        let wrong = wrong(&["presync-core"], "[dependencies]\npresync-service.workspace = true");
        assert_eq!(wrong, ["host/teams: presync-teams may not have presync-service among its dependencies"]);
    }

    #[test]
    fn every_crate_stands_before_its_users() {
        let mut seen = Vec::new();
        for (_, name, allowed) in LAYERS {
            assert!(allowed.iter().all(|used| seen.contains(used)), "{name} uses a crate that stands after it");
            seen.push(name);
        }
    }

    #[test]
    fn the_house_keeps_its_order() {
        let wrong = check(crate::root()).unwrap();
        assert!(wrong.iter().all(|line| line.contains(" lines, ")), "{wrong:#?}");
    }
}
