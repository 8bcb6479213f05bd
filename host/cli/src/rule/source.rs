//! A rule named by a file, or by the name of a default map.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use presync_core::words::Direction;
use presync_rules::{CompiledRule, RuleHost, defaults};

/// Reads and compiles the rule that is meant. An existing file wins over a name.
pub(super) fn compile(host: &RuleHost, named: &Path) -> Result<CompiledRule> {
    compile_bytes(host, named, &read(named)?)
}

/// Compiles what was read.
pub(super) fn compile_bytes(host: &RuleHost, named: &Path, bytes: &[u8]) -> Result<CompiledRule> {
    host.compile(bytes, None).with_context(|| format!("{} is refused", named.display()))
}

/// Reads the rule that is meant. An existing file wins over a name.
pub(super) fn read(named: &Path) -> Result<Cow<'static, [u8]>> {
    let default = named.to_str().and_then(Direction::from_label);
    match default {
        Some(direction) if !named.is_file() => Ok(Cow::Borrowed(defaults::component(direction))),
        _ => {
            let file = fs::read(named).with_context(|| {
                format!("{} cannot be read (the default maps are teams-to-8x8 and 8x8-to-teams)", named.display())
            })?;
            Ok(Cow::Owned(file))
        }
    }
}
