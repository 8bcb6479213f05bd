//! Opening what Microsoft encrypted for us: RSA-OAEP (SHA-1, MGF1 with SHA-1) gives a key, HMAC-SHA256 under it says whether the
//! data is untouched, AES-CBC with PKCS7 opens the data; its first block's vector is the first 16 bytes of the key. As on
//! Microsoft's page about change notifications with resource data.

use aws_lc_rs::cipher::{AES_128, AES_192, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::body::EncryptedContent;
use super::certificate::EncryptionCertificate;

/// Why one notification is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ItemProblem {
    /// A subscription that we do not hold.
    #[error("it is of a subscription that is not held here")]
    UnknownSubscription,
    /// Another secret than the subscription's.
    #[error("it does not carry the secret of its subscription")]
    WrongClientState,
    /// Of another directory than the subscription.
    #[error("it is of another directory than its subscription")]
    WrongDirectory,
    /// Encrypted for a certificate that we do not have (any more).
    #[error(
        "it is encrypted for the certificate {0}, which is not held here; the subscription is to be given the current one"
    )]
    UnknownCertificate(Box<str>),
    /// The certificate's id and its thumbprint do not belong together.
    #[error("it names a certificate by an id and a thumbprint that do not belong together")]
    CertificateMismatch,
    /// The key cannot be unwrapped.
    #[error("its key cannot be opened with our certificate")]
    Key,
    /// The data was touched.
    #[error("its signature is wrong: somebody touched it")]
    Signature,
    /// The data cannot be decrypted although it is untouched.
    #[error("its data cannot be decrypted")]
    Data,
    /// What it says cannot be read.
    #[error("what it says cannot be read: {0}")]
    Unreadable(Box<str>),
}

/// The plain text of what was encrypted for `certificate`.
pub(super) fn open(content: &EncryptedContent, certificate: &EncryptionCertificate) -> Result<Vec<u8>, ItemProblem> {
    let key = certificate.unwrap(&base64(&content.data_key, ItemProblem::Key)?).ok_or(ItemProblem::Key)?;
    decrypt(&key, &content.data, &content.data_signature)
}

/// The plain text of `data`, if `signature` is right under `key`.
fn decrypt(key: &[u8], data: &str, signature: &str) -> Result<Vec<u8>, ItemProblem> {
    let mut data = base64(data, ItemProblem::Data)?;
    let signature = base64(signature, ItemProblem::Signature)?;
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), &data, &signature).map_err(|_| ItemProblem::Signature)?;
    let algorithm = match key.len() {
        16 => &AES_128,
        24 => &AES_192,
        32 => &AES_256,
        _ => return Err(ItemProblem::Key),
    };
    let vector: [u8; 16] = key.first_chunk().copied().ok_or(ItemProblem::Key)?;
    let plain = UnboundCipherKey::new(algorithm, key).and_then(PaddedBlockDecryptingKey::cbc_pkcs7).and_then(|key| {
        key.decrypt(&mut data, DecryptionContext::Iv128(FixedLength::from(vector))).map(|plain| plain.to_vec())
    });
    plain.map_err(|_| ItemProblem::Data)
}

fn base64(text: &str, problem: ItemProblem) -> Result<Vec<u8>, ItemProblem> {
    STANDARD.decode(text).map_err(|_| problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with OpenSSL; the key is the bytes 00 to 1f.
    const DATA: &str = "nTMpSZJYXuOeut0pe+fp1r8Yjjmoeszm59BdWZ8wCs9PGmNZxzbOLR3KydA9rNQJQoidjI+rxM7lXIrQB4iqNrHG1558d1JDhsbRd75iJUWcgh/\
        mV58QIc6PIoAtxsx450KW0wK3Ad4AXPLRm3DDO0fxuYotDghwdHIq7yQAaj5XbTRGPLmMJUw1gzxzXFKculZvZ5mzU+ksIPgaWvZs0fIbuDuW2eR7fIpO9+kQhN+\
        Pbf16+BvD8iDtg8OzxT9o6qLei6f5WJXRRKtmmaTJiQ==";
    const SIGNATURE: &str = "jzmZ79X4llYS3W2lvbkwpzx/MI3eSyiMpXztLDH8nD4=";
    const PLAIN: &str = r##"{"@odata.id":"users/66825e03-7ef5-42da-9069-724602c31f6b/presence","@odata.type":"#microsoft.graph.presence","id":"66825e03-7ef5-42da-9069-724602c31f6b","availability":"Busy","activity":"InACall"}"##;

    fn key() -> Vec<u8> {
        (0..32).collect()
    }

    #[test]
    fn the_test_vector_opens() {
        let plain = decrypt(&key(), DATA, SIGNATURE).unwrap();
        assert_eq!(std::str::from_utf8(&plain).unwrap(), PLAIN);
        assert_eq!(plain.len(), 196);
    }

    #[test]
    fn a_signature_over_the_text_instead_of_the_bytes_is_wrong() {
        let over_text = "pHLO7VFYKYNfG9lkQKAN/ky+i8/siVBS3y3zD/ZWHg4=";
        assert_eq!(decrypt(&key(), DATA, over_text), Err(ItemProblem::Signature));
    }

    #[test]
    fn what_was_touched_is_not_decrypted() {
        let touched = DATA.replacen('n', "o", 1);
        assert_eq!(decrypt(&key(), &touched, SIGNATURE), Err(ItemProblem::Signature));
        let other: Vec<u8> = (1..33).collect();
        assert_eq!(decrypt(&other, DATA, SIGNATURE), Err(ItemProblem::Signature));
        assert_eq!(decrypt(&key(), "not base64!", SIGNATURE), Err(ItemProblem::Data));
        assert_eq!(decrypt(&key(), DATA, "not base64!"), Err(ItemProblem::Signature));
    }

    #[test]
    fn a_key_of_an_odd_length_opens_nothing() {
        let key = [7; 20];
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &STANDARD.decode(DATA).unwrap());
        assert_eq!(decrypt(&key, DATA, &STANDARD.encode(signature)), Err(ItemProblem::Key));
    }

    #[test]
    fn untouched_nonsense_is_told_from_a_touched_notification() {
        let data = [9; 17];
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key()), &data);
        assert_eq!(decrypt(&key(), &STANDARD.encode(data), &STANDARD.encode(signature)), Err(ItemProblem::Data));
    }
}
