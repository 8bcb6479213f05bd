//! Rules from a registry: what a tag names now, and its component.
//!
//! A version that stands in the lock is kept to; otherwise the tag is followed. Waits for the network: never call it from an async
//! worker.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::sync::Arc;

use presync_registry::oci::{Calls, LARGEST};
use presync_registry::{Access, Digest, Lock, Reference, Remote};
use tokio::runtime::Builder;

use crate::rules::RuleError;

/// What a registry has to offer under a reference.
#[derive(Debug)]
pub(super) struct Offer {
    reference: String,
    remote: Remote,
    version: Digest,
}

/// Asks a registry which version a reference names.
///
/// # Errors
/// When the registry, the login or the lock gives nothing usable.
pub(super) fn offer(reference: &str, lock: Option<&Path>) -> Result<Offer, RuleError> {
    let failed = |why: &dyn Display| refused(reference, why);
    let place: Reference = reference.parse().map_err(|error| failed(&error))?;
    let access = match Access::docker_file() {
        Some(file) => Access::of_docker(&file, place.registry()).map_err(|error| failed(&error))?,
        None => Access::Anonymous,
    };
    let lock = lock.map(Lock::read).transpose().map_err(|error| failed(&error))?;
    let chosen = lock.and_then(|lock| lock.get(&place).map(|pin| pin.digest.clone()));
    let remote = Remote::new(place, access, Calls::default()).map_err(|error| failed(&error))?;
    let version = match chosen {
        Some(version) => version,
        None => wait_for(remote.resolve()).map_err(|error| failed(&error))?.map_err(|error| failed(&error))?,
    };
    Ok(Offer { reference: reference.to_owned(), remote, version })
}

impl Offer {
    /// The version: the digest of its manifest.
    pub(super) fn version(&self) -> &str {
        self.version.as_str()
    }

    /// Its component.
    ///
    /// # Errors
    /// When the registry does not give it.
    pub(super) fn pull(&self) -> Result<Arc<[u8]>, RuleError> {
        let failed = |why: &dyn Display| refused(&self.reference, why);
        let pulled = wait_for(self.remote.pull_digest(&self.version, LARGEST)).map_err(|error| failed(&error))?;
        Ok(pulled.map_err(|error| failed(&error))?.bytes.into())
    }
}

fn refused(reference: &str, why: &dyn Display) -> RuleError {
    RuleError::Registry { reference: reference.to_owned(), why: why.to_string() }
}

/// Runs a call to its end on this thread.
fn wait_for<T>(call: impl Future<Output = T>) -> io::Result<T> {
    Ok(Builder::new_current_thread().enable_all().build()?.block_on(call))
}
