//! Each credential's proof, checked with libraries that are not the ones which made it.

use std::collections::HashMap;

use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256};
use serde_json::Value;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_772_445_600_000);

/// A self-signed certificate, PEM, with its key's PEM and its DER.
fn pair(key: &KeyPair) -> (String, String, Vec<u8>) {
    let certificate = CertificateParams::new(vec!["presync.example".to_owned()]).unwrap().self_signed(key).unwrap();
    let pem = |label: &str, der: &[u8]| {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
    };
    let key = pem("PRIVATE KEY", key.serialized_der());
    (pem("CERTIFICATE", certificate.der()), key, certificate.der().to_vec())
}

fn rsa() -> KeyPair {
    KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap()
}

fn endpoint() -> Url {
    Url::parse("https://login.microsoftonline.com/9f4ebab6-520d-49c0-85cc-7b25c78d4a93/oauth2/v2.0/token").unwrap()
}

async fn proof(credential: &Credential) -> HashMap<String, String> {
    let proof = credential.prove("app-1", &endpoint(), NOW).await.unwrap();
    fields(&proof).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[tokio::test]
async fn a_certificate_signs_what_entra_asks_for_and_names_itself() {
    let key = rsa();
    let (certificate, private, der) = pair(&key);
    let credential =
        Credential::Certificate(Certificate::from_pem(certificate.as_bytes(), private.as_bytes()).unwrap());
    let proof = proof(&credential).await;
    assert_eq!(proof["client_assertion_type"], ASSERTION_TYPE);
    let assertion = &proof["client_assertion"];

    let header = decode_header(assertion).unwrap();
    let thumbprint = URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &der));
    assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::PS256, Some("JWT")));
    assert_eq!(header.x5t_s256.as_deref(), Some(&*thumbprint));

    let public = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(key.serialized_der()).unwrap();
    let public = DecodingKey::from_rsa_der(public.public_key().as_ref());
    let mut validation = Validation::new(Algorithm::PS256);
    validation.validate_exp = false;
    validation.set_audience(&[endpoint().as_str()]);
    let claims = decode::<Value>(assertion, &public, &validation).unwrap().claims;
    assert_eq!((&claims["iss"], &claims["sub"]), (&"app-1".into(), &"app-1".into()));
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 300);
    assert!(claims["nbf"].as_u64().unwrap() <= NOW.as_millis() / 1000);
}

#[tokio::test]
async fn no_two_assertions_are_the_same() {
    let (certificate, private, _) = pair(&rsa());
    let credential =
        Credential::Certificate(Certificate::from_pem(certificate.as_bytes(), private.as_bytes()).unwrap());
    assert_ne!(proof(&credential).await["client_assertion"], proof(&credential).await["client_assertion"]);
}

#[test]
fn one_file_may_hold_both_halves() {
    let (certificate, private, _) = pair(&rsa());
    let both = format!("{private}{certificate}");
    assert!(Certificate::from_pem(both.as_bytes(), both.as_bytes()).is_ok());
}

#[test]
fn what_is_no_pair_is_refused_in_words() {
    let (certificate, private, _) = pair(&rsa());
    let (_, other, _) = pair(&rsa());
    let (elliptic, elliptic_key, _) = pair(&KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap());
    let refused =
        |certificate: &str, key: &str| Certificate::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err();
    assert_eq!(refused("", &private), CredentialError::NoCertificate);
    assert_eq!(refused(&certificate, &certificate), CredentialError::NoKey);
    assert_eq!(refused(&certificate, &other), CredentialError::Mismatch);
    assert_eq!(refused(&elliptic, &elliptic_key), CredentialError::WrongKey);
}

#[tokio::test]
async fn a_federated_assertion_is_read_afresh_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let credential = Credential::Federated(file.clone());
    std::fs::write(&file, "e30.e30.one\n").unwrap();
    assert_eq!(proof(&credential).await["client_assertion"], "e30.e30.one");
    std::fs::write(&file, "e30.e30.two\n").unwrap();
    assert_eq!(proof(&credential).await["client_assertion"], "e30.e30.two");
}

#[tokio::test]
async fn a_federated_assertion_that_is_not_there_is_told_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let credential = Credential::Federated(file.clone());
    for content in [None, Some(""), Some("not a token")] {
        if let Some(content) = content {
            std::fs::write(&file, content).unwrap();
        }
        let error = credential.prove("app-1", &endpoint(), NOW).await.unwrap_err();
        let sentence = error.to_string();
        assert!(sentence.contains(file.to_str().unwrap()) && !sentence.contains("not a token"), "{sentence}");
    }
}

#[tokio::test]
async fn nothing_that_opens_a_door_is_ever_shown() {
    let (certificate, private, _) = pair(&rsa());
    let certificate = Certificate::from_pem(certificate.as_bytes(), private.as_bytes()).unwrap();
    let shown = format!("{:?} {:?}", Credential::from("s3cret"), Credential::Certificate(certificate.clone()));
    assert!(!shown.contains("s3cret") && shown.contains(certificate.thumbprint()), "{shown}");
    let proof = Credential::from("s3cret").prove("app-1", &endpoint(), NOW).await.unwrap();
    assert!(!format!("{proof:?}").contains("s3cret"));
}
