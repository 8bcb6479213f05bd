//! The words of presence: what Teams, 8x8 and the rules may say.
//!
//! Every word has one *label* (kebab-case, the spelling of the rules interface, of files and of reports) and one or more *wire*
//! spellings (what the provider writes). Providers add words without notice, so parsing is total: an unknown word becomes
//! `Unrecognised` and the client that met it keeps the raw text.

use serde::{Deserialize, Serialize};

macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $label:literal $( / $wire:literal )+ ),+ $(,)? }
        $( else $(#[$umeta:meta])* $unknown:ident = $ulabel:literal )?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $( $(#[$vmeta])* #[doc = concat!("`", $label, "`")] $variant, )+
            $( $(#[$umeta])* $unknown, )?
        }

        impl $name {
            /// Every word, in the order of the rules interface.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ $( Self::$unknown, )? ];

            /// The label: the spelling of the rules interface, of tables and of reports.
            pub const fn label(self) -> &'static str {
                match self { $( Self::$variant => $label, )+ $( Self::$unknown => $ulabel, )? }
            }

            /// The word with this label, if there is one.
            pub fn from_label(label: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.label() == label)
            }

            /// The word with this wire spelling, without regard to case; `None` for a word that nobody knows.
            pub fn known_wire(text: &str) -> Option<Self> {
                const SPELLINGS: &[(&str, $name)] = &[ $( $( ($wire, $name::$variant), )+ )+ ];
                SPELLINGS.iter().find(|(wire, _)| wire.eq_ignore_ascii_case(text)).map(|(_, word)| *word)
            }

            /// The spelling to send to the provider; an unrecognised word has none and gives its label.
            pub fn wire(self) -> &'static str {
                const SPELLINGS: &[($name, &str)] = &[ $( $( ($name::$variant, $wire), )+ )+ ];
                SPELLINGS.iter().find(|(word, _)| *word == self).map_or(self.label(), |(_, wire)| wire)
            }

            $(
                /// The word with this wire spelling, without regard to case; a word that nobody knows is `Unrecognised`.
                pub fn from_wire(text: &str) -> Self {
                    Self::known_wire(text).unwrap_or(Self::$unknown)
                }
            )?
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.label())
            }
        }
    };
}

words! {
    /// Teams availability, the union of Graph's old and new lists. `AvailableInactive` is seen in Graph's text but in no list.
    TeamsAvailability {
        Available = "available" / "Available",
        AvailableIdle = "available-idle" / "AvailableIdle",
        Away = "away" / "Away",
        BeRightBack = "be-right-back" / "BeRightBack",
        Busy = "busy" / "Busy",
        BusyIdle = "busy-idle" / "BusyIdle",
        DoNotDisturb = "do-not-disturb" / "DoNotDisturb",
        Offline = "offline" / "Offline",
        OutOfOffice = "out-of-office" / "OutOfOffice",
        PresenceUnknown = "presence-unknown" / "PresenceUnknown",
        Focusing = "focusing" / "Focusing",
        Presenting = "presenting" / "Presenting",
        InACall = "in-a-call" / "InACall",
        InAMeeting = "in-a-meeting" / "InAMeeting",
    } else
    /// A word that this version does not know.
    Unrecognised = "unrecognised"
}

words! {
    /// Teams activity, the union of Graph's old and new lists.
    TeamsActivity {
        Available = "available" / "Available",
        Away = "away" / "Away",
        BeRightBack = "be-right-back" / "BeRightBack",
        Busy = "busy" / "Busy",
        DoNotDisturb = "do-not-disturb" / "DoNotDisturb",
        Focusing = "focusing" / "Focusing",
        InACall = "in-a-call" / "InACall",
        InAConferenceCall = "in-a-conference-call" / "InAConferenceCall",
        InAMeeting = "in-a-meeting" / "InAMeeting",
        Inactive = "inactive" / "Inactive" / "AvailableInactive",
        OffWork = "off-work" / "OffWork",
        Offline = "offline" / "Offline",
        OutOfOffice = "out-of-office" / "OutOfOffice",
        PresenceUnknown = "presence-unknown" / "PresenceUnknown",
        Presenting = "presenting" / "Presenting",
        UrgentInterruptionsOnly = "urgent-interruptions-only" / "UrgentInterruptionsOnly",
    } else
    /// A word that this version does not know.
    Unrecognised = "unrecognised"
}

words! {
    /// 8x8 presence status: the eight values of Work Analytics' `userStatuses`, the only published list.
    EightStatus {
        Available = "available" / "AVAILABLE",
        Busy = "busy" / "BUSY",
        OnCall = "on-call" / "ON_CALL",
        DoNotDisturb = "do-not-disturb" / "DND",
        Away = "away" / "AWAY",
        AutoAway = "auto-away" / "AUTO_AWAY",
        Invisible = "invisible" / "INVISIBLE",
        Offline = "offline" / "OFFLINE",
    } else
    /// A word that this version does not know.
    Unrecognised = "unrecognised"
}

words! {
    /// What may be published to 8x8. `on-call` is how a Teams call shows there.
    EightTarget {
        Available = "available" / "AVAILABLE",
        Busy = "busy" / "BUSY",
        OnCall = "on-call" / "ON_CALL",
        DoNotDisturb = "do-not-disturb" / "DND",
        Away = "away" / "AWAY",
        Offline = "offline" / "OFFLINE",
    }
}

words! {
    /// The five pairs that Graph's `setPresence` accepts, named by their activity: an impossible one cannot be written down.
    TeamsSession {
        Available = "available" / "Available",
        InACall = "in-a-call" / "InACall",
        InAConferenceCall = "in-a-conference-call" / "InAConferenceCall",
        Away = "away" / "Away",
        Presenting = "presenting" / "Presenting",
    }
}

impl TeamsSession {
    /// The availability and activity that `setPresence` takes for this session, and that a read shows while it ranks highest.
    pub const fn pair(self) -> (TeamsAvailability, TeamsActivity) {
        match self {
            Self::Available => (TeamsAvailability::Available, TeamsActivity::Available),
            Self::InACall => (TeamsAvailability::Busy, TeamsActivity::InACall),
            Self::InAConferenceCall => (TeamsAvailability::Busy, TeamsActivity::InAConferenceCall),
            Self::Away => (TeamsAvailability::Away, TeamsActivity::Away),
            Self::Presenting => (TeamsAvailability::DoNotDisturb, TeamsActivity::Presenting),
        }
    }
}

words! {
    /// Which calls may still be offered while a verdict stands.
    #[derive(Default)]
    Calls {
        #[default]
        Unchanged = "unchanged" / "unchanged",
        All = "all" / "all",
        DirectOnly = "direct-only" / "direct-only",
        None = "none" / "none",
    }
}

words! {
    /// Shown beside the 8x8 status, in the reader's language.
    Note {
        OutOfOffice = "out-of-office" / "Out of office",
        InAMeeting = "in-a-meeting" / "In a meeting",
        OnATeamsCall = "on-a-teams-call" / "On a Teams call",
        Presenting = "presenting" / "Presenting",
        Focusing = "focusing" / "Focusing",
        BeRightBack = "be-right-back" / "Be right back",
    }
}

words! {
    /// One of the two services that presync keeps alike.
    Side {
        Teams = "teams" / "Teams",
        Eight = "8x8" / "8x8",
    }
}

words! {
    /// Which way a rule maps.
    Direction {
        TeamsToEight = "teams-to-8x8" / "teams-to-8x8",
        EightToTeams = "8x8-to-teams" / "8x8-to-teams",
    }
}

impl Direction {
    /// The side that is read.
    pub const fn source(self) -> Side {
        match self {
            Self::TeamsToEight => Side::Teams,
            Self::EightToTeams => Side::Eight,
        }
    }

    /// The side that is written.
    pub const fn target(self) -> Side {
        match self {
            Self::TeamsToEight => Side::Eight,
            Self::EightToTeams => Side::Teams,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_words_are_compared_without_regard_to_case() {
        assert_eq!(TeamsActivity::from_wire("inAConferenceCALL"), TeamsActivity::InAConferenceCall);
        assert_eq!(TeamsActivity::from_wire("AvailableInactive"), TeamsActivity::Inactive);
        assert_eq!(EightStatus::from_wire("dnd"), EightStatus::DoNotDisturb);
    }

    #[test]
    fn an_unknown_word_is_unrecognised() {
        assert_eq!(TeamsAvailability::from_wire("Hovering"), TeamsAvailability::Unrecognised);
        assert_eq!(TeamsAvailability::known_wire("Hovering"), None);
        assert_eq!(EightTarget::known_wire("INVISIBLE"), None);
    }

    #[test]
    fn labels_and_wire_spellings_read_back() {
        for word in TeamsActivity::ALL {
            assert_eq!(TeamsActivity::from_label(word.label()), Some(*word));
            assert_eq!(TeamsActivity::from_wire(word.wire()), *word);
        }
        for word in EightTarget::ALL {
            assert_eq!(EightTarget::known_wire(word.wire()), Some(*word));
        }
    }
}
