//! What happens to people in the phone system beside their presence: agents change state, calls are answered, mice
//! idle, operations on the directory end, presence is collected.

use std::cmp::Reverse;

use rand::RngExt;

use super::{
    measure::{Write, WriteKind},
    tenant::{Cause, Due, Tenant, changed_fields},
};
use crate::{
    drive::movement,
    eight::{
        agent::{AgentStatus, CcLayer},
        changes::{Change, What},
    },
};

/// Who moves an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mover {
    /// The agent, or a call.
    Life,
    /// The Agent Status API.
    Api,
}

impl Tenant {
    /// Moves an agent to a state; `voice` says that what is being handled is a phone call.
    pub(crate) fn move_agent(
        &mut self,
        person: u32,
        status: AgentStatus,
        code: Option<(i64, i64)>,
        voice: bool,
        mover: Mover,
        now: i64,
    ) {
        let numbering = self.phone.quirks.numbering;
        let Some(agent) =
            self.people.get_mut(person as usize).and_then(|p| p.eight.as_mut()).and_then(|e| e.profile.agent.as_mut())
        else {
            return;
        };
        agent.code = code;
        agent.set_by_api = mover == Mover::Api;
        let sub = if agent.stops_new { "stopnew" } else { "none" };
        self.phone.events.agent_changed(now, &agent.id, status, code, sub, numbering);
        let cause = if mover == Mover::Api { Cause::Written } else { Cause::Life };
        let (mut was_logged_in, mut was_in_call, mut is_in_call) = (false, false, false);
        self.edit_eight(person, now, cause, |layers| {
            was_logged_in = layers.cc.is_some_and(|cc| cc.status.logged_in());
            was_in_call = layers.cc.is_some_and(CcLayer::in_call);
            let since_ms = layers.cc.filter(|cc| cc.status == status).map_or(now, |cc| cc.since_ms);
            let cc = CcLayer { status, since_ms, voice };
            is_in_call = cc.in_call();
            layers.cc = Some(cc);
        });
        self.tell_interaction(person, was_in_call, is_in_call, now);
        let agent = self.person_mut(person).and_then(|p| p.eight.as_mut()).and_then(|e| e.profile.agent.as_mut());
        if let Some(agent) = agent {
            match (was_logged_in, status.logged_in()) {
                (false, true) => agent.last_login_ms = Some(now),
                (true, false) => agent.last_logout_ms = Some(now),
                _ => {}
            }
        }
    }

    /// Tells the streams that a call of an agent began or ended.
    fn tell_interaction(&mut self, person: u32, before: bool, after: bool, now: i64) {
        let (kind, state) = match (before, after) {
            (false, true) => ("InteractionAccepted", "CS_CONNECTED"),
            (true, false) => ("InteractionDeleted", "CS_DISCONNECTED"),
            _ => return,
        };
        let eight = self.people.get(person as usize).and_then(|person| person.eight.as_ref());
        if let Some(agent) = eight.and_then(|eight| eight.profile.agent.as_ref()) {
            let guid = format!("int-{}-{person}", self.place + 1);
            self.phone.events.interaction(now, kind, &agent.id, state, &guid);
        }
    }

    /// Notes a write of presync that is no publication.
    pub(crate) fn note_direct_write(&mut self, person: u32, kind: WriteKind, value: String, answer: u16, now: i64) {
        if answer < 300 {
            match kind {
                WriteKind::AgentStatus => self.meter.counters.agent_statuses_set += 1,
                _ => self.meter.counters.directory_writes += 1,
            }
        }
        self.meter.log(Write { at_ms: now, person, kind, value, lease_seconds: 0, answer });
    }

    /// Wakes a person's desk at `at`.
    pub(crate) fn wake_desk(&mut self, person: u32, at: i64) {
        self.timers.push(Reverse((at, Due::Desk(person))));
    }

    /// Something on a desk came due.
    pub(crate) fn desk_due(&mut self, person: u32, at: i64) {
        let Some(eight) = self.person_mut(person).and_then(|person| person.eight.as_mut()) else { return };
        let desk = &mut eight.desk;
        let reached = |due: &mut i64| *due <= at;
        let answered = desk.answered_due.take_if(reached).is_some();
        let back = desk.back_due.take_if(reached).is_some();
        let idle = desk.idle_due.take_if(reached).is_some() && !desk.mobile;
        let code = eight.profile.agent.as_ref().and_then(|agent| agent.code);
        if answered {
            self.edit_eight(person, at, Cause::Life, |layers| movement::start_call(layers, at));
        }
        if idle {
            self.edit_eight(person, at, Cause::Life, |layers| layers.idle_since = Some(at));
        }
        if back {
            self.move_agent(person, AgentStatus::WaitTransact, code, false, Mover::Life, at);
        }
    }

    /// From now on, presence is shown to the outside as it was at the last collection.
    pub(crate) fn start_collecting(&mut self, now: i64) {
        for eight in self.people.iter_mut().filter_map(|person| person.eight.as_mut()) {
            eight.collected.get_or_insert_with(|| eight.layers.clone());
        }
        if self.phone.collect_due.is_none() {
            self.next_collection(now);
        }
    }

    /// From now on, presence is told at once again.
    pub(crate) fn stop_collecting(&mut self, now: i64) {
        self.collect_changes(now);
        self.phone.collect_due = None;
        for eight in self.people.iter_mut().filter_map(|person| person.eight.as_mut()) {
            eight.collected = None;
        }
    }

    fn next_collection(&mut self, now: i64) {
        let quirks = &self.phone.quirks;
        let late = match quirks.collected_jitter_ms {
            most @ 1.. => self.rng.random_range(0..=most),
            _ => 0,
        };
        let due = now + quirks.collected_every_ms + late;
        self.phone.collect_due = Some(due);
        self.timers.push(Reverse((due, Due::Collection)));
    }

    /// Collects, if this collection was not called off.
    pub(crate) fn collect(&mut self, at: i64) {
        if self.phone.collect_due.take_if(|due| *due == at).is_some() {
            self.collect_changes(at);
            self.next_collection(at);
        }
    }

    /// Everything that a person did since the last collection is one change.
    fn collect_changes(&mut self, at: i64) {
        let mut people = std::mem::take(&mut self.phone.uncollected);
        people.sort_unstable();
        people.dedup();
        for person in people {
            let Some(eight) = self.people.get_mut(person as usize).and_then(|person| person.eight.as_mut()) else {
                continue;
            };
            let Some(before) = eight.collected.take() else { continue };
            eight.collected = Some(eight.layers.clone());
            if !eight.layers.differs_from(&before) {
                continue;
            }
            eight.revision += 1;
            eight.updated_ms = at;
            let fields = changed_fields(&before, &eight.layers);
            let publication = match (&eight.layers.external, &before.external) {
                (Some(held), before) if before.as_ref() != Some(held) => Some(held.publication_id.clone()),
                _ => None,
            };
            if eight.desk.changes_lost > 0 {
                eight.desk.changes_lost -= 1;
            } else if eight.active {
                let what = What::Updated { person, layers: eight.layers.clone(), fields, publication };
                self.changes.push(Change { at_ms: at, revision: eight.revision, what });
            }
        }
    }
}
