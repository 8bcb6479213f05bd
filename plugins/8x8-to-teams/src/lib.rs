//! The default rule from 8x8 to Teams: a real call is shown, everything else is not carried over.
//!
//! A status that says "on call" without a call being on is our own publication seen again: an echo.

use presync_rule::eight_to_teams::{EightToTeams, Question, Verdict};
use presync_rule::words::{EightStatus, TeamsSession};
use presync_rule::{Descriptor, NoSettings};

/// The default rule from 8x8 to Teams.
#[derive(Debug, Clone, Copy)]
pub struct EightToTeamsDefault;

impl EightToTeams for EightToTeamsDefault {
    type Settings = NoSettings;

    const DESCRIPTOR: Descriptor = Descriptor::new("8x8-to-teams", "1.0.0");

    fn new(_: NoSettings) -> Result<Self, String> {
        Ok(Self)
    }

    fn decide(&self, question: &Question, explain: bool) -> Verdict {
        match &question.subject.eight {
            Some(eight) => {
                let (session, reason) = map(eight.status, eight.call_active);
                session.map_or(Verdict::no_session(), Verdict::hold_session).because(explain, || reason)
            }
            None => Verdict::hold().because(explain, || "8x8 has not said anything of this person yet"),
        }
    }
}

presync_rule::export_eight_to_teams!(EightToTeamsDefault);

/// The session that Teams shows for an 8x8 status, and why, in plain words.
pub const fn map(status: EightStatus, call_active: bool) -> (Option<TeamsSession>, &'static str) {
    match (status, call_active) {
        (EightStatus::OnCall, true) => (Some(TeamsSession::InACall), "8x8: on a call"),
        (EightStatus::OnCall, false) => (None, "8x8: shown as on a call, but no 8x8 call is on"),
        (_, true) => (None, "8x8: on a call, but another status goes before it"),
        (_, false) => (None, "8x8: not on a call, and nothing else is shown in Teams"),
    }
}

#[cfg(test)]
mod tests {
    use presync_rule::eight_to_teams::Action;
    use presync_rule::subject::{EightSide, Subject};

    use super::*;

    /// The table as published: status, whether a real call is on, whether Teams shows a call.
    const PUBLISHED: [(EightStatus, bool, bool); 18] = [
        (EightStatus::OnCall, true, true),
        (EightStatus::OnCall, false, false),
        (EightStatus::Available, false, false),
        (EightStatus::Available, true, false),
        (EightStatus::Busy, false, false),
        (EightStatus::Busy, true, false),
        (EightStatus::DoNotDisturb, false, false),
        (EightStatus::DoNotDisturb, true, false),
        (EightStatus::Away, false, false),
        (EightStatus::Away, true, false),
        (EightStatus::AutoAway, false, false),
        (EightStatus::AutoAway, true, false),
        (EightStatus::Invisible, false, false),
        (EightStatus::Invisible, true, false),
        (EightStatus::Offline, false, false),
        (EightStatus::Offline, true, false),
        (EightStatus::Unrecognised, false, false),
        (EightStatus::Unrecognised, true, false),
    ];

    #[test]
    fn only_a_real_call_is_shown_in_teams() {
        for (status, call_active, shown) in PUBLISHED {
            let eight = EightSide { status, call_active, manual: false, since: None };
            let subject = Subject { eight: Some(eight), ..Subject::unknown() };
            let verdict = EightToTeamsDefault.decide(&Question { subject, proposal: None }, false);
            let expected = if shown { Action::HoldSession(TeamsSession::InACall) } else { Action::NoSession };
            assert_eq!(verdict.action, expected, "{status:?}, call active: {call_active}");
        }
    }

    #[test]
    fn a_side_that_was_never_read_is_held() {
        let question = Question { subject: Subject::unknown(), proposal: None };
        assert_eq!(EightToTeamsDefault.decide(&question, false).action, Action::Hold);
    }
}
