//! The keys whose signatures are believed.

use std::collections::BTreeSet;
use std::fmt;

use super::{KeyError, PublicKey};

/// The keys whose signatures are believed. None at all means that no signature is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedKeys(BTreeSet<PublicKey>);

/// A text among trusted keys that is no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadKey {
    /// Its place in the list, from 0.
    pub place: usize,
    /// What is wrong with it.
    pub error: KeyError,
}

/// All texts among trusted keys that are no keys; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadKeys(pub Vec<BadKey>);

impl TrustedKeys {
    /// The keys of these texts; the same key twice is one.
    ///
    /// # Errors
    /// When some are no keys; the error names all of those.
    pub fn parse(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, BadKeys> {
        let (mut keys, mut bad) = (BTreeSet::new(), Vec::new());
        for (place, text) in texts.into_iter().enumerate() {
            match text.as_ref().parse() {
                Ok(key) => drop(keys.insert(key)),
                Err(error) => bad.push(BadKey { place, error }),
            }
        }
        if bad.is_empty() { Ok(Self(keys)) } else { Err(BadKeys(bad)) }
    }

    /// Whether no signature is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether signatures of this key are believed.
    pub fn contains(&self, key: &PublicKey) -> bool {
        self.0.contains(key)
    }
}

impl FromIterator<PublicKey> for TrustedKeys {
    fn from_iter<T: IntoIterator<Item = PublicKey>>(keys: T) -> Self {
        Self(keys.into_iter().collect())
    }
}

/// The keys, for a message.
impl fmt::Display for TrustedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for key in &self.0 {
            write!(f, "{}{key}", if std::mem::take(&mut first) { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Display for BadKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for bad in &self.0 {
            let and = if std::mem::take(&mut first) { "" } else { "; " };
            write!(f, "{and}trusted key {}: {}", bad.place + 1, bad.error)?;
        }
        Ok(())
    }
}

impl std::error::Error for BadKeys {}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::key::KeyPair;

    #[test]
    fn good_keys_are_taken_and_the_same_twice_is_one() {
        let (one, two) = (KeyPair::generate().unwrap().public(), KeyPair::generate().unwrap().public());
        let trusted = TrustedKeys::parse([one.to_string(), two.to_string(), format!(" {one}\n")]).unwrap();
        assert_eq!(trusted, [one, two].into_iter().collect());
        assert!(trusted.contains(&one) && !trusted.is_empty());
        assert!(TrustedKeys::parse([] as [&str; 0]).unwrap().is_empty());
    }

    #[test]
    fn all_bad_keys_are_named_by_their_places_and_a_secret_is_not_repeated() {
        let pair = KeyPair::generate().unwrap();
        let secret = pair.secret_text().expose_secret().to_owned();
        let bad = TrustedKeys::parse([&*pair.public().to_string(), "presync-key:short", &secret, "ann"]).unwrap_err();
        assert_eq!(bad.0.iter().map(|bad| bad.place).collect::<Vec<_>>(), [1, 2, 3]);
        let said = bad.to_string();
        assert!(
            said.starts_with("trusted key 2: it was cut off") && said.contains("; trusted key 4: it is no public key")
        );
        assert!(said.contains("trusted key 3: it is a SECRET key") && !said.contains(&secret), "{said}");
    }
}
