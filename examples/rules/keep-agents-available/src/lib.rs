//! Presenting must not take agents out of the queue: while someone presents or focuses in Teams, 8x8 shows busy and offers calls.
//!
//! The default map makes both do not disturb, which keeps queue calls away. This override lifts that, as the tenant's settings say:
//!
//! ```toml
//! settings = { presenting = "all", focusing = "direct-only" }   # or "none": as the default map has it
//! ```

use presync_rule::teams_to_eight::{Question, TeamsToEight, Verdict};
use presync_rule::words::{Calls, EightTarget, Note, TeamsActivity};
use presync_rule::{Descriptor, export_teams_to_eight};

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    presenting: Offer,
    focusing: Offer,
}

/// Which calls are still offered.
#[derive(Clone, Copy, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Offer {
    #[default]
    All,
    DirectOnly,
    None,
}

struct KeepAgentsAvailable(Settings);

impl TeamsToEight for KeepAgentsAvailable {
    type Settings = Settings;

    const DESCRIPTOR: Descriptor = Descriptor::new("keep-agents-available", "1.0.0");

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self(settings))
    }

    fn decide(&self, question: &Question, explain: bool) -> Verdict {
        let Some(teams) = question.subject.teams else { return Verdict::as_proposed(question) };
        let (offer, note) = match teams.activity {
            TeamsActivity::Presenting => (self.0.presenting, Note::Presenting),
            TeamsActivity::Focusing => (self.0.focusing, Note::Focusing),
            _ => return Verdict::as_proposed(question),
        };
        let calls = match offer {
            Offer::All => Calls::All,
            Offer::DirectOnly => Calls::DirectOnly,
            Offer::None => return Verdict::as_proposed(question),
        };
        Verdict::publish(EightTarget::Busy)
            .calls(calls)
            .note(Some(note))
            .because(explain, || "presenting or focusing agents stay in the queue")
    }
}

export_teams_to_eight!(KeepAgentsAvailable);

#[cfg(test)]
mod tests {
    use presync_rule::subject::{Subject, TeamsSide};
    use presync_rule::words::TeamsAvailability;

    use super::*;

    fn ask(settings: Settings, activity: TeamsActivity) -> Verdict {
        let availability = TeamsAvailability::DoNotDisturb;
        let teams = TeamsSide { availability, activity, out_of_office: false, manual: false, since: None };
        let proposal = Some(Verdict::publish(EightTarget::DoNotDisturb).calls(Calls::None));
        let question = Question { subject: Subject { teams: Some(teams), ..Subject::unknown() }, proposal };
        KeepAgentsAvailable(settings).decide(&question, false)
    }

    #[test]
    fn presenters_stay_in_the_queue() {
        let verdict = ask(Settings::default(), TeamsActivity::Presenting);
        assert_eq!(verdict, Verdict::publish(EightTarget::Busy).calls(Calls::All).note(Some(Note::Presenting)));
    }

    #[test]
    fn the_settings_decide_which_calls_are_offered() {
        let settings = Settings { focusing: Offer::DirectOnly, ..Settings::default() };
        assert_eq!(ask(settings, TeamsActivity::Focusing).calls, Calls::DirectOnly);
    }

    #[test]
    fn do_not_disturb_by_hand_is_left_alone() {
        let verdict = ask(Settings::default(), TeamsActivity::DoNotDisturb);
        assert_eq!(verdict, Verdict::publish(EightTarget::DoNotDisturb).calls(Calls::None));
    }
}
