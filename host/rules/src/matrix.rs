//! Every verdict of a chain, as a table: one row for each combination of the words that it may be asked about.
//!
//! The rows hold what the interface can say of one moment: from Teams, availability, activity and out of office; from 8x8, status and
//! whether a call is on. What a rule may ask for beside that (person, time, the other side, a hand-set state) is left out, so a rule that
//! needs it shows what it does without.

mod write;

use presync_core::rule::{EightSide, PublishAction, PublishVerdict, SessionAction, SessionVerdict, Subject, TeamsSide};
use presync_core::words::{EightStatus, TeamsActivity, TeamsAvailability};

use crate::chain::Chain;
use crate::fault::Fault;
use crate::question::Verdict;

pub use write::Format;

/// A table of verdicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// Names of the columns.
    pub header: &'static [&'static str],
    /// The rows, each with one label per column; empty where there is none.
    pub rows: Vec<Vec<&'static str>>,
    /// Calls that failed while the table was made; their rows show what stands then.
    pub faults: Vec<Fault>,
}

/// A verdict whose questions can be enumerated.
pub trait Tabled: Verdict {
    /// Names of the columns: the question's, then the verdict's.
    const HEADER: &'static [&'static str];

    /// Every question that the interface can ask, each with its labels.
    fn questions() -> Vec<(Vec<&'static str>, Subject)>;

    /// The labels of a verdict.
    fn labels(&self) -> Vec<&'static str>;
}

impl Matrix {
    /// Asks a chain every question.
    pub fn of<V: Tabled>(chain: &Chain<V>) -> Self {
        let (labels, subjects): (Vec<_>, Vec<_>) = V::questions().into_iter().unzip();
        let decided = chain.decide(&subjects, false);
        let row = |(mut labels, verdict): (Vec<&'static str>, &V)| {
            labels.extend(verdict.labels());
            labels
        };
        Self {
            header: V::HEADER,
            rows: labels.into_iter().zip(&decided.verdicts).map(row).collect(),
            faults: decided.faults,
        }
    }
}

impl Tabled for PublishVerdict {
    const HEADER: &'static [&'static str] =
        &["availability", "activity", "out_of_office", "action", "status", "calls", "note"];

    fn questions() -> Vec<(Vec<&'static str>, Subject)> {
        let mut questions = Vec::new();
        for &availability in TeamsAvailability::ALL {
            for &activity in TeamsActivity::ALL {
                for out_of_office in [false, true] {
                    let side = TeamsSide { availability, activity, out_of_office, manual: false, since: None };
                    let labels = vec![availability.label(), activity.label(), yes_no(out_of_office)];
                    questions.push((labels, Subject { teams: Some(side), ..Subject::default() }));
                }
            }
        }
        questions
    }

    fn labels(&self) -> Vec<&'static str> {
        let (action, status) = match self.action {
            PublishAction::Publish(status) => ("publish", status.label()),
            PublishAction::NoSync => ("no-sync", ""),
            PublishAction::Hold => ("hold", ""),
        };
        vec![action, status, self.calls.label(), self.note.map_or("", |note| note.label())]
    }
}

impl Tabled for SessionVerdict {
    const HEADER: &'static [&'static str] = &["status", "call_active", "action", "session"];

    fn questions() -> Vec<(Vec<&'static str>, Subject)> {
        let mut questions = Vec::new();
        for &status in EightStatus::ALL {
            for call_active in [false, true] {
                let side = EightSide { status, call_active, manual: false, since: None };
                let labels = vec![status.label(), yes_no(call_active)];
                questions.push((labels, Subject { eight: Some(side), ..Subject::default() }));
            }
        }
        questions
    }

    fn labels(&self) -> Vec<&'static str> {
        match self.action {
            SessionAction::HoldSession(session) => vec!["hold-session", session.label()],
            SessionAction::NoSession => vec!["no-session", ""],
            SessionAction::Hold => vec!["hold", ""],
        }
    }
}

const fn yes_no(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}
