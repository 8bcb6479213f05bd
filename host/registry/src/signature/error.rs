//! Why a signature was not given or not accepted.

use crate::key::PublicKey;

/// A component that is not accepted, or cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// No WebAssembly component.
    #[error("this is no WebAssembly component ({found}): give the .wasm file that `presync rule build` wrote")]
    NotAComponent {
        /// What it is instead.
        found: &'static str,
    },
    /// A component whose sections cannot be told apart.
    #[error("the component is damaged or was cut off: {reason}; copy, pull or build it again")]
    Damaged {
        /// Where and how it is wrong.
        reason: String,
    },
    /// No signature.
    #[error(
        "it is not signed, and this presync takes only rules that a trusted key has signed ({trusted}); get a signed one from its author, \
         or sign it with `presync rule sign`"
    )]
    Unsigned {
        /// The trusted keys.
        trusted: String,
    },
    /// The bytes are not those that were signed.
    #[error(
        "it was altered after {signer} signed it: the signature does not fit; get it again from where you trust, or have it signed again"
    )]
    Altered {
        /// Whose signature does not fit.
        signer: PublicKey,
    },
    /// Signed by people who are not trusted.
    #[error(
        "it is signed by {signers}, and none of the trusted keys ({trusted}) signed it; add the signer to `trusted_keys` if you know whose \
         key that is, or have somebody you trust sign it"
    )]
    UnknownSigner {
        /// Whose signatures it has.
        signers: String,
        /// The trusted keys.
        trusted: String,
    },
    /// A signature that makes no sense.
    #[error("its signature is damaged: {reason}; get the file again, or sign the component again as it was built")]
    DamagedSignature {
        /// What is wrong with it.
        reason: String,
    },
    /// A signature of a kind that a later presync makes.
    #[error(
        "its signature is of version {found}, and this presync knows version {known}; update presync, or have it signed with this one"
    )]
    Version {
        /// The version of the signature.
        found: u8,
        /// The version of this presync.
        known: u8,
    },
    /// More signatures than anybody needs.
    #[error("it has {most} signatures, and more are not taken; sign the component as it was built")]
    TooMany {
        /// The most that there may be.
        most: usize,
    },
}
