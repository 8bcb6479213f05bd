//! A Rhai script, compiled once: a language made for being embedded in Rust, which is interpreted.

use anyhow::{Context, Result};
use presync_core::rule::{PublishAction, PublishVerdict, Subject};
use presync_core::words::{Calls, EightTarget, Note, TeamsActivity, TeamsAvailability};
use rhai::{AST, Array, Engine, ImmutableString, Scope};

use super::Contestant;

/// The map as a script.
#[derive(Debug)]
pub struct Rhai {
    engine: Engine,
    script: AST,
    availabilities: Vec<ImmutableString>,
    activities: Vec<ImmutableString>,
}

impl Rhai {
    /// Compiles the script, and makes its strings once.
    pub fn new() -> Result<Self> {
        let engine = Engine::new();
        let script = engine.compile(include_str!("../../guests/rhai/map.rhai")).context("the Rhai script")?;
        let availabilities = TeamsAvailability::ALL.iter().map(|word| word.label().into()).collect();
        let activities = TeamsActivity::ALL.iter().map(|word| word.label().into()).collect();
        Ok(Self { engine, script, availabilities, activities })
    }

    fn verdict(&self, scope: &mut Scope<'_>, subject: &Subject) -> Result<PublishVerdict> {
        let teams = subject.teams.context("the script is only asked about people whom Teams knows")?;
        let availability = self.availabilities.get(teams.availability as usize).context("a word")?.clone();
        let activity = self.activities.get(teams.activity as usize).context("a word")?.clone();
        let arguments = (availability, activity, teams.out_of_office);
        let answer: Array = self.engine.call_fn(scope, &self.script, "decide", arguments)?;
        let mut words = answer.into_iter().map(|word| word.into_immutable_string());
        let mut word = || words.next().and_then(Result::ok).context("the script answers three strings");
        let status = EightTarget::from_label(&word()?).context("a status")?;
        let calls = Calls::from_label(&word()?).context("calls")?;
        let note = Note::from_label(&word()?);
        Ok(PublishVerdict { action: PublishAction::Publish(status), calls, note, recheck_after: None, reason: None })
    }
}

impl Contestant for Rhai {
    fn verdicts(&mut self, subjects: &[Subject]) -> Result<Vec<PublishVerdict>> {
        let mut scope = Scope::new();
        subjects.iter().map(|subject| self.verdict(&mut scope, subject)).collect()
    }
}
