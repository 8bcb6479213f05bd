//! What no override can do, whatever it answers. A verdict that tries is reported and not obeyed: what was proposed before it stands.
//!
//! The default maps are the measure and are not guarded. How often a person may be written to, and that equal writes are not
//! repeated, is kept further down, where writes are made.

use std::fmt;
use std::sync::Arc;

use presync_core::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict, Subject};
use presync_core::words::{EightStatus, EightTarget, TeamsSession};
use serde::Serialize;

/// A line that an override may not cross.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guardrail {
    /// What a person chose in Teams by hand is not shown as something else.
    Manual,
    /// Whoever is not there is not shown as available.
    Offline,
}

/// Verdicts of one rule that were not obeyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guarded {
    /// The rule's name.
    pub rule: Arc<str>,
    /// The rule's version.
    pub version: Arc<str>,
    /// Which line they crossed.
    pub guardrail: Guardrail,
    /// How many.
    pub answers: usize,
}

impl Guardrail {
    /// The spelling for metrics and reports.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Offline => "offline",
        }
    }

    /// What the rule tried, as the end of a sentence that begins with "the rule".
    pub const fn tried(self) -> &'static str {
        match self {
            Self::Manual => "would show something else than the person chose by hand",
            Self::Offline => "would show somebody as available who is not there",
        }
    }

    /// The line that a verdict from Teams to 8x8 crosses, measured by the default map's.
    pub(crate) fn of_publish(verdict: &PublishVerdict, subject: &Subject, default: &PublishVerdict) -> Option<Self> {
        let PublishAction::Publish(shown) = verdict.action else { return None };
        let PublishAction::Publish(usual) = default.action else { return None };
        let by_hand = subject.teams.is_some_and(|side| side.manual);
        match (usual, shown) {
            (usual, shown) if usual == shown => None,
            (EightTarget::Offline, EightTarget::Available) => Some(Self::Offline),
            _ if by_hand => Some(Self::Manual),
            _ => None,
        }
    }

    /// The line that a verdict from 8x8 to Teams crosses, measured by the default map's.
    pub(crate) fn of_session(verdict: &SessionVerdict, subject: &Subject, default: &SessionVerdict) -> Option<Self> {
        let SessionAction::HoldSession(session) = verdict.action else { return None };
        let away = |status| matches!(status, EightStatus::Offline | EightStatus::Invisible);
        if verdict.action == default.action {
            None
        } else if session == TeamsSession::Available && subject.eight.is_some_and(|side| away(side.status)) {
            Some(Self::Offline)
        } else if subject.teams.is_some_and(|side| side.manual) {
            Some(Self::Manual)
        } else {
            None
        }
    }
}

impl fmt::Display for Guardrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

impl fmt::Display for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, version, guardrail, answers } = self;
        write!(
            f,
            "rule {rule} {version}: it {}; what was proposed before it stands (answers: {answers})",
            guardrail.tried()
        )
    }
}

#[cfg(test)]
mod tests {
    use presync_core::rule::{EightSide, TeamsSide};
    use presync_core::words::{Calls, TeamsActivity, TeamsAvailability};

    use super::*;

    fn publish(action: PublishAction) -> PublishVerdict {
        PublishVerdict { action, calls: Calls::Unchanged, note: None, recheck_after: None, reason: None }
    }

    fn session(action: SessionAction) -> SessionVerdict {
        SessionVerdict { action, recheck_after: None, reason: None }
    }

    fn in_teams(manual: bool) -> Subject {
        let (availability, activity) = (TeamsAvailability::DoNotDisturb, TeamsActivity::DoNotDisturb);
        let side = TeamsSide { availability, activity, out_of_office: false, manual, since: None };
        Subject { teams: Some(side), ..Subject::default() }
    }

    fn in_eight(status: EightStatus, manual: bool) -> Subject {
        let eight = EightSide { status, call_active: false, manual: false, since: None };
        Subject { eight: Some(eight), ..in_teams(manual) }
    }

    #[test]
    fn a_state_chosen_by_hand_keeps_its_status() {
        let usual = publish(PublishAction::Publish(EightTarget::DoNotDisturb));
        let other = publish(PublishAction::Publish(EightTarget::Busy));
        assert_eq!(Guardrail::of_publish(&other, &in_teams(true), &usual), Some(Guardrail::Manual));
        assert_eq!(Guardrail::of_publish(&other, &in_teams(false), &usual), None);
    }

    #[test]
    fn its_calls_and_its_being_shown_at_all_are_the_rules_to_decide() {
        let usual = publish(PublishAction::Publish(EightTarget::DoNotDisturb));
        let calls = PublishVerdict { calls: Calls::DirectOnly, ..usual.clone() };
        for verdict in [calls, publish(PublishAction::NoSync), publish(PublishAction::Hold)] {
            assert_eq!(Guardrail::of_publish(&verdict, &in_teams(true), &usual), None);
        }
    }

    #[test]
    fn offline_never_becomes_available() {
        let usual = publish(PublishAction::Publish(EightTarget::Offline));
        let guard = |target| Guardrail::of_publish(&publish(PublishAction::Publish(target)), &in_teams(false), &usual);
        assert_eq!(guard(EightTarget::Available), Some(Guardrail::Offline));
        assert_eq!(guard(EightTarget::Away), None);
    }

    #[test]
    fn no_session_makes_an_absent_person_available_or_hides_what_was_chosen() {
        let usual = session(SessionAction::NoSession);
        let guard = |held, subject: &Subject| {
            Guardrail::of_session(&session(SessionAction::HoldSession(held)), subject, &usual)
        };
        assert_eq!(guard(TeamsSession::Available, &in_eight(EightStatus::Invisible, false)), Some(Guardrail::Offline));
        assert_eq!(guard(TeamsSession::InACall, &in_eight(EightStatus::Busy, true)), Some(Guardrail::Manual));
        assert_eq!(guard(TeamsSession::InACall, &in_eight(EightStatus::Busy, false)), None);
    }
}
