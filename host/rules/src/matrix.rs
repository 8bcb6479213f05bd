//! Every verdict of a chain, as a table: one row for each combination of the words that it may be asked about.
//!
//! The rows hold what the side that is mapped from can say: from Teams, availability, activity and out of office; from 8x8, status and
//! whether a call is on. What a rule may ask for beside that (person, time, the other side, a hand-set state) is the same in every row: a
//! *moment*, which is a subject whose own words of that side do not matter.

mod write;

use std::borrow::Cow;

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
    pub header: Vec<&'static str>,
    /// The rows, each with one label per column; empty where there is none.
    pub rows: Vec<Vec<Cow<'static, str>>>,
    /// Calls that failed while the table was made; their rows show what stands then.
    pub faults: Vec<Fault>,
}

/// A verdict whose questions can be enumerated.
pub trait Tabled: Verdict {
    /// Names of the columns: the question's, then the verdict's.
    const HEADER: &'static [&'static str];

    /// Every question of this moment, each with its labels.
    fn questions(moment: &Subject) -> Vec<(Vec<&'static str>, Subject)>;

    /// The labels of a verdict, one for each of its columns.
    fn labels(&self) -> Vec<&'static str>;
}

/// The name of the column that says what stood before, where a chain changes it.
const BEFORE: &str = "default";

impl Matrix {
    /// Asks a chain every question, with nothing known beside the words of the rows.
    pub fn of<V: Tabled>(chain: &Chain<V>) -> Self {
        let (labels, subjects): (Vec<_>, Vec<_>) = V::questions(&Subject::default()).into_iter().unzip();
        let decided = chain.decide(&subjects, false);
        let rows = labels.into_iter().zip(&decided.verdicts).map(|(labels, verdict)| row(labels, verdict)).collect();
        Self { header: V::HEADER.to_vec(), rows, faults: decided.faults }
    }

    /// Asks a chain every question of a moment, and another what it says to the same. The last column holds the other's verdict where
    /// the chain changes it, and is empty where it does not.
    pub fn beside<V: Tabled>(chain: &Chain<V>, other: &Chain<V>, moment: &Subject) -> Self {
        let (labels, subjects): (Vec<_>, Vec<_>) = V::questions(moment).into_iter().unzip();
        let (mut decided, before) = (chain.decide(&subjects, false), other.decide(&subjects, false));
        let verdicts = decided.verdicts.iter().zip(&before.verdicts);
        let row = |(labels, (verdict, before)): (_, (&V, &V))| {
            let mut row = row(labels, verdict);
            let changed = verdict.labels() != before.labels();
            row.push(if changed { brief(before).into() } else { "".into() });
            row
        };
        let rows = labels.into_iter().zip(verdicts).map(row).collect();
        decided.faults.extend(before.faults);
        Self { header: [V::HEADER, &[BEFORE]].concat(), rows, faults: decided.faults }
    }

    /// The rows in which the chain changes what the other says. All of them, when it was not put beside another.
    pub fn changed(mut self) -> Self {
        if let Some(column) = self.header.iter().position(|name| *name == BEFORE) {
            self.rows.retain(|row| row.get(column).is_some_and(|before| !before.is_empty()));
        }
        self
    }
}

fn row<V: Tabled>(labels: Vec<&'static str>, verdict: &V) -> Vec<Cow<'static, str>> {
    labels.into_iter().chain(verdict.labels()).map(Cow::Borrowed).collect()
}

/// A verdict in one cell: its labels, as far as they say something.
fn brief<V: Tabled>(verdict: &V) -> String {
    let labels = verdict.labels();
    labels.into_iter().filter(|label| !label.is_empty()).collect::<Vec<_>>().join(" ")
}

impl Tabled for PublishVerdict {
    const HEADER: &'static [&'static str] =
        &["availability", "activity", "out_of_office", "action", "status", "calls", "note"];

    fn questions(moment: &Subject) -> Vec<(Vec<&'static str>, Subject)> {
        let (manual, since) = moment.teams.map_or((false, None), |side| (side.manual, side.since));
        let mut questions = Vec::new();
        for &availability in TeamsAvailability::ALL {
            for &activity in TeamsActivity::ALL {
                for out_of_office in [false, true] {
                    let side = TeamsSide { availability, activity, out_of_office, manual, since };
                    let labels = vec![availability.label(), activity.label(), yes_no(out_of_office)];
                    questions.push((labels, Subject { teams: Some(side), ..moment.clone() }));
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

    fn questions(moment: &Subject) -> Vec<(Vec<&'static str>, Subject)> {
        let (manual, since) = moment.eight.map_or((false, None), |side| (side.manual, side.since));
        let mut questions = Vec::new();
        for &status in EightStatus::ALL {
            for call_active in [false, true] {
                let side = EightSide { status, call_active, manual, since };
                let labels = vec![status.label(), yes_no(call_active)];
                questions.push((labels, Subject { eight: Some(side), ..moment.clone() }));
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
