//! A person's page, from the very types that the service answers with, and every event as a sentence.

use std::sync::Arc;
use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::id::LinkId;
use presync_core::presence::{EightPresence, TeamsPresence};
use presync_core::reconcile::{Event, LaneView, LinkView};
use presync_core::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict};
use presync_core::time::Timestamp;
use presync_core::words::{
    Calls, EightStatus, EightTarget, Note, Side, TeamsActivity, TeamsAvailability, TeamsSession,
};
use presync_rules::Stage;
use presync_service::status::{Why, WhyEvent};
use serde_json::json;

use super::{page, sentence};
use crate::api::answer::Logged;

/// 10:14:40 on a Monday in November 2025.
const NOW: Timestamp = Timestamp::from_millis(1_763_979_280_000);

const PRESENTING: TeamsPresence = TeamsPresence {
    availability: TeamsAvailability::DoNotDisturb,
    activity: TeamsActivity::Presenting,
    out_of_office: false,
};

const QUIET: EightPresence = EightPresence {
    shown: EightStatus::DoNotDisturb,
    own: EightStatus::Available,
    call_active: false,
    manual: false,
    publication: Some(EightTarget::DoNotDisturb),
};

fn before(seconds: u64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() - seconds * 1_000)
}

fn publish(target: EightTarget, reason: &str) -> PublishVerdict {
    PublishVerdict {
        action: PublishAction::Publish(target),
        calls: Calls::None,
        note: None,
        recheck_after: None,
        reason: Some(reason.to_owned()),
    }
}

fn session(action: SessionAction) -> SessionVerdict {
    SessionVerdict { action, recheck_after: None, reason: Some("no 8x8 call is on".to_owned()) }
}

fn stage<V>(rule: &str, version: &str, verdict: V, failed: bool) -> Stage<V> {
    Stage { rule: rule.into(), version: version.into(), verdict, failed }
}

fn logged(seconds_ago: u64, event: &Event) -> WhyEvent {
    WhyEvent { at: before(seconds_ago), kind: event.kind().to_owned(), detail: serde_json::to_value(event).unwrap() }
}

fn rendered(why: &Why) -> String {
    let read = serde_json::from_value(serde_json::to_value(why).unwrap()).unwrap();
    anstream::adapter::strip_str(&page::render("acme", &read)).to_string()
}

fn ann() -> Why {
    let default = publish(EightTarget::DoNotDisturb, "presenting counts as do not disturb");
    let routed = PublishVerdict {
        calls: Calls::DirectOnly,
        note: Some(Note::Presenting),
        recheck_after: Some(600),
        ..publish(EightTarget::Busy, "support agents stay in the queue")
    };
    let taken = Event::Published { target: EightTarget::DoNotDisturb, note: None, outcome: Outcome::Applied };
    Why {
        user: "ann@corp.com".to_owned(),
        name: "Ann Lee".to_owned(),
        now: NOW,
        view: LinkView {
            link: LinkId(7),
            teams: Some(PRESENTING),
            teams_since: before(749),
            teams_read_at: before(4),
            eight: Some(QUIET),
            eight_since: before(90_000),
            eight_read_at: before(745),
            publication: LaneView {
                wanted: Some(EightTarget::Busy),
                held: Some(EightTarget::DoNotDisturb),
                unsettled: true,
            },
            session: LaneView { wanted: None, held: None, unsettled: false },
        },
        publish: vec![
            stage("teams-to-8x8", "1.0.0", default.clone(), false),
            stage("broken", "0.1.0", default.clone(), true),
            stage("dnd-routing", "1.2.0", routed, false),
        ],
        session: vec![stage("8x8-to-teams", "1.0.0", session(SessionAction::NoSession), false)],
        events: vec![
            logged(745, &taken),
            logged(749, &Event::PublishDecided { verdict: default, rules: Arc::from("teams-to-8x8 1.0.0") }),
            logged(749, &Event::TeamsSaid { presence: PRESENTING, read_at: before(749) }),
            logged(90_000, &Event::Linked),
        ],
    }
}

#[test]
fn a_person_is_told_on_one_page() {
    insta::assert_snapshot!(rendered(&ann()), @"");
}

#[test]
fn a_person_of_whom_nothing_is_known_yet_has_a_page_too() {
    let mut why = ann();
    (why.view.teams, why.view.eight) = (None, None);
    why.view.publication = LaneView { wanted: None, held: None, unsettled: false };
    (why.publish, why.session, why.events) = (Vec::new(), Vec::new(), Vec::new());
    insta::assert_snapshot!(rendered(&why), @"");
}

#[test]
fn every_event_is_a_plain_sentence() {
    let rules: Arc<str> = Arc::from("8x8-to-teams 1.0.0");
    let hold = session(SessionAction::HoldSession(TeamsSession::InACall));
    let (target, note) = (EightTarget::DoNotDisturb, None);
    let mut events = vec![
        Event::TeamsSaid { presence: PRESENTING, read_at: NOW },
        Event::TeamsSaid { presence: TeamsPresence { out_of_office: true, ..TeamsPresence::UNKNOWN }, read_at: NOW },
        Event::EightSaid { presence: QUIET, read_at: NOW },
        Event::EchoIgnored { side: Side::Teams },
        Event::UnknownWords { side: Side::Eight, words: "HOVERING".into() },
        Event::SessionDecided { verdict: hold, rules },
        Event::Published { target: EightTarget::Available, note: Some(Note::OutOfOffice), outcome: Outcome::Applied },
        Event::Unpublished { outcome: Outcome::Applied },
        Event::SessionHeld { session: TeamsSession::InACall, outcome: Outcome::Applied },
        Event::SessionCleared { outcome: Outcome::NotFound },
        Event::SessionCleared { outcome: Outcome::Failed },
        Event::Lapsed { side: Side::Teams },
        Event::PublicationLost,
        Event::SideDown { side: Side::Teams },
        Event::SideUp { side: Side::Teams },
        Event::Linked,
        Event::Unlinked,
    ];
    let patience = Outcome::Throttled { retry_after: Duration::from_millis(2_500) };
    let others = [Outcome::Masked, Outcome::NotFound, Outcome::Stale, Outcome::Refused, patience, Outcome::Failed];
    events.extend(others.map(|outcome| Event::Published { target, note, outcome }));
    let sentences = events.iter().map(|event| {
        let detail = serde_json::to_value(event).unwrap();
        sentence::of(&Logged { at: NOW, kind: event.kind().to_owned(), detail })
    });
    insta::assert_snapshot!(sentences.collect::<Vec<_>>().join("\n"), @"");
}

#[test]
fn an_event_of_a_newer_version_is_shown_raw() {
    let detail = json!({"event": "moved", "to": "elsewhere"});
    let event = Logged { at: NOW, kind: "moved-away".to_owned(), detail };
    assert_eq!(sentence::of(&event), r#"moved away: {"event":"moved","to":"elsewhere"}"#);
}

#[test]
fn what_8x8_shows_is_told_only_where_it_is_not_its_own() {
    let own = EightPresence { shown: EightStatus::Available, publication: None, ..QUIET };
    let on_call = EightPresence { shown: EightStatus::OnCall, own: EightStatus::OnCall, call_active: true, ..QUIET };
    let by_hand = EightPresence { shown: EightStatus::Away, own: EightStatus::Away, manual: true, ..own };
    assert_eq!(sentence::eight(own), "available");
    assert_eq!(sentence::eight(QUIET), "available (shows do-not-disturb, which is ours)");
    assert_eq!(sentence::eight(on_call), "on-call, a call is on (shows on-call above our do-not-disturb)");
    assert_eq!(sentence::eight(by_hand), "away, chosen by hand");
}
