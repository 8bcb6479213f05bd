//! What each way into 8x8 carries of a decision is told of each person: what is done, what cannot be, and what waits.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use presync_core::words::EightTarget;
use presync_end_to_end::Bench;
use presync_end_to_end::public::PublicWay;
use presync_service::carrying::{Carrying, Mode, Told};
use presync_service::{RuleConfig, RuleSource};
use presync_simulator::{AgentStatus, Config, DirectoryRow, PersonRef, WriteKind};
use serde_json::json;

/// So many that each kind of person is among them.
const USERS: usize = 40;

async fn public(way: PublicWay) -> Bench {
    Bench::public(Config { users: USERS, oddities: false, ..Config::default() }, way).await
}

fn person(bench: &Bench, fits: impl Fn(&DirectoryRow) -> bool) -> PersonRef {
    let mut people = bench.simulator.people(0).into_iter().filter(|person| person.linkable);
    people.find(|person| bench.simulator.seat(person).is_some_and(|seat| fits(&seat))).unwrap()
}

fn carrying(bench: &Bench, person: &PersonRef) -> Carrying {
    bench.tenant().why(person.upn.as_deref().unwrap()).unwrap().unwrap().carrying
}

fn codes(told: &[Told]) -> Vec<&'static str> {
    told.iter().map(|told| told.code).collect()
}

fn disturb_not(bench: &Bench, person: &PersonRef, on: bool) {
    bench.simulator.teams_preferred(person, on.then_some(("DoNotDisturb", "DoNotDisturb")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_on_a_call_is_said_to_wait_and_then_what_is_kept_away_and_what_is_not() {
    let bench = public(PublicWay { work_dnd: false, ..PublicWay::default() }).await;
    let agent = person(&bench, |seat| seat.agent_id.is_some());
    let name = agent.upn.clone().unwrap();
    bench.simulator.set_agent_status(&agent, AgentStatus::ProcessTransact, true);
    disturb_not(&bench, &agent, true);
    bench.cycles(2).await;
    let waiting = carrying(&bench, &agent);
    assert_eq!((waiting.mode, waiting.extent), (Mode::Public, "waits"));
    let waits = waiting.waits.unwrap();
    assert_eq!((waits.code, &*waits.sentence), ("after-this-call", "the agent is busy: it will apply after this call"));
    assert_eq!(bench.tenant().status().carrying.reasons["after-this-call"].some, [&*name]);
    assert!(bench.writes(&agent, WriteKind::AgentStatus).is_empty());

    bench.simulator.set_agent_status(&agent, AgentStatus::WaitTransact, false);
    bench.cycles(2).await;
    let held = carrying(&bench, &agent);
    assert_eq!((held.extent, codes(&held.done)), ("partly", vec!["held-out"]));
    assert_eq!(codes(&held.missing), ["direct-calls-stay", "dnd-not-allowed", "no-publishing"]);
    let can: Vec<_> = held.abilities.iter().map(|can| (can.what, can.can, can.because)).collect();
    assert!(can.contains(&("keep-queue-calls", "yes", None)), "{can:?}");
    assert!(can.contains(&("keep-all-calls", "partly", Some("direct-calls-stay"))), "{can:?}");
    let overall = bench.tenant().status().carrying;
    assert_eq!((overall.people["partly"], overall.people["nothing"]), (1, USERS - 1));
    assert_eq!(overall.reasons["direct-calls-stay"].people, 1);

    disturb_not(&bench, &agent, false);
    bench.cycles(2).await;
    assert_eq!(carrying(&bench, &agent).extent, "nothing");
    assert!(bench.tenant().status().carrying.is_whole());
    assert_eq!(bench.simulator.seat(&agent).unwrap().agent_status, Some(AgentStatus::WaitTransact));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_break_is_said_to_keep_queue_calls_away_by_itself_and_is_left_alone() {
    let bench = public(PublicWay { work_dnd: false, ..PublicWay::default() }).await;
    let agent = person(&bench, |seat| seat.agent_id.is_some());
    bench.simulator.set_agent_status(&agent, AgentStatus::OnBreak, false);
    disturb_not(&bench, &agent, true);
    bench.cycles(2).await;
    let carried = carrying(&bench, &agent);
    assert_eq!((carried.extent, codes(&carried.done)), ("partly", vec!["not-offered"]));
    assert!(bench.writes(&agent, WriteKind::AgentStatus).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_status_code_of_ours_an_agent_is_not_touched_and_the_setting_is_named() {
    let bench = public(PublicWay { status_code: false, work_dnd: false, ..PublicWay::default() }).await;
    let agent = person(&bench, |seat| seat.agent_id.is_some());
    disturb_not(&bench, &agent, true);
    bench.cycles(2).await;
    let carried = carrying(&bench, &agent);
    assert_eq!(carried.extent, "not-carried");
    assert_eq!(codes(&carried.missing), ["no-status-code", "dnd-not-allowed", "no-publishing"]);
    assert!(carried.missing[0].sentence.contains("set `agents.working_offline`"), "{:?}", carried.missing[0]);
    assert!(bench.writes(&agent, WriteKind::AgentStatus).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn do_not_disturb_of_somebody_without_an_agent_is_under_way_and_then_done() {
    let bench = public(PublicWay { directory: "users", ..PublicWay::default() }).await;
    let member = person(&bench, |seat| seat.agent_id.is_none() && seat.extension.is_some());
    disturb_not(&bench, &member, true);
    bench.cycles(1).await;
    let carried = carrying(&bench, &member);
    assert_eq!((carried.extent, carried.waits.unwrap().code), ("waits", "under-way"));
    bench.within(12, "8x8 has done it", |bench| carrying(bench, &member).extent == "partly").await;
    let carried = carrying(&bench, &member);
    assert_eq!((codes(&carried.done), codes(&carried.missing)), (vec!["do-not-disturb"], vec!["no-publishing"]));
    assert!(bench.simulator.seat(&member).unwrap().extension_dnd);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_shows_every_status_and_says_what_that_does_not_do_about_calls() {
    let line = json!({ "when": { "activity": "presenting" }, "then": { "publish": "busy", "calls": "direct-only" } });
    let rule = RuleConfig::new(RuleSource::Table, json!({ "lines": [line] }));
    let bench = Bench::with_rules(Config { users: 5, ..Config::default() }, vec![rule]).await;
    let (plain, presenting) = (bench.person(0), bench.person(1));
    disturb_not(&bench, &plain, true);
    bench.simulator.teams_client(&presenting, "DoNotDisturb", "Presenting");
    bench.cycles(1).await;
    let whole = carrying(&bench, &plain);
    assert_eq!((whole.mode, whole.extent, codes(&whole.done)), (Mode::Partner, "carried", vec!["shown"]));
    let partly = carrying(&bench, &presenting);
    assert_eq!((partly.extent, codes(&partly.missing)), ("partly", vec!["dnd-stops-direct-calls"]));
    let sentence = &partly.done[0].sentence;
    assert!(sentence.contains(EightTarget::Busy.label()), "{sentence}");
    let overall = bench.tenant().status().carrying;
    assert_eq!(overall.reasons["dnd-stops-direct-calls"].some, [presenting.upn.unwrap()]);
}
