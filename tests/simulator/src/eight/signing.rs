//! The signature of a webhook delivery: a JWS over a short payload that names the delivery, with the payload detached
//! and not encoded, and the body bound to it by its CRC32.

use aws_lc_rs::{rand::SystemRandom, signature::RSA_PKCS1_SHA256};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use crate::state::webhooks::SigningKey;

/// What is signed beside the body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delivery<'a> {
    pub(crate) customer: &'a str,
    pub(crate) tenant: &'a str,
    pub(crate) event: &'a str,
    /// Which attempt this is, from 0.
    pub(crate) retry: u32,
    /// When it was sent, in milliseconds.
    pub(crate) transmitted_ms: i64,
}

/// The payload, with its keys in the order that is signed.
pub(crate) fn payload(delivery: &Delivery<'_>, body: &str) -> String {
    let text = |value: &str| serde_json::Value::from(value).to_string();
    format!(
        r#"{{"checksum":{},"cid":{},"eid":{},"retry":{},"tid":{},"tt":{}}}"#,
        crc32fast::hash(body.as_bytes()),
        text(delivery.customer),
        text(delivery.event),
        delivery.retry,
        text(delivery.tenant),
        delivery.transmitted_ms,
    )
}

/// `header..signature`; nothing if the key cannot sign.
pub(crate) fn sign(key: &SigningKey, delivery: &Delivery<'_>, body: &str) -> Option<String> {
    let header = json!({"b64": false, "crit": ["b64"], "kid": key.kid, "alg": "RS256"}).to_string();
    let header = URL_SAFE_NO_PAD.encode(header);
    let input = format!("{header}.{}", payload(delivery, body));
    let mut signature = vec![0; key.pair.public_modulus_len()];
    key.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature).ok()?;
    Some(format!("{header}..{}", URL_SAFE_NO_PAD.encode(signature)))
}
