//! Whether a component wants nothing but the log.
//!
//! The host checks the same, and more, when it loads a rule; here it is the author who hears it, while the code is still open.

use std::fs;
use std::path::Path;

use wasmparser::{Encoding, Parser, Payload};

use crate::error::BuildError;

/// What a rule may import: the log, and the interfaces that only name types.
const IMPORTABLE: [&str; 3] = ["presync:rules/log@", "presync:rules/subject@", "presync:rules/vocabulary@"];

/// Reads the outermost imports of a component, and gives the bytes of the file.
pub(crate) fn check(file: &Path) -> Result<u64, BuildError> {
    let bytes = fs::read(file).map_err(|source| BuildError::file(file, source))?;
    let broken = |error: wasmparser::BinaryReaderError| BuildError::NoComponent { reason: error.to_string() };
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload.map_err(broken)? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(BuildError::NoComponent { reason: "it is a core module".to_owned() });
            }
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    let import = import.map_err(broken)?.name.name;
                    if !IMPORTABLE.iter().any(|allowed| import.starts_with(allowed)) {
                        return Err(BuildError::ForbiddenImport { import: import.to_owned() });
                    }
                }
            }
            _ => {}
        }
    }
    Ok(bytes.len().try_into().unwrap_or(u64::MAX))
}
