//! A key pair: what a component is signed with. Its secret half is wiped from memory when it is dropped.

use std::fmt;

use ed25519_dalek::{Signer, SigningKey};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::{BYTES, KeyError, PUBLIC, PublicKey, SECRET, decoded, encoded};

/// A secret key with its public half.
pub struct KeyPair {
    signing: SigningKey,
    public: PublicKey,
}

impl KeyPair {
    /// A new pair from the system's random numbers.
    ///
    /// # Errors
    /// When the system has none to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        loop {
            let mut bytes = Zeroizing::new([0; BYTES]);
            getrandom::fill(bytes.as_mut_slice())?;
            if let Some(pair) = Self::of(&bytes) {
                return Ok(pair);
            }
        }
    }

    /// The pair of a secret key's text.
    ///
    /// # Errors
    /// When the text is no secret key.
    pub fn parse(text: &SecretString) -> Result<Self, KeyError> {
        let text = text.expose_secret().trim();
        if text.starts_with(PUBLIC) {
            return Err(KeyError::Public);
        }
        let characters = text.strip_prefix(SECRET).ok_or(KeyError::Another { expected: "secret", prefix: SECRET })?;
        Self::of(&*decoded(SECRET, characters)?).ok_or(KeyError::Damaged { prefix: SECRET })
    }

    fn of(secret: &[u8; BYTES]) -> Option<Self> {
        let signing = SigningKey::from_bytes(secret);
        let public = PublicKey::of(signing.verifying_key().to_bytes())?;
        Some(Self { signing, public })
    }

    /// The half that others may see.
    pub const fn public(&self) -> PublicKey {
        self.public
    }

    /// The text of the secret half.
    pub fn secret_text(&self) -> SecretString {
        encoded(SECRET, self.signing.as_bytes()).into()
    }

    /// The one signature of this key for this message (ed25519 has no chance in it).
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_comes_back_from_the_text_of_its_secret() {
        let pair = KeyPair::generate().unwrap();
        let again = KeyPair::parse(&pair.secret_text()).unwrap();
        assert_eq!(again.public(), pair.public());
        assert_eq!(pair.public().to_string().parse(), Ok(pair.public()));
        assert_ne!(KeyPair::generate().unwrap().public(), pair.public());
    }

    #[test]
    fn a_secret_is_shown_by_no_debug_output() {
        let pair = KeyPair::generate().unwrap();
        let text = pair.secret_text();
        let characters = text.expose_secret().strip_prefix(SECRET).unwrap();
        assert!(!format!("{pair:?} {text:?}").contains(characters));
    }

    #[test]
    fn each_half_in_the_place_of_the_other_is_recognised() {
        let pair = KeyPair::generate().unwrap();
        assert_eq!(pair.secret_text().expose_secret().parse::<PublicKey>(), Err(KeyError::Secret));
        assert_eq!(KeyPair::parse(&pair.public().to_string().into()).unwrap_err(), KeyError::Public);
    }

    #[test]
    fn what_is_no_key_says_what_one_looks_like() {
        let error = "ssh-ed25519 AAAA".parse::<PublicKey>().unwrap_err();
        insta::assert_snapshot!(error, @"it is no public key: one begins with `presync-key:`, as `presync rule keygen` writes it");
        let whole = KeyPair::generate().unwrap().public().to_string();
        for cut in [whole.len() - 1, whole.len() - 20, PUBLIC.len()] {
            assert_eq!(whole[..cut].parse::<PublicKey>(), Err(KeyError::Damaged { prefix: PUBLIC }), "{cut}");
        }
        assert_eq!(format!("{whole}A").parse::<PublicKey>(), Err(KeyError::Damaged { prefix: PUBLIC }));
    }

    #[test]
    fn a_key_with_which_anybodys_signature_fits_is_none() {
        // The neutral point of the curve, whose signatures say nothing.
        let mut neutral = [0; BYTES];
        neutral[0] = 1;
        assert_eq!(encoded(PUBLIC, &neutral).parse::<PublicKey>(), Err(KeyError::Damaged { prefix: PUBLIC }));
    }
}
