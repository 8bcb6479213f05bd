//! The words that the two providers use for presence.
//!
//! They are the simulator's own, on purpose: a test that borrowed presync's words could not notice that they are wrong.

use std::fmt;

use serde::{Serialize, Serializer};

/// What Microsoft Graph says of a person: availability and activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pair {
    /// The coarse word, such as `Busy`.
    pub availability: &'static str,
    /// The fine word, such as `InACall`.
    pub activity: &'static str,
}

impl Pair {
    /// At the keyboard, nothing special.
    pub const AVAILABLE: Self = Self::new("Available", "Available");
    /// Available after five minutes without a renewal.
    pub const AVAILABLE_INACTIVE: Self = Self::new("Available", "AvailableInactive");
    /// The same in the words of the lists.
    pub const AVAILABLE_IDLE: Self = Self::new("AvailableIdle", "Inactive");
    /// The same in words of both.
    pub const INACTIVE: Self = Self::new("Available", "Inactive");
    /// Available while automatic replies are on.
    pub const AVAILABLE_OUT_OF_OFFICE: Self = Self::new("Available", "OutOfOffice");
    /// Busy by choice or calendar.
    pub const BUSY: Self = Self::new("Busy", "Busy");
    /// In a one-to-one call; also the pair that an application sets for a call elsewhere.
    pub const IN_A_CALL: Self = Self::new("Busy", "InACall");
    /// In a group call.
    pub const IN_A_CONFERENCE_CALL: Self = Self::new("Busy", "InAConferenceCall");
    /// In a meeting, from the calendar.
    pub const IN_A_MEETING: Self = Self::new("Busy", "InAMeeting");
    /// Do not disturb by choice.
    pub const DO_NOT_DISTURB: Self = Self::new("DoNotDisturb", "DoNotDisturb");
    /// Sharing the screen.
    pub const PRESENTING: Self = Self::new("DoNotDisturb", "Presenting");
    /// Scheduled focus time.
    pub const FOCUSING: Self = Self::new("DoNotDisturb", "Focusing");
    /// Away from the keyboard.
    pub const AWAY: Self = Self::new("Away", "Away");
    /// Be right back.
    pub const BE_RIGHT_BACK: Self = Self::new("BeRightBack", "BeRightBack");
    /// Appear offline, by choice.
    pub const OFF_WORK: Self = Self::new("Offline", "OffWork");
    /// No live session.
    pub const OFFLINE: Self = Self::new("Offline", "Offline");
    /// No live session, automatic replies on.
    pub const OUT_OF_OFFICE: Self = Self::new("Offline", "OutOfOffice");
    /// Graph does not know.
    pub const UNKNOWN: Self = Self::new("PresenceUnknown", "PresenceUnknown");

    /// A pair of words, any words.
    pub const fn new(availability: &'static str, activity: &'static str) -> Self {
        Self { availability, activity }
    }

    /// A pair of words from a request or a test. Words that no list knows are kept for the life of the process: there
    /// are only ever a handful, and in exchange a presence is two pointers.
    pub fn from_words(availability: &str, activity: &str) -> Self {
        Self { availability: intern(availability), activity: intern(activity) }
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.availability, self.activity)
    }
}

impl Serialize for Pair {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

pub(crate) fn intern(word: &str) -> &'static str {
    const KNOWN: [&str; 22] = [
        "Available",
        "AvailableIdle",
        "AvailableInactive",
        "Away",
        "BeRightBack",
        "Busy",
        "BusyIdle",
        "DoNotDisturb",
        "Focusing",
        "InACall",
        "InAConferenceCall",
        "InAMeeting",
        "Inactive",
        "OffWork",
        "Offline",
        "OutOfOffice",
        "PresenceUnknown",
        "Presenting",
        "UrgentInterruptionsOnly",
        "Hovering",
        "Floating",
        "",
    ];
    KNOWN.into_iter().find(|known| *known == word).unwrap_or_else(|| String::from(word).leak())
}

/// What 8x8 says of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// `AVAILABLE`
    Available,
    /// `BUSY`
    Busy,
    /// `DND`
    Dnd,
    /// `AWAY`
    Away,
    /// `AUTO_AWAY`
    AutoAway,
    /// `OFFLINE`
    Offline,
    /// `ON_CALL`
    OnCall,
    /// `INVISIBLE`
    Invisible,
}

impl Status {
    /// Every status there is.
    pub const ALL: [Self; 8] = [
        Self::Available,
        Self::Busy,
        Self::Dnd,
        Self::Away,
        Self::AutoAway,
        Self::Offline,
        Self::OnCall,
        Self::Invisible,
    ];

    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Available => "AVAILABLE",
            Self::Busy => "BUSY",
            Self::Dnd => "DND",
            Self::Away => "AWAY",
            Self::AutoAway => "AUTO_AWAY",
            Self::Offline => "OFFLINE",
            Self::OnCall => "ON_CALL",
            Self::Invisible => "INVISIBLE",
        }
    }

    /// The status behind a word, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// The layer that an 8x8 status comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The person, by hand or by being signed in.
    User,
    /// A real call.
    Call,
    /// The calendar.
    Calendar,
    /// A publication from outside: ours.
    External,
    /// The idle timer.
    Auto,
    /// The Contact Center.
    Cc,
}

impl Source {
    /// The word on the wire.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::User => "USER",
            Self::Call => "CALL",
            Self::Calendar => "CALENDAR",
            Self::External => "EXTERNAL",
            Self::Auto => "AUTO",
            Self::Cc => "CC",
        }
    }
}

/// One of the two sides that are kept the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Microsoft Teams, read and written through Microsoft Graph.
    Teams,
    /// 8x8.
    Eight,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_word_reads_back() {
        for status in Status::ALL {
            assert_eq!(Status::from_word(status.word()), Some(status));
        }
        assert_eq!(Status::from_word("LUNCH"), None);
    }

    #[test]
    fn unknown_words_stay_as_they_were_given() {
        assert_eq!(Pair::from_words("Juggling", "OnAWire").to_string(), "Juggling/OnAWire");
    }
}
