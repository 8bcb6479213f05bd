//! Signatures inside a component.
//!
//! ```text
//!  ┌────────────────────────────── signed ──┐
//!  │ the component as it was built          │ signature │ signature │  end of file
//!  └────────────────────────────────────────┘ of one    │ of another│
//! ```
//!
//! Each signature is a custom section (`presync-signature`) behind everything else: engines pass over it, and it cannot be lost or
//! replaced apart from what it signs. Several stand side by side, each for the same bytes, so an author's signature outlives the one
//! that an operator adds; signing again with the same key changes nothing. What is signed is [`DOMAIN`] and the SHA-256 of those bytes.
//!
//! All signatures of a file must fit, also those of unknown keys: a file with a broken one was tampered with or damaged.

mod error;
mod section;

use std::fmt;

use sha2::{Digest, Sha256};

use crate::key::{KeyPair, PublicKey, TrustedKeys};
pub use error::SignatureError;
use section::Parts;

/// Begins every message that is signed: a signature for a rule is good for nothing else, and the other way round.
pub const DOMAIN: &[u8] = b"presync rule signature, version 1\n";

/// One signature of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// Whose it says it is.
    pub signer: PublicKey,
    /// Whether it is: the owner of that key signed exactly these bytes.
    pub fits: bool,
}

/// The component with a signature of this key; the signatures of others stay.
///
/// # Errors
/// When the bytes are no component, or it holds a signature that does not fit: what was altered behind a signer's back is not to be
/// signed unseen.
pub fn sign(component: &[u8], key: &KeyPair) -> Result<Vec<u8>, SignatureError> {
    let parts = Parts::of(component)?;
    let seals = seals(&parts);
    fitting(&seals)?;
    if seals.iter().any(|seal| seal.signer == key.public()) {
        return Ok(component.to_owned());
    }
    if seals.len() == section::MOST {
        return Err(SignatureError::TooMany { most: section::MOST });
    }
    let mut signed = component.to_owned();
    section::append(&mut signed, &key.public(), &key.sign(&message(parts.body)));
    Ok(signed)
}

/// The component as it was before it was signed.
///
/// # Errors
/// When the bytes are no component, or its signatures are damaged.
pub fn without(component: &[u8]) -> Result<&[u8], SignatureError> {
    Ok(Parts::of(component)?.body)
}

/// Checks that somebody who is trusted signed exactly these bytes, and says who. With no trusted keys nothing is asked for and
/// nothing is looked at: `None`.
///
/// # Errors
/// When the component is not signed, was altered, or is signed by nobody of the trusted.
pub fn check(component: &[u8], trusted: &TrustedKeys) -> Result<Option<PublicKey>, SignatureError> {
    if trusted.is_empty() {
        return Ok(None);
    }
    let signers = intact(component)?;
    match signers.iter().find(|signer| trusted.contains(signer)) {
        Some(signer) => Ok(Some(*signer)),
        None if signers.is_empty() => Err(SignatureError::Unsigned { trusted: trusted.to_string() }),
        None => Err(SignatureError::UnknownSigner {
            signers: signers.into_iter().collect::<TrustedKeys>().to_string(),
            trusted: trusted.to_string(),
        }),
    }
}

/// The signatures of a component, in the order in which they were added, whether they fit or not.
///
/// # Errors
/// When the bytes are no component, or its signatures are damaged.
pub fn read(component: &[u8]) -> Result<Vec<Seal>, SignatureError> {
    Ok(seals(&Parts::of(component)?))
}

/// The signatures of a component that hold together: all fit. There may be none.
///
/// # Errors
/// When the bytes are no component, or one of its signatures is damaged or does not fit.
pub fn intact(component: &[u8]) -> Result<Vec<PublicKey>, SignatureError> {
    let seals = read(component)?;
    fitting(&seals)?;
    Ok(seals.iter().map(|seal| seal.signer).collect())
}

/// One line for a person: who signed this component, or why that cannot be said.
pub fn line(component: &[u8]) -> String {
    match read(component) {
        Ok(seals) if seals.is_empty() => "none".to_owned(),
        Ok(seals) => seals.iter().map(Seal::to_string).collect::<Vec<_>>().join(", "),
        Err(error) => error.to_string(),
    }
}

fn seals(parts: &Parts<'_>) -> Vec<Seal> {
    let message = if parts.sections.is_empty() { Vec::new() } else { message(parts.body) };
    let seal = |section: &section::Section| Seal {
        signer: section.signer,
        fits: section.signer.fits(&message, &section.signature),
    };
    parts.sections.iter().map(seal).collect()
}

fn fitting(seals: &[Seal]) -> Result<(), SignatureError> {
    match seals.iter().find(|seal| !seal.fits) {
        Some(seal) => Err(SignatureError::Altered { signer: seal.signer }),
        None => Ok(()),
    }
}

fn message(body: &[u8]) -> Vec<u8> {
    [DOMAIN, Sha256::digest(body).as_slice()].concat()
}

impl fmt::Display for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = if self.fits { "" } else { " (does NOT fit: the file was altered after it was signed)" };
        write!(f, "{}{fits}", self.signer)
    }
}
