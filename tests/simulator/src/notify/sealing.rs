//! The encryption of a presence for one subscriber: a fresh AES key for each, sealed with the subscriber's certificate.
//!
//! AES-256-CBC with PKCS#7 padding, its IV the first 16 bytes of the key; HMAC-SHA256 with the same key over the raw
//! ciphertext; the key by RSA-OAEP with SHA-1. Source: concepts/change-notifications-with-resource-data.

use aws_lc_rs::{
    cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey},
    digest, hmac,
    iv::FixedLength,
    rand,
    rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rustls_pki_types::CertificateDer;
use serde_json::{Value, json};
use webpki::EndEntityCert;

use super::settings::Damage;

/// The sizes of RSA keys that Graph takes.
const KEY_BITS: std::ops::RangeInclusive<usize> = 2_048..=4_096;

/// A certificate that a subscriber gave, to seal with.
#[derive(Debug)]
pub(crate) struct Certificate {
    key: OaepPublicEncryptingKey,
    /// The subscriber's own name for it.
    pub(crate) id: String,
    /// The SHA-1 of the certificate, in hexadecimal.
    thumbprint: String,
}

impl Certificate {
    /// Reads a certificate as `encryptionCertificate` has it: Base64 of X.509, the public part only.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub(crate) fn read(base64: &str, id: &str) -> Result<Self, String> {
        let der = STANDARD.decode(base64).map_err(|error| format!("it is not Base64: {error}"))?;
        let certificate = CertificateDer::from(der.as_slice());
        let parsed = EndEntityCert::try_from(&certificate).map_err(|error| format!("it is not X.509: {error:?}"))?;
        let public = parsed.subject_public_key_info();
        let key = PublicEncryptingKey::from_der(&public).map_err(|error| format!("its key is not RSA: {error}"))?;
        if !KEY_BITS.contains(&key.key_size_bits()) {
            return Err(format!("its key has {} bits; expected 2048 to 4096", key.key_size_bits()));
        }
        let key = OaepPublicEncryptingKey::new(key).map_err(|_| String::from("its key cannot encrypt"))?;
        let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der);
        let thumbprint = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(Self { key, id: String::from(id), thumbprint })
    }

    /// `encryptedContent` for this plain text, with a key that is drawn for it alone.
    pub(crate) fn seal(&self, plain: &str, damage: Damage) -> anyhow::Result<Value> {
        let mut key = [0; 32];
        rand::fill(&mut key).map_err(|_| anyhow::anyhow!("no random numbers"))?;
        let (mut data, mut signature) = encrypt(plain, &key)?;
        let mut sealed = vec![0; self.key.ciphertext_size()];
        self.key
            .encrypt(&OAEP_SHA1_MGF1SHA1, &key, &mut sealed, None)
            .map_err(|_| anyhow::anyhow!("cannot seal a key"))?;
        let (mut id, mut thumbprint) = (self.id.as_str(), self.thumbprint.as_str());
        match damage {
            Damage::Sound => {}
            Damage::Signature => spoil(&mut signature),
            Damage::Ciphertext => spoil(&mut data),
            Damage::UnknownCertificate => {
                (id, thumbprint) = ("a-certificate-of-somebody-else", "0000000000000000000000000000000000000000");
            }
        }
        Ok(json!({
            "data": STANDARD.encode(data),
            "dataSignature": STANDARD.encode(signature),
            "dataKey": STANDARD.encode(sealed),
            "encryptionCertificateId": id,
            "encryptionCertificateThumbprint": thumbprint,
        }))
    }
}

fn spoil(bytes: &mut [u8]) {
    if let Some(first) = bytes.first_mut() {
        *first ^= 1;
    }
}

/// The ciphertext, and the signature over it.
fn encrypt(plain: &str, key: &[u8; 32]) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let failed = |_| anyhow::anyhow!("cannot encrypt a notification");
    let mut iv = [0; 16];
    iv.copy_from_slice(&key[..16]);
    let mut data = plain.as_bytes().to_vec();
    UnboundCipherKey::new(&AES_256, key)
        .and_then(PaddedBlockEncryptingKey::cbc_pkcs7)
        .and_then(|cipher| cipher.less_safe_encrypt(&mut data, EncryptionContext::Iv128(FixedLength::from(iv))))
        .map_err(failed)?;
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &data);
    Ok((data, signature.as_ref().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with OpenSSL over the key 00..1f.
    #[test]
    fn a_presence_is_encrypted_and_signed_as_openssl_does_it() {
        let id = "66825e03-7ef5-42da-9069-724602c31f6b";
        let plain = format!(
            r##"{{"@odata.id":"users/{id}/presence","@odata.type":"#microsoft.graph.presence","id":"{id}","availability":"Busy","activity":"InACall"}}"##
        );
        let key: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let (data, signature) = encrypt(&plain, &key).unwrap();
        assert_eq!(
            STANDARD.encode(data),
            "nTMpSZJYXuOeut0pe+fp1r8Yjjmoeszm59BdWZ8wCs9PGmNZxzbOLR3KydA9rNQJQoidjI+rxM7lXIrQB4iqNrHG1558d1JDhsbRd75\
             iJUWcgh/mV58QIc6PIoAtxsx450KW0wK3Ad4AXPLRm3DDO0fxuYotDghwdHIq7yQAaj5XbTRGPLmMJUw1gzxzXFKculZvZ5mzU+ksIPga\
             WvZs0fIbuDuW2eR7fIpO9+kQhN+Pbf16+BvD8iDtg8OzxT9o6qLei6f5WJXRRKtmmaTJiQ=="
        );
        assert_eq!(STANDARD.encode(signature), "jzmZ79X4llYS3W2lvbkwpzx/MI3eSyiMpXztLDH8nD4=");
    }

    #[test]
    fn a_certificate_that_cannot_be_read_is_told_why() {
        assert!(Certificate::read("no base64!", "c").unwrap_err().starts_with("it is not Base64"));
        assert!(Certificate::read("AAAA", "c").unwrap_err().starts_with("it is not X.509"));
    }
}
