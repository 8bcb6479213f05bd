//! Two chains asked the same questions: what would change if one took the other's place.

use std::collections::BTreeMap;

use presync_core::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict, Subject};
use presync_core::words::{Calls, EightTarget};
use serde::Serialize;

use crate::chain::Chain;
use crate::fault::Fault;
use crate::guard::Guarded;
use crate::poison::Poison;
use crate::question::Verdict;

/// A verdict of which can be said what it changes.
pub trait Compared: Verdict {
    /// What is shown, in a few words: `busy, direct calls only, note presenting`.
    fn shown(&self) -> String;

    /// Whether calls of a queue are offered while it stands; `None` where it does not say.
    fn offers_queue_calls(&self) -> Option<bool>;
}

/// What a candidate would change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Subjects that both chains were asked about.
    pub asked: usize,
    /// A map with what is shown now and what would be as key, and of how many subjects as value.
    pub changes: BTreeMap<String, usize>,
    /// Subjects that are offered calls of their queues now, and would not be.
    pub lose_queue_calls: usize,
    /// Subjects that are not offered calls of their queues now, and would be.
    pub gain_queue_calls: usize,
    /// The subjects whose verdict would change, each with what would.
    pub changed: Vec<Change>,
    /// Failures of the candidate.
    pub faults: Vec<Fault>,
    /// Questions that the candidate fails on.
    pub poison: Vec<Poison>,
    /// Answers of the candidate that would not be obeyed.
    pub guarded: Vec<Guarded>,
}

/// What would change for one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its place among those that were asked about.
    #[serde(skip)]
    pub subject: usize,
    /// What is shown now.
    pub now: String,
    /// What would be.
    pub then: String,
    /// It would no longer be offered calls of its queues.
    pub loses_queue_calls: bool,
}

/// Asks both chains about the same subjects.
pub fn compare<V: Compared>(live: &Chain<V>, candidate: &Chain<V>, subjects: &[Subject]) -> Comparison {
    let now = live.decide(subjects, false);
    let then = candidate.decide(subjects, false);
    let mut comparison = Comparison {
        asked: subjects.len(),
        faults: then.faults,
        poison: then.poison,
        guarded: then.guarded,
        ..Comparison::default()
    };
    for (subject, (now, then)) in now.verdicts.iter().zip(&then.verdicts).enumerate() {
        let offers = (now.offers_queue_calls(), then.offers_queue_calls());
        let (now, then) = (now.shown(), then.shown());
        if now == then {
            continue;
        }
        let loses_queue_calls = offers == (Some(true), Some(false));
        comparison.lose_queue_calls += usize::from(loses_queue_calls);
        comparison.gain_queue_calls += usize::from(offers == (Some(false), Some(true)));
        *comparison.changes.entry(format!("{now} -> {then}")).or_default() += 1;
        comparison.changed.push(Change { subject, now, then, loses_queue_calls });
    }
    comparison
}

impl Comparison {
    /// Adds what comes after it; the other's subjects are counted from here.
    pub fn add(&mut self, other: Self) {
        let first = self.asked;
        self.asked += other.asked;
        for (change, count) in other.changes {
            *self.changes.entry(change).or_default() += count;
        }
        self.lose_queue_calls += other.lose_queue_calls;
        self.gain_queue_calls += other.gain_queue_calls;
        self.changed
            .extend(other.changed.into_iter().map(|change| Change { subject: first + change.subject, ..change }));
        self.faults.extend(other.faults);
        self.poison.extend(other.poison.into_iter().map(|poison| Poison { subject: first + poison.subject, ..poison }));
        self.guarded.extend(other.guarded);
    }
}

impl Compared for PublishVerdict {
    fn shown(&self) -> String {
        let mut shown = match self.action {
            PublishAction::Publish(target) => target.label().to_owned(),
            PublishAction::NoSync => "nothing of ours".to_owned(),
            PublishAction::Hold => "left as it is".to_owned(),
        };
        shown += match self.calls {
            Calls::Unchanged => "",
            Calls::All => ", all calls",
            Calls::DirectOnly => ", direct calls only",
            Calls::None => ", no calls",
        };
        if let Some(note) = self.note {
            shown = shown + ", note " + note.label();
        }
        shown
    }

    /// 8x8 keeps calls of queues away from whoever does not want to be disturbed, unless the verdict says otherwise.
    fn offers_queue_calls(&self) -> Option<bool> {
        match (self.calls, self.action) {
            (Calls::All, _) => Some(true),
            (Calls::DirectOnly | Calls::None, _) => Some(false),
            (Calls::Unchanged, PublishAction::Publish(target)) => Some(target != EightTarget::DoNotDisturb),
            (Calls::Unchanged, PublishAction::NoSync | PublishAction::Hold) => None,
        }
    }
}

impl Compared for SessionVerdict {
    fn shown(&self) -> String {
        match self.action {
            SessionAction::HoldSession(session) => format!("session {}", session.label()),
            SessionAction::NoSession => "no session".to_owned(),
            SessionAction::Hold => "left as it is".to_owned(),
        }
    }

    fn offers_queue_calls(&self) -> Option<bool> {
        None
    }
}

#[cfg(test)]
mod tests {
    use presync_core::words::Note;

    use super::*;

    fn verdict(target: EightTarget, calls: Calls) -> PublishVerdict {
        PublishVerdict { action: PublishAction::Publish(target), calls, ..PublishVerdict::hold() }
    }

    #[test]
    fn a_verdict_is_said_in_a_few_words() {
        let verdict = verdict(EightTarget::Busy, Calls::DirectOnly);
        assert_eq!(verdict.shown(), "busy, direct calls only");
        assert_eq!(
            PublishVerdict { note: Some(Note::Presenting), ..verdict }.shown(),
            "busy, direct calls only, note presenting"
        );
    }

    #[test]
    fn only_do_not_disturb_keeps_queue_calls_away_by_itself() {
        assert_eq!(verdict(EightTarget::Busy, Calls::Unchanged).offers_queue_calls(), Some(true));
        assert_eq!(verdict(EightTarget::DoNotDisturb, Calls::Unchanged).offers_queue_calls(), Some(false));
        assert_eq!(verdict(EightTarget::DoNotDisturb, Calls::All).offers_queue_calls(), Some(true));
        assert_eq!(verdict(EightTarget::Busy, Calls::DirectOnly).offers_queue_calls(), Some(false));
    }

    #[test]
    fn what_comes_after_is_counted_on() {
        let change = |subject| Change { subject, now: "a".into(), then: "b".into(), loses_queue_calls: true };
        let one = |subject| Comparison {
            asked: 10,
            changes: BTreeMap::from([("a -> b".to_owned(), 1)]),
            lose_queue_calls: 1,
            changed: vec![change(subject)],
            ..Comparison::default()
        };
        let mut both = one(3);
        both.add(one(4));
        assert_eq!((both.asked, both.lose_queue_calls, both.changes["a -> b"]), (20, 2, 2));
        assert_eq!(both.changed, [change(3), change(14)]);
    }
}
