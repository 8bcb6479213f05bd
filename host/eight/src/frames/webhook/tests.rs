//! Deliveries signed by a key of the test, as 8x8 signs them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_629_804_577_296);
const BODY: &[u8] = br#"{"notificationVersion":"Presence v1.0","eventType":"PRESENCE_CHANGE","data":{}}"#;

/// A key of the test.
pub(crate) struct Signer {
    pair: KeyPair,
}

impl Signer {
    pub(crate) fn new() -> Self {
        Self { pair: KeyPair::generate(KeySize::Rsa2048).unwrap() }
    }

    fn key(&self) -> Key {
        Key::read(self.jwk().to_string().as_bytes()).unwrap()
    }

    /// Its public half, as 8x8 gives it.
    pub(crate) fn jwk(&self) -> serde_json::Value {
        // The end of the key's DER: the modulus of 2048 bits, then two bytes of framing, then the exponent.
        let der = self.pair.public_key().as_ref();
        let (rest, e) = der.split_at(der.len() - 3);
        let n = &rest[rest.len() - 2 - 256..rest.len() - 2];
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "kid-1", "n": part(n), "e": part(e) })
    }

    pub(crate) fn sign(&self, delivery: &Delivery<'_>, body: &[u8], header: &serde_json::Value) -> String {
        let protected = URL_SAFE_NO_PAD.encode(header.to_string());
        let signed = format!("{protected}.{}", delivery.payload(body));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{protected}..{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

pub(crate) fn header() -> serde_json::Value {
    json!({ "b64": false, "crit": ["b64"], "kid": "kid-1", "alg": "RS256" })
}

fn delivery() -> Delivery<'static> {
    Delivery { customer: "c", tenant: "t", event: "e-1", retry: 0, transmitted: NOW.as_millis(), signature: "" }
}

#[test]
fn the_signed_text_has_its_keys_in_the_documented_order() {
    let expected = r#"{"checksum":907060870,"cid":"c","eid":"e-1","retry":0,"tid":"t","tt":1629804577296}"#;
    assert_eq!(delivery().payload(b"hello"), expected);
}

#[test]
fn a_delivery_of_8x8_is_taken_and_a_changed_one_is_not() {
    let signer = Signer::new();
    let signature = signer.sign(&delivery(), BODY, &header());
    let good = Delivery { signature: &signature, ..delivery() };
    assert_eq!(good.key_id().as_deref(), Ok("kid-1"));
    assert_eq!(good.verify(BODY, &signer.key(), NOW), Ok(()));
    assert_eq!(good.verify(b"{}", &signer.key(), NOW), Err(Refused::Forged));
    let other = Delivery { event: "e-2", ..good.clone() };
    assert_eq!(other.verify(BODY, &signer.key(), NOW), Err(Refused::Forged));
    let retried = Delivery { retry: 1, ..good };
    assert_eq!(retried.verify(BODY, &signer.key(), NOW), Err(Refused::Forged));
}

#[test]
fn a_delivery_of_yesterday_is_a_replay() {
    let signer = Signer::new();
    let signature = signer.sign(&delivery(), BODY, &header());
    let good = Delivery { signature: &signature, ..delivery() };
    assert_eq!(good.verify(BODY, &signer.key(), NOW + Duration::from_secs(299)), Ok(()));
    for now in [NOW + Duration::from_secs(301), NOW - Duration::from_secs(301)] {
        assert_eq!(good.verify(BODY, &signer.key(), now), Err(Refused::OutOfTime));
    }
}

#[test]
fn a_signature_of_another_kind_is_not_even_tried() {
    let signer = Signer::new();
    for change in
        [json!({ "alg": "none" }), json!({ "b64": true }), json!({ "crit": [] }), json!({ "crit": ["b64", "exp"] })]
    {
        let mut header = header();
        header.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let signature = signer.sign(&delivery(), BODY, &header);
        let odd = Delivery { signature: &signature, ..delivery() };
        assert!(matches!(odd.verify(BODY, &signer.key(), NOW), Err(Refused::Malformed(_))), "{change}");
    }
    for signature in ["", "a.b.c", "a..b..c", "%%..%%"] {
        let odd = Delivery { signature, ..delivery() };
        assert!(matches!(odd.key_id(), Err(Refused::Malformed(_))), "{signature}");
    }
}

#[test]
fn a_new_key_is_asked_for_by_its_name() {
    let signer = Signer::new();
    let mut header = header();
    header["kid"] = json!("kid-2");
    let signature = signer.sign(&delivery(), BODY, &header);
    let rotated = Delivery { signature: &signature, ..delivery() };
    assert_eq!(rotated.verify(BODY, &signer.key(), NOW), Err(Refused::OtherKey("kid-2".into())));
}

#[test]
fn an_event_is_new_once() {
    let mut came = Came::default();
    assert!(came.is_new("e-1") && !came.is_new("e-1") && came.is_new("e-2"));
    for number in 0..REMEMBERED {
        came.is_new(&format!("n-{number}"));
    }
    assert!(came.is_new("e-1"), "long ago");
}
