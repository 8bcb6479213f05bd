//! Settings files as people write them, and what they are told.

mod accepted;
mod apps;
mod eight;
mod link;
mod operate;
mod refused;
mod rules;
mod secrets;
mod supply;
mod told;

use std::collections::HashMap;
use std::path::Path;

use super::environment::Secrets;
use super::model::{Eight, Partner, Settings, Tenant};
use super::problem::SettingsError;

/// A tenant that nothing is wrong with, to put other things beside.
const ACME: &str = r#"
[[tenant]]
id = "acme"
[tenant.teams]
directory = "9f4ebab6-520d-49c0-85cc-7b25c78d4a93"
read_app = { client_id = "0d7a2c51-6c3e-4f0e-9a83-3a1f2d6b7c10", secret = "env:READ" }
[tenant.eight]
key = "acme-key"
secret = "env:EIGHT"
"#;

/// Variables in place of the environment.
struct Variables(HashMap<&'static str, &'static str>);

impl Secrets for Variables {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|&secret| secret.to_owned())
    }
}

fn variables() -> Variables {
    let secrets = [("READ", "read-hush"), ("WRITE", "write-hush"), ("EIGHT", "eight-hush"), ("EMPTY", "")];
    Variables(secrets.into_iter().chain([("TOKEN", "sixteen-bytes-or-more")]).collect())
}

/// A tenant's way to the partner API.
fn partner(tenant: &Tenant) -> &Partner {
    match &tenant.eight {
        Eight::Partner(partner) => partner,
        Eight::Public(_) => panic!("{} is in public mode", tenant.id),
    }
}

/// Loads this text as `presync.toml` in a folder with the file `hush.secret`.
fn load(text: &str) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    load_in(folder.path(), text)
}

fn load_in(folder: &Path, text: &str) -> Result<Settings, SettingsError> {
    std::fs::write(folder.join("hush.secret"), "file-hush\r\n").unwrap();
    std::fs::write(folder.join("empty.secret"), "\n").unwrap();
    let path = folder.join("presync.toml");
    std::fs::write(&path, text).unwrap();
    super::load_with(&path, &variables())
}

/// What someone is told who writes this text, without the name of the folder.
fn told(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let error = load_in(folder.path(), text).unwrap_err();
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

/// The same for a text in which only this, beside a tenant that nothing is wrong with, may be wrong.
fn told_beside_acme(text: &str) -> String {
    told(&format!("{text}{ACME}"))
}

/// The same for acme with one thing replaced.
fn told_with(old: &str, new: &str) -> String {
    assert!(ACME.contains(old), "{old}");
    told(&ACME.replace(old, new))
}
