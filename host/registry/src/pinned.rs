//! Pulling with a lock: what comes is the version that was chosen, from somebody who is trusted.

use crate::digest::Digest;
use crate::key::{PublicKey, TrustedKeys};
use crate::lock::{Lock, Pin};
use crate::oci::{OciError, Pulled, Remote};
use crate::signature::{self, SignatureError};

/// What to do when a tag names another version than the one that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Nothing is pulled.
    Refuse,
    /// The new version is pulled and chosen.
    Accept,
}

/// A component that was pulled and found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The component, with its version.
    pub pulled: Pulled,
    /// Who signed it: somebody trusted if any keys are, else the first; `None` when it is not signed.
    pub signer: Option<PublicKey>,
    /// What became of the version that was chosen before.
    pub change: Change,
}

/// What a pull did to the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The first version of this rule.
    First,
    /// The version that was chosen already.
    None,
    /// Another one than this.
    From(Pin),
}

/// Why a rule was not taken from a registry. The lock is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PullError {
    /// The registry did not give it.
    #[error(transparent)]
    Registry(#[from] OciError),
    /// The tag names another version than the one that was chosen.
    #[error(
        "{reference} names version {found} now, and {chosen} was chosen: somebody pushed to that tag. If the new version is wanted, pull \
         with `--update`; the chosen one is still {reference}@{chosen}"
    )]
    Moved {
        /// What was asked for.
        reference: String,
        /// The version in the lock.
        chosen: Digest,
        /// The version in the registry.
        found: Digest,
    },
    /// It is not signed as it should be.
    #[error("{reference} is refused: {source}")]
    Signature {
        /// What was asked for.
        reference: String,
        /// Why.
        source: SignatureError,
    },
}

/// Pulls a rule, checks it against the lock and the trusted keys, and notes in the lock what came. The lock is not written: that is
/// for when the component is where it is wanted.
///
/// Also without trusted keys a component whose signature does not fit is refused: it was altered.
///
/// # Errors
/// When it cannot be had, is another version than the chosen one, or is not signed as it should be.
pub async fn pull(
    remote: &Remote,
    lock: &mut Lock,
    moved: Moved,
    trusted: &TrustedKeys,
    limit: usize,
) -> Result<Fetched, PullError> {
    let reference = remote.reference();
    let digest = remote.resolve().await?;
    if let Some(pin) = lock.get(reference).filter(|pin| pin.digest != digest && moved == Moved::Refuse) {
        let (reference, chosen) = (reference.by_tag().to_string(), pin.digest.clone());
        return Err(PullError::Moved { reference, chosen, found: digest });
    }
    let pulled = remote.pull_digest(&digest, limit).await?;
    let refused = |source| PullError::Signature { reference: reference.to_string(), source };
    let trusted_signer = signature::check(&pulled.bytes, trusted).map_err(refused)?;
    let signers = signature::intact(&pulled.bytes).map_err(refused)?;
    let signer = trusted_signer.or_else(|| signers.first().copied());
    let pin = Pin { digest, size: pulled.bytes.len() as u64, signer };
    let change = match lock.set(reference, pin) {
        None => Change::First,
        Some(before) if before.digest == pulled.digest => Change::None,
        Some(before) => Change::From(before),
    };
    Ok(Fetched { pulled, signer, change })
}
