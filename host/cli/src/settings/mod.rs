//! The settings file: TOML in, checked [`Settings`] out, or every problem at once with its line.
//!
//! serde would stop at the first unknown key or wrong type and lose its line, so the parsed document is walked by hand: each reader
//! below asks its table for the keys it knows, and what is wrong is reported on the way, never returned early.
//!
//! # Layout
//! * [`model`]: the checked settings
//! * [`problem`]: one thing that is wrong, and the error that lists them all
//! * `document`: tables and values with their key path and line
//! * `kind`: the kinds of text that a value may be: addresses, lengths of time, GUIDs
//! * [`environment`]: where `env:` references are looked up
//! * `secret`: `env:` and `file:` references
//! * `service`, `tenant`, `told`, `link`, `eight`, `push`, `supply`, `rule`: a reader per table
//! * `operate`: what ends when, and what is done at the end
//! * `people_file`: who is in which group or queue, from a CSV file
//! * [`summary`]: the settings in words

mod app;
mod document;
mod eight;
pub(crate) mod environment;
mod kind;
mod link;
pub(crate) mod model;
mod operate;
mod people_file;
pub(crate) mod problem;
mod push;
mod rule;
mod secret;
mod service;
pub(crate) mod summary;
mod supply;
mod tenant;
#[cfg(test)]
mod tests;
mod told;

use std::path::Path;

use document::{Document, Section};
use environment::{Environment, Secrets};
use model::Settings;
use problem::SettingsError;

/// Reads and checks the settings file at `path`; `env:` references are looked up in the environment of this process.
///
/// # Errors
/// When the file cannot be read, is not TOML, or anything in it is wrong; then all of it is listed.
pub(crate) fn load(path: &Path) -> Result<Settings, SettingsError> {
    load_with(path, &Environment)
}

/// Like [`load`], with `env:` references looked up in `secrets`.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_with(path: &Path, secrets: &dyn Secrets) -> Result<Settings, SettingsError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
    let root = toml::de::DeTable::parse(&text).map_err(|error| problem::syntax(path, &text, &error))?;
    let document = Document::new(path, &text, secrets);
    let settings = settings(&Section::root(&document, root.get_ref(), &["service", "tenant"]));
    document.finish(settings)
}

fn settings(root: &Section<'_>) -> Option<Settings> {
    let service = service::read(root);
    let tenants = tenant::read_all(root);
    Some(Settings { service: service?, tenants: tenants? })
}
