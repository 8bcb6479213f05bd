//! The table from 8x8 to Teams.

use presync_rule::eight_to_teams::{Action, EightToTeams, Question, Verdict};
use presync_rule::{Descriptor, Needs};
use serde_json::Value;

use crate::table::{EVERYTHING, Table, sooner};
use crate::then::Act;
use crate::when::{From, Seen};
use crate::words::SESSIONS;

/// Lines of `when` and `then` from 8x8 to Teams.
#[derive(Debug, Clone)]
pub struct TableToTeams(Table);

impl EightToTeams for TableToTeams {
    type Settings = Value;

    const DESCRIPTOR: Descriptor = Descriptor::new("table", "1.0.0").needing(EVERYTHING);

    fn new(settings: Value) -> Result<Self, String> {
        Table::new(&settings, From::Eight).map(Self)
    }

    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn decide(&self, question: &Question, explain: bool) -> Verdict {
        let proposed = Verdict::as_proposed(question);
        // Of a person whom 8x8 has not told of, nothing can be mapped.
        let Some(eight) = &question.subject.eight else { return proposed };
        let proposed_at = question.proposal.as_ref().map(|verdict| place(&verdict.action));
        let found = self.0.first(&Seen { subject: &question.subject, since: eight.since, proposed: proposed_at });
        let recheck_after = sooner(proposed.recheck_after, found.recheck_after);
        let verdict = match found.line {
            Some((line, then)) => effect(then.act, proposed).because(explain, || then.because(line)),
            None => proposed,
        };
        Verdict { recheck_after, ..verdict }
    }
}

/// What a line makes of the proposal.
fn effect(act: Act, proposed: Verdict) -> Verdict {
    match act {
        Act::Keep => proposed,
        Act::Show(place) => SESSIONS.get(place).map_or(proposed, |session| Verdict::hold_session(*session)),
        Act::Nothing => Verdict::no_session(),
        Act::Hold => Verdict::hold(),
    }
}

/// The place of an action among the words for what is proposed.
fn place(action: &Action) -> usize {
    match action {
        Action::HoldSession(session) => *session as usize,
        Action::NoSession => SESSIONS.len(),
        Action::Hold => SESSIONS.len() + 1,
    }
}
