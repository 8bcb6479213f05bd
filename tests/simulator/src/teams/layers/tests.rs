//! The documented order of the layers, one sentence at a time.

use super::*;

const CLIENT: Owner = Owner::Client(Device::Desktop);
const APP: Owner = Owner::App(Uuid::from_u128(7));
const MINUTE: i64 = 60_000;

fn session(owner: Owner, pair: Pair, set_ms: i64) -> Session {
    Session { owner, pair, set_ms, expires_ms: set_ms + 60 * MINUTE }
}

fn with(sessions: Vec<Session>) -> TeamsLayers {
    TeamsLayers { sessions, ..TeamsLayers::default() }
}

#[test]
fn without_a_session_a_person_is_offline_whatever_they_prefer() {
    let mut layers = with(vec![]);
    layers.preferred = Some(Preferred { pair: Pair::BUSY, expires_ms: i64::MAX });
    layers.meeting_since = Some(0);
    assert_eq!(layers.shown(1), Pair::OFFLINE);
    layers.out_of_office = true;
    assert_eq!(layers.shown(1), Pair::OUT_OF_OFFICE);
}

#[test]
fn the_preferred_presence_beats_every_session_until_it_expires() {
    let mut layers = with(vec![session(APP, Pair::IN_A_CALL, 0), session(CLIENT, Pair::PRESENTING, 0)]);
    layers.preferred = Some(Preferred { pair: Pair::OFF_WORK, expires_ms: 10 });
    assert_eq!(layers.shown(9), Pair::OFF_WORK);
    assert_eq!(layers.shown(10), Pair::PRESENTING);
}

#[test]
fn among_sessions_do_not_disturb_beats_busy_beats_available_beats_away() {
    let order = [Pair::PRESENTING, Pair::IN_A_CALL, Pair::AVAILABLE, Pair::AWAY];
    for (place, best) in order.into_iter().enumerate() {
        for worse in &order[place + 1..] {
            for (client, app) in [(best, *worse), (*worse, best)] {
                let layers = with(vec![session(CLIENT, client, 0), session(APP, app, 5)]);
                assert_eq!(layers.shown(6), best, "{client} by the client, {app} by an application");
            }
        }
    }
}

#[test]
fn a_tie_goes_to_the_newest() {
    let layers = with(vec![session(CLIENT, Pair::IN_A_CONFERENCE_CALL, 5), session(APP, Pair::IN_A_CALL, 4)]);
    assert_eq!(layers.shown(6), Pair::IN_A_CONFERENCE_CALL);
    let layers = with(vec![session(CLIENT, Pair::IN_A_CONFERENCE_CALL, 4), session(APP, Pair::IN_A_CALL, 5)]);
    assert_eq!(layers.shown(6), Pair::IN_A_CALL);
}

#[test]
fn a_meeting_counts_as_a_busy_session() {
    let mut layers = with(vec![session(CLIENT, Pair::AVAILABLE, 0)]);
    layers.meeting_since = Some(1);
    assert_eq!(layers.shown(2), Pair::IN_A_MEETING);
    layers.sessions.push(session(CLIENT, Pair::PRESENTING, 0));
    assert_eq!(layers.shown(2), Pair::PRESENTING);
}

#[test]
fn out_of_office_shows_beside_available_and_leaves_a_call_alone() {
    let mut layers = with(vec![session(CLIENT, Pair::AVAILABLE, 0)]);
    layers.out_of_office = true;
    assert_eq!(layers.shown(1), Pair::AVAILABLE_OUT_OF_OFFICE);
    layers.sessions.push(session(APP, Pair::IN_A_CALL, 1));
    assert_eq!(layers.shown(2), Pair::IN_A_CALL);
}

#[test]
fn an_applications_available_fades_at_five_and_ten_minutes_and_a_call_does_not() {
    let layers = with(vec![session(APP, Pair::AVAILABLE, 0)]);
    assert_eq!(layers.shown(5 * MINUTE - 1), Pair::AVAILABLE);
    assert_eq!(layers.shown(5 * MINUTE), Pair::AVAILABLE_INACTIVE);
    assert_eq!(layers.shown(10 * MINUTE), Pair::AWAY);
    assert_eq!(layers.shown(60 * MINUTE), Pair::OFFLINE);
    let layers = with(vec![session(APP, Pair::IN_A_CALL, 0)]);
    assert_eq!(layers.shown(59 * MINUTE), Pair::IN_A_CALL);
}

#[test]
fn time_changes_something_at_each_fade_and_at_each_end() {
    let mut layers = with(vec![session(APP, Pair::AVAILABLE, 0)]);
    layers.preferred = Some(Preferred { pair: Pair::BUSY, expires_ms: 7 * MINUTE });
    let mut now = 0;
    let mut stops = vec![];
    while let Some(next) = layers.next_change(now) {
        stops.push(next / MINUTE);
        now = next;
        layers.expire(now);
    }
    assert_eq!(stops, [5, 7, 10, 60]);
    assert_eq!(layers, with(vec![]));
}

#[test]
fn what_is_beneath_an_applications_session_is_the_persons_own() {
    let layers = with(vec![session(CLIENT, Pair::AVAILABLE, 0), session(APP, Pair::IN_A_CALL, 0)]);
    assert_eq!(layers.shown(1), Pair::IN_A_CALL);
    assert_eq!(layers.own(1), Pair::AVAILABLE);
    assert!(layers.is_echo(1));
    let layers = with(vec![session(CLIENT, Pair::PRESENTING, 0), session(APP, Pair::IN_A_CALL, 0)]);
    assert!(!layers.is_echo(1), "a do not disturb above our session is the person's own");
}

#[test]
fn words_put_in_by_a_test_are_shown_as_they_are() {
    let mut layers = with(vec![session(CLIENT, Pair::AVAILABLE, 0)]);
    layers.raw = Some(Pair::from_words("Hovering", "Floating"));
    assert_eq!(layers.shown(1).to_string(), "Hovering/Floating");
}

#[test]
fn another_applications_session_is_no_echo_and_no_part_of_ours() {
    let other = Owner::Other(Uuid::from_u128(8));
    let layers = with(vec![session(CLIENT, Pair::AVAILABLE, 0), session(other, Pair::IN_A_CALL, 0)]);
    assert_eq!(layers.own(1), Pair::IN_A_CALL);
    assert!(layers.app_session(1).is_none() && !layers.is_echo(1));
}

#[test]
fn a_planned_absence_begins_and_ends_by_itself() {
    let mut layers = with(vec![session(CLIENT, Pair::AVAILABLE, 0)]);
    layers.absences.push(Absence { from_ms: 10, until_ms: 20, replies: false });
    assert_eq!(layers.next_change(0), Some(10));
    assert_eq!(layers.shown(9), Pair::AVAILABLE);
    assert_eq!(layers.shown(10), Pair::AVAILABLE_OUT_OF_OFFICE);
    assert_eq!(layers.out(10), OutOfOffice { is_out: true, replies: false });
    assert_eq!(layers.next_change(10), Some(20));
    layers.expire(20);
    assert_eq!(layers, with(vec![session(CLIENT, Pair::AVAILABLE, 0)]));
}
