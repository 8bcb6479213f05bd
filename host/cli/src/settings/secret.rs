//! Secrets by reference: `env:NAME` is a variable of the environment, `file:path` the content of a file.
//!
//! A secret's text appears in no message and in no `Debug` output.

use secrecy::SecretString;

use super::document::Entry;

/// Whether the text itself may stand in the settings file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inline {
    /// It may: an identifier that opens nothing by itself.
    Allowed,
    /// It may not.
    Refused,
}

/// What to expect of a secret.
pub(super) const REFERENCE: &str = "a reference: \"env:NAME\" or \"file:path\"";

/// The secret that this value refers to.
pub(super) fn read(entry: &Entry<'_>, inline: Inline) -> Option<SecretString> {
    let text = entry.text(REFERENCE)?;
    let secret = match text.split_once(':') {
        Some(("env", name)) => variable(entry, name)?,
        Some(("file", path)) => file(entry, path)?,
        _ if inline == Inline::Allowed => text.to_owned(),
        _ => return entry.wrong("holds the secret itself, which everyone who sees this file would know", REFERENCE),
    };
    if secret.is_empty() {
        return entry.wrong("is empty", REFERENCE);
    }
    Some(secret.into())
}

fn variable(entry: &Entry<'_>, name: &str) -> Option<String> {
    let secret = entry.document.secrets.variable(name).filter(|secret| !secret.is_empty());
    if secret.is_none() {
        let expected = "a variable of presync's environment that holds the secret";
        return entry.wrong(&format!("refers to env:{name}, which is not set or empty"), expected);
    }
    secret
}

fn file(entry: &Entry<'_>, path: &str) -> Option<String> {
    let full = entry.document.beside(path);
    let expected = "a file that holds the secret and nothing else, its path relative to the settings file";
    match std::fs::read_to_string(&full) {
        Ok(content) => match content.trim_end_matches(['\r', '\n']) {
            "" => entry.wrong(&format!("refers to file:{path}, which is empty ({})", full.display()), expected),
            secret => Some(secret.to_owned()),
        },
        Err(error) => {
            let what = format!("refers to file:{path}, which cannot be read ({}: {error})", full.display());
            entry.wrong(&what, expected)
        }
    }
}
