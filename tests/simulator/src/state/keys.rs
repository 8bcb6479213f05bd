//! The keys that Entra signs tokens with. They are made when first needed, and change with time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// How many keys are published: the one in use, and the one before, so that what it signed can still be checked.
const PUBLISHED: usize = 2;

/// A key that signs.
#[derive(Debug)]
pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pair: RsaKeyPair,
    since_ms: i64,
}

impl SigningKey {
    fn new(now: i64) -> anyhow::Result<Self> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow::anyhow!("cannot make an RSA key"))?;
        let digest = digest::digest(&digest::SHA256, pair.public_key().as_ref());
        Ok(Self { kid: URL_SAFE_NO_PAD.encode(&digest.as_ref()[..20]), pair, since_ms: now })
    }

    /// A JWT with these claims, signed RS256.
    pub(crate) fn sign(&self, claims: &Value) -> anyhow::Result<String> {
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": self.kid});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| anyhow::anyhow!("cannot sign a token"))?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn jwk(&self) -> Value {
        let key = self.pair.public_key();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"kty": "RSA", "use": "sig", "kid": self.kid, "x5t": self.kid,
            "n": number(key.modulus().big_endian_without_leading_zero()),
            "e": number(key.exponent().big_endian_without_leading_zero())})
    }
}

/// The keys of the world, newest last.
#[derive(Debug)]
pub(crate) struct SigningKeys {
    keys: Mutex<Vec<Arc<SigningKey>>>,
    /// How long a key is in use.
    rotation_ms: i64,
}

impl SigningKeys {
    pub(crate) fn new(rotation_ms: i64) -> Self {
        Self { keys: Mutex::default(), rotation_ms }
    }

    /// The key in use; a new one if that has had its time.
    pub(crate) fn current(&self, now: i64) -> anyhow::Result<Arc<SigningKey>> {
        let mut keys = self.lock();
        match keys.last() {
            Some(key) if now < key.since_ms + self.rotation_ms => Ok(Arc::clone(key)),
            _ => add(&mut keys, now),
        }
    }

    /// Changes to a new key now.
    pub(crate) fn rotate(&self, now: i64) -> anyhow::Result<()> {
        self.current(now)?;
        add(&mut self.lock(), now).map(drop)
    }

    /// The published keys.
    pub(crate) fn published(&self, now: i64) -> anyhow::Result<Value> {
        self.current(now)?;
        Ok(json!({"keys": self.lock().iter().map(|key| key.jwk()).collect::<Vec<_>>()}))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<SigningKey>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add(keys: &mut Vec<Arc<SigningKey>>, now: i64) -> anyhow::Result<Arc<SigningKey>> {
    let key = Arc::new(SigningKey::new(now)?);
    keys.push(Arc::clone(&key));
    let too_many = keys.len().saturating_sub(PUBLISHED);
    keys.drain(..too_many);
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_time_and_stays_published_through_the_next() {
        let keys = SigningKeys::new(100);
        let first = keys.current(0).unwrap().kid.clone();
        assert_eq!(keys.current(99).unwrap().kid, first);
        let second = keys.current(100).unwrap().kid.clone();
        assert_ne!(second, first);
        let kids = |now| -> Vec<String> {
            let published = keys.published(now).unwrap();
            published["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(kids(150), [first, second.clone()]);
        keys.rotate(150).unwrap();
        assert_eq!(kids(150)[0], second);
    }
}
