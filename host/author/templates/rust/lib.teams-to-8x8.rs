//! Whoever presents or focuses in Teams is shown as busy, and is still offered calls.
//!
//! The default map makes both do not disturb, which keeps every call away. The settings say which calls are still offered:
//!
//! ```toml
//! settings = { presenting = "direct-only", focusing = "all" }   # or "none": as the default map has it
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
    All,
    #[default]
    DirectOnly,
    None,
}

struct StillOfferedCalls(Settings);

impl TeamsToEight for StillOfferedCalls {
    type Settings = Settings;

    const DESCRIPTOR: Descriptor = Descriptor::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

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
            .because(explain, || format!("{note:?}: busy, and still offered calls ({calls:?})"))
    }
}

export_teams_to_eight!(StillOfferedCalls);
