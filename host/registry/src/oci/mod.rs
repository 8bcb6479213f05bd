//! One rule in an OCI registry: what its tag names, pulled and pushed.
//!
//! A rule is kept as the "Wasm OCI Artifact" of the CNCF's WebAssembly working group, so the tools of others push and pull it too
//! (`layout`). What arrives is believed for its digest alone: the manifest's against the reference, the component's against the
//! manifest. Every call has a deadline, and a component is taken in no further than its limit; the small answers beside it are
//! bounded by the deadline alone.

mod error;
mod layout;

use std::time::Duration;

use futures_util::StreamExt;
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError;
use oci_client::manifest::OciManifest;
use oci_client::secrets::RegistryAuth;
use tokio::time::timeout;

pub use error::OciError;

use crate::access::Access;
use crate::digest::Digest;
use crate::reference::Reference;

/// The largest component that is pulled or pushed, in bytes: the largest that presync loads.
pub const LARGEST: usize = 32 * 1024 * 1024;

/// A connection that is not there after this will not be.
const CONNECT: Duration = Duration::from_secs(5);

/// A registry that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(15);

/// How a registry is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls {
    /// Without encryption also when the registry is not on this machine.
    pub plain_http: bool,
    /// How long the question for a tag's digest may take; 10 s.
    pub ask: Duration,
    /// How long a pull or a push may take as a whole; 2 minutes, which is 32 MiB at 2 Mbit/s.
    pub transfer: Duration,
}

/// A rule in a registry, with the rights to it. The rights go to its registry and nowhere else.
pub struct Remote {
    reference: Reference,
    access: Access,
    auth: RegistryAuth,
    calls: Calls,
    client: oci_client::Client,
}

/// A component that was pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// The component.
    pub bytes: Vec<u8>,
    /// What its version is named by: the digest of the manifest.
    pub digest: Digest,
}

impl Default for Calls {
    fn default() -> Self {
        Self { plain_http: false, ask: Duration::from_secs(10), transfer: Duration::from_secs(120) }
    }
}

impl Remote {
    /// Prepares to call; nothing is sent yet.
    ///
    /// # Errors
    /// When the system has no certificates to trust, or no sockets.
    pub fn new(reference: Reference, access: Access, calls: Calls) -> Result<Self, OciError> {
        let plain = calls.plain_http || reference.is_loopback();
        let config = ClientConfig {
            protocol: if plain { ClientProtocol::Http } else { ClientProtocol::Https },
            // A component is small; one request instead of a session of chunks, and every registry knows it.
            use_monolithic_push: true,
            platform_resolver: None,
            read_timeout: Some(SILENCE),
            connect_timeout: Some(CONNECT),
            user_agent: concat!("presync/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        };
        let client = oci_client::Client::try_from(config)
            .map_err(|error| OciError::Client { reason: error::tamed(&error.to_string()) })?;
        let auth = access.for_client();
        Ok(Self { reference, access, auth, calls, client })
    }

    /// The rule that this is about.
    pub const fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The digest of the version that the reference names now: one small question, so that a new tag is noticed cheaply.
    ///
    /// # Errors
    /// When the registry cannot be asked, or knows no such rule.
    pub async fn resolve(&self) -> Result<Digest, OciError> {
        let called = self.reference.called();
        let asked = self.client.fetch_manifest_digest(&called, &self.auth);
        let text = self.within(self.calls.ask, asked).await?;
        text.parse().map_err(|_| self.unreadable(&format!("it names the version {text}, which is no SHA-256")))
    }

    /// The component that the reference names now.
    ///
    /// # Errors
    /// When it cannot be had, is no rule, is larger than `limit` bytes, or is not what its digest says.
    pub async fn pull(&self, limit: usize) -> Result<Pulled, OciError> {
        self.pull_called(&self.reference.called(), limit).await
    }

    /// The component of this very version, whatever the tag names now.
    ///
    /// # Errors
    /// As [`Self::pull`].
    pub async fn pull_digest(&self, digest: &Digest, limit: usize) -> Result<Pulled, OciError> {
        self.pull_called(&self.reference.at(digest.clone()).called(), limit).await
    }

    /// Puts a component where the reference names, and says which version that is. The same bytes are the same version, wherever
    /// they are pushed from.
    ///
    /// # Errors
    /// When the bytes are no component, the reference insists on a digest, or the registry does not take it.
    pub async fn push(&self, component: &[u8]) -> Result<Digest, OciError> {
        if self.reference.digest().is_some() {
            return Err(OciError::PushToDigest { reference: self.reference.to_string() });
        }
        if component.len() > LARGEST {
            let size = component.len() as u64;
            return Err(OciError::TooLarge { reference: self.reference.to_string(), size, limit: LARGEST });
        }
        let artifact = layout::artifact(component)?;
        let manifest = OciManifest::Image(artifact.manifest);
        let kind = manifest.content_type().parse().map_err(|_| self.unreadable("its manifest has no kind"))?;
        let manifest = serde_json::to_vec(&manifest).map_err(|error| self.unreadable(&error.to_string()))?;
        let digest = Digest::of(&manifest);
        let called = self.reference.called();
        let pushed = async {
            self.client.store_auth_if_needed(called.resolve_registry(), &self.auth).await;
            for (blob, digest) in artifact.blobs {
                self.client.push_blob(&called, blob, &digest).await?;
            }
            self.client.push_manifest_raw(&called, manifest, kind).await.map(drop)
        };
        self.within(self.calls.transfer, pushed).await?;
        Ok(digest)
    }

    async fn pull_called(&self, called: &oci_client::Reference, limit: usize) -> Result<Pulled, OciError> {
        let pulled = async {
            let (manifest, digest) = self.client.pull_manifest(called, &self.auth).await?;
            Ok(match self.layer(&manifest, &digest, limit) {
                Ok((layer, digest)) => {
                    let stream = self.client.pull_blob_stream(called, &layer).await?.stream;
                    self.taken_in(stream, &layer.digest, limit).await.map(|bytes| Pulled { bytes, digest })
                }
                Err(error) => Err(error),
            })
        };
        self.within(self.calls.transfer, pulled).await?
    }

    /// The component's place in the manifest, and the manifest's digest.
    fn layer(
        &self,
        manifest: &OciManifest,
        digest: &str,
        limit: usize,
    ) -> Result<(oci_client::manifest::OciDescriptor, Digest), OciError> {
        let layer = layout::component(manifest)
            .map_err(|found| OciError::NotARule { reference: self.reference.to_string(), found })?;
        match u64::try_from(layer.size) {
            Ok(size) if size > limit as u64 => {
                Err(OciError::TooLarge { reference: self.reference.to_string(), size, limit })
            }
            Ok(_) => Ok((layer, digest.parse().map_err(|_| self.unreadable("its manifest has no SHA-256"))?)),
            Err(_) => Err(self.unreadable("its manifest says that the component is smaller than nothing")),
        }
    }

    /// The bytes of a stream, no more than `limit`, if they are those of the digest.
    async fn taken_in(
        &self,
        mut stream: futures_util::stream::BoxStream<'static, std::io::Result<impl AsRef<[u8]>>>,
        expected: &str,
        limit: usize,
    ) -> Result<Vec<u8>, OciError> {
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|error| self.failed(OciDistributionError::IoError(error)))?;
            if bytes.len() + piece.as_ref().len() > limit {
                let size = (bytes.len() + piece.as_ref().len()) as u64;
                return Err(OciError::TooLarge { reference: self.reference.to_string(), size, limit });
            }
            bytes.extend_from_slice(piece.as_ref());
        }
        let actual = Digest::of(&bytes);
        if actual.as_str() == expected {
            return Ok(bytes);
        }
        let (reference, expected) = (self.reference.to_string(), error::tamed(expected));
        Err(OciError::Altered { reference, expected, actual: actual.to_string() })
    }

    async fn within<T>(
        &self,
        after: Duration,
        call: impl Future<Output = Result<T, OciDistributionError>>,
    ) -> Result<T, OciError> {
        match timeout(after, call).await {
            Ok(answer) => answer.map_err(|error| self.failed(error)),
            Err(_) => Err(OciError::Timeout { registry: self.reference.registry().to_owned(), after }),
        }
    }

    fn failed(&self, error: OciDistributionError) -> OciError {
        error::classified(&self.reference, &self.access, error)
    }

    fn unreadable(&self, reason: &str) -> OciError {
        OciError::Unreadable { registry: self.reference.registry().to_owned(), reason: error::tamed(reason) }
    }
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote").field("reference", &self.reference).finish_non_exhaustive()
    }
}
