//! Signed components: what is accepted, what is refused, and that an engine does not mind.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use presync_registry::signature::{self, SignatureError};
use presync_registry::{KeyPair, TrustedKeys};
use presync_rules::{HostSettings, Limits, RuleHost, defaults};
use proptest::prelude::*;

const COMPONENT: &[u8] = defaults::TEAMS_TO_EIGHT;

/// A signature with its section.
const SIGNATURE: usize = 117;

fn key() -> KeyPair {
    KeyPair::generate().unwrap()
}

fn trusting(keys: &[&KeyPair]) -> TrustedKeys {
    keys.iter().map(|key| key.public()).collect()
}

#[test]
fn what_a_trusted_key_signed_is_accepted_and_its_signer_named() {
    let (key, other) = (key(), key());
    let signed = signature::sign(COMPONENT, &key).unwrap();
    assert_eq!(signed.len(), COMPONENT.len() + SIGNATURE);
    assert_eq!(signature::check(&signed, &trusting(&[&other, &key])), Ok(Some(key.public())));
    assert_eq!(signature::without(&signed), Ok(COMPONENT));
}

#[test]
fn with_no_trusted_keys_nothing_is_asked_for() {
    let none = TrustedKeys::default();
    assert_eq!(signature::check(COMPONENT, &none), Ok(None));
    assert_eq!(signature::check(b"anything", &none), Ok(None));
}

#[test]
fn a_signed_component_still_loads_and_says_what_it_is() {
    let host = RuleHost::new(HostSettings::default()).unwrap();
    let twice = signature::sign(&signature::sign(COMPONENT, &key()).unwrap(), &key()).unwrap();
    let rule = host.load(&twice, None, &serde_json::Value::Null, Limits::default()).unwrap();
    assert_eq!(rule.compiled().name(), "teams-to-8x8");
}

#[test]
fn an_unsigned_component_is_refused() {
    let key = key();
    let error = signature::check(COMPONENT, &trusting(&[&key])).unwrap_err();
    assert_eq!(error, SignatureError::Unsigned { trusted: key.public().to_string() });
    assert!(error.to_string().contains("or sign it with `presync rule sign`"), "{error}");
    assert_eq!(signature::line(COMPONENT), "none");
}

#[test]
fn a_signature_of_somebody_unknown_is_refused_by_name() {
    let (author, trusted) = (key(), key());
    let signed = signature::sign(COMPONENT, &author).unwrap();
    let error = signature::check(&signed, &trusting(&[&trusted])).unwrap_err();
    assert!(matches!(&error, SignatureError::UnknownSigner { signers, .. } if *signers == author.public().to_string()));
    assert_eq!(signature::line(&signed), author.public().to_string());
}

#[test]
fn an_altered_component_is_refused_and_looking_at_it_says_so() {
    let key = key();
    let mut signed = signature::sign(COMPONENT, &key).unwrap();
    // A byte of some name: the sections still stand where they stood.
    let at = signed.windows(7).position(|window| window == b"presync").unwrap();
    signed[at] = b'P';
    let error = signature::check(&signed, &trusting(&[&key])).unwrap_err();
    assert_eq!(error, SignatureError::Altered { signer: key.public() });
    assert!(signature::line(&signed).contains("does NOT fit"), "{}", signature::line(&signed));
    assert_eq!(signature::sign(&signed, &self::key()).unwrap_err(), error, "nor is it signed unseen");
}

#[test]
fn signatures_of_several_stand_side_by_side_and_each_alone_is_enough() {
    let (author, operator) = (key(), key());
    let signed = signature::sign(COMPONENT, &author).unwrap();
    let both = signature::sign(&signed, &operator).unwrap();
    assert_eq!(signature::check(&both, &trusting(&[&author])), Ok(Some(author.public())));
    assert_eq!(signature::check(&both, &trusting(&[&operator])), Ok(Some(operator.public())));
    let signers: Vec<_> = signature::read(&both).unwrap().iter().map(|seal| (seal.signer, seal.fits)).collect();
    assert_eq!(signers, [(author.public(), true), (operator.public(), true)]);
}

#[test]
fn signing_again_with_the_same_key_changes_nothing() {
    let (author, operator) = (key(), key());
    let both = signature::sign(&signature::sign(COMPONENT, &author).unwrap(), &operator).unwrap();
    assert_eq!(signature::sign(&both, &author).unwrap(), both);
    assert_eq!(signature::sign(&both, &operator).unwrap(), both);
}

#[test]
fn a_broken_signature_of_somebody_unknown_spoils_a_good_one() {
    let (author, stranger) = (key(), key());
    let mut both = signature::sign(&signature::sign(COMPONENT, &author).unwrap(), &stranger).unwrap();
    *both.last_mut().unwrap() ^= 1;
    let error = signature::check(&both, &trusting(&[&author])).unwrap_err();
    assert_eq!(error, SignatureError::Altered { signer: stranger.public() });
}

#[test]
fn a_signature_is_good_for_no_other_component() {
    let key = key();
    let signed = signature::sign(COMPONENT, &key).unwrap();
    let moved = [defaults::EIGHT_TO_TEAMS, &signed[COMPONENT.len()..]].concat();
    assert_eq!(signature::check(&moved, &trusting(&[&key])), Err(SignatureError::Altered { signer: key.public() }));
}

#[test]
fn whatever_stands_behind_a_signature_is_refused() {
    let key = key();
    let signed = signature::sign(COMPONENT, &key).unwrap();
    let custom = [&signed[..], &[0, 5, 4, b'n', b'a', b'm', b'e']].concat();
    let error = signature::check(&custom, &trusting(&[&key])).unwrap_err();
    insta::assert_snapshot!(error, @"its signature is damaged: something was added behind it; get the file again, or sign the component again as it was built");
    let rubbish = [&signed[..], b"rubbish"].concat();
    assert!(matches!(signature::check(&rubbish, &trusting(&[&key])), Err(SignatureError::Damaged { .. })));
}

#[test]
fn a_signature_of_a_later_version_says_to_update() {
    let key = key();
    let mut signed = signature::sign(COMPONENT, &key).unwrap();
    signed[COMPONENT.len() + 20] = 2;
    let error = signature::check(&signed, &trusting(&[&key])).unwrap_err();
    assert_eq!(error, SignatureError::Version { found: 2, known: 1 });
}

#[test]
fn a_flood_of_signatures_is_not_checked() {
    let key = key();
    let signed = signature::sign(COMPONENT, &key).unwrap();
    let flood = [COMPONENT, &signed[COMPONENT.len()..].repeat(9)].concat();
    assert_eq!(signature::check(&flood, &trusting(&[&key])), Err(SignatureError::TooMany { most: 8 }));
}

#[test]
fn something_else_than_a_component_is_not_signed() {
    let module = wat::parse_str("(module)").unwrap();
    insta::assert_snapshot!(signature::sign(&module, &key()).unwrap_err(), @"this is no WebAssembly component (it is a core module): give the .wasm file that `presync rule build` wrote");
    let cut = &COMPONENT[..COMPONENT.len() / 2];
    assert!(matches!(signature::sign(cut, &key()), Err(SignatureError::Damaged { .. })));
    for other in [&b""[..], b"#!/bin/sh\n", b"\0asm"] {
        assert!(matches!(signature::sign(other, &key()), Err(SignatureError::NotAComponent { .. })));
    }
}

#[test]
fn no_bit_of_a_signature_may_change() {
    let key = key();
    let signed = signature::sign(COMPONENT, &key).unwrap();
    for at in COMPONENT.len()..signed.len() {
        for bit in 0..8 {
            let mut other = signed.clone();
            other[at] ^= 1 << bit;
            assert!(signature::check(&other, &trusting(&[&key])).is_err(), "byte {at}, bit {bit}");
        }
    }
}

proptest! {
    #[test]
    fn no_byte_of_a_signed_component_may_change(at in any::<prop::sample::Index>(), change in 1_u8..) {
        let key = key();
        let mut signed = signature::sign(COMPONENT, &key).unwrap();
        let at = at.index(signed.len());
        signed[at] ^= change;
        prop_assert!(signature::check(&signed, &trusting(&[&key])).is_err(), "byte {}", at);
    }

    #[test]
    fn no_part_of_a_signed_component_is_accepted(keep in any::<prop::sample::Index>()) {
        let key = key();
        let signed = signature::sign(COMPONENT, &key).unwrap();
        prop_assert!(signature::check(&signed[..keep.index(signed.len())], &trusting(&[&key])).is_err());
    }

    #[test]
    fn any_bytes_are_looked_at_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let behind_a_header = [&COMPONENT[..8], &bytes].concat();
        prop_assert!(signature::check(&behind_a_header, &trusting(&[&key()])).is_err());
        let _ = signature::line(&bytes);
    }
}
