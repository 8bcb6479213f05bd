//! From the bytes of a file to a rule that can be given its settings: checked, compiled, asked for its name.
//!
//! A component that was compiled before comes from the cache; then it was also checked and asked before.

use presync_core::words::Direction;
use serde_json::Value;
use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use crate::error::LoadError;
use crate::guest_log::GuestLog;
use crate::host::RuleHost;
use crate::limits::{Limits, NAME_BYTES, VERSION_BYTES};
use crate::rule::{About, CompiledRule, LoadedRule, failure};
use crate::shape::{self, Shape};
use crate::text::{hex, tamed};
use crate::v1_0::{Description, Linked};

impl RuleHost {
    /// Checks, compiles and describes a rule. With `expected`, a rule of the other direction is refused. Takes milliseconds for a rule
    /// in Rust and seconds for one that brings an interpreter, unless it is in the cache: call it from a thread that may be busy.
    ///
    /// # Errors
    /// When the file is no rule for this host; the error says why and what to do.
    pub fn compile(&self, bytes: &[u8], expected: Option<Direction>) -> Result<CompiledRule, LoadError> {
        let limit = self.settings().file_size;
        if bytes.len() > limit {
            return Err(LoadError::TooLarge { size: bytes.len(), limit });
        }
        let digest = Sha256::digest(bytes);
        let known = self.cache().and_then(|cache| cache.load(self.engine(), &digest));
        let fits = |about: &About| expected.is_none_or(|expected| expected == about.direction);
        let (linked, about) = match known {
            Some((component, about)) if fits(&about) => (self.link(&component, about.direction)?, about),
            _ => {
                let shape = shape::read(bytes, expected)?;
                let component = self.translate(bytes).map_err(|error| unsupported(&error))?;
                let linked = self.link(&component, shape.direction)?;
                let about = self.describe(&linked, shape)?;
                if let Some(cache) = self.cache() {
                    cache.keep(&digest, &component, &about);
                }
                (linked, about)
            }
        };
        Ok(CompiledRule::new(self.clone(), linked, about, hex(&digest), bytes.len()))
    }

    /// Compiles a rule and gives it its settings.
    ///
    /// # Errors
    /// When the file is no rule for this host, or refuses its settings.
    pub fn load(
        &self,
        bytes: &[u8],
        expected: Option<Direction>,
        settings: &Value,
        limits: Limits,
    ) -> Result<LoadedRule, LoadError> {
        self.compile(bytes, expected)?.configure(settings, limits)
    }

    fn link(&self, component: &Component, direction: Direction) -> Result<Linked, LoadError> {
        Linked::new(self.linker(), component, direction).map_err(|error| unsupported(&error))
    }

    /// Asks an instance what it is.
    fn describe(&self, linked: &Linked, shape: Shape) -> Result<About, LoadError> {
        let limits = Limits { memory: self.settings().memory_ceiling, ..Limits::default() };
        let place = self.place();
        let mut store = place.store(limits, GuestLog::new("a rule that is being loaded".into()));
        let failed = |error: wasmtime::Error| LoadError::Describe { reason: failure(&error, limits).what };
        let mut call = linked.open(&mut store).map_err(failed)?;
        call.check().map_err(|error| LoadError::OtherTypes { reason: tamed(&format!("{error:#}"), 512) })?;
        let Description { name, version, needs, pure } = call.describe().map_err(failed)?;
        check(&name, &version)?;
        let Shape { direction, interface, imports } = shape;
        Ok(About { direction, interface, imports, name: name.into(), version: version.into(), needs, pure })
    }
}

fn unsupported(error: &wasmtime::Error) -> LoadError {
    LoadError::Unsupported { reason: tamed(&format!("{error:#}"), 1024) }
}

/// A name and a version that may stand in a table, a metric or a file name.
fn check(name: &str, version: &str) -> Result<(), LoadError> {
    let name_fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let version_fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    let problem = if name.is_empty() || name.len() > NAME_BYTES || !name.chars().all(name_fits) {
        "a name has 1 to 64 lower-case letters, digits and hyphens"
    } else if version.is_empty() || version.len() > VERSION_BYTES || !version.chars().all(version_fits) {
        "a version has 1 to 32 characters, such as 1.4.0"
    } else {
        return Ok(());
    };
    Err(LoadError::BadDescriptor { name: tamed(name, NAME_BYTES), version: tamed(version, VERSION_BYTES), problem })
}
