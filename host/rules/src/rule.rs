//! A rule on its way: bytes, then compiled and described, then given its settings.
//!
//! A [`CompiledRule`] may be given several settings (the same file for several tenants); a [`LoadedRule`] is one of them, ready for a
//! [`Chain`](crate::Chain). Both are cheap to clone. Nothing of a guest is kept between calls.

use std::fmt;
use std::sync::Arc;

use presync_core::words::Direction;
use serde_json::Value;
use sha2::{Digest, Sha256};
use wasmtime::Trap;
use wasmtime::component::Component;

use crate::budget::Denied;
use crate::error::LoadError;
use crate::fault::{Failure, FaultKind};
use crate::guest_log::GuestLog;
use crate::host::RuleHost;
use crate::limits::{Limits, NAME_BYTES, VERSION_BYTES};
use crate::question::{Needs, Question, Verdict};
use crate::shape::{self, Shape};
use crate::text::tamed;
use crate::v1_0::{Description, Linked};

/// A rule that was checked, compiled and asked for its name.
#[derive(Clone)]
pub struct CompiledRule {
    inner: Arc<Compiled>,
}

struct Compiled {
    host: RuleHost,
    linked: Linked,
    shape: Shape,
    name: Arc<str>,
    version: Arc<str>,
    needs: Needs,
    pure: bool,
    digest: String,
    size: usize,
    log: GuestLog,
}

/// A rule that has accepted its settings.
#[derive(Clone)]
pub struct LoadedRule {
    compiled: CompiledRule,
    settings: Arc<str>,
    needs: Needs,
    limits: Limits,
}

impl RuleHost {
    /// Checks, compiles and describes a rule. With `expected`, a rule of the other direction is refused.
    pub fn compile(&self, bytes: &[u8], expected: Option<Direction>) -> Result<CompiledRule, LoadError> {
        let limit = self.settings().file_size;
        if bytes.len() > limit {
            return Err(LoadError::TooLarge { size: bytes.len(), limit });
        }
        let shape = shape::read(bytes, expected)?;
        let unsupported =
            |error: wasmtime::Error| LoadError::Unsupported { reason: tamed(&format!("{error:#}"), 1024) };
        let component = Component::new(self.engine(), bytes).map_err(unsupported)?;
        let linked = Linked::new(self.linker(), &component, shape.direction).map_err(unsupported)?;

        let limits = Limits { memory: self.settings().memory_ceiling, ..Limits::default() };
        let place = self.place();
        let mut store = place.store(limits, GuestLog::new("a rule that is being loaded".into()));
        let described = linked
            .open(&mut store)
            .and_then(|call| call.describe())
            .map_err(|error| LoadError::Describe { reason: failure(&error, limits).what })?;
        drop(store);
        check(&described)?;

        let name: Arc<str> = described.name.into();
        Ok(CompiledRule {
            inner: Arc::new(Compiled {
                host: self.clone(),
                linked,
                shape,
                log: GuestLog::new(Arc::clone(&name)),
                name,
                version: described.version.into(),
                needs: described.needs,
                pure: described.pure,
                digest: hex(&Sha256::digest(bytes)),
                size: bytes.len(),
            }),
        })
    }

    /// Compiles a rule and gives it its settings.
    pub fn load(
        &self,
        bytes: &[u8],
        expected: Option<Direction>,
        settings: &Value,
        limits: Limits,
    ) -> Result<LoadedRule, LoadError> {
        self.compile(bytes, expected)?.configure(settings, limits)
    }
}

// === impl CompiledRule ===

impl CompiledRule {
    /// Offers the rule its settings: a JSON table, or null for none. Its refusal is the error.
    pub fn configure(&self, settings: &Value, limits: Limits) -> Result<LoadedRule, LoadError> {
        let ceiling = self.inner.host.settings().memory_ceiling;
        if limits.memory > ceiling {
            return Err(LoadError::MemoryCeiling { wanted: limits.memory, ceiling });
        }
        let settings: Arc<str> = match settings {
            Value::Null => "{}".into(),
            Value::Object(_) => settings.to_string().into(),
            Value::Array(_) => return Err(LoadError::SettingsNotATable { found: "a list" }),
            _ => return Err(LoadError::SettingsNotATable { found: "a single value" }),
        };
        let place = self.inner.host.place();
        let mut store = place.store(limits, self.inner.log.clone());
        let rule = || self.name().to_owned();
        match self.inner.linked.open(&mut store).and_then(|mut call| call.configure(&settings)) {
            Ok(Ok(needs)) if needs.is_within(self.needs()) => {
                Ok(LoadedRule { compiled: self.clone(), settings, needs, limits })
            }
            Ok(Ok(needs)) => {
                Err(LoadError::NeedsBeyond { rule: rule(), said: self.needs().to_string(), wanted: needs.to_string() })
            }
            Ok(Err(reason)) => Err(LoadError::SettingsRefused { rule: rule(), reason: tamed(&reason, 1024) }),
            Err(error) => Err(LoadError::Configure { rule: rule(), reason: failure(&error, limits).what }),
        }
    }

    /// The rule's own name.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The rule's own version.
    pub fn version(&self) -> &str {
        &self.inner.version
    }

    /// The way it maps.
    pub fn direction(&self) -> Direction {
        self.inner.shape.direction
    }

    /// The most that it may want to see beside the side it maps from.
    pub fn needs(&self) -> Needs {
        self.inner.needs
    }

    /// Whether a verdict depends on its own question and the settings alone.
    pub fn is_pure(&self) -> bool {
        self.inner.pure
    }

    /// SHA-256 of the file, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.inner.digest
    }

    /// Bytes of the file.
    pub fn size(&self) -> usize {
        self.inner.size
    }

    /// The interfaces that it imports.
    pub fn imports(&self) -> &[String] {
        &self.inner.shape.imports
    }

    /// The version of `presync:rules` that it was made for.
    pub fn interface_version(&self) -> &str {
        &self.inner.shape.interface
    }
}

impl fmt::Debug for CompiledRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.name(), self.version(), self.direction())
    }
}

// === impl LoadedRule ===

impl LoadedRule {
    /// The rule without its settings: name, version, needs and the rest.
    pub const fn compiled(&self) -> &CompiledRule {
        &self.compiled
    }

    /// The settings, as JSON.
    pub fn settings(&self) -> &str {
        &self.settings
    }

    /// What it wants to see, with these settings, beside the side it maps from.
    pub const fn needs(&self) -> Needs {
        self.needs
    }

    /// Its budget.
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.compiled.inner.name)
    }

    pub(crate) fn shared_version(&self) -> Arc<str> {
        Arc::clone(&self.compiled.inner.version)
    }

    /// Asks one batch of a fresh instance.
    pub(crate) fn ask<V: Verdict>(
        &self,
        questions: &[Question<'_, V>],
        explain: bool,
        limits: Limits,
    ) -> Result<Vec<V>, Failure> {
        let Compiled { host, linked, log, .. } = &*self.compiled.inner;
        if !host.is_watched() {
            return Err(Failure::new(FaultKind::Host, "deadlines are not being watched, so it was not asked"));
        }
        let place = host.place();
        let mut store = place.store(limits, log.clone());
        let mut call = linked.open(&mut store).map_err(|error| failure(&error, limits))?;
        call.configure(&self.settings).map_err(|error| failure(&error, limits))?.map_err(|reason| {
            Failure::new(FaultKind::Settings, format!("it refuses its settings: {}", tamed(&reason, 512)))
        })?;
        let verdicts = V::ask(call, questions, explain).map_err(|error| failure(&error, limits))?;
        if verdicts.len() != questions.len() {
            let what = format!("it was asked {} questions and gave {} verdicts", questions.len(), verdicts.len());
            return Err(Failure::new(FaultKind::WrongCount, what));
        }
        Ok(verdicts)
    }
}

impl fmt::Debug for LoadedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} with {}", self.compiled, self.settings)
    }
}

/// A name and a version that may stand in a table, a metric or a file name.
fn check(described: &Description) -> Result<(), LoadError> {
    let name_fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let version_fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    let Description { name, version, .. } = described;
    let problem = if name.is_empty() || name.len() > NAME_BYTES || !name.chars().all(name_fits) {
        "a name has 1 to 64 lower-case letters, digits and hyphens"
    } else if version.is_empty() || version.len() > VERSION_BYTES || !version.chars().all(version_fits) {
        "a version has 1 to 32 characters, such as 1.4.0"
    } else {
        return Ok(());
    };
    Err(LoadError::BadDescriptor { name: tamed(name, NAME_BYTES), version: tamed(version, VERSION_BYTES), problem })
}

/// What an engine error means for the rule.
fn failure(error: &wasmtime::Error, limits: Limits) -> Failure {
    if let Some(denied) = error.downcast_ref::<Denied>() {
        return Failure::new(FaultKind::Memory, denied.to_string());
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => {
            Failure::new(FaultKind::Deadline, format!("it used up its time of {:?}", limits.batch_time))
        }
        Some(Trap::UnreachableCodeReached) => Failure::new(FaultKind::Trap, "it panicked (`unreachable` was executed)"),
        Some(trap) => Failure::new(FaultKind::Trap, format!("it trapped: {trap}")),
        None => Failure::new(FaultKind::BadValue, tamed(&format!("its answer cannot be used: {error:#}"), 512)),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
