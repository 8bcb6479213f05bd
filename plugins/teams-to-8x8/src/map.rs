//! The map itself: what 8x8 shows for a Teams availability and activity, and why, in plain words.

use presync_rule::words::{EightTarget, TeamsActivity as Activity, TeamsAvailability as Availability};

/// The 8x8 status for a Teams presence. The first line that fits wins; the last one fits everything.
pub const fn map(availability: Availability, activity: Activity) -> (EightTarget, &'static str) {
    match (availability, activity) {
        (Availability::DoNotDisturb | Availability::Presenting | Availability::Focusing, _)
        | (_, Activity::DoNotDisturb | Activity::Presenting | Activity::Focusing | Activity::UrgentInterruptionsOnly) => {
            (EightTarget::DoNotDisturb, "Teams: do not disturb, presenting or focusing")
        }
        (Availability::InACall | Availability::InAMeeting, _)
        | (_, Activity::InACall | Activity::InAConferenceCall | Activity::InAMeeting) => {
            (EightTarget::OnCall, "Teams: on a call or in a meeting")
        }
        (
            Availability::Offline
            | Availability::Away
            | Availability::BeRightBack
            | Availability::OutOfOffice
            | Availability::PresenceUnknown,
            Activity::OutOfOffice,
        ) => (EightTarget::Offline, "Teams: out of office, and not there"),
        (Availability::Available | Availability::AvailableIdle, _) => (EightTarget::Available, "Teams: available"),
        (Availability::Busy | Availability::BusyIdle, _) => (EightTarget::Busy, "Teams: busy"),
        (Availability::Away | Availability::BeRightBack, _) => (EightTarget::Away, "Teams: away, or back in a moment"),
        _ => (EightTarget::Offline, "Teams: offline, or a state that it does not name"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fourteen rows as published, each in the words that Graph uses for it.
    const PUBLISHED: [(&str, Availability, Activity, EightTarget); 16] = [
        ("Available", Availability::Available, Activity::Available, EightTarget::Available),
        ("Available, Out of Office", Availability::Available, Activity::OutOfOffice, EightTarget::Available),
        ("Busy", Availability::Busy, Activity::Busy, EightTarget::Busy),
        ("On a call", Availability::Busy, Activity::InACall, EightTarget::OnCall),
        ("On a call, in a conference", Availability::Busy, Activity::InAConferenceCall, EightTarget::OnCall),
        ("In a meeting", Availability::Busy, Activity::InAMeeting, EightTarget::OnCall),
        ("On a call, out of office", Availability::InACall, Activity::OutOfOffice, EightTarget::OnCall),
        ("Do not disturb", Availability::DoNotDisturb, Activity::DoNotDisturb, EightTarget::DoNotDisturb),
        ("Presenting", Availability::DoNotDisturb, Activity::Presenting, EightTarget::DoNotDisturb),
        ("Focusing", Availability::DoNotDisturb, Activity::Focusing, EightTarget::DoNotDisturb),
        ("Away", Availability::Away, Activity::Away, EightTarget::Away),
        ("Be right back", Availability::BeRightBack, Activity::BeRightBack, EightTarget::Away),
        ("Offline", Availability::Offline, Activity::Offline, EightTarget::Offline),
        ("Offline, off work", Availability::Offline, Activity::OffWork, EightTarget::Offline),
        ("Status unknown", Availability::PresenceUnknown, Activity::PresenceUnknown, EightTarget::Offline),
        ("Out of Office", Availability::Offline, Activity::OutOfOffice, EightTarget::Offline),
    ];

    #[test]
    fn every_published_row_is_kept() {
        for (row, availability, activity, status) in PUBLISHED {
            assert_eq!(map(availability, activity).0, status, "{row}");
        }
    }

    #[test]
    fn words_that_nobody_knows_are_offline() {
        assert_eq!(map(Availability::Unrecognised, Activity::Unrecognised).0, EightTarget::Offline);
    }

    #[test]
    fn a_call_outranks_an_availability_and_do_not_disturb_outranks_a_call() {
        assert_eq!(map(Availability::Away, Activity::InACall).0, EightTarget::OnCall);
        assert_eq!(map(Availability::DoNotDisturb, Activity::InACall).0, EightTarget::DoNotDisturb);
        assert_eq!(map(Availability::InACall, Activity::UrgentInterruptionsOnly).0, EightTarget::DoNotDisturb);
    }
}
