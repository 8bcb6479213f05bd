//! Calls to queues and ring groups, and agents of Engage, for tests that tell a story.

use std::time::Duration;

use super::script::{PersonRef, describe};
use crate::{
    Simulator,
    eight::routing::Group,
    state::{profile::Desk, tenant::Tenant},
};

/// What a call to a ring group meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RingOutcome {
    /// These people ring, step by step; without an answer the call goes on after so long.
    Rings {
        /// Who rings at the same time, in the order of the steps.
        steps: Vec<Vec<PersonRef>>,
        /// How long the group rings in all.
        no_answer_after: Duration,
    },
    /// Every member is busy or does not want to be disturbed.
    Busy,
    /// No member is logged in.
    Outage,
}

/// How a ring group is set up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GroupSettings {
    /// Whether members who are in a call ring too.
    pub notify_if_busy: bool,
    /// Whether members can log in and out; if not, all of them are logged in.
    pub allow_log_in_log_out: bool,
}

impl Simulator {
    /// The ids of a tenant's ring groups: round robin, sequential, simultaneous.
    pub fn ring_groups(&self, tenant: usize) -> Vec<String> {
        let ids = |tenant: &mut Tenant, _| tenant.phone.groups.iter().map(|group| group.id.clone()).collect();
        self.on_tenant(tenant, ids).unwrap_or_default()
    }

    /// The members of a ring group, in their order.
    pub fn ring_group_members(&self, tenant: usize, group: &str) -> Vec<PersonRef> {
        let members = |tenant: &mut Tenant, _| {
            let group = tenant.phone.groups.iter().find(|known| known.id == group);
            let places: Vec<u32> = group.map(|group| group.members.iter().map(|(place, _)| *place).collect())?;
            Some(people(tenant, &places))
        };
        self.on_tenant(tenant, members).flatten().unwrap_or_default()
    }

    /// Changes how a ring group is set up.
    pub fn set_ring_group(&self, tenant: usize, group: &str, settings: GroupSettings) {
        self.on_tenant(tenant, |tenant, _| {
            if let Some(group) = tenant.phone.groups.iter_mut().find(|known| known.id == group) {
                group.notify_if_busy = settings.notify_if_busy;
                group.allow_log_in_log_out = settings.allow_log_in_log_out;
            }
        });
    }

    /// A member logs in to a ring group, or out of it.
    pub fn log_in_to_ring_group(&self, person: &PersonRef, group: &str, logged_in: bool) {
        self.on(person, |tenant, _| {
            let group = tenant.phone.groups.iter_mut().find(|known| known.id == group);
            let member = group.and_then(|group| group.members.iter_mut().find(|(place, _)| *place == person.person));
            if let Some((_, held)) = member {
                *held = logged_in;
            }
        });
    }

    /// A call comes into a ring group; nobody's phone changes by it.
    pub fn ring_group_call(&self, tenant: usize, group: &str) -> Option<RingOutcome> {
        let call = |tenant: &mut Tenant, now: i64| {
            Some(match tenant.group_call(group, now)? {
                Group::Busy => RingOutcome::Busy,
                Group::Outage => RingOutcome::Outage,
                Group::Rings { steps, no_answer_after } => {
                    let steps = steps.iter().map(|step| people(tenant, step)).collect();
                    RingOutcome::Rings { steps, no_answer_after }
                }
            })
        };
        self.on_tenant(tenant, call).flatten()
    }

    /// A call comes into a call queue and rings at whoever is next; nothing if it has to wait.
    pub fn queue_call(&self, tenant: usize, queue: &str) -> Option<PersonRef> {
        let call = |tenant: &mut Tenant, now: i64| {
            let person = tenant.queue_call(queue, now)?;
            people(tenant, &[person]).pop()
        };
        self.on_tenant(tenant, call).flatten()
    }

    /// The call of a queue that rings is rejected, or not answered.
    pub fn decline_queue_call(&self, person: &PersonRef) {
        self.on(person, |tenant, now| tenant.decline_queue_call(person.person, now));
    }

    /// The person logs in to their call queues, or out of them.
    pub fn log_in_to_queues(&self, person: &PersonRef, logged_in: bool) {
        self.on(person, |tenant, _| {
            let eight = tenant.person_mut(person.person).and_then(|person| person.eight.as_mut());
            for member in eight.into_iter().flat_map(|eight| &mut eight.profile.queues) {
                member.logged_in = logged_in;
            }
        });
    }

    /// The person's only phone is the app in Teams, or not.
    pub fn use_phone_app(&self, person: &PersonRef, only: bool) {
        self.desk(person, |desk| desk.phone_app = only);
    }

    /// The person works with Engage from now on.
    pub fn engage(&self, person: &PersonRef) {
        self.desk(person, |desk| desk.engage = true);
    }

    /// An agent of Engage rejects an interaction, or misses it; `pause` later they are available again.
    pub fn engage_declines(&self, person: &PersonRef, missed: bool, pause: Duration) {
        let pause_ms = crate::clock::whole_ms(pause);
        self.on(person, |tenant, now| tenant.engage_declines(person.person, missed, pause_ms, now));
    }

    pub(super) fn desk(&self, person: &PersonRef, edit: impl FnOnce(&mut Desk)) {
        self.on(person, |tenant, _| {
            if let Some(eight) = tenant.person_mut(person.person).and_then(|person| person.eight.as_mut()) {
                edit(&mut eight.desk);
            }
        });
    }
}

fn people(tenant: &Tenant, places: &[u32]) -> Vec<PersonRef> {
    places.iter().filter_map(|place| Some(describe(tenant, *place, tenant.person(*place)?))).collect()
}
