//! The default rule from Teams to 8x8: the published table, total over every word.
//!
//! [`map`] is the table; the rule around it adds the note, the calls and a reason.

mod map;

use presync_rule::subject::TeamsSide;
use presync_rule::teams_to_eight::{Question, TeamsToEight, Verdict};
use presync_rule::words::{Calls, EightTarget, Note};
use presync_rule::{Descriptor, NoSettings};

pub use map::map;

/// The default rule from Teams to 8x8.
#[derive(Debug, Clone, Copy)]
pub struct TeamsToEightDefault;

impl TeamsToEight for TeamsToEightDefault {
    type Settings = NoSettings;

    const DESCRIPTOR: Descriptor = Descriptor::new("teams-to-8x8", "1.0.0");

    fn new(_: NoSettings) -> Result<Self, String> {
        Ok(Self)
    }

    fn decide(&self, question: &Question, explain: bool) -> Verdict {
        match &question.subject.teams {
            Some(teams) => verdict(teams, explain),
            None => Verdict::hold().because(explain, || "Teams has not said anything of this person yet"),
        }
    }
}

presync_rule::export_teams_to_eight!(TeamsToEightDefault);

/// The verdict for what Teams says: only do not disturb keeps calls away, and automatic replies add a note beside the status.
fn verdict(teams: &TeamsSide, explain: bool) -> Verdict {
    let (status, reason) = map(teams.availability, teams.activity);
    let calls = if status == EightTarget::DoNotDisturb { Calls::None } else { Calls::Unchanged };
    Verdict::publish(status)
        .calls(calls)
        .note(teams.out_of_office.then_some(Note::OutOfOffice))
        .because(explain, || reason)
}

#[cfg(test)]
mod tests {
    use presync_rule::subject::Subject;
    use presync_rule::teams_to_eight::Action;
    use presync_rule::words::{TeamsActivity, TeamsAvailability};

    use super::*;

    fn ask(availability: TeamsAvailability, activity: TeamsActivity, out_of_office: bool, explain: bool) -> Verdict {
        let teams = TeamsSide { availability, activity, out_of_office, manual: false, since: None };
        let subject = Subject { teams: Some(teams), ..Subject::unknown() };
        TeamsToEightDefault.decide(&Question { subject, proposal: None }, explain)
    }

    #[test]
    fn do_not_disturb_keeps_every_call_away() {
        let verdict = ask(TeamsAvailability::DoNotDisturb, TeamsActivity::Presenting, false, false);
        assert_eq!(verdict, Verdict::publish(EightTarget::DoNotDisturb).calls(Calls::None));
    }

    #[test]
    fn busy_leaves_calls_as_they_are() {
        let verdict = ask(TeamsAvailability::Busy, TeamsActivity::Busy, false, false);
        assert_eq!(verdict, Verdict::publish(EightTarget::Busy).calls(Calls::Unchanged));
    }

    #[test]
    fn automatic_replies_add_a_note_and_change_nothing_else() {
        let without = ask(TeamsAvailability::Available, TeamsActivity::Available, false, false);
        let with = ask(TeamsAvailability::Available, TeamsActivity::Available, true, false);
        assert_eq!(with, without.note(Some(Note::OutOfOffice)));
    }

    #[test]
    fn a_reason_is_given_only_when_asked_for() {
        assert_eq!(ask(TeamsAvailability::Away, TeamsActivity::Away, false, false).reason, None);
        assert!(ask(TeamsAvailability::Away, TeamsActivity::Away, false, true).reason.is_some());
    }

    #[test]
    fn a_side_that_was_never_read_is_held() {
        let question = Question { subject: Subject::unknown(), proposal: None };
        assert_eq!(TeamsToEightDefault.decide(&question, false).action, Action::Hold);
    }
}
