//! How rules travel: who made them, where they come from, and that they are still what they were.
//!
//! A component carries its signatures inside itself, so a file and its signatures are one: whatever replaces the file replaces both.
//! In a registry a version is named by its digest, and a lock keeps the one that was chosen. Nothing here compiles or runs a rule.
//!
//! # Layout
//! * [`key`]: key pairs and their text forms, the file of a secret key, the keys that are trusted
//! * [`signature`]: signing, checking and looking at a component
//! * [`digest`], [`reference`](mod@reference): how a registry names content, and where a rule is in one
//! * [`access`]: with whose rights a registry is called
//! * [`oci`]: one rule in a registry: what its tag names, pulled and pushed
//! * [`lock`]: the versions that were chosen
//! * [`pinned`]: pulling with a lock and trusted keys
//! * [`file`](mod@file): files that are replaced as a whole

#![forbid(unsafe_code)]

pub mod access;
pub mod digest;
pub mod file;
pub mod key;
pub mod lock;
pub mod oci;
pub mod pinned;
pub mod reference;
pub mod signature;

pub use access::Access;
pub use digest::Digest;
pub use key::{KeyPair, PublicKey, TrustedKeys};
pub use lock::Lock;
pub use oci::{OciError, Remote};
pub use reference::Reference;
pub use signature::SignatureError;
