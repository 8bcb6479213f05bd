//! A new project: a rule that does something small and real, with its tests, its interface and all that it builds with.
//!
//! Everything is embedded, so that a presync without its sources around can do it. A test builds each project as it stands.

mod templates;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use presync_build::Language;
use presync_core::words::Direction;
use thiserror::Error;

/// A project that was not made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScaffoldError {
    /// A name that no rule, or no project of the language, can have.
    #[error("\"{name}\" cannot be the name of a rule: {problem}; take another one, such as \"lunch-break\"")]
    BadName {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Somebody's files are there.
    #[error("{} is there and is not empty: take another name, or give another folder with --folder", folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// The machine says no.
    #[error("{} cannot be written", file.display())]
    Write {
        /// The file or folder.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Names that Rust, or a crate that the project leans on, has taken.
const TAKEN: [&str; 56] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "presync-rule",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "self",
    "serde",
    "serde-json",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "unsafe",
    "use",
    "where",
    "while",
    "wit-bindgen",
];

/// Writes a new project into `folder`, and gives its files, in order.
pub fn scaffold(
    folder: &Path,
    name: &str,
    language: Language,
    direction: Direction,
) -> Result<Vec<PathBuf>, ScaffoldError> {
    check_name(name)?;
    let there = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(source) => return Err(ScaffoldError::Write { file: folder.to_owned(), source }),
    };
    if there {
        return Err(ScaffoldError::NotEmpty { folder: folder.to_owned() });
    }
    let mut written = Vec::new();
    for (path, text) in templates::files(name, language, direction) {
        let file = folder.join(path);
        let made = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&file, text));
        made.map_err(|source| ScaffoldError::Write { file: file.clone(), source })?;
        written.push(file);
    }
    Ok(written)
}

/// A name that a rule, a folder and a crate may have.
fn check_name(name: &str) -> Result<(), ScaffoldError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let problem = if !(1..=64).contains(&name.len()) || !name.chars().all(fits) {
        "it has 1 to 64 lower-case letters, digits and hyphens"
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) || name.ends_with('-') {
        "it begins with a letter and ends with a letter or a digit"
    } else if TAKEN.contains(&name) {
        "the word is taken, by Rust or by what a rule is built with"
    } else {
        return Ok(());
    };
    Err(ScaffoldError::BadName { name: name.to_owned(), problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(language: Language, direction: Direction) -> (tempfile::TempDir, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let files = scaffold(folder.path(), "lunch-break", language, direction).unwrap();
        let names = files.iter().map(|file| file.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_owned());
        let names = names.collect();
        (folder, names)
    }

    #[test]
    fn every_placeholder_is_filled_in() {
        for language in Language::ALL {
            for direction in Direction::ALL {
                let (folder, names) = made(language, *direction);
                for name in names {
                    let text = fs::read_to_string(folder.path().join(&name)).unwrap();
                    assert!(
                        !text.contains("{{") || name.starts_with("presync-rule/"),
                        "{name} of {language:?}: {text}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_project_is_recognised_by_the_build() {
        for language in Language::ALL {
            let (folder, _) = made(language, Direction::EightToTeams);
            let project = presync_build::Project::open(folder.path()).unwrap();
            assert_eq!((project.name(), project.language()), ("lunch-break", language));
        }
    }

    #[test]
    fn a_javascript_project_has_these_files() {
        let (_folder, names) = made(Language::JavaScript, Direction::TeamsToEight);
        let expected = [
            "README.md",
            ".gitignore",
            "rule.toml",
            "tests/presence.toml",
            "wit/rules.wit",
            "package.json",
            "rule.js",
            "presync-rule.js",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_bad_name_is_refused_with_what_would_do() {
        for (name, why) in
            [("Lunch", "lower-case"), ("9to5", "begins with a letter"), ("serde", "is taken"), ("", "1 to 64")]
        {
            let refusal = scaffold(Path::new("nowhere"), name, Language::Rust, Direction::TeamsToEight).unwrap_err();
            assert!(refusal.to_string().contains(why), "{refusal}");
        }
    }

    #[test]
    fn somebodys_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("diary.txt"), "dear diary").unwrap();
        let refusal = scaffold(folder.path(), "lunch", Language::Python, Direction::TeamsToEight).unwrap_err();
        assert!(refusal.to_string().contains("is not empty: take another name"), "{refusal}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
