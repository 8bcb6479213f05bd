//! The certificates that Microsoft encrypts notifications for: self-signed, made here, and changed for a new one in time.
//!
//! They live as long as the process. After a restart the subscription is given a new one with its renewal; what Microsoft
//! encrypted for the old one until then is lost, and found by the next poll.

use std::collections::VecDeque;
use std::time::Duration;

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use presync_core::time::Timestamp;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, date_time_ymd};
use uuid::Uuid;

/// How long a certificate is good. Nobody checks it but Microsoft, at the subscription's creation.
const LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
/// When the next one is made.
const CHANGE: Duration = Duration::from_secs(7 * 24 * 3600);
/// How many are kept at most: the one in use and those that some subscription may still have.
const KEPT: usize = 4;

/// No certificate could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no certificate for notifications could be made: {0}")]
pub struct CertificateError(Box<str>);

/// One certificate with its private key. `Debug` shows its id alone.
pub struct EncryptionCertificate {
    id: Box<str>,
    der: Vec<u8>,
    key: OaepPrivateDecryptingKey,
    made: Timestamp,
}

/// The certificates in use, the newest last.
#[derive(Debug, Default)]
pub struct Certificates(VecDeque<EncryptionCertificate>);

impl EncryptionCertificate {
    /// A new pair, RSA of 2048 bits. It takes a moment of computing.
    ///
    /// # Errors
    /// [`CertificateError`] when the crypto library fails.
    pub fn generate(now: Timestamp) -> Result<Self, CertificateError> {
        let failed = |error: &dyn std::fmt::Display| CertificateError(error.to_string().into());
        let pair = KeyPair::generate_for(&PKCS_RSA_SHA256).map_err(|error| failed(&error))?;
        let mut params = CertificateParams::new(vec!["presync.invalid".to_owned()]).map_err(|error| failed(&error))?;
        // A day early: Microsoft's clock may be behind ours.
        let day = |moment: Timestamp| {
            let date = date(moment)?;
            let (year, month, day) = (date.year(), date.month().cast_unsigned(), date.day().cast_unsigned());
            Some(date_time_ymd(year.into(), month, day))
        };
        let none = || failed(&"the clock shows no date");
        params.not_before = day(now - Duration::from_secs(24 * 3600)).ok_or_else(none)?;
        params.not_after = day(now + LIFE).ok_or_else(none)?;
        let certificate = params.self_signed(&pair).map_err(|error| failed(&error))?;
        let key = PrivateDecryptingKey::from_pkcs8(pair.serialized_der()).map_err(|error| failed(&error))?;
        let key = OaepPrivateDecryptingKey::new(key).map_err(|error| failed(&error))?;
        Ok(Self { id: Uuid::new_v4().to_string().into(), der: certificate.der().to_vec(), key, made: now })
    }

    /// Our name for it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its public part, as a subscription takes it: base64 of the DER.
    pub fn public(&self) -> String {
        STANDARD.encode(&self.der)
    }

    /// Whether a thumbprint in hexadecimal digits, by SHA-1 or by SHA-256, is its own.
    pub(super) fn has_thumbprint(&self, thumbprint: &str) -> bool {
        let hex = |algorithm: &'static Algorithm| {
            digest(algorithm, &self.der).as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<String>()
        };
        [&SHA1_FOR_LEGACY_USE_ONLY, &SHA256].into_iter().any(|a| hex(a).eq_ignore_ascii_case(thumbprint))
    }

    /// The key that was wrapped for this certificate.
    pub(super) fn unwrap(&self, wrapped: &[u8]) -> Option<Vec<u8>> {
        let mut room = vec![0; self.key.min_output_size()];
        self.key.decrypt(&OAEP_SHA1_MGF1SHA1, wrapped, &mut room, None).ok().map(|key| key.to_vec())
    }
}

fn date(moment: Timestamp) -> Option<Date> {
    let moment = jiff::Timestamp::from_millisecond(i64::try_from(moment.as_millis()).ok()?).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_datetime(moment).date())
}

impl Certificates {
    /// The certificate for the next subscription or renewal, made anew when there is none or it is a week old. Older ones are kept
    /// for what is on its way.
    ///
    /// # Errors
    /// [`CertificateError`] when one is due and cannot be made.
    pub fn current(&mut self, now: Timestamp) -> Result<&EncryptionCertificate, CertificateError> {
        if self.0.back().is_none_or(|newest| now.since(newest.made) >= CHANGE) {
            self.0.push_back(EncryptionCertificate::generate(now)?);
            while self.0.len() > KEPT {
                self.0.pop_front();
            }
        }
        self.0.back().ok_or_else(|| CertificateError("it was not kept".into()))
    }

    /// The certificate of that id.
    pub fn find(&self, id: &str) -> Option<&EncryptionCertificate> {
        self.0.iter().find(|certificate| &*certificate.id == id)
    }
}

impl std::fmt::Debug for EncryptionCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncryptionCertificate").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_772_445_600_000);

    #[test]
    fn a_certificate_is_changed_after_a_week_and_the_old_one_still_opens() {
        let mut certificates = Certificates::default();
        let first = certificates.current(NOW).unwrap().id().to_owned();
        assert_eq!(certificates.current(NOW + CHANGE - Duration::from_secs(1)).unwrap().id(), first);
        let second = certificates.current(NOW + CHANGE).unwrap().id().to_owned();
        assert_ne!(first, second);
        assert!(certificates.find(&first).is_some() && certificates.find("other").is_none());
    }

    #[test]
    fn no_more_than_a_few_are_kept() {
        let mut certificates = Certificates::default();
        let first = certificates.current(NOW).unwrap().id().to_owned();
        let mut now = NOW;
        for _ in 0..KEPT {
            now = now + CHANGE;
            certificates.current(now).unwrap();
        }
        assert!(certificates.find(&first).is_none());
        assert_eq!(certificates.0.len(), KEPT);
    }

    #[test]
    fn the_public_part_is_a_certificate_and_its_thumbprints_are_known() {
        let certificate = EncryptionCertificate::generate(NOW).unwrap();
        assert_eq!(STANDARD.decode(certificate.public()).unwrap(), certificate.der);
        let hex = |algorithm: &'static Algorithm| {
            digest(algorithm, &certificate.der).as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        assert!(certificate.has_thumbprint(&hex(&SHA1_FOR_LEGACY_USE_ONLY)));
        assert!(certificate.has_thumbprint(&hex(&SHA256)));
        assert!(!certificate.has_thumbprint("00"));
    }

    #[test]
    fn the_private_key_is_never_shown() {
        let certificate = EncryptionCertificate::generate(NOW).unwrap();
        assert_eq!(format!("{certificate:?}"), format!("EncryptionCertificate {{ id: \"{}\", .. }}", certificate.id()));
    }
}
