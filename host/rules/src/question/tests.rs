//! What a rule sees, and that equal bits mean equal questions.

use std::collections::HashMap;

use presync_core::words::{EightStatus, EightTarget, Note, TeamsActivity, TeamsAvailability, TeamsSession};

use super::*;

/// Everything at once: the subject that the service may have.
fn whole() -> Subject {
    Subject {
        teams: Some(TeamsSide {
            availability: TeamsAvailability::Busy,
            activity: TeamsActivity::InACall,
            out_of_office: true,
            manual: false,
            since: Some(90),
        }),
        eight: Some(EightSide { status: EightStatus::Away, call_active: false, manual: true, since: Some(30) }),
        person: Some(Arc::new(Person { id: "p-1".to_owned(), ..Person::default() })),
        identity: Some(Arc::new(Identity { email: "a@example.org".to_owned(), display_name: "A".to_owned() })),
        time: Some(LocalTime {
            year: 2026,
            month: 11,
            day: 24,
            day_of_week: 2,
            minute_of_day: 600,
            utc_offset_minutes: 60,
        }),
        staffing: [Staffing { queue: "support".to_owned(), available: 3, total: 5 }].into(),
    }
}

const ALL: Needs = Needs { other_side: true, since: true, person: true, identity: true, time: true, staffing: true };

#[test]
fn a_rule_that_asks_for_nothing_sees_the_side_it_maps_from() {
    let subject = whole();
    let seen = Seen::new(&subject, Needs::default(), Direction::TeamsToEight).to_subject();
    let teams = subject.teams.map(|side| TeamsSide { since: None, ..side });
    assert_eq!(seen, Subject { teams, ..Subject::default() });
    let seen = Seen::new(&subject, Needs::default(), Direction::EightToTeams).to_subject();
    let eight = subject.eight.map(|side| EightSide { since: None, ..side });
    assert_eq!(seen, Subject { eight, ..Subject::default() });
}

#[test]
fn a_rule_that_asks_for_everything_sees_everything() {
    let subject = whole();
    assert_eq!(Seen::new(&subject, ALL, Direction::TeamsToEight).to_subject(), subject);
}

#[test]
fn the_seconds_are_shown_only_when_asked_for() {
    let subject = whole();
    let both = Needs { other_side: true, ..Needs::default() };
    let seen = Seen::new(&subject, both, Direction::TeamsToEight);
    assert_eq!((seen.teams().and_then(|side| side.since), seen.eight().and_then(|side| side.since)), (None, None));
    let seen = Seen::new(&subject, Needs { since: true, ..both }, Direction::TeamsToEight);
    assert_eq!(
        (seen.teams().and_then(|side| side.since), seen.eight().and_then(|side| side.since)),
        (Some(90), Some(30))
    );
}

#[test]
fn equal_bits_mean_equal_subjects() {
    let mut met: HashMap<u32, Subject> = HashMap::new();
    let mut sides = vec![None];
    for &availability in TeamsAvailability::ALL {
        for &activity in TeamsActivity::ALL {
            for (out_of_office, manual) in [(false, false), (true, false), (false, true), (true, true)] {
                sides.push(Some(TeamsSide { availability, activity, out_of_office, manual, since: None }));
            }
        }
    }
    let mut others = vec![None];
    for &status in EightStatus::ALL {
        for (call_active, manual) in [(false, false), (true, false), (false, true), (true, true)] {
            others.push(Some(EightSide { status, call_active, manual, since: None }));
        }
    }
    let needs = Needs { other_side: true, ..Needs::default() };
    for teams in sides {
        for &eight in &others {
            let subject = Subject { teams, eight, ..Subject::default() };
            let packed = Seen::new(&subject, needs, Direction::TeamsToEight).packed().unwrap();
            assert!(packed < 1 << 19, "{packed:b} has no room for the proposal");
            let before = met.insert(packed, subject.clone());
            assert_eq!(before, None, "{subject:?} has the same bits");
        }
    }
}

#[test]
fn equal_bits_mean_equal_verdicts() {
    let mut met = HashMap::new();
    let publish = EightTarget::ALL.iter().map(|target| PublishAction::Publish(*target));
    for action in publish.chain([PublishAction::NoSync, PublishAction::Hold]) {
        for &calls in Calls::ALL {
            for note in [None].into_iter().chain(Note::ALL.iter().map(|note| Some(*note))) {
                let verdict = PublishVerdict { action, calls, note, recheck_after: None, reason: None };
                assert_eq!(met.insert(verdict.packed().unwrap(), verdict.clone()), None, "{verdict:?}");
            }
        }
    }
    let hold = TeamsSession::ALL.iter().map(|session| SessionAction::HoldSession(*session));
    let mut met = HashMap::new();
    for action in hold.chain([SessionAction::NoSession, SessionAction::Hold]) {
        let verdict = SessionVerdict { action, recheck_after: None, reason: None };
        assert_eq!(met.insert(verdict.packed().unwrap(), verdict.clone()), None, "{verdict:?}");
    }
}

#[test]
fn a_question_with_a_person_or_a_time_in_it_has_no_bits() {
    let subject = whole();
    let proposal = PublishVerdict { recheck_after: Some(60), ..PublishVerdict::hold() };
    let seen = |needs| Seen::new(&subject, needs, Direction::TeamsToEight);
    let question = |seen, proposal| Question::<PublishVerdict> { seen, proposal };
    assert_eq!(question(seen(Needs { person: true, ..Needs::default() }), None).packed(), None);
    assert_eq!(question(seen(Needs { since: true, ..Needs::default() }), None).packed(), None);
    assert_eq!(question(seen(Needs::default()), Some(&proposal)).packed(), None);
    assert!(question(seen(Needs::default()), None).packed().is_some());
}
