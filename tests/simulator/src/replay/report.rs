//! What was asked, what was not, and what was never recorded.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// A replay in numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReplayReport {
    /// Answers that were recorded; one for each person of a request about many.
    pub recorded: usize,
    /// Of these, how many were asked for.
    pub asked: usize,
    /// How often an answer was given once more, since there was no later one.
    pub repeated: u64,
    /// With the kind of request as key, how many of its answers nobody asked for as value.
    pub not_asked: BTreeMap<String, usize>,
    /// With the request as key, how often it came and had never been recorded as value.
    pub never_recorded: BTreeMap<String, u64>,
    /// Writes whose last was the same as the last one recorded: publications, sessions, agents' states.
    pub writes_as_recorded: usize,
    /// Writes whose last was another.
    pub writes_otherwise: Vec<WriteDifference>,
}

/// A write that came out otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WriteDifference {
    /// What is written to.
    pub what: String,
    /// The last that was recorded; none if none was.
    pub recorded: Option<Value>,
    /// The last that was made; none if none was.
    pub made: Option<Value>,
}

/// The last writes, recorded and made, by what is written to.
#[derive(Debug, Default)]
pub(super) struct Writes(BTreeMap<String, (Option<Value>, Option<Value>)>);

impl Writes {
    pub(super) fn recorded(&mut self, what: String, body: Value) {
        self.0.entry(what).or_default().0 = Some(body);
    }

    pub(super) fn made(&mut self, what: String, body: Value) {
        self.0.entry(what).or_default().1 = Some(body);
    }

    /// How many are the same, and which are not.
    pub(super) fn compare(&self) -> (usize, Vec<WriteDifference>) {
        let differs = |(_, (recorded, made)): &(&String, &(Option<Value>, Option<Value>))| recorded != made;
        let otherwise = |(what, (recorded, made)): (&String, &(Option<Value>, Option<Value>))| WriteDifference {
            what: what.clone(),
            recorded: recorded.clone(),
            made: made.clone(),
        };
        let otherwise: Vec<WriteDifference> = self.0.iter().filter(differs).map(otherwise).collect();
        (self.0.len() - otherwise.len(), otherwise)
    }
}
