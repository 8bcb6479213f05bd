//! What can go wrong with a registry, each with what to do about it.

use std::time::Duration;

use oci_client::errors::{DigestError, OciDistributionError, OciEnvelope, OciErrorCode};

use crate::access::Access;
use crate::reference::Reference;
use crate::signature::SignatureError;

/// Why a rule was not found, pulled or pushed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OciError {
    /// Nothing can be called from here.
    #[error("no HTTP client: {reason}; install the system's certificates (package ca-certificates)")]
    Client {
        /// Why.
        reason: String,
    },
    /// The registry has no such rule or version.
    #[error("the registry {registry} has no {reference}: check name and tag, or push it with `presync rule push`")]
    NoSuchVersion {
        /// The registry.
        registry: String,
        /// What was asked for.
        reference: String,
    },
    /// The registry wants other rights.
    #[error(
        "the registry {registry} does not allow this for {reference} {described}; log in with `docker login {registry}`, or give \
         user and password, of somebody who may (pushing needs more than pulling)"
    )]
    Unauthorised {
        /// The registry.
        registry: String,
        /// What was asked for.
        reference: String,
        /// With whose rights it was called.
        described: String,
    },
    /// The artifact is something else than a rule.
    #[error(
        "{reference} is no WebAssembly rule: it is {found}; push one with `presync rule push`, or correct the name"
    )]
    NotARule {
        /// What was asked for.
        reference: String,
        /// What it is.
        found: String,
    },
    /// The component is larger than allowed.
    #[error("{reference} has {size} bytes or more, and a rule may have {limit}; build it for size")]
    TooLarge {
        /// What was asked for.
        reference: String,
        /// Its size as far as it is known, in bytes.
        size: u64,
        /// Bytes allowed.
        limit: usize,
    },
    /// The bytes are not those of the digest.
    #[error(
        "what the registry sent for {reference} is not what it says it is: {expected} was expected, and {actual} came; somebody or \
         something altered it there or on the way. It is not used; push it again from where you trust, and look after the registry"
    )]
    Altered {
        /// What was asked for.
        reference: String,
        /// The digest that was expected.
        expected: String,
        /// The digest of what came.
        actual: String,
    },
    /// A version cannot be pushed to a place that is named by another's digest.
    #[error("{reference} names one version by its digest, and a push makes a new one: give a tag without `@sha256:…`")]
    PushToDigest {
        /// Where it was to go.
        reference: String,
    },
    /// What was to be pushed is no component.
    #[error(transparent)]
    NotAComponent(#[from] SignatureError),
    /// No connection, or it broke.
    #[error(
        "the registry {registry} cannot be reached ({reason}); check the name and port, the network, the proxy and the firewall"
    )]
    Unreachable {
        /// The registry.
        registry: String,
        /// What broke.
        reason: String,
    },
    /// No answer in time.
    #[error("the registry {registry} did not answer within {} s; try again, and if it stays so look after the registry", after.as_secs_f32())]
    Timeout {
        /// The registry.
        registry: String,
        /// The deadline that passed.
        after: Duration,
    },
    /// The registry asks for patience.
    #[error("the registry {registry} takes no more requests for now ({said}); wait, or log in for a larger allowance")]
    Throttled {
        /// The registry.
        registry: String,
        /// Its own words.
        said: String,
    },
    /// The registry does not do it.
    #[error("the registry {registry} refused ({status}): {said}")]
    Refused {
        /// The registry.
        registry: String,
        /// HTTP status or the registry's own code.
        status: String,
        /// Its own words.
        said: String,
    },
    /// The registry is in trouble.
    #[error("the registry {registry} could not answer ({status}); this passes by itself, or its log says why")]
    Unavailable {
        /// The registry.
        registry: String,
        /// HTTP status.
        status: u16,
    },
    /// An answer that cannot be understood.
    #[error("the answer of {registry} cannot be understood: {reason}; is it an OCI registry?")]
    Unreadable {
        /// The registry.
        registry: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// The client's error in our words.
pub(super) fn classified(reference: &Reference, access: &Access, error: OciDistributionError) -> OciError {
    use OciDistributionError as Client;
    let registry = reference.registry().to_owned();
    match error {
        Client::RegistryError { envelope, .. } => by_code(reference, access, &envelope),
        Client::UnauthorizedError { .. }
        | Client::AuthenticationFailure(_)
        | Client::ServerError { code: 401 | 403, .. } => {
            OciError::Unauthorised { registry, reference: reference.to_string(), described: access.described() }
        }
        Client::ServerError { code: 404, .. } => OciError::NoSuchVersion { registry, reference: reference.to_string() },
        Client::ServerError { code: 429, message, .. } => OciError::Throttled { registry, said: tamed(&message) },
        Client::ServerError { code: status @ 500.., .. } => OciError::Unavailable { registry, status },
        Client::ServerError { code, message, .. } => {
            OciError::Refused { registry, status: code.to_string(), said: tamed(&message) }
        }
        Client::DigestError(DigestError::VerificationError { expected, actual }) => {
            altered(reference, &expected, &actual)
        }
        Client::IoError(error) => match error.downcast::<DigestError>() {
            Ok(DigestError::VerificationError { expected, actual }) => altered(reference, &expected, &actual),
            Ok(error) => OciError::Unreadable { registry, reason: tamed(&error.to_string()) },
            Err(error) => OciError::Unreachable { registry, reason: deepest(&error) },
        },
        Client::RequestError(error) => OciError::Unreachable { registry, reason: deepest(&error.without_url()) },
        Client::UnsupportedMediaTypeError(found) => {
            OciError::NotARule { reference: reference.to_string(), found: format!("of the kind {}", tamed(&found)) }
        }
        error => OciError::Unreadable { registry, reason: tamed(&error.to_string()) },
    }
}

/// What the registry itself says, by its first code.
fn by_code(reference: &Reference, access: &Access, envelope: &OciEnvelope) -> OciError {
    let registry = reference.registry().to_owned();
    let Some(first) = envelope.errors.first() else {
        return OciError::Unreadable { registry, reason: "an error without a reason".to_owned() };
    };
    let said = tamed(&first.message);
    match &first.code {
        OciErrorCode::Unauthorized | OciErrorCode::Denied => {
            OciError::Unauthorised { registry, reference: reference.to_string(), described: access.described() }
        }
        OciErrorCode::ManifestUnknown
        | OciErrorCode::NameUnknown
        | OciErrorCode::NotFound
        | OciErrorCode::BlobUnknown
        | OciErrorCode::ManifestBlobUnknown => OciError::NoSuchVersion { registry, reference: reference.to_string() },
        OciErrorCode::Toomanyrequests => OciError::Throttled { registry, said },
        OciErrorCode::Other(code) => OciError::Refused { registry, status: tamed(code), said },
        code => OciError::Refused { registry, status: format!("{code:?}"), said },
    }
}

fn altered(reference: &Reference, expected: &str, actual: &str) -> OciError {
    OciError::Altered { reference: reference.to_string(), expected: tamed(expected), actual: tamed(actual) }
}

/// The cause that says most.
fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    tamed(&cause.to_string())
}

/// A registry's words, fit for a sentence: one line without control characters, no longer than 200 characters.
pub(super) fn tamed(text: &str) -> String {
    let plain = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    let one_line = plain.take(200).collect::<String>();
    one_line.split_whitespace().collect::<Vec<_>>().join(" ")
}
