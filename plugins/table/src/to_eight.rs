//! The table from Teams to 8x8.

use presync_rule::teams_to_eight::{Action, Question, TeamsToEight, Verdict};
use presync_rule::{Descriptor, Needs};
use serde_json::Value;

use crate::table::{EVERYTHING, Table, sooner};
use crate::then::{Act, Then};
use crate::when::{From, Seen};
use crate::words::TARGETS;

/// Lines of `when` and `then` from Teams to 8x8.
#[derive(Debug, Clone)]
pub struct TableToEight(Table);

impl TeamsToEight for TableToEight {
    type Settings = Value;

    const DESCRIPTOR: Descriptor = Descriptor::new("table", "1.0.0").needing(EVERYTHING);

    fn new(settings: Value) -> Result<Self, String> {
        Table::new(&settings, From::Teams).map(Self)
    }

    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn decide(&self, question: &Question, explain: bool) -> Verdict {
        let proposed = Verdict::as_proposed(question);
        // Of a person whom Teams has not told of, nothing can be mapped.
        let Some(teams) = &question.subject.teams else { return proposed };
        let proposed_at = question.proposal.as_ref().map(|verdict| place(&verdict.action));
        let found = self.0.first(&Seen { subject: &question.subject, since: teams.since, proposed: proposed_at });
        let recheck_after = sooner(proposed.recheck_after, found.recheck_after);
        let verdict = match found.line {
            Some((line, then)) => effect(then, proposed).because(explain, || then.because(line)),
            None => proposed,
        };
        Verdict { recheck_after, ..verdict }
    }
}

/// What a line makes of the proposal.
fn effect(then: &Then, proposed: Verdict) -> Verdict {
    let (calls, note) = (then.calls.unwrap_or(proposed.calls), then.note.unwrap_or(proposed.note));
    match then.act {
        Act::Keep => proposed.calls(calls).note(note),
        Act::Show(place) => {
            TARGETS.get(place).map_or(proposed, |target| Verdict::publish(*target).calls(calls).note(note))
        }
        Act::Nothing => Verdict::no_sync(),
        Act::Hold => Verdict::hold(),
    }
}

/// The place of an action among the words for what is proposed.
fn place(action: &Action) -> usize {
    match action {
        Action::Publish(target) => *target as usize,
        Action::NoSync => TARGETS.len(),
        Action::Hold => TARGETS.len() + 1,
    }
}
