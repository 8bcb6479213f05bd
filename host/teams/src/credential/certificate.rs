//! A certificate's assertion: a JWT of a few minutes, signed with RSASSA-PSS (PS256), as Entra's page on certificate
//! credentials describes it.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair, RSA_PSS_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use presync_core::time::Timestamp;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::SecretString;
use serde::Serialize;
use url::Url;
use uuid::Uuid;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use super::CredentialError;

/// How long an assertion is good, in seconds: Entra advises 5 to 10 minutes.
const LIFE: u64 = 300;
/// How far Entra's clock may be behind ours, in seconds.
const SKEW: u64 = 60;

/// A certificate with its private key. Cloning it is cheap; `Debug` shows the thumbprint alone.
#[derive(Clone)]
pub struct Certificate {
    key: Arc<RsaKeyPair>,
    /// `x5t#S256`: SHA-256 of the certificate's DER, base64url.
    thumbprint: Arc<str>,
    not_after: Timestamp,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    #[serde(rename = "x5t#S256")]
    thumbprint: &'a str,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: String,
    nbf: u64,
    iat: u64,
    exp: u64,
}

impl Certificate {
    /// A certificate and its private key, both PEM; one text may hold both. The first of each counts.
    ///
    /// # Errors
    /// [`CredentialError`] when either is missing, the key is not RSA, or the two are not a pair.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, CredentialError> {
        let certificate = CertificateDer::from_pem_slice(certificate).map_err(|_| CredentialError::NoCertificate)?;
        let key = match PrivateKeyDer::from_pem_slice(key).map_err(|_| CredentialError::NoKey)? {
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            _ => return Err(CredentialError::WrongKey),
        };
        let key = key.map_err(|_| CredentialError::WrongKey)?;
        // A certificate holds its public key's DER word for word.
        let public = key.public_key().as_ref();
        if !certificate.windows(public.len()).any(|window| window == public) {
            return Err(CredentialError::Mismatch);
        }
        let (_, read) = X509Certificate::from_der(&certificate).map_err(|_| CredentialError::NoCertificate)?;
        let not_after = u64::try_from(read.validity().not_after.timestamp()).unwrap_or_default();
        let not_after = Timestamp::from_millis(not_after.saturating_mul(1000));
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, &certificate)).into();
        Ok(Self { key: Arc::new(key), thumbprint, not_after })
    }

    /// The certificate's SHA-256 thumbprint, base64url: what the assertion names it by.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// When the certificate ends: Entra takes nothing that is signed with it afterwards.
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// An assertion for one token request.
    pub(super) fn assertion(
        &self,
        client_id: &str,
        endpoint: &Url,
        now: Timestamp,
    ) -> Result<SecretString, CredentialError> {
        let now = now.as_millis() / 1000;
        let header = Header { alg: "PS256", typ: "JWT", thumbprint: &self.thumbprint };
        let claims = Claims {
            aud: endpoint.as_str(),
            iss: client_id,
            sub: client_id,
            jti: Uuid::new_v4().to_string(),
            nbf: now.saturating_sub(SKEW),
            iat: now,
            exp: now + LIFE,
        };
        let part = |json: serde_json::Result<Vec<u8>>| {
            json.map(|json| URL_SAFE_NO_PAD.encode(json)).map_err(|_| CredentialError::Signature)
        };
        let message = format!("{}.{}", part(serde_json::to_vec(&header))?, part(serde_json::to_vec(&claims))?);
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .map_err(|_| CredentialError::Signature)?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate").field("thumbprint", &self.thumbprint).finish_non_exhaustive()
    }
}
