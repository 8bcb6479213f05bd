//! An 8x8 call is shown in Teams as a conference call, where nobody expects a chat to be read at once.
//!
//! The default map shows it as a call. The settings say what is shown:
//!
//! ```toml
//! settings = { show = "in-a-conference-call" }   # or "in-a-call", as the default map has it, or "nothing"
//! ```

use presync_rule::eight_to_teams::{Action, EightToTeams, Question, Verdict};
use presync_rule::words::TeamsSession;
use presync_rule::{Descriptor, export_eight_to_teams};

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    show: Show,
}

/// What Teams shows of a call.
#[derive(Clone, Copy, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Show {
    InACall,
    #[default]
    InAConferenceCall,
    Nothing,
}

struct CallsAreShownAs(Settings);

impl EightToTeams for CallsAreShownAs {
    type Settings = Settings;

    const DESCRIPTOR: Descriptor = Descriptor::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self(settings))
    }

    fn decide(&self, question: &Question, explain: bool) -> Verdict {
        let proposed = Verdict::as_proposed(question);
        if proposed.action != Action::HoldSession(TeamsSession::InACall) {
            return proposed;
        }
        match self.0.show {
            Show::InACall => proposed,
            Show::InAConferenceCall => Verdict::hold_session(TeamsSession::InAConferenceCall)
                .because(explain, || "calls are shown as a conference call"),
            Show::Nothing => Verdict::no_session().because(explain, || "calls are not shown in Teams"),
        }
    }
}

export_eight_to_teams!(CallsAreShownAs);
