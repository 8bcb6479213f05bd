//! Reads an app registration of Entra, with one of the three ways in which it proves who it is.

use presync_teams::{Certificate, Credential};
use secrecy::ExposeSecret;

use super::document::{Entry, Section};
use super::kind::CLIENT_ID;
use super::model::App;
use super::operate::EXPIRES;
use super::secret::{self, Inline};

/// What to expect of an app registration.
pub(super) const EXPECTED: &str = "an app registration: { client_id = \"GUID\", secret = \"env:NAME\" }";
const KEYS: &[&str] = &["client_id", "secret", "certificate", "key", "federated", "expires"];

const ONE: &str = "one of secret, certificate and federated";
const PEM: &str = "a certificate and its private key, both PEM: \"env:NAME\" or \"file:path\", the key apart as `key` or in the same text";
const FEDERATED: &str = "a file with the token of another identity provider, its path relative to the settings file";

/// The app registration that this value describes.
pub(super) fn read(entry: Entry<'_>) -> Option<App> {
    let section = entry.section(EXPECTED, KEYS)?;
    let client_id = section.required("client_id", &CLIENT_ID);
    let credential = credential(&section);
    let expires = section.optional("expires", &EXPIRES);
    let (credential, expires) = (credential?, expires?);
    match section.get("expires") {
        Some(entry) if credential.not_after().is_some() => {
            entry.wrong("stands beside a certificate, which says itself when it ends", "no `expires` here")
        }
        _ => Some(App { client_id: client_id?, credential, expires }),
    }
}

fn credential(section: &Section<'_>) -> Option<Credential> {
    let key = section.get("key");
    match (section.get("secret"), section.get("certificate"), section.get("federated")) {
        (Some(_), Some(other), _) | (Some(_), _, Some(other)) | (_, Some(_), Some(other)) => {
            other.wrong("stands beside another proof of who the app is", ONE)
        }
        (None, Some(certificate), None) => self::certificate(&certificate, key.as_ref()),
        (_, None, _) if key.is_some() => key?.wrong("stands without a certificate", PEM),
        (None, None, Some(federated)) => self::federated(&federated),
        (_, None, None) => {
            let secret = section.require("secret", secret::REFERENCE)?;
            secret::read(&secret, Inline::Refused).map(Credential::Secret)
        }
    }
}

fn certificate(certificate: &Entry<'_>, key: Option<&Entry<'_>>) -> Option<Credential> {
    let text = secret::read(certificate, Inline::Refused);
    let key = match key {
        Some(key) => secret::read(key, Inline::Refused),
        None => text.clone(),
    };
    let (text, key) = (text?, key?);
    match Certificate::from_pem(text.expose_secret().as_bytes(), key.expose_secret().as_bytes()) {
        Ok(certificate) => Some(Credential::Certificate(certificate)),
        Err(error) => certificate.wrong(&format!("cannot be used: {error}"), PEM),
    }
}

fn federated(entry: &Entry<'_>) -> Option<Credential> {
    let text = entry.text(FEDERATED)?;
    let path = entry.document.beside(text);
    match std::fs::metadata(&path) {
        Ok(file) if file.is_file() => Some(Credential::Federated(path)),
        Ok(_) => entry.wrong(&format!("is \"{text}\", which is no file ({})", path.display()), FEDERATED),
        Err(error) => {
            entry.wrong(&format!("is \"{text}\", which cannot be read ({}: {error})", path.display()), FEDERATED)
        }
    }
}
