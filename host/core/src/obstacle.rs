//! Why something cannot be carried to a provider for a person, or not yet. Each has a stable code and a plain sentence.

use serde::{Deserialize, Serialize};

macro_rules! obstacles {
    ( $( $(#[$meta:meta])* $variant:ident = $label:literal, $sentence:literal; )+ ) => {
        /// What is in the way.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Obstacle {
            $( $(#[$meta])* #[doc = $sentence] $variant, )+
        }

        impl Obstacle {
            /// Every obstacle.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The stable code.
            pub const fn label(self) -> &'static str {
                match self { $( Self::$variant => $label, )+ }
            }

            /// What to tell an administrator: what is in the way, and what to do where something can be done.
            pub const fn sentence(self) -> &'static str {
                match self { $( Self::$variant => $sentence, )+ }
            }
        }
    };
}

obstacles! {
    NoPublishing = "no-publishing",
        "8x8 documents no way to show a status from outside; only its partners have one";
    NoReadingOfWork = "no-reading-of-work",
        "8x8 documents a way to read the presence of members of call queues alone, and this person is in none";
    WorkNotSet = "work-not-set",
        "the presence of call queue members is not read: set [tenant.eight.work]";
    NotAnAgent = "not-an-agent",
        "nobody said which contact centre agent this person is, and 8x8 does not tell: add the person to `agents.people`";
    AgentsNotSet = "agents-not-set",
        "agents' statuses cannot be set: set [tenant.eight.agents]";
    NoStatusCode = "no-status-code",
        "there is no status code to know our own Working Offline by: set `agents.working_offline`";
    MediumNotTold = "medium-not-told",
        "8x8 says that an agent is busy, not whether with a call: set `agents.calls_only` if agents take nothing but calls";
    NotLoggedIn = "not-logged-in",
        "the agent is not logged in to the contact centre, and cannot be logged in from outside";
    AfterThisCall = "after-this-call",
        "the agent is busy: it will apply after this call";
    StatusNotTold = "status-not-told",
        "8x8 has not said a status of the agent that can be changed";
    ChosenByHand = "chosen-by-hand",
        "the person chose another status by hand, which is left as it is";
    DirectCallsStay = "direct-calls-stay",
        "an agent who works offline gets no queue calls, and direct calls still come";
    DndStopsDirectCalls = "dnd-stops-direct-calls",
        "do not disturb, the only means here, would stop direct calls too";
    OnlyDndStopsCalls = "only-dnd-stops-calls",
        "of all statuses do not disturb alone keeps calls away at 8x8, and the rules show another one";
    DndStopsQueueCalls = "dnd-stops-queue-calls",
        "8x8 offers no queue calls in do not disturb: let the rule publish busy instead";
    DndRefusedByPolicy = "dnd-refused-by-policy",
        "the administrator's policy at 8x8 refuses do not disturb from outside";
    DndNotAllowed = "dnd-not-allowed",
        "do not disturb is not set on extensions unless `work_dnd` allows it";
    DndNotTaken = "dnd-not-taken",
        "8x8 takes no changes of users here: its Users API has no update in this version";
    NoExtension = "no-extension",
        "the person has no 8x8 Work extension on which do not disturb could be set";
    NoLease = "no-lease",
        "what is set here does not end by itself: if presync stops, it stays until presync runs again or somebody changes it";
    UnderWay = "under-way",
        "8x8 is still working on the change";
    TooManyUnderWay = "too-many-under-way",
        "8x8 works on ten changes of a customer at a time: this one waits for its turn";
    NotNoted = "not-noted",
        "what is set at 8x8 could not be noted on disk first, so it was not sent: look at the state on disk";
    DirectoryNotRead = "directory-not-read",
        "8x8's directory has not been read since the start: it will apply as soon as it is";
    NotTaken = "not-taken",
        "8x8 did not take the change; it is tried again";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_told_once_and_stored_by_its_label() {
        let labels: std::collections::BTreeSet<_> = Obstacle::ALL.iter().map(|obstacle| obstacle.label()).collect();
        assert_eq!(labels.len(), Obstacle::ALL.len());
        for obstacle in Obstacle::ALL {
            assert_eq!(serde_json::to_string(obstacle).unwrap(), format!("\"{}\"", obstacle.label()));
        }
    }
}
