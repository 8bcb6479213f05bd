//! Whether a delivery to a webhook is 8x8's.
//!
//! A delivery is signed by a detached JWS (RS256, payload not encoded) over a short text that names the delivery and binds the body
//! by its CRC32. So the body is looked at only after the signature. 8x8 says nothing of how old a delivery may be; five minutes
//! are taken here. A delivery that was not answered comes again under the same event id.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use presync_core::time::Timestamp;
use serde::Deserialize;
use serde_json::json;

/// How far a delivery's time may be from ours.
const WINDOW: Duration = Duration::from_secs(5 * 60);
/// Event ids that are remembered.
const REMEMBERED: usize = 10_000;

/// The headers of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery<'a> {
    /// `x-8x8-customer-id`
    pub customer: &'a str,
    /// `x-8x8-tenant-id`
    pub tenant: &'a str,
    /// `x-8x8-event-id`
    pub event: &'a str,
    /// `x-8x8-retry`: from 0, one more with each attempt.
    pub retry: u32,
    /// `x-8x8-transmission-time`: milliseconds since the Unix epoch, of this attempt.
    pub transmitted: u64,
    /// `x-8x8-signature`
    pub signature: &'a str,
}

/// A public key of 8x8, as its key endpoint gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    id: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

/// Why a delivery is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The signature is no detached JWS of the kind that 8x8 documents.
    #[error("the delivery's signature is not one that 8x8 documents: {0}")]
    Malformed(&'static str),
    /// It was signed with another key.
    #[error("the delivery was signed with the key {0}: fetch that key from 8x8 and look again")]
    OtherKey(Box<str>),
    /// It is too old, or from the future.
    #[error(
        "the delivery was sent more than 5 minutes away from now: check this machine's clock, else somebody replays it"
    )]
    OutOfTime,
    /// The signature does not fit.
    #[error("the delivery was not signed by 8x8, or was changed on the way")]
    Forged,
    /// It is no key.
    #[error("8x8's answer holds no RSA key: {0}")]
    NoKey(Box<str>),
}

#[derive(Deserialize)]
struct Header {
    #[serde(default = "encoded")]
    b64: bool,
    #[serde(default)]
    crit: Vec<String>,
    #[serde(default)]
    kid: String,
    #[serde(default)]
    alg: String,
}

const fn encoded() -> bool {
    true
}

#[derive(Deserialize)]
struct Jwk {
    kid: String,
    kty: String,
    n: String,
    e: String,
}

impl Key {
    /// Reads a JSON Web Key.
    ///
    /// # Errors
    /// [`Refused::NoKey`] when it is none of RSA.
    pub fn read(json: &[u8]) -> Result<Self, Refused> {
        let no_key = |what: String| Refused::NoKey(what.into());
        let jwk: Jwk = serde_json::from_slice(json).map_err(|error| no_key(error.to_string()))?;
        if jwk.kty != "RSA" {
            return Err(no_key(format!("it is of type {}", jwk.kty)));
        }
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|e| no_key(e.to_string()));
        Ok(Self { id: jwk.kid, modulus: bytes(&jwk.n)?, exponent: bytes(&jwk.e)? })
    }
}

impl Delivery<'_> {
    /// The name of the key that the delivery says to be signed with.
    ///
    /// # Errors
    /// [`Refused::Malformed`]
    pub fn key_id(&self) -> Result<String, Refused> {
        Ok(self.parts()?.0.kid)
    }

    /// Whether 8x8 sent this body, just now.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn verify(&self, body: &[u8], key: &Key, now: Timestamp) -> Result<(), Refused> {
        let (header, protected, signature) = self.parts()?;
        if header.kid != key.id {
            return Err(Refused::OtherKey(presync_http::text::plain(&header.kid)));
        }
        let sent = Timestamp::from_millis(self.transmitted);
        if now.since(sent).max(sent.since(now)) > WINDOW {
            return Err(Refused::OutOfTime);
        }
        let signed = format!("{protected}.{}", self.payload(body));
        let public = RsaPublicKeyComponents { n: &key.modulus, e: &key.exponent };
        public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).map_err(|_| Refused::Forged)
    }

    /// The header, as read and as written, and the signature.
    fn parts(&self) -> Result<(Header, &str, Vec<u8>), Refused> {
        let mut parts = self.signature.trim().split('.');
        let (Some(protected), Some(""), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refused::Malformed("it has not the three parts of a detached one"));
        };
        let malformed = |_| Refused::Malformed("a part of it is no Base64");
        let header = URL_SAFE_NO_PAD.decode(protected).map_err(malformed)?;
        let header: Header =
            serde_json::from_slice(&header).map_err(|_| Refused::Malformed("its header cannot be read"))?;
        if header.alg != "RS256" || header.b64 || header.crit != ["b64"] {
            return Err(Refused::Malformed("it is not RS256 over a payload that is not encoded"));
        }
        Ok((header, protected, URL_SAFE_NO_PAD.decode(signature).map_err(malformed)?))
    }

    /// What is signed beside the header, with its keys in 8x8's order.
    fn payload(&self, body: &[u8]) -> String {
        let Self { customer, tenant, event, retry, transmitted, .. } = self;
        let checksum = crc32fast::hash(body);
        format!(
            r#"{{"checksum":{checksum},"cid":{},"eid":{},"retry":{retry},"tid":{},"tt":{transmitted}}}"#,
            json!(customer),
            json!(event),
            json!(tenant)
        )
    }
}

/// The events that came already, the latest of them.
#[derive(Debug, Default)]
pub struct Came {
    order: VecDeque<Box<str>>,
    known: HashSet<Box<str>>,
}

impl Came {
    /// Whether an event comes for the first time; from now on it does not.
    pub fn is_new(&mut self, event: &str) -> bool {
        if self.known.contains(event) {
            return false;
        }
        if self.order.len() == REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(event.into());
        self.known.insert(event.into())
    }
}

#[cfg(test)]
pub(crate) mod tests;
