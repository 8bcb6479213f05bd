//! The vocabulary of a table: the labels of the rules interface, in its order, and the word that may have been meant by another.

use presync_rule::words::{Calls, EightTarget, Note, TeamsSession};

/// Teams availabilities, each at the place of its word in the interface.
pub(crate) const AVAILABILITY: &[&str] = &[
    "available",
    "available-idle",
    "away",
    "be-right-back",
    "busy",
    "busy-idle",
    "do-not-disturb",
    "offline",
    "out-of-office",
    "presence-unknown",
    "focusing",
    "presenting",
    "in-a-call",
    "in-a-meeting",
    "unrecognised",
];

/// Teams activities.
pub(crate) const ACTIVITY: &[&str] = &[
    "available",
    "away",
    "be-right-back",
    "busy",
    "do-not-disturb",
    "focusing",
    "in-a-call",
    "in-a-conference-call",
    "in-a-meeting",
    "inactive",
    "off-work",
    "offline",
    "out-of-office",
    "presence-unknown",
    "presenting",
    "urgent-interruptions-only",
    "unrecognised",
];

/// 8x8 statuses.
pub(crate) const STATUS: &[&str] =
    &["available", "busy", "on-call", "do-not-disturb", "away", "auto-away", "invisible", "offline", "unrecognised"];

/// What may be published to 8x8; `no-sync` and `hold` follow as what may be proposed.
pub(crate) const TARGET: &[&str] = &["available", "busy", "on-call", "do-not-disturb", "away", "offline"];

/// The sessions that Teams may show; `no-session` and `hold` follow as what may be proposed.
pub(crate) const SESSION: &[&str] = &["available", "in-a-call", "in-a-conference-call", "away", "presenting"];

/// What may be proposed from Teams to 8x8.
pub(crate) const PROPOSED_TARGET: &[&str] =
    &["available", "busy", "on-call", "do-not-disturb", "away", "offline", "no-sync", "hold"];

/// What may be proposed from 8x8 to Teams.
pub(crate) const PROPOSED_SESSION: &[&str] =
    &["available", "in-a-call", "in-a-conference-call", "away", "presenting", "no-session", "hold"];

/// Days, Monday first.
pub(crate) const DAY: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Which calls may still be offered.
pub(crate) const CALLS: &[&str] = &["unchanged", "all", "direct-only", "none"];

/// Notes; the last one takes a note away.
pub(crate) const NOTE: &[&str] =
    &["out-of-office", "in-a-meeting", "on-a-teams-call", "presenting", "focusing", "be-right-back", "none"];

/// The targets in the order of [`TARGET`].
pub(crate) const TARGETS: [EightTarget; 6] = [
    EightTarget::Available,
    EightTarget::Busy,
    EightTarget::OnCall,
    EightTarget::DoNotDisturb,
    EightTarget::Away,
    EightTarget::Offline,
];

/// The sessions in the order of [`SESSION`].
pub(crate) const SESSIONS: [TeamsSession; 5] = [
    TeamsSession::Available,
    TeamsSession::InACall,
    TeamsSession::InAConferenceCall,
    TeamsSession::Away,
    TeamsSession::Presenting,
];

/// The calls in the order of [`CALLS`].
pub(crate) const CALL_WORDS: [Calls; 4] = [Calls::Unchanged, Calls::All, Calls::DirectOnly, Calls::None];

/// The notes in the order of [`NOTE`].
pub(crate) const NOTES: [Option<Note>; 7] = [
    Some(Note::OutOfOffice),
    Some(Note::InAMeeting),
    Some(Note::OnATeamsCall),
    Some(Note::Presenting),
    Some(Note::Focusing),
    Some(Note::BeRightBack),
    None,
];

/// The place of a word in its list, without regard to case.
pub(crate) fn place(words: &[&str], word: &str) -> Option<usize> {
    words.iter().position(|known| known.eq_ignore_ascii_case(word))
}

/// A mask with a bit for each of this many words.
pub(crate) const fn all(count: usize) -> u32 {
    (1 << count) - 1
}

/// The known word that is written most like this one, if any is written like it.
pub(crate) fn nearest<'w>(words: &[&'w str], word: &str) -> Option<&'w str> {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
    };
    let wanted = plain(word);
    let distance = |known: &str| strsim::levenshtein(&plain(known), &wanted);
    let best = words.iter().copied().map(|known| (distance(known), known)).min_by_key(|(distance, _)| *distance);
    best.filter(|(distance, known)| distance * 3 <= known.len().max(3)).map(|(_, known)| known)
}

/// "; did you mean `…`?", or the list of what there is.
pub(crate) fn hint(words: &[&str], word: &str) -> String {
    match nearest(words, word) {
        Some(known) => format!("; did you mean `{known}`?"),
        None => format!("; there are {}", words.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use presync_rule::words::{EightStatus, TeamsActivity, TeamsAvailability};

    use super::*;

    /// `TeamsActivity::OffWork` as a label: `off-work`.
    fn label(word: &impl std::fmt::Debug) -> String {
        let name = format!("{word:?}");
        let mut label = String::new();
        for c in name.rsplit(':').next().unwrap_or_default().chars() {
            if c.is_ascii_uppercase() && !label.is_empty() {
                label.push('-');
            }
            label.push(c.to_ascii_lowercase());
        }
        label
    }

    #[test]
    fn every_label_stands_at_the_place_of_its_word() {
        use {EightStatus as S, TeamsActivity as A, TeamsAvailability as V};
        let availabilities = [
            V::Available,
            V::AvailableIdle,
            V::Away,
            V::BeRightBack,
            V::Busy,
            V::BusyIdle,
            V::DoNotDisturb,
            V::Offline,
            V::OutOfOffice,
            V::PresenceUnknown,
            V::Focusing,
            V::Presenting,
            V::InACall,
            V::InAMeeting,
            V::Unrecognised,
        ];
        let activities = [
            A::Available,
            A::Away,
            A::BeRightBack,
            A::Busy,
            A::DoNotDisturb,
            A::Focusing,
            A::InACall,
            A::InAConferenceCall,
            A::InAMeeting,
            A::Inactive,
            A::OffWork,
            A::Offline,
            A::OutOfOffice,
            A::PresenceUnknown,
            A::Presenting,
            A::UrgentInterruptionsOnly,
            A::Unrecognised,
        ];
        let statuses = [
            S::Available,
            S::Busy,
            S::OnCall,
            S::DoNotDisturb,
            S::Away,
            S::AutoAway,
            S::Invisible,
            S::Offline,
            S::Unrecognised,
        ];
        let expected = |place: usize, words: &[&str]| words.get(place).copied().unwrap_or_default().to_owned();
        assert!(availabilities.iter().all(|word| expected(*word as usize, AVAILABILITY) == label(word)));
        assert!(activities.iter().all(|word| expected(*word as usize, ACTIVITY) == label(word)));
        assert!(statuses.iter().all(|word| expected(*word as usize, STATUS) == label(word)));
        assert!(TARGETS.iter().all(|word| expected(*word as usize, PROPOSED_TARGET) == label(word)));
        assert!(SESSIONS.iter().all(|word| expected(*word as usize, PROPOSED_SESSION) == label(word)));
        assert!(CALL_WORDS.iter().all(|word| expected(*word as usize, CALLS) == label(word)));
        assert!(NOTES.iter().flatten().all(|word| expected(*word as usize, NOTE) == label(word)));
    }

    #[test]
    fn a_word_that_is_nearly_known_is_recognised_and_another_is_not() {
        assert_eq!(nearest(ACTIVITY, "presentign"), Some("presenting"));
        assert_eq!(nearest(ACTIVITY, "InAConferenceCall"), Some("in-a-conference-call"));
        assert_eq!(nearest(ACTIVITY, "lunch"), None);
    }
}
