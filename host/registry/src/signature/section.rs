//! The bytes of a signature: a custom section at the very end of a component.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | 0, a custom section |
//! | 1 | its length, 115 |
//! | 1 + 17 | its name |
//! | 1 | version of what follows, 1 |
//! | 32 | the signer's public key |
//! | 64 | the signature |

use wasmparser::BinaryReader;

use super::error::SignatureError;
use crate::key::PublicKey;

const NAME: &str = "presync-signature";
const VERSION: u8 = 1;
const CUSTOM: u8 = 0;
const KEY: usize = 32;
const SIGNATURE: usize = 64;

/// What follows the version.
const PAYLOAD: usize = KEY + SIGNATURE;

/// The section's length; below 128, so that one byte holds it.
const LENGTH: u8 = (1 + NAME.len() + 1 + PAYLOAD) as u8;

/// The most signatures of one component: each costs 50 µs to check, and a file has room for a quarter of a million.
pub(super) const MOST: usize = 8;

/// `\0asm`, and the version and layer of a component.
const COMPONENT: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];

/// A component apart from its signatures.
pub(super) struct Parts<'a> {
    /// What was built, and signed.
    pub(super) body: &'a [u8],
    pub(super) sections: Vec<Section>,
}

/// One signature, not yet checked.
pub(super) struct Section {
    pub(super) signer: PublicKey,
    pub(super) signature: [u8; SIGNATURE],
}

impl<'a> Parts<'a> {
    /// Finds the signatures; they may stand nowhere but at the end.
    pub(super) fn of(component: &'a [u8]) -> Result<Self, SignatureError> {
        let rest =
            component.strip_prefix(&COMPONENT).ok_or(SignatureError::NotAComponent { found: found(component) })?;
        let mut reader = BinaryReader::new(rest, COMPONENT.len());
        let mut sections = Vec::new();
        let mut body = component.len();
        while !reader.eof() {
            let start = reader.original_position();
            let id = reader.read_u8().map_err(damaged)?;
            let length = reader.read_var_u32().map_err(damaged)?;
            let header = reader.original_position() - start;
            let content = reader.read_bytes(usize::try_from(length).unwrap_or(usize::MAX)).map_err(damaged)?;
            match payload(id, content) {
                Some(payload) if sections.len() < MOST => {
                    if header != 2 {
                        return Err(broken("its length is written in an unusual way"));
                    }
                    sections.push(Section::of(payload)?);
                    body = body.min(start);
                }
                Some(_) => return Err(SignatureError::TooMany { most: MOST }),
                None if sections.is_empty() => {}
                None => return Err(broken("something was added behind it")),
            }
        }
        Ok(Self { body: component.get(..body).unwrap_or(component), sections })
    }
}

impl Section {
    fn of(payload: &[u8]) -> Result<Self, SignatureError> {
        let (version, rest) = payload.split_first().ok_or_else(|| broken("it is empty"))?;
        if *version != VERSION {
            return Err(SignatureError::Version { found: *version, known: VERSION });
        }
        let whole = rest.split_first_chunk::<KEY>().and_then(|(key, rest)| Some((*key, rest.try_into().ok()?)));
        let (key, signature) =
            whole.ok_or_else(|| broken(&format!("it has {} bytes where {PAYLOAD} are expected", rest.len())))?;
        let signer = PublicKey::of(key).ok_or_else(|| broken("its signer's key is no key"))?;
        Ok(Self { signer, signature })
    }
}

/// Puts a signature at the end.
pub(super) fn append(component: &mut Vec<u8>, signer: &PublicKey, signature: &[u8; SIGNATURE]) {
    component.extend([CUSTOM, LENGTH, NAME.len() as u8]);
    component.extend(NAME.as_bytes());
    component.push(VERSION);
    component.extend(signer.bytes());
    component.extend(signature);
}

/// What follows the name, when this is a section of ours.
fn payload(id: u8, content: &[u8]) -> Option<&[u8]> {
    let (length, rest) = content.split_first()?;
    let ours = id == CUSTOM && usize::from(*length) == NAME.len();
    if ours { rest.strip_prefix(NAME.as_bytes()) } else { None }
}

fn found(bytes: &[u8]) -> &'static str {
    match bytes {
        [] => "it is empty",
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => "it is a core module",
        [0, b'a', b's', b'm', ..] => "it is of another version of WebAssembly, or damaged",
        _ => "it does not begin as one",
    }
}

fn broken(reason: &str) -> SignatureError {
    SignatureError::DamagedSignature { reason: reason.to_owned() }
}

#[allow(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn damaged(error: wasmparser::BinaryReaderError) -> SignatureError {
    SignatureError::Damaged { reason: format!("{} (at byte {})", error.message(), error.offset()) }
}
