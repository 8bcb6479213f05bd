//! Webhooks: who is told, with which key, and what was sent.

use aws_lc_rs::{
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// Somebody who wants to be told.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) uri: String,
    pub(crate) version: String,
    /// Whether presence is told, or what the Chat Gateway tells.
    pub(crate) presence: bool,
}

/// A key that deliveries are signed with.
#[derive(Debug)]
pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pub(crate) pair: KeyPair,
}

/// The webhooks of a tenant; its keys are made when the first one is needed.
#[derive(Debug, Default)]
pub(crate) struct Webhooks {
    pub(crate) all: Vec<Webhook>,
    /// The newest is the one that signs; older ones can still be read.
    pub(crate) keys: Vec<std::sync::Arc<SigningKey>>,
    /// How many of the next events are delivered twice.
    pub(crate) twice: u32,
    /// Up to which change presence was handed to deliveries.
    pub(crate) told_up_to: Option<u64>,
}

impl Webhooks {
    /// The key that signs now; nothing if none can be made.
    pub(crate) fn key(&mut self) -> Option<std::sync::Arc<SigningKey>> {
        if self.keys.is_empty() {
            self.rotate();
        }
        self.keys.last().cloned()
    }

    /// From now on, deliveries are signed with a new key.
    pub(crate) fn rotate(&mut self) {
        if let Ok(pair) = KeyPair::generate(KeySize::Rsa2048) {
            let kid = format!("kid-{}", self.keys.len() + 1);
            self.keys.push(std::sync::Arc::new(SigningKey { kid, pair }));
        }
    }

    /// The public half of a key.
    pub(crate) fn public(&self, kid: &str) -> Option<Value> {
        let key = self.keys.iter().find(|key| key.kid == kid)?;
        let public = key.pair.public_key();
        let part = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
        let modulus = part(public.modulus().big_endian_without_leading_zero());
        let exponent = part(public.exponent().big_endian_without_leading_zero());
        Some(json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": modulus, "e": exponent}))
    }
}
