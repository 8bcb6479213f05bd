//! The working day: what a person does next, and when.
//!
//! Each person moves by themselves, on average once per `move_every`; a call lasts two to three times as long as
//! anything else. The odds are set so that a few hundred people show every kind of change, in both directions and on
//! top of each other, within a minute.

use std::cmp::Reverse;

use rand::RngExt;

use crate::{
    eight::{Call, EightLayers, agent::AgentStatus},
    state::{
        staff::Mover,
        tenant::{Cause, Due, Tenant},
    },
    teams::{Device, Preferred, TeamsLayers},
    words::{Pair, Status},
};

/// How long a choice made by hand in Teams holds.
const PREFERRED_MS: i64 = 24 * 3_600_000;

/// What a person does in Teams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Posture {
    /// The client says this, and nothing stands above it.
    Client(Pair),
    /// A meeting of the calendar is on.
    Meeting,
    /// Chosen by hand.
    Preferred(Pair),
    /// No client is running.
    Gone,
}

/// Sets people in motion, each at a moment of their own within the first `move_every`.
pub(crate) fn start(tenant: &mut Tenant, now: i64) {
    if tenant.moving_since.is_some() {
        return;
    }
    tenant.moving_since = Some(now);
    tenant.meter.measuring = true;
    tenant.round += 1;
    let round = tenant.round;
    for person in 0..u32::try_from(tenant.people.len()).unwrap_or(u32::MAX) {
        let at = now + tenant.rng.random_range(0..tenant.move_every_ms.max(1));
        tenant.timers.push(Reverse((at, Due::Move { person, round })));
    }
}

/// Stops everybody where they are.
pub(crate) fn stop(tenant: &mut Tenant, now: i64) {
    tenant.moved_ms = moved_ms(tenant, now);
    tenant.moving_since = None;
}

/// For how long people have moved.
pub(crate) fn moved_ms(tenant: &Tenant, now: i64) -> i64 {
    tenant.moved_ms + tenant.moving_since.map_or(0, |since| now - since)
}

/// One person moves, and the next move is set.
pub(crate) fn step(tenant: &mut Tenant, person: u32, at: i64) {
    act(tenant, person, at);
    let in_call = tenant.person(person).and_then(|person| person.eight.as_ref()).is_some_and(|e| e.layers.in_call());
    let (least, most) = if in_call { (100, 300) } else { (35, 135) };
    let every = tenant.move_every_ms.max(1);
    let next = at + (tenant.rng.random_range(least * every..=most * every) / 100).max(1);
    tenant.timers.push(Reverse((next, Due::Move { person, round: tenant.round })));
}

/// One person does something.
pub(crate) fn act(tenant: &mut Tenant, person: u32, at: i64) {
    let Some(layers) = tenant.person(person).map(|person| person.eight.as_ref().map(|eight| eight.layers.clone()))
    else {
        return;
    };
    let eight = tenant.person(person).and_then(|person| person.eight.as_ref());
    let works = eight.is_none_or(|eight| eight.profile.uc.is_some());
    if let Some(cc) = layers.as_ref().and_then(|layers| layers.cc)
        && tenant.rng.random_bool(if works { 0.5 } else { 0.7 })
    {
        move_agent(tenant, person, at, cc.status);
        return;
    }
    let layers = layers.filter(|_| works);
    let roll = tenant.rng.random_range(0..100);
    match layers {
        Some(layers) if layers.call.is_some() => match roll {
            0..70 => tenant.edit_eight(person, at, Cause::Life, |layers| layers.call = None),
            70..78 => tenant.edit_eight(person, at, Cause::Life, hold_or_second_call),
            _ => move_in_teams(tenant, person, at),
        },
        Some(layers) => match roll {
            0..22 => tenant.edit_eight(person, at, Cause::Life, |layers| start_call(layers, at)),
            22..82 => move_in_teams(tenant, person, at),
            _ => move_in_eight(tenant, person, at, &layers),
        },
        None => move_in_teams(tenant, person, at),
    }
}

/// An agent of the Contact Center does something: mostly calls, some wrapping up, breaks, and a night at home.
fn move_agent(tenant: &mut Tenant, person: u32, at: i64, status: AgentStatus) {
    use AgentStatus::{DirectCall, LoggedOut, OnBreak, PostProcess, ProcessTransact, WaitTransact, WorkOffline};
    let roll = tenant.rng.random_range(0..100);
    let (next, voice) = match (status, roll) {
        (ProcessTransact, 0..60) => (PostProcess, false),
        (ProcessTransact | DirectCall | PostProcess | OnBreak, _) | (LoggedOut, 0..70) => (WaitTransact, false),
        (WaitTransact, 0..45) => (ProcessTransact, true),
        (WaitTransact, 45..60) => (DirectCall, true),
        (WaitTransact, 60..80) => (OnBreak, false),
        (WaitTransact, 80..84) => (LoggedOut, false),
        // What was set from outside stays; what the agent set is taken back at the next occasion.
        (WorkOffline, 0..60) if !set_by_api(tenant, person) => (WaitTransact, false),
        _ => return,
    };
    tenant.move_agent(person, next, None, voice, Mover::Life, at);
}

fn set_by_api(tenant: &Tenant, person: u32) -> bool {
    let eight = tenant.person(person).and_then(|person| person.eight.as_ref());
    eight.and_then(|eight| eight.profile.agent.as_ref()).is_some_and(|agent| agent.set_by_api)
}

/// Puts a call on an 8x8 user.
pub(crate) fn start_call(layers: &mut EightLayers, at: i64) {
    let (count, since_ms) = layers.call.map_or((1, at), |call| (call.count + 1, call.since_ms));
    layers.call = Some(Call { count, on_hold: false, since_ms });
    layers.idle_since = None;
}

fn hold_or_second_call(layers: &mut EightLayers) {
    if let Some(call) = &mut layers.call {
        call.on_hold = !call.on_hold;
        call.count = if call.on_hold { 2 } else { 1 };
    }
}

/// Makes a Teams user do something; sessions of applications stay.
pub(crate) fn assume(layers: &mut TeamsLayers, posture: Posture, at: i64) {
    layers.preferred = None;
    layers.meeting_since = None;
    layers.raw = None;
    layers.sessions.retain(|session| !session.owner.is_client());
    let mut client = |pair| layers.client(Device::Desktop, Some(pair), at);
    match posture {
        Posture::Client(pair) => client(pair),
        Posture::Meeting => {
            client(Pair::AVAILABLE);
            layers.meeting_since = Some(at);
        }
        Posture::Preferred(pair) => {
            client(Pair::AVAILABLE);
            prefer(layers, Some(pair), at);
        }
        Posture::Gone => {}
    }
}

/// Sets what a person chose by hand in Teams, or takes it back.
pub(crate) fn prefer(layers: &mut TeamsLayers, chosen: Option<Pair>, at: i64) {
    layers.preferred = chosen.map(|pair| Preferred { pair, expires_ms: at + PREFERRED_MS });
}

fn move_in_teams(tenant: &mut Tenant, person: u32, at: i64) {
    let posture = match tenant.rng.random_range(0..100) {
        0..24 => Posture::Client(Pair::AVAILABLE),
        24..36 => Posture::Client(Pair::IN_A_CALL),
        36..40 => Posture::Client(Pair::IN_A_CONFERENCE_CALL),
        40..50 => Posture::Meeting,
        50..56 => Posture::Client(Pair::FOCUSING),
        56..62 => Posture::Client(Pair::PRESENTING),
        62..70 => Posture::Preferred(Pair::DO_NOT_DISTURB),
        70..75 => Posture::Preferred(Pair::BE_RIGHT_BACK),
        75..82 => Posture::Preferred(Pair::BUSY),
        82..90 => Posture::Client(Pair::AWAY),
        90..93 => Posture::Preferred(Pair::OFF_WORK),
        93..96 => Posture::Gone,
        _ => {
            tenant.edit_teams(person, at, Cause::Life, |layers| layers.out_of_office = !layers.out_of_office);
            return;
        }
    };
    tenant.edit_teams(person, at, Cause::Life, |layers| assume(layers, posture, at));
}

fn move_in_eight(tenant: &mut Tenant, person: u32, at: i64, now: &EightLayers) {
    let roll = tenant.rng.random_range(0..100);
    tenant.edit_eight(person, at, Cause::Life, |layers| match roll {
        // A choice made by hand is usually taken back at the next occasion, or few people would be left to sync.
        0..75 if now.manual.is_some() => layers.manual = None,
        0..20 => layers.manual = Some((Status::Dnd, at)),
        20..38 => layers.manual = Some((Status::Busy, at)),
        38..42 => layers.manual = Some((Status::Invisible, at)),
        42..75 => layers.idle_since = if now.idle_since.is_some() { None } else { Some(at) },
        75..85 => layers.calendar = if now.calendar.is_some() { None } else { Some((Status::Busy, at)) },
        _ => {
            let base = if now.base.0 == Status::Offline { Status::Available } else { Status::Offline };
            layers.base = (base, at);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Config, SimClock, drive::population};

    fn tenant() -> Tenant {
        let config = Config { users: 300, clock: SimClock::driven(0), ..Config::default() };
        population::tenant(&config, 0)
    }

    #[test]
    fn everybody_moves_about_once_per_move_every() {
        let mut tenant = tenant();
        start(&mut tenant, 0);
        tenant.settle(600_000);
        let moves: u64 = tenant
            .people
            .iter()
            .flat_map(|p| [p.teams.as_ref().map(|t| t.sequence), p.eight.as_ref().map(|e| e.revision)])
            .flatten()
            .sum();
        let per_minute = moves as f64 / tenant.people.len() as f64 / 10.0;
        // The versions count only moves that show, and both begin at 1.
        assert!((0.5..1.3).contains(&per_minute), "{per_minute}");
    }

    #[test]
    fn within_a_minute_every_kind_of_presence_is_seen_on_both_sides() {
        let mut tenant = tenant();
        start(&mut tenant, 0);
        let (mut teams, mut eight) = (BTreeSet::new(), BTreeSet::new());
        for second in 1..=60 {
            tenant.settle(second * 1_000);
            teams.extend(tenant.people.iter().filter_map(|p| Some(p.teams.as_ref()?.shown.0.to_string())));
            eight.extend(tenant.people.iter().filter_map(|p| Some(Tenant::eight_shown(p)?.word())));
        }
        assert!(teams.len() >= 13, "{teams:?}");
        assert_eq!(eight.len(), 7, "all but AWAY, which nobody publishes here: {eight:?}");
    }

    #[test]
    fn a_stop_leaves_everybody_as_they_are_and_the_same_seed_moves_them_alike() {
        let shown =
            |tenant: &Tenant| -> Vec<_> { tenant.people.iter().map(|p| p.teams.as_ref().map(|t| t.shown)).collect() };
        let (mut one, mut other) = (tenant(), tenant());
        for tenant in [&mut one, &mut other] {
            start(tenant, 0);
            tenant.settle(60_000);
            stop(tenant, 60_000);
        }
        let before = shown(&one);
        assert_eq!(before, shown(&other));
        one.settle(120_000);
        assert_eq!(before, shown(&one));
    }
}
