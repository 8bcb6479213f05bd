//! A person's page, from the very types that the service answers with, and every event as a sentence.

use std::sync::Arc;
use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::id::LinkId;
use presync_core::obstacle::Obstacle;
use presync_core::presence::{EightPresence, TeamsPresence};
use presync_core::reconcile::{Event, LaneView, LinkView};
use presync_core::rule::{PublishAction, PublishVerdict, SessionAction, SessionVerdict};
use presync_core::time::Timestamp;
use presync_core::words::{
    Calls, EightStatus, EightTarget, Note, Side, TeamsActivity, TeamsAvailability, TeamsSession,
};
use presync_rules::Stage;
use presync_service::carrying::{Can, Carrying, Mode, Told};
use presync_service::status::{Age, Why, WhyEvent};
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
        reason: Some(reason.into()),
    }
}

fn session(action: SessionAction) -> SessionVerdict {
    SessionVerdict { action, recheck_after: None, reason: Some("no 8x8 call is on".into()) }
}

fn stage<V>(rule: &str, version: &str, verdict: V, failed: bool) -> Stage<V> {
    Stage { rule: rule.into(), version: version.into(), verdict, failed, guarded: None }
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
            calls: Some(Calls::DirectOnly),
            hindered: None,
        },
        age: Age {
            teams_read_at: Some(before(4)),
            teams_changed_at: Some(before(749)),
            eight_read_at: Some(before(1)),
            eight_changed_at: Some(before(90_000)),
        },
        carrying: Carrying {
            mode: Mode::Partner,
            extent: "waits",
            done: Vec::new(),
            missing: vec![Obstacle::DndStopsDirectCalls.into()],
            waits: Some(Obstacle::UnderWay.into()),
            abilities: Vec::new(),
        },
        down: Vec::new(),
        generation: 7,
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
    insta::assert_snapshot!(rendered(&ann()), @r#"
    Ann Lee <ann@corp.com>, tenant acme, 2025-11-24 10:14:40 UTC

    Teams
      says    Presenting (do not disturb), for 12 min (since 10:02:11), read 4 s ago
      ours    no session of ours, and none is wanted

    8x8
      says    available (shows do-not-disturb, which is ours), for 1 d 1 h (since 2025-11-23 09:14:40), read 1 s ago
      ours    do-not-disturb; wanted is busy (being written, or in doubt)
      carried not all of what is wanted is done yet
        not   do not disturb, the only means here, would stop direct calls too (dnd-stops-direct-calls)
        waits 8x8 is still working on the change (under-way)

    Rules, Teams to 8x8 (generation 7)
      1 teams-to-8x8 1.0.0: show do-not-disturb, offer no calls
        because presenting counts as do not disturb
      2 broken 0.1.0: failed; what stood before it stands: show do-not-disturb, offer no calls
      3 dnd-routing 1.2.0: show busy, offer direct calls only, note "presenting", ask again after 600 s
        because support agents stay in the queue

    Rules, 8x8 to Teams (generation 7)
      1 8x8-to-teams 1.0.0: hold no session
        because no 8x8 call is on

    What happened last (UTC)
      2025-11-23 09:14:40 this person is kept in step from now on
      10:02:11 Teams said Presenting (do not disturb)
      10:02:11 the rules decided for 8x8: show do-not-disturb, offer no calls, because presenting counts as do not disturb (teams-to-8x8 1.0.0)
      10:02:15 8x8 took do-not-disturb
    "#);
}

#[test]
fn a_side_that_is_down_says_so_beside_what_it_said_last() {
    let why = Why { down: vec![Side::Eight], ..ann() };
    let page = rendered(&why);
    assert!(
        page.contains("\n8x8\n  cannot be read or believed now; what it said last is held\n  says    available"),
        "{page}"
    );
    assert!(page.contains("\nTeams\n  says    Presenting"), "{page}");
}

#[test]
fn public_mode_tells_what_is_carried_for_this_person_and_what_cannot_be() {
    let sentence = "all calls can be kept away: partly (an agent who works offline gets no queue calls, and direct calls still come)";
    let held_out = Told { code: "held-out", sentence: "queue calls are kept away: the agent works offline".to_owned() };
    let carrying = Carrying {
        mode: Mode::Public,
        extent: "partly",
        done: vec![held_out],
        missing: vec![Obstacle::DirectCallsStay.into(), Obstacle::NoPublishing.into()],
        waits: None,
        abilities: vec![Can {
            what: "keep-all-calls",
            can: "partly",
            because: Some("direct-calls-stay"),
            sentence: sentence.to_owned(),
        }],
    };
    let page = rendered(&Why { carrying, ..ann() });
    let (_, from_8x8) = page.split_once("\n8x8\n").unwrap();
    let (eight, _) = from_8x8.split_once("\nRules").unwrap();
    insta::assert_snapshot!(eight, @"
    says    available (shows do-not-disturb, which is ours), for 1 d 1 h (since 2025-11-23 09:14:40), read 1 s ago
    ours    do-not-disturb; wanted is busy (being written, or in doubt)
    carried a part of what is wanted is done, and nothing here can do the rest
      done  queue calls are kept away: the agent works offline (held-out)
      not   an agent who works offline gets no queue calls, and direct calls still come (direct-calls-stay)
      not   8x8 documents no way to show a status from outside; only its partners have one (no-publishing)
    public mode, for this person
      all calls can be kept away: partly (an agent who works offline gets no queue calls, and direct calls still come)
    ");
}

#[test]
fn a_person_of_whom_nothing_is_known_yet_has_a_page_too() {
    let mut why = ann();
    (why.view.teams, why.view.eight) = (None, None);
    why.view.publication = LaneView { wanted: None, held: None, unsettled: false };
    (why.publish, why.session, why.events) = (Vec::new(), Vec::new(), Vec::new());
    (why.carrying.extent, why.carrying.missing, why.carrying.waits) = ("nothing", Vec::new(), None);
    insta::assert_snapshot!(rendered(&why), @"
    Ann Lee <ann@corp.com>, tenant acme, 2025-11-24 10:14:40 UTC

    Teams
      says    nothing yet
      ours    no session of ours, and none is wanted

    8x8
      says    nothing yet
      ours    no publication of ours, and none is wanted
      carried nothing has to be done at 8x8

    Rules, Teams to 8x8 (generation 7)
      not asked: Teams has not said anything of this person yet

    Rules, 8x8 to Teams (generation 7)
      not asked: the tenant syncs one way, or 8x8 has not said anything of this person yet

    What happened last (UTC)
      nothing yet
    ");
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
    let not_carried = Outcome::NotCarried { reason: Obstacle::NoPublishing };
    let later = Outcome::Later { reason: Obstacle::AfterThisCall, retry_after: Duration::from_secs(10) };
    events.extend([not_carried, later].map(|outcome| Event::Published { target, note, outcome }));
    events.extend([not_carried, later].map(|outcome| Event::Unpublished { outcome }));
    let sentences = events.iter().map(|event| {
        let detail = serde_json::to_value(event).unwrap();
        sentence::of(&Logged { at: NOW, kind: event.kind().to_owned(), detail })
    });
    insta::assert_snapshot!(sentences.collect::<Vec<_>>().join("\n"), @r#"
    Teams said Presenting (do not disturb)
    Teams said Presence unknown, automatic replies on
    8x8 said available (shows do-not-disturb, which is ours)
    Teams showed what we had put there; it was not carried back
    8x8 used words that this version does not know, taken as unrecognised: HOVERING
    the rules decided for Teams: hold the session in-a-call, because no 8x8 call is on (8x8-to-teams 1.0.0)
    8x8 took available with the note "out of office"
    8x8 let go of our publication
    Teams took our session in-a-call
    Teams had nothing of ours any more
    Teams gave no usable answer to the end of our session: it may or may not have been taken
    our session in Teams ran out, as nobody had renewed it
    8x8 no longer holds our publication; it is published again
    Teams cannot be read or believed; what it last said is held
    Teams can be read again
    this person is kept in step from now on
    this person is no longer kept in step
    8x8 took do-not-disturb but shows something of higher rank: a call, or a status chosen by hand
    8x8 does not know this person: do-not-disturb was not taken
    8x8 has something newer than what do-not-disturb was based on; it is tried again
    8x8 refused do-not-disturb; repeating it unchanged will not help
    do-not-disturb has to wait 2.5 s: 8x8 asks for patience, or the cycle was over
    8x8 gave no usable answer to do-not-disturb: it may or may not have been taken
    do-not-disturb was not carried to 8x8: 8x8 documents no way to show a status from outside; only its partners have one
    do-not-disturb waits: the agent is busy: it will apply after this call
    8x8 held nothing of ours
    the end of our publication waits: the agent is busy: it will apply after this call
    "#);
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
    assert_eq!(sentence::eight(on_call), "on-call, a call is on, above our do-not-disturb");
    assert_eq!(
        sentence::eight(EightPresence { own: EightStatus::Away, ..on_call }),
        "away, a call is on (shows on-call above our do-not-disturb)"
    );
    assert_eq!(sentence::eight(by_hand), "away, chosen by hand");
}
