//! The public half of a key: what a signature is checked with.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, VerifyingKey};

use super::{BYTES, KeyError, PUBLIC, SECRET, decoded, encoded};

/// A public key, known to be one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; BYTES]);

impl PublicKey {
    /// The key of these bytes; `None` when they are no key, or one with which anybody's signature fits.
    pub(crate) fn of(bytes: [u8; BYTES]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(&bytes).ok()?;
        (!key.is_weak()).then_some(Self(bytes))
    }

    pub(crate) const fn bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    /// Whether the owner of this key signed this message.
    pub(crate) fn fits(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.starts_with(SECRET) {
            return Err(KeyError::Secret);
        }
        let characters = text.strip_prefix(PUBLIC).ok_or(KeyError::Another { expected: "public", prefix: PUBLIC })?;
        let bytes = decoded(PUBLIC, characters)?;
        Self::of(*bytes).ok_or(KeyError::Damaged { prefix: PUBLIC })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoded(PUBLIC, &self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
