//! Who keeps being called while Teams says do not disturb.
//!
//! The default map keeps every call from whoever presents, focuses or wants no disturbance. This override looks at who it is:
//!
//! ```toml
//! settings = { queues = ["support"], presenting = "all", focusing = "all", do_not_disturb = "none", executives = ["executives"] }
//! ```
//!
//! * an agent of these queues who presents or focuses is shown as busy and stays in the queue;
//! * an executive, a member of these groups, can always be called directly;
//! * for everyone else do not disturb means what `do_not_disturb` says.

use presync_rule::subject::Person;
use presync_rule::teams_to_eight::{Action, Question, TeamsToEight, Verdict};
use presync_rule::words::{Calls, EightTarget, Note, TeamsActivity};
use presync_rule::{Descriptor, Needs, export_teams_to_eight};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    /// Whose agents stay in the queue.
    queues: Vec<String>,
    /// Which calls they are offered while they present.
    presenting: Offer,
    /// Which calls they are offered while they focus.
    focusing: Offer,
    /// Which calls are offered to all others, and to all in real do not disturb.
    do_not_disturb: Offer,
    /// Groups whose members can always be called directly.
    executives: Vec<String>,
}

/// Which calls are still offered.
#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Offer {
    All,
    DirectOnly,
    None,
}

impl Default for Settings {
    fn default() -> Self {
        let (presenting, focusing, do_not_disturb) = (Offer::All, Offer::All, Offer::None);
        Self {
            queues: vec!["support".into()],
            presenting,
            focusing,
            do_not_disturb,
            executives: vec!["executives".into()],
        }
    }
}

impl Offer {
    const fn calls(self) -> Calls {
        match self {
            Self::All => Calls::All,
            Self::DirectOnly => Calls::DirectOnly,
            Self::None => Calls::None,
        }
    }
}

struct DndRouting(Settings);

impl TeamsToEight for DndRouting {
    type Settings = Settings;

    const DESCRIPTOR: Descriptor = Descriptor::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .needing(Needs { person: true, ..Needs::NOTHING });

    fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self(settings))
    }

    fn decide(&self, question: &Question, explain: bool) -> Verdict {
        let proposed = Verdict::as_proposed(question);
        if proposed.action != Action::Publish(EightTarget::DoNotDisturb) {
            return proposed;
        }
        let Settings { queues, presenting, focusing, do_not_disturb, executives } = &self.0;
        let person = question.subject.person.as_ref();
        if person.is_some_and(|person| is_one_of(&person.groups, executives)) {
            return proposed.calls(Calls::DirectOnly).because(explain, || "executives can be called directly");
        }
        let kept = match question.subject.teams.map(|side| side.activity) {
            Some(TeamsActivity::Presenting) => Some((presenting, Note::Presenting)),
            Some(TeamsActivity::Focusing) => Some((focusing, Note::Focusing)),
            _ => None,
        };
        let agent = |person: &Person| is_one_of(&person.queues, queues);
        match kept.filter(|_| person.is_some_and(agent)) {
            Some((offer, note)) => Verdict::publish(EightTarget::Busy)
                .calls(offer.calls())
                .note(Some(note))
                .because(explain, || "agents who present or focus stay in the queue"),
            None => proposed.calls(do_not_disturb.calls()).because(explain, || "do not disturb"),
        }
    }
}

export_teams_to_eight!(DndRouting);

/// Whether any of the names is listed, without regard to case.
fn is_one_of(names: &[String], listed: &[String]) -> bool {
    names.iter().any(|name| listed.iter().any(|listed| listed.eq_ignore_ascii_case(name)))
}
