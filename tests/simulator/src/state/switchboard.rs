//! Calls to queues and groups: who rings, what becomes of them after, and what Engage does with an agent.

use super::{
    person::EightSide,
    profile::keeps_calls_away,
    staff::Mover,
    tenant::{Cause, Tenant},
};
use crate::{
    eight::{
        EightLayers,
        agent::AgentStatus,
        routing::{Group, GroupMember, QueueMember, Readiness, Ringing, next_offer, ring},
    },
    words::Status,
};

impl Tenant {
    /// What a person's phone is up to.
    fn readiness(&self, eight: &EightSide, logged_in: bool, now: i64) -> Readiness {
        let (layers, desk) = (&eight.layers, &eight.desk);
        match () {
            () if !logged_in || layers.work().status == Status::Offline => Readiness::LoggedOut,
            () if layers.call.is_some() || desk.ringing > 0 || desk.answered_due.is_some() => Readiness::OnCall,
            () if keeps_calls_away(layers, self.phone.quirks.external_dnd_affects_routing) => Readiness::DoNotDisturb,
            () if now < desk.not_before_ms => Readiness::Resting,
            () => Readiness::Ready,
        }
    }

    /// A call comes into a queue: it rings at whoever is next, if anybody is.
    pub(crate) fn queue_call(&mut self, queue: &str, now: i64) -> Option<u32> {
        let place = self.phone.queues.iter().position(|known| known.id == queue)?;
        let members: Vec<QueueMember> = (0..)
            .zip(&self.people)
            .filter_map(|(person, known)| {
                let eight = known.eight.as_ref().filter(|eight| eight.active && eight.profile.uc.is_some())?;
                let member = eight.profile.queues.iter().find(|member| member.queue == place)?;
                let readiness = self.readiness(eight, member.logged_in, now);
                Some(QueueMember { person, primary: member.primary, readiness })
            })
            .collect();
        let person = next_offer(&members, self.phone.queues[place].last_offered)?;
        self.phone.queues[place].last_offered = Some(person);
        let desk = &mut self.person_mut(person)?.eight.as_mut()?.desk;
        desk.ringing += 1;
        desk.queue = Some(place);
        Some(person)
    }

    /// A call of a queue that rings is rejected or not answered: the next one comes later.
    pub(crate) fn decline_queue_call(&mut self, person: u32, now: i64) {
        let Some(eight) = self.people.get_mut(person as usize).and_then(|person| person.eight.as_mut()) else { return };
        let Some(queue) = eight.desk.queue.take().and_then(|place| self.phone.queues.get(place)) else { return };
        eight.desk.ringing = eight.desk.ringing.saturating_sub(1);
        eight.desk.not_before_ms = now + queue.no_answer_ms;
        eight.desk.wraps_up = false;
    }

    /// The last call of a person has ended; if it was a queue's, they wrap up.
    pub(crate) fn wrap_up(&mut self, person: u32, now: i64) {
        let Some(eight) = self.people.get_mut(person as usize).and_then(|person| person.eight.as_mut()) else { return };
        if eight.layers.call.is_some() {
            return;
        }
        let Some(queue) = eight.desk.queue.take().and_then(|place| self.phone.queues.get(place)) else { return };
        eight.desk.not_before_ms = now + queue.wrap_up_ms;
        eight.desk.wraps_up = true;
    }

    /// A call comes into a ring group.
    pub(crate) fn group_call(&mut self, group: &str, now: i64) -> Option<Group> {
        let place = self.phone.groups.iter().position(|known| known.id == group)?;
        let known = &self.phone.groups[place];
        let members: Vec<GroupMember> = known
            .members
            .iter()
            .filter_map(|(person, logged_in)| {
                let eight = self.person(*person)?.eight.as_ref().filter(|eight| eight.active)?;
                let logged_in = *logged_in || !known.allow_log_in_log_out;
                let readiness = self.readiness(eight, logged_in, now);
                Some(GroupMember { person: *person, readiness, phone_app: eight.desk.phone_app })
            })
            .collect();
        let how = Ringing {
            pattern: known.pattern,
            ring_timeout: known.ring_timeout,
            cycles: known.cycles,
            notify_if_busy: known.notify_if_busy,
            turn: known.turn,
        };
        let outcome = ring(&members, how);
        self.phone.groups[place].turn += usize::from(matches!(outcome, Group::Rings { .. }));
        Some(outcome)
    }

    /// An agent of Engage rejects or misses an offered interaction, and is available again after a pause.
    pub(crate) fn engage_declines(&mut self, person: u32, missed: bool, pause_ms: i64, now: i64) {
        let Some(eight) = self.person_mut(person).and_then(|person| person.eight.as_mut()) else { return };
        eight.desk.back_due = Some(now + pause_ms);
        let status = if missed { AgentStatus::OnBreak } else { AgentStatus::WorkOffline };
        self.move_agent(person, status, None, false, Mover::Life, now);
        self.wake_desk(person, now + pause_ms);
    }

    /// With Engage, do not disturb in Work and working offline in the Contact Center go together.
    pub(crate) fn engage_follows(&mut self, person: u32, before: &EightLayers, now: i64) {
        let Some(eight) = self.person(person).and_then(|person| person.eight.as_ref()).filter(|e| e.desk.engage) else {
            return;
        };
        let dnd = |layers: &EightLayers| layers.manual.is_some_and(|(status, _)| status == Status::Dnd);
        let offline = |layers: &EightLayers| layers.cc.is_some_and(|cc| cc.status == AgentStatus::WorkOffline);
        let after = &eight.layers;
        let (is_dnd, is_offline) = (dnd(after), offline(after));
        let logged_in = after.cc.is_some_and(|cc| cc.status.logged_in());
        let pauses = eight.desk.back_due.is_some();
        if is_dnd != dnd(before) && is_dnd != is_offline && logged_in {
            let status = if is_dnd { AgentStatus::WorkOffline } else { AgentStatus::WaitTransact };
            self.move_agent(person, status, None, false, Mover::Life, now);
        } else if is_offline != offline(before) && is_offline != is_dnd && !pauses {
            let chosen = is_offline.then_some((Status::Dnd, now));
            self.edit_eight(person, now, Cause::Life, |layers| layers.manual = chosen);
        }
    }
}
