//! A rule from Teams to 8x8: what is asked, what is answered, and the trait to implement.

use crate::descriptor::{Descriptor, Needs};
use crate::settings::Settings;
use crate::words::{Calls, EightTarget, Note};

pub use crate::bindings::to_eight::exports::presync::rules::teams_to_eight::{Action, Question, Verdict};

/// A rule from Teams to 8x8.
pub trait TeamsToEight: Sized {
    /// The tenant's table for this rule: any type for serde, or [`NoSettings`](crate::NoSettings).
    type Settings: Settings;

    /// What the rule says of itself.
    const DESCRIPTOR: Descriptor;

    /// Takes the settings. An error refuses the rule: say what is wrong and what would be right.
    fn new(settings: Self::Settings) -> Result<Self, String>;

    /// What the rule wants to see with the settings it was given: the descriptor's needs, or fewer. The less it sees, the more
    /// questions are equal and need not be asked again.
    fn needs(&self) -> Needs {
        Self::DESCRIPTOR.needs
    }

    /// Answers one question. `explain` asks for a reason: hand it to [`Verdict::because`].
    fn decide(&self, question: &Question, explain: bool) -> Verdict;

    /// Answers a batch, one verdict per question, in order. Only a rule that must see its batch as a whole overrides this, and
    /// then says `pure: false`.
    fn decide_batch(&self, questions: &[Question], explain: bool) -> Vec<Verdict> {
        questions.iter().map(|question| self.decide(question, explain)).collect()
    }
}

impl Verdict {
    /// Show this status on 8x8.
    pub const fn publish(status: EightTarget) -> Self {
        Self::of(Action::Publish(status))
    }

    /// Show nothing of ours on 8x8.
    pub const fn no_sync() -> Self {
        Self::of(Action::NoSync)
    }

    /// Leave 8x8 as it is.
    pub const fn hold() -> Self {
        Self::of(Action::Hold)
    }

    /// What the chain has decided so far, or hold when this rule is the first: the answer of a rule that has nothing to say.
    pub fn as_proposed(question: &Question) -> Self {
        question.proposal.clone().unwrap_or(Self::hold())
    }

    /// Which calls may still be offered.
    pub const fn calls(mut self, calls: Calls) -> Self {
        self.calls = calls;
        self
    }

    /// What to show beside the status.
    pub const fn note(mut self, note: Option<Note>) -> Self {
        self.note = note;
        self
    }

    /// Ask again after this many seconds.
    pub const fn recheck_after(mut self, seconds: u32) -> Self {
        self.recheck_after = Some(seconds);
        self
    }

    /// Why, in plain words; worked out only when the question asked for it.
    pub fn because<R: Into<String>>(mut self, explain: bool, reason: impl FnOnce() -> R) -> Self {
        if explain {
            self.reason = Some(reason().into());
        }
        self
    }

    const fn of(action: Action) -> Self {
        Self { action, calls: Calls::Unchanged, note: None, recheck_after: None, reason: None }
    }
}

/// Exports a type that implements [`TeamsToEight`](crate::TeamsToEight) as a component. Does nothing in a native build.
#[macro_export]
macro_rules! export_teams_to_eight {
    ($rule:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[doc(hidden)]
        mod presync_rule_export {
            #![allow(unsafe_code, missing_docs, reason = "the exports of a component are raw functions")]
            use super::*;
            type Exported = $crate::export::ToEight<$rule>;
            ::presync_rule::bindings::base::export!(Exported with_types_in ::presync_rule::bindings::base);
            ::presync_rule::bindings::to_eight::export!(Exported with_types_in ::presync_rule::bindings::to_eight);
        }
    };
}
