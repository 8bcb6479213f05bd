//! A verdict of either direction, as a table writes it: what a case expects, or takes as proposed.

use presync_core::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict};
use presync_core::words::{Calls, Direction, EightTarget, Note, TeamsSession};
use presync_rules::Verdict;

use crate::document::Section;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Publish(EightTarget),
    NoSync,
    HoldSession(TeamsSession),
    NoSession,
    Hold,
}

/// A verdict with only what a table says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) action: Action,
    pub(crate) calls: Option<Calls>,
    /// The inner one is none where the table says `note = "none"`.
    pub(crate) note: Option<Option<Note>>,
    /// The inner one is none where the table says `recheck_after = "none"`.
    pub(crate) recheck_after: Option<Option<u32>>,
    /// A part of the reason.
    pub(crate) reason: Option<Box<str>>,
}

/// A verdict that a table can write down.
pub(crate) trait Written: Verdict {
    /// The verdict as a table would write it in full.
    fn written(&self) -> Answer;

    /// The verdict of a proposal.
    fn proposed(answer: &Answer) -> Self;
}

/// The keys that an answer of one direction may have.
pub(crate) const fn keys(direction: Direction) -> &'static [&'static str] {
    match direction {
        Direction::TeamsToEight => &["publish", "no_sync", "hold", "calls", "note", "recheck_after", "reason"],
        Direction::EightToTeams => &["session", "no_session", "hold", "recheck_after", "reason"],
    }
}

/// Reads an answer from a table; the keys were checked.
pub(crate) fn read(section: &Section<'_>, direction: Direction) -> Option<Answer> {
    let action = action(section, direction);
    let calls = section.optional("calls", |entry| entry.word("word for calls", Calls::ALL, Calls::label));
    let note = section.optional("note", |entry| {
        if entry.text("a note, or \"none\"")? == "none" {
            return Some(None);
        }
        entry.word("note (or \"none\")", Note::ALL, Note::label).map(Some)
    });
    let recheck_after = section.optional("recheck_after", |entry| match entry.is_text("none") {
        true => Some(None),
        false => entry.number("a number of seconds, or \"none\"").map(Some),
    });
    let reason = section.optional("reason", |entry| entry.text("a part of the reason").map(Box::from));
    Some(Answer { action: action?, calls: calls?, note: note?, recheck_after: recheck_after?, reason: reason? })
}

/// The one action that the table names.
fn action(section: &Section<'_>, direction: Direction) -> Option<Action> {
    let marked = |key: &str, action: Action| {
        section.get(key).map(|entry| match entry.flag()? {
            true => Some(action),
            false => entry.wrong("is false", "true, or not to be there"),
        })
    };
    let (shown, off) = match direction {
        Direction::TeamsToEight => {
            let target = section.get("publish").map(|entry| {
                entry.word("8x8 status to publish", EightTarget::ALL, EightTarget::label).map(Action::Publish)
            });
            (target, marked("no_sync", Action::NoSync))
        }
        Direction::EightToTeams => {
            let session = section.get("session").map(|entry| {
                entry.word("Teams session", TeamsSession::ALL, TeamsSession::label).map(Action::HoldSession)
            });
            (session, marked("no_session", Action::NoSession))
        }
    };
    let found: Vec<Option<Action>> = [shown, off, marked("hold", Action::Hold)].into_iter().flatten().collect();
    match (&found[..], direction) {
        ([action], _) => *action,
        (_, Direction::TeamsToEight) => section.wrong(
            "says no one thing to do; expected exactly one of publish = \"busy\" (or another status), no_sync = true, hold = true",
        ),
        (_, Direction::EightToTeams) => section.wrong(
            "says no one thing to do; expected exactly one of session = \"in-a-call\" (or another session), no_session = true, hold = true",
        ),
    }
}

// === impl Answer ===

impl Answer {
    /// The action as key and value, as a table has it.
    fn acted(&self) -> (&'static str, &'static str) {
        match self.action {
            Action::Publish(target) => ("publish", target.label()),
            Action::NoSync => ("no_sync", "true"),
            Action::HoldSession(session) => ("session", session.label()),
            Action::NoSession => ("no_session", "true"),
            Action::Hold => ("hold", "true"),
        }
    }

    /// Where `got`, which is complete, is something else than this expects: key, expected, got.
    pub(crate) fn differences(&self, got: &Self) -> Vec<(&'static str, String, String)> {
        let mut differences = Vec::new();
        if self.action != got.action {
            let ((key, expected), (other, value)) = (self.acted(), got.acted());
            let value = if key == other { value.to_owned() } else { format!("{other} = {value}") };
            differences.push((key, expected.to_owned(), value));
        }
        let mut compare = |key, expected: Option<String>, got: Option<String>| {
            if let Some(expected) = expected
                && Some(&expected) != got.as_ref()
            {
                differences.push((key, expected, got.unwrap_or_default()));
            }
        };
        let labelled = |calls: Option<Calls>| calls.map(|calls| calls.label().to_owned());
        compare("calls", labelled(self.calls), labelled(got.calls));
        let noted = |note: Option<Option<Note>>| note.map(|note| note.map_or("none", Note::label).to_owned());
        compare("note", noted(self.note), noted(got.note));
        let timed = |after: Option<Option<u32>>| {
            after.map(|after| after.map_or_else(|| "none".to_owned(), |seconds| seconds.to_string()))
        };
        compare("recheck_after", timed(self.recheck_after), timed(got.recheck_after));
        let said = got.reason.as_deref().unwrap_or_default();
        if let Some(reason) = self.reason.as_deref().filter(|part| !said.contains(*part)) {
            differences.push(("reason", format!("… {reason} …"), said.to_owned()));
        }
        differences
    }
}

impl Written for PublishVerdict {
    fn written(&self) -> Answer {
        let action = match self.action {
            PublishAction::Publish(target) => Action::Publish(target),
            PublishAction::NoSync => Action::NoSync,
            PublishAction::Hold => Action::Hold,
        };
        Answer {
            action,
            calls: Some(self.calls),
            note: Some(self.note),
            recheck_after: Some(self.recheck_after),
            reason: self.reason.clone(),
        }
    }

    fn proposed(answer: &Answer) -> Self {
        let action = match answer.action {
            Action::Publish(target) => PublishAction::Publish(target),
            Action::NoSync => PublishAction::NoSync,
            // A session is not read for this direction.
            Action::Hold | Action::HoldSession(_) | Action::NoSession => PublishAction::Hold,
        };
        Self {
            action,
            calls: answer.calls.unwrap_or(Calls::Unchanged),
            note: answer.note.flatten(),
            recheck_after: answer.recheck_after.flatten(),
            reason: answer.reason.clone(),
        }
    }
}

impl Written for SessionVerdict {
    fn written(&self) -> Answer {
        let action = match self.action {
            SessionAction::HoldSession(session) => Action::HoldSession(session),
            SessionAction::NoSession => Action::NoSession,
            SessionAction::Hold => Action::Hold,
        };
        let (recheck_after, reason) = (Some(self.recheck_after), self.reason.clone());
        Answer { action, calls: None, note: None, recheck_after, reason }
    }

    fn proposed(answer: &Answer) -> Self {
        let action = match answer.action {
            Action::HoldSession(session) => SessionAction::HoldSession(session),
            Action::NoSession => SessionAction::NoSession,
            // A status is not read for this direction.
            Action::Hold | Action::Publish(_) | Action::NoSync => SessionAction::Hold,
        };
        Self { action, recheck_after: answer.recheck_after.flatten(), reason: answer.reason.clone() }
    }
}
