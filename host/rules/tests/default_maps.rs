//! The two default maps, through WebAssembly, over everything that the interface can say: against a statement of the published tables
//! that shares nothing with the rules.

mod support;

use presync_core::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict, Subject};
use presync_core::words::{Calls, Direction, EightStatus, Note, TeamsActivity, TeamsAvailability, TeamsSession};
use presync_rules::defaults;
use presync_rules::matrix::Tabled;
use support::host;

/// Which lines of the table an availability and an activity are named in, in order of precedence; words as Graph writes them.
const LINES: [(&str, &[&str], &[&str]); 3] = [
    (
        "do-not-disturb",
        &["DoNotDisturb", "Presenting", "Focusing"],
        &["DoNotDisturb", "Presenting", "Focusing", "UrgentInterruptionsOnly"],
    ),
    ("on-call", &["InACall", "InAMeeting"], &["InACall", "InAConferenceCall", "InAMeeting"]),
    (
        "offline when out of office",
        &["Offline", "Away", "BeRightBack", "OutOfOffice", "PresenceUnknown"],
        &["OutOfOffice"],
    ),
];

/// What the availability alone says, when no line above fits.
const BY_AVAILABILITY: [(&str, &str); 6] = [
    ("Available", "available"),
    ("AvailableIdle", "available"),
    ("Busy", "busy"),
    ("BusyIdle", "busy"),
    ("Away", "away"),
    ("BeRightBack", "away"),
];

fn published(availability: TeamsAvailability, activity: TeamsActivity) -> &'static str {
    let (availability, activity) = (availability.wire(), activity.wire());
    for (status, availabilities, activities) in LINES {
        let (first, second) = (availabilities.contains(&availability), activities.contains(&activity));
        match status {
            "offline when out of office" if first && second => return "offline",
            "offline when out of office" => {}
            status if first || second => return status,
            _ => {}
        }
    }
    BY_AVAILABILITY.iter().find(|(word, _)| *word == availability).map_or("offline", |(_, status)| status)
}

#[test]
fn teams_to_8x8_is_the_published_table_for_every_word() {
    let chain = defaults::chain::<PublishVerdict>(&host(), Vec::new()).unwrap();
    let (_, subjects): (Vec<_>, Vec<_>) = PublishVerdict::questions(&Subject::default()).into_iter().unzip();
    assert_eq!(subjects.len(), 15 * 17 * 2);
    let decided = chain.decide(&subjects, false);
    assert_eq!(decided.faults, []);
    for (subject, verdict) in subjects.iter().zip(&decided.verdicts) {
        let side = subject.teams.unwrap();
        let PublishAction::Publish(status) = verdict.action else { panic!("{side:?} is not published: {verdict:?}") };
        assert_eq!(status.label(), published(side.availability, side.activity), "{side:?}");
        let calls = if status.label() == "do-not-disturb" { Calls::None } else { Calls::Unchanged };
        assert_eq!(verdict.calls, calls, "{side:?}");
        assert_eq!(verdict.note, side.out_of_office.then_some(Note::OutOfOffice), "{side:?}");
        assert_eq!((verdict.recheck_after, &verdict.reason), (None, &None));
    }
}

#[test]
fn eight_to_teams_shows_real_calls_and_nothing_else() {
    let chain = defaults::chain::<SessionVerdict>(&host(), Vec::new()).unwrap();
    let (_, subjects): (Vec<_>, Vec<_>) = SessionVerdict::questions(&Subject::default()).into_iter().unzip();
    assert_eq!(subjects.len(), 9 * 2);
    let decided = chain.decide(&subjects, false);
    assert_eq!(decided.faults, []);
    for (subject, verdict) in subjects.iter().zip(&decided.verdicts) {
        let side = subject.eight.unwrap();
        let real_call = side.status == EightStatus::OnCall && side.call_active;
        let expected =
            if real_call { SessionAction::HoldSession(TeamsSession::InACall) } else { SessionAction::NoSession };
        assert_eq!(verdict.action, expected, "{side:?}");
    }
}

#[test]
fn every_state_has_a_reason_when_asked_for() {
    let host = host();
    let publish = defaults::chain::<PublishVerdict>(&host, Vec::new()).unwrap();
    let (_, subjects): (Vec<_>, Vec<_>) = PublishVerdict::questions(&Subject::default()).into_iter().unzip();
    assert!(publish.decide(&subjects, true).verdicts.iter().all(|verdict| verdict.reason.is_some()));
    let session = defaults::chain::<SessionVerdict>(&host, Vec::new()).unwrap();
    let (_, subjects): (Vec<_>, Vec<_>) = SessionVerdict::questions(&Subject::default()).into_iter().unzip();
    assert!(session.decide(&subjects, true).verdicts.iter().all(|verdict| verdict.reason.is_some()));
}

#[test]
fn the_default_maps_are_pure_and_need_nothing() {
    for direction in Direction::ALL {
        let rule = defaults::load(&host(), *direction).unwrap();
        assert!(rule.compiled().is_pure());
        assert_eq!(rule.compiled().needs().labels(), [""; 0]);
        assert_eq!((rule.compiled().name(), rule.compiled().version()), (direction.label(), "1.0.0"));
        assert!(rule.compiled().size() < 32 * 1024, "{} bytes", rule.compiled().size());
    }
}
