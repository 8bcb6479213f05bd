//! The published table of what a Teams presence looks like in 8x8, in Graph's words.
//!
//! It is written a second time here, from the product description alone, so that the truth does not depend on the code
//! that it judges. The first line that fits wins; words are compared without regard to case.

use crate::words::{Pair, Status};

/// What 8x8 should be told about a person whom Teams shows like this.
pub fn eight_status_for(teams: Pair) -> Status {
    let availability = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(teams.availability));
    let activity = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(teams.activity));

    if activity(&["DoNotDisturb", "Presenting", "Focusing", "UrgentInterruptionsOnly"])
        || availability(&["DoNotDisturb", "Presenting", "Focusing"])
    {
        return Status::Dnd;
    }
    if activity(&["InACall", "InAConferenceCall", "InAMeeting"]) || availability(&["InACall", "InAMeeting"]) {
        return Status::OnCall;
    }
    let absent = ["Offline", "Away", "BeRightBack", "OutOfOffice", "PresenceUnknown"];
    if activity(&["OutOfOffice"]) && availability(&absent) {
        return Status::Offline;
    }
    if availability(&["Available", "AvailableIdle"]) {
        Status::Available
    } else if availability(&["Busy", "BusyIdle"]) {
        Status::Busy
    } else if availability(&["Away", "BeRightBack"]) {
        Status::Away
    } else {
        Status::Offline
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_of_the_published_table_is_kept() {
        let rows = [
            (Pair::AVAILABLE, Status::Available),
            (Pair::AVAILABLE_OUT_OF_OFFICE, Status::Available),
            (Pair::BUSY, Status::Busy),
            (Pair::IN_A_CALL, Status::OnCall),
            (Pair::IN_A_CONFERENCE_CALL, Status::OnCall),
            (Pair::IN_A_MEETING, Status::OnCall),
            (Pair::DO_NOT_DISTURB, Status::Dnd),
            (Pair::PRESENTING, Status::Dnd),
            (Pair::FOCUSING, Status::Dnd),
            (Pair::new("DoNotDisturb", "UrgentInterruptionsOnly"), Status::Dnd),
            (Pair::AWAY, Status::Away),
            (Pair::BE_RIGHT_BACK, Status::Away),
            (Pair::new("Away", "BeRightBack"), Status::Away),
            (Pair::OFFLINE, Status::Offline),
            (Pair::OFF_WORK, Status::Offline),
            (Pair::UNKNOWN, Status::Offline),
            (Pair::OUT_OF_OFFICE, Status::Offline),
            (Pair::new("Away", "OutOfOffice"), Status::Offline),
            (Pair::new("OutOfOffice", "OutOfOffice"), Status::Offline),
            (Pair::new("Busy", "OutOfOffice"), Status::Busy),
            (Pair::AVAILABLE_INACTIVE, Status::Available),
            (Pair::new("AvailableIdle", "Inactive"), Status::Available),
            (Pair::new("BusyIdle", "InAMeeting"), Status::OnCall),
            (Pair::new("BusyIdle", "Busy"), Status::Busy),
            (Pair::new("InACall", "Available"), Status::OnCall),
            (Pair::new("Focusing", "InACall"), Status::Dnd),
        ];
        for (pair, expected) in rows {
            assert_eq!(eight_status_for(pair), expected, "{pair}");
        }
    }

    #[test]
    fn case_does_not_matter_and_unknown_words_are_offline() {
        assert_eq!(eight_status_for(Pair::new("busy", "inACall")), Status::OnCall);
        assert_eq!(eight_status_for(Pair::new("Hovering", "Floating")), Status::Offline);
    }
}
