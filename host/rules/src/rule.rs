//! A rule that was compiled and described, and one that was given its settings.
//!
//! A [`CompiledRule`] may be given several settings (the same file for several tenants); a [`LoadedRule`] is one of them, ready for a
//! [`Chain`](crate::Chain). Both are cheap to clone. Nothing of a guest is kept between calls.

use std::fmt;
use std::sync::Arc;

use presync_core::rule::{PublishVerdict, SessionVerdict};
use presync_core::words::Direction;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wasmtime::{Store, Trap};

use crate::apart;
use crate::budget::{Denied, Guest};
use crate::error::LoadError;
use crate::fault::{Failure, FaultKind};
use crate::guest_log::GuestLog;
use crate::host::RuleHost;
use crate::lanes::Lanes;
use crate::limits::Limits;
use crate::question::{Needs, Question, Verdict};
use crate::text::tamed;
use crate::v1_0::{Call, Linked};
use crate::warm::WarmPool;

/// A rule that was checked, compiled and asked for its name.
#[derive(Clone)]
pub struct CompiledRule {
    inner: Arc<Compiled>,
}

struct Compiled {
    host: RuleHost,
    lanes: Lanes,
    about: About,
    digest: String,
    size: usize,
}

/// What is known of a component once it was checked, compiled and asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) direction: Direction,
    pub(crate) interface: String,
    pub(crate) imports: Vec<String>,
    pub(crate) name: Arc<str>,
    pub(crate) version: Arc<str>,
    pub(crate) needs: Needs,
    pub(crate) pure: bool,
}

/// A rule that has accepted its settings.
#[derive(Clone)]
pub struct LoadedRule {
    compiled: CompiledRule,
    settings: Arc<str>,
    needs: Needs,
    limits: Limits,
    warm: Arc<WarmPool>,
}

// === impl CompiledRule ===

impl CompiledRule {
    pub(crate) fn new(host: RuleHost, linked: Linked, about: About, digest: String, size: usize) -> Self {
        let log = GuestLog::new(Arc::clone(&about.name));
        let lanes = Lanes::new(&host, linked, log);
        Self { inner: Arc::new(Compiled { host, lanes, about, digest, size }) }
    }

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
        let mut store = place.store(limits, self.inner.lanes.first().log().clone());
        let rule = || self.name().to_owned();
        match self.inner.lanes.first().linked().open(&mut store).and_then(|mut call| call.configure(&settings)) {
            Ok(Ok(needs)) if needs.is_within(self.needs()) => {
                Ok(LoadedRule { compiled: self.clone(), settings, needs, limits, warm: Arc::default() })
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
        &self.inner.about.name
    }

    /// The rule's own version.
    pub fn version(&self) -> &str {
        &self.inner.about.version
    }

    /// The way it maps.
    pub fn direction(&self) -> Direction {
        self.inner.about.direction
    }

    /// The most that it may want to see beside the side it maps from.
    pub fn needs(&self) -> Needs {
        self.inner.about.needs
    }

    /// Whether a verdict depends on its own question and the settings alone.
    pub fn is_pure(&self) -> bool {
        self.inner.about.pure
    }

    /// SHA-256 of the file, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.inner.digest
    }

    /// Bytes of the file.
    pub fn size(&self) -> usize {
        self.inner.size
    }

    /// Bytes of the compiled rule, as it is kept in memory.
    pub fn compiled_size(&self) -> usize {
        self.inner.lanes.first().linked().compiled_size()
    }

    /// The interfaces that it imports.
    pub fn imports(&self) -> &[String] {
        &self.inner.about.imports
    }

    /// The version of `presync:rules` that it was made for.
    pub fn interface_version(&self) -> &str {
        &self.inner.about.interface
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

    /// Asks it, as an override, about somebody who is available on both sides: with and without wanting reasons.
    ///
    /// # Errors
    /// When it fails on that, it would fail on everybody.
    pub fn try_out(&self) -> Result<(), LoadError> {
        for explain in [false, true] {
            let answered = match self.compiled.direction() {
                Direction::TeamsToEight => apart::ask_harmless::<PublishVerdict>(self, true, explain, self.limits),
                Direction::EightToTeams => apart::ask_harmless::<SessionVerdict>(self, true, explain, self.limits),
            };
            let rule = self.compiled.name();
            answered.map_err(|failure| LoadError::Fails { rule: rule.to_owned(), reason: failure.what })?;
        }
        Ok(())
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.compiled.inner.about.name)
    }

    pub(crate) fn shared_version(&self) -> Arc<str> {
        Arc::clone(&self.compiled.inner.about.version)
    }

    pub(crate) fn host(&self) -> &RuleHost {
        &self.compiled.inner.host
    }

    pub(crate) fn linked(&self) -> &Linked {
        self.compiled.inner.lanes.first().linked()
    }

    pub(crate) fn log(&self) -> &GuestLog {
        self.compiled.inner.lanes.first().log()
    }

    /// Asks one batch: of a fresh instance, unless the rule's limits let one answer more.
    pub(crate) fn ask<V: Verdict>(
        &self,
        questions: &[Question<'_, V>],
        explain: bool,
        limits: Limits,
    ) -> Result<Vec<V>, Failure> {
        if !self.host().is_watched() {
            return Err(Failure::new(FaultKind::Host, "deadlines are not being watched, so it was not asked"));
        }
        if self.limits.calls_per_instance > 1
            && let Some(answered) = self.warm.ask(self, questions, explain, limits)
        {
            return answered;
        }
        let lane = self.compiled.inner.lanes.enter(self.host());
        let place = lane.place();
        let mut store = place.store(limits, lane.log().clone());
        let call = self.open(lane.linked(), &mut store, limits)?;
        let verdicts = V::ask(call, questions, explain).map_err(|error| failure(&error, limits))?;
        checked(questions.len(), verdicts)
    }

    /// A fresh instance that was given its settings.
    pub(crate) fn open<'a>(
        &self,
        linked: &'a Linked,
        store: &'a mut Store<Guest>,
        limits: Limits,
    ) -> Result<Call<'a>, Failure> {
        let mut call = linked.open(store).map_err(|error| failure(&error, limits))?;
        let accepted = call.configure(&self.settings).map_err(|error| failure(&error, limits))?;
        accepted.map_err(|reason| {
            Failure::new(FaultKind::Settings, format!("it refuses its settings: {}", tamed(&reason, 512)))
        })?;
        Ok(call)
    }
}

impl fmt::Debug for LoadedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} with {}", self.compiled, self.settings)
    }
}

/// As many verdicts as questions, or a failure.
pub(crate) fn checked<V>(questions: usize, verdicts: Vec<V>) -> Result<Vec<V>, Failure> {
    if verdicts.len() == questions {
        return Ok(verdicts);
    }
    let what = format!("it was asked {questions} questions and gave {} verdicts", verdicts.len());
    Err(Failure::new(FaultKind::WrongCount, what))
}

/// What an engine error means for the rule.
pub(crate) fn failure(error: &wasmtime::Error, limits: Limits) -> Failure {
    if let Some(denied) = error.downcast_ref::<Denied>() {
        return Failure::new(FaultKind::Memory, denied.to_string());
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => {
            Failure::new(FaultKind::Deadline, format!("it used up its time of {:?}", limits.batch_time))
        }
        Some(Trap::UnreachableCodeReached) => Failure::new(FaultKind::Trap, "it panicked (`unreachable` was executed)"),
        Some(trap) => Failure::new(FaultKind::Trap, format!("it trapped: {trap}")),
        // What is around the cause says where in the guest, in numbers that help nobody.
        None => {
            let what = format!("what it handed over cannot be used: {}", error.root_cause());
            Failure::new(FaultKind::BadValue, tamed(&what, 512))
        }
    }
}
