//! Who sits where in the phone system: call queues, ring groups, agents of the Contact Center, people without a licence.
//!
//! It follows from a person's place alone, so that it takes nothing from the random numbers that make people and moves.

use crate::{
    Config,
    eight::agent::{AgentStatus, CcLayer},
    state::{
        audit::AuditEvent,
        phone::{Pattern, Queue, RingGroup, id},
        profile::{Agent, Extension, Membership},
        tenant::Tenant,
    },
};

const QUEUES: [&str; 3] = ["Support", "Sales", "Service"];

/// Fits a tenant's people out.
pub(super) fn furnish(tenant: &mut Tenant, config: &Config, now: i64) {
    if config.contact_center {
        queues_and_groups(tenant);
        for place in 0..tenant.people.len().min(config.users) {
            seat(tenant, place, now);
        }
    }
    for eight in tenant.people.iter().filter_map(|person| person.eight.as_ref()) {
        let at = eight.profile.created_ms;
        tenant.phone.audits.user(at, AuditEvent::Create, &eight.id, &eight.name, &eight.email);
    }
    if config.eight_quirks.collected_every_ms > 0 {
        tenant.start_collecting(now);
    }
}

fn queues_and_groups(tenant: &mut Tenant) {
    let (place, phone) = (tenant.place, &mut tenant.phone);
    for pbx in 0..phone.pbxes.len() {
        for (number, name) in QUEUES.iter().enumerate() {
            phone.queues.push(Queue {
                id: id("queue", place, phone.queues.len()),
                name: String::from(*name),
                extension: (8_000 + number).to_string(),
                pbx,
                site: pbx,
                wrap_up_ms: 10_000,
                no_answer_ms: 15_000,
                last_offered: None,
            });
        }
    }
    for (number, pattern) in Pattern::ALL.into_iter().enumerate() {
        phone.groups.push(RingGroup {
            id: id("group", place, number),
            name: format!("Reception {}", number + 1),
            extension: (8_100 + number).to_string(),
            site: 0,
            pattern,
            ring_timeout: 15,
            cycles: 2,
            notify_if_busy: false,
            allow_log_in_log_out: false,
            members: Vec::new(),
            turn: 0,
        });
    }
}

/// Gives one person their seat: of twenty, some twelve in call queues, two agents who also have Work, two who have not, one
/// without a licence, the rest with an extension and nothing else.
fn seat(tenant: &mut Tenant, place: usize, now: i64) {
    let number = u32::try_from(place).unwrap_or(u32::MAX);
    let pbx = tenant.people[place].eight.as_ref().map_or(0, |eight| tenant.phone.pbx_of_site(eight.profile.site));
    let Some(eight) = tenant.people[place].eight.as_mut() else { return };
    let profile = &mut eight.profile;
    if place % 20 == 8 {
        (profile.licensed, profile.uc) = (false, None);
        return;
    }
    if place % 5 < 3 || place % 20 == 4 {
        let member = |queue: usize| Membership {
            queue: pbx * QUEUES.len() + queue,
            primary: !place.is_multiple_of(7),
            logged_in: true,
        };
        profile.queues.push(member(place % QUEUES.len()));
        if place.is_multiple_of(11) {
            profile.queues.push(member((place + 1) % QUEUES.len()));
        }
    }
    if place % 10 == 4 || place % 10 == 9 {
        let agent = 60_000 + number;
        profile.agent = Some(Agent {
            id: format!("ag{:04}x{place:06}A", tenant.place + 1).into(),
            extension: Extension { id: id("cc", tenant.place, place).into(), number: agent, devices: 0 },
            code: None,
            set_by_api: false,
            stops_new: false,
            last_login_ms: Some(now),
            last_logout_ms: None,
        });
        eight.layers.cc = Some(CcLayer { status: AgentStatus::WaitTransact, since_ms: now, voice: false });
        if place % 10 == 9 {
            profile.uc = None;
        }
    }
    if place % 10 == 5 {
        let groups = tenant.phone.groups.len();
        let group = (place / 10) % groups.max(1);
        profile.groups.push(group);
        if let Some(group) = tenant.phone.groups.get_mut(group) {
            group.members.push((number, true));
        }
    }
}
