//! Keys: ed25519, as text that can be mailed and put into settings.
//!
//! | what | looks like | may be seen by |
//! |---|---|---|
//! | public | `presync-key:` and 43 characters | everybody |
//! | secret | `presync-secret-key:` and 43 characters | its owner |
//!
//! The characters are base64 for addresses (RFC 4648, section 5) without padding.

mod file;
mod pair;
mod public;
mod trusted;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::zeroize::Zeroizing;

pub use file::{KeyFileError, read, write};
pub use pair::KeyPair;
pub use public::PublicKey;
pub use trusted::{BadKey, BadKeys, TrustedKeys};

const PUBLIC: &str = "presync-key:";
const SECRET: &str = "presync-secret-key:";

/// Bytes of either half of a key.
const BYTES: usize = 32;

/// Characters of either half of a key, after its prefix.
const CHARACTERS: usize = 43;

/// A text that is no key. The text itself is not repeated: it may be somebody's secret in the wrong place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Something else altogether.
    #[error("it is no {expected} key: one begins with `{prefix}`, as `presync rule keygen` writes it")]
    Another {
        /// `public` or `secret`.
        expected: &'static str,
        /// How such a key begins.
        prefix: &'static str,
    },
    /// The secret half where the public one belongs.
    #[error(
        "it is a SECRET key: take it out at once, and out of backups and version control too; the public half belongs here, which \
         begins with `presync-key:`. If others may have seen it, make a new pair with `presync rule keygen`"
    )]
    Secret,
    /// The public half where the secret one belongs.
    #[error("it is a public key, and signing takes the secret one: give the file that `presync rule keygen` wrote")]
    Public,
    /// Cut off or mistyped.
    #[error(
        "it was cut off or mistyped: after `{prefix}` come 43 characters of A-Z, a-z, 0-9, - and _ that make a key; copy it again"
    )]
    Damaged {
        /// How such a key begins.
        prefix: &'static str,
    },
}

fn encoded(prefix: &str, bytes: &[u8; BYTES]) -> String {
    // The right size from the start: a string that grows leaves pieces of a secret behind.
    let mut text = String::with_capacity(prefix.len() + CHARACTERS);
    text.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
    text
}

fn decoded(prefix: &'static str, characters: &str) -> Result<Zeroizing<[u8; BYTES]>, KeyError> {
    let damaged = KeyError::Damaged { prefix };
    let mut bytes = Zeroizing::new([0; BYTES]);
    match URL_SAFE_NO_PAD.decode_slice(characters, bytes.as_mut_slice()) {
        Ok(BYTES) => Ok(bytes),
        _ => Err(damaged),
    }
}
