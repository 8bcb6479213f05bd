//! How an app proves to Entra who it is: a secret, a certificate, or another identity provider's word.
//!
//! Each becomes form fields of the token request: a secret goes as it is; the other two as a signed assertion, so that nothing
//! which would open the door tomorrow leaves this process.

mod certificate;
mod federated;

use std::path::PathBuf;

use presync_core::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

pub use certificate::Certificate;

/// What an app registration has that nobody else has.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A client secret's value (not its id).
    Secret(SecretString),
    /// A certificate with its private key; the app registration holds the certificate.
    Certificate(Certificate),
    /// A file with an assertion of another identity provider, such as the projected token of a Kubernetes service account. It is
    /// read afresh for every token, since whoever projects it replaces it; the app registration holds its issuer and subject.
    Federated(PathBuf),
}

/// Why a credential cannot be used. The texts never hold any of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// No certificate in the PEM.
    #[error("there is no certificate in it (PEM, with \"-----BEGIN CERTIFICATE-----\")")]
    NoCertificate,
    /// No private key in the PEM.
    #[error(
        "there is no private key in it (PEM, with \"-----BEGIN PRIVATE KEY-----\" or \"-----BEGIN RSA PRIVATE KEY-----\", without a \
         passphrase)"
    )]
    NoKey,
    /// A key that Entra does not take.
    #[error("the private key is not RSA of 2048 to 8192 bits, which is what Entra takes")]
    WrongKey,
    /// Two halves of different pairs.
    #[error("the private key does not belong to the certificate; export both from the same pair")]
    Mismatch,
    /// The crypto library refused to sign.
    #[error("the assertion could not be signed with the certificate's key")]
    Signature,
    /// The federated assertion cannot be read.
    #[error(
        "the federated assertion in {path} cannot be read ({reason}); expected a file that holds one token, renewed before it ends"
    )]
    Unreadable {
        /// The file.
        path: Box<str>,
        /// What the system, or our check, says.
        reason: Box<str>,
    },
}

/// The kind of assertion that Entra takes in place of a secret.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The fields that prove the app in one token request.
pub(crate) type Proof = Vec<(&'static str, SecretString)>;

impl Credential {
    /// The proof for the token endpoint `endpoint`, which is also whom an assertion is meant for.
    pub(crate) async fn prove(
        &self,
        client_id: &str,
        endpoint: &Url,
        now: Timestamp,
    ) -> Result<Proof, CredentialError> {
        let assertion = match self {
            Self::Secret(secret) => return Ok(vec![("client_secret", secret.clone())]),
            Self::Certificate(certificate) => certificate.assertion(client_id, endpoint, now)?,
            Self::Federated(path) => federated::assertion(path).await?,
        };
        Ok(vec![("client_assertion_type", ASSERTION_TYPE.into()), ("client_assertion", assertion)])
    }
}

impl Credential {
    /// When it ends, as far as it says so itself: a certificate does, a secret's end is known to Entra alone, and an assertion of another
    /// identity provider is renewed all the time.
    pub const fn not_after(&self) -> Option<Timestamp> {
        match self {
            Self::Certificate(certificate) => Some(certificate.not_after()),
            Self::Secret(_) | Self::Federated(_) => None,
        }
    }
}

impl From<SecretString> for Credential {
    fn from(secret: SecretString) -> Self {
        Self::Secret(secret)
    }
}

impl From<String> for Credential {
    fn from(secret: String) -> Self {
        Self::Secret(secret.into())
    }
}

impl From<&str> for Credential {
    fn from(secret: &str) -> Self {
        Self::Secret(secret.into())
    }
}

/// The proof's fields as a form takes them.
pub(crate) fn fields(proof: &Proof) -> impl Iterator<Item = (&str, &str)> {
    proof.iter().map(|(name, value)| (*name, value.expose_secret()))
}

#[cfg(test)]
mod tests;
