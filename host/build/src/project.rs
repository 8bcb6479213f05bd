//! A folder with a rule in it, recognised by the file that its language needs anyway.
//!
//! `rule.toml` says what no language's own file does:
//!
//! ```toml
//! direction = "teams-to-8x8"                            # or "8x8-to-teams"; a rule in Rust says it itself
//! limits = { memory = "32MiB", batch_time = "200ms" }   # only when the usual budget is too small
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use presync_core::words::Direction;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::BuildError;
use crate::fresh;
use crate::limits::{RawLimits, StatedLimits};

/// The languages that a rule may be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Compiled with `cargo`.
    Rust,
    /// Run by QuickJS.
    JavaScript,
    /// Run by CPython.
    Python,
}

/// A project, with what its files say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    folder: PathBuf,
    name: String,
    language: Language,
    direction: Option<Direction>,
    limits: StatedLimits,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rust, Self::JavaScript, Self::Python];

    /// The spelling of the command line.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::JavaScript => "javascript",
            Self::Python => "python",
        }
    }

    /// The file that makes a folder a project of this language.
    pub const fn marker(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::JavaScript => "package.json",
            Self::Python => "pyproject.toml",
        }
    }
}

/// What a project calls itself, in any language.
#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct CargoToml {
    package: Named,
}

#[derive(Deserialize)]
struct PyprojectToml {
    project: Named,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleToml {
    direction: Option<String>,
    #[serde(default)]
    limits: RawLimits,
}

// === impl Project ===

impl Project {
    /// Looks at a folder.
    pub fn open(folder: &Path) -> Result<Self, BuildError> {
        let folder = std::path::absolute(folder).map_err(|source| BuildError::file(folder, source))?;
        let found: Vec<Language> =
            Language::ALL.into_iter().filter(|language| folder.join(language.marker()).is_file()).collect();
        let language = match found[..] {
            [language] => language,
            [] => return Err(BuildError::NoProject { folder }),
            _ => {
                let found = found.into_iter().map(Language::marker).collect();
                return Err(BuildError::SeveralLanguages { folder, found });
            }
        };
        let marker = folder.join(language.marker());
        let name = match language {
            Language::Rust => toml_file::<CargoToml>(&marker)?.package.name,
            Language::JavaScript => json_file::<Named>(&marker)?.name,
            Language::Python => toml_file::<PyprojectToml>(&marker)?.project.name,
        };
        let file = folder.join("rule.toml");
        let stated = if file.is_file() { toml_file::<RuleToml>(&file)? } else { RuleToml::default() };
        let wrong = |what: String| BuildError::wrong(&file, what);
        let limits = stated.limits.read().map_err(wrong)?;
        let direction = stated.direction.as_deref().map(direction).transpose().map_err(wrong)?;
        Ok(Self { folder, name, language, direction, limits })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is written in.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The budget that it states.
    pub const fn limits(&self) -> StatedLimits {
        self.limits
    }

    /// Where its component is built when nothing else is said: `NAME.wasm` in the folder.
    pub fn component(&self) -> PathBuf {
        self.folder.join(format!("{}.wasm", self.name))
    }

    /// Whether that component is there, and nothing in the project was changed after it was built.
    pub fn is_built(&self) -> bool {
        fresh::is_current(&self.folder, &self.component())
    }

    /// The world of the interface that it is built for. Only where the language's tool must be told.
    pub(crate) fn world(&self) -> Result<&'static str, BuildError> {
        match self.direction {
            Some(Direction::TeamsToEight) => Ok("teams-to-eight-rule"),
            Some(Direction::EightToTeams) => Ok("eight-to-teams-rule"),
            None => Err(BuildError::wrong(
                &self.folder.join("rule.toml"),
                "the direction is missing; expected a line such as direction = \"teams-to-8x8\", or \"8x8-to-teams\"",
            )),
        }
    }

    /// Fails when the interface is not beside the code.
    pub(crate) fn has_interface(&self) -> Result<(), BuildError> {
        let file = self.folder.join("wit/rules.wit");
        if file.is_file() {
            return Ok(());
        }
        Err(BuildError::wrong(
            &file,
            "the rules interface is missing; `presync rule new` writes it into a new project: copy it from one",
        ))
    }
}

fn direction(label: &str) -> Result<Direction, String> {
    Direction::from_label(label)
        .ok_or_else(|| format!("direction is \"{label}\"; expected \"teams-to-8x8\" or \"8x8-to-teams\""))
}

pub(crate) fn toml_file<T: DeserializeOwned>(file: &Path) -> Result<T, BuildError> {
    let text = fs::read_to_string(file).map_err(|source| BuildError::file(file, source))?;
    toml::from_str(&text).map_err(|error| BuildError::wrong(file, error.to_string().trim_end()))
}

fn json_file<T: DeserializeOwned>(file: &Path) -> Result<T, BuildError> {
    let text = fs::read_to_string(file).map_err(|source| BuildError::file(file, source))?;
    serde_json::from_str(&text).map_err(|error| BuildError::wrong(file, error.to_string()))
}

#[cfg(test)]
mod tests;
