//! presync itself: the embedded default rule, a WebAssembly component, through the chain that the service uses.

use anyhow::{Result, ensure};
use presync_core::rule::{PublishVerdict, Subject};
use presync_core::words::Direction;
use presync_rules::{Chain, HostSettings, Limits, LoadedRule, PublishChain, RuleHost, defaults};
use serde_json::Value;

use super::Contestant;

/// The default rule, asked as if nothing had ever been asked before.
#[derive(Debug, Clone)]
pub struct Presync {
    rule: LoadedRule,
}

impl Presync {
    /// Sets up an engine and loads the rule.
    pub fn new() -> Result<Self> {
        Self::answering(Limits::default().calls_per_instance)
    }

    /// The same, with instances that answer so many calls.
    pub fn answering(calls_per_instance: u32) -> Result<Self> {
        let host = RuleHost::new(HostSettings::default())?;
        let limits = Limits { calls_per_instance, ..Limits::default() };
        let rule = host.load(defaults::TEAMS_TO_EIGHT, Some(Direction::TeamsToEight), &Value::Null, limits)?;
        Ok(Self { rule })
    }

    /// A chain of the rule alone, which has nothing to reuse yet.
    pub fn chain(&self) -> Result<PublishChain> {
        Ok(Chain::new(vec![self.rule.clone()])?)
    }
}

impl Contestant for Presync {
    fn verdicts(&mut self, subjects: &[Subject]) -> Result<Vec<PublishVerdict>> {
        answers(&self.chain()?, subjects)
    }
}

/// The verdicts of a chain; a fault is an error, since a failed call would cost less than an answered one.
pub fn answers(chain: &PublishChain, subjects: &[Subject]) -> Result<Vec<PublishVerdict>> {
    let decided = chain.decide(subjects, false);
    ensure!(decided.faults.is_empty(), "the rule failed: {:?}", decided.faults);
    Ok(decided.verdicts)
}
