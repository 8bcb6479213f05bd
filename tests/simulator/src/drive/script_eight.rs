//! Having one person do one thing on the 8x8 side, and having 8x8 itself behave in one way or another.

use serde::Serialize;

use super::script::PersonRef;
use crate::{
    Simulator,
    eight::{Call, agent::AgentStatus, quirks::EightQuirks},
    state::{access::Holder, grants::Product, staff::Mover, tenant::Tenant},
    words::{Status, intern},
};

/// One of the two tokens of the Contact Center.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CcToken {
    /// For agents' statuses.
    Action,
    /// For streams.
    Data,
}

/// What goes wrong on the streams of a tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StreamFaults {
    /// How many times the next two events change places.
    pub out_of_order: u32,
    /// How many of the next events come twice.
    pub twice: u32,
    /// How many of the next changes of agents have an empty `msgInfo`.
    pub without_info: u32,
    /// How many frames that are no messages come in between.
    pub control_frames: u32,
    /// Every connection is cut now.
    pub drop_connections: bool,
}

/// Where a person sits in the phone system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryRow {
    /// The 8x8 user's id; another one after a move to another site.
    pub user_id: String,
    /// The number of the Work extension, if there is one.
    pub extension: Option<u32>,
    /// The id of the Contact Center agent, if the person is one.
    pub agent_id: Option<String>,
    /// The names of the call queues the person is in.
    pub queues: Vec<String>,
    /// The ids of those queues.
    pub queue_ids: Vec<String>,
    /// The id of the PBX.
    pub pbx_id: String,
    /// Whether the person has a licence.
    pub licensed: bool,
    /// The state of the agent.
    pub agent_status: Option<AgentStatus>,
    /// What a colleague sees.
    pub peers_see: Status,
    /// Whether `doNotDisturb` was set from outside.
    pub extension_dnd: bool,
}

/// Where a person sits.
pub(crate) fn seat(tenant: &Tenant, person: u32) -> Option<DirectoryRow> {
    let eight = tenant.person(person)?.eight.as_ref()?;
    let (profile, phone) = (&eight.profile, &tenant.phone);
    let queues = || profile.queues.iter().filter_map(|member| phone.queues.get(member.queue));
    Some(DirectoryRow {
        user_id: eight.id.to_string(),
        extension: profile.uc.as_ref().map(|uc| uc.number),
        agent_id: profile.agent.as_ref().map(|agent| agent.id.to_string()),
        queues: queues().map(|queue| queue.name.clone()).collect(),
        queue_ids: queues().map(|queue| queue.id.clone()).collect(),
        pbx_id: phone.pbxes.get(phone.pbx_of_site(profile.site)).map(|pbx| pbx.id.clone()).unwrap_or_default(),
        licensed: profile.licensed,
        agent_status: eight.layers.cc.map(|cc| cc.status),
        peers_see: eight.layers.seen_by_peers(),
        extension_dnd: eight.layers.extension_dnd.is_some(),
    })
}

impl Simulator {
    /// Where a person sits in the phone system; nothing without an 8x8 user.
    pub fn seat(&self, person: &PersonRef) -> Option<DirectoryRow> {
        self.on(person, |tenant, _| seat(tenant, person.person)).flatten()
    }

    /// Changes a tenant's quirks.
    pub fn edit_eight_quirks(&self, tenant: usize, edit: impl FnOnce(&mut EightQuirks)) {
        self.on_tenant(tenant, |tenant, now| tenant.edit_quirks(now, edit));
    }

    /// A tenant's quirks.
    pub fn eight_quirks(&self, tenant: usize) -> Option<EightQuirks> {
        self.on_tenant(tenant, |tenant, _| tenant.phone.quirks.clone())
    }

    /// A product is added to, or taken from, a tenant's key; an addition works after some minutes.
    pub fn grant_eight_product(&self, tenant: usize, product: Product, granted: bool) {
        self.on_tenant(tenant, |tenant, now| {
            let lag_ms = tenant.phone.quirks.grant_lag_ms;
            tenant.phone.grants.set_product(product, granted, now, lag_ms);
        });
    }

    /// A tenant's key is revoked, or comes back after some minutes.
    pub fn grant_eight_key(&self, tenant: usize, granted: bool) {
        self.on_tenant(tenant, |tenant, now| {
            let lag_ms = tenant.phone.quirks.grant_lag_ms;
            tenant.phone.grants.set_key(granted, now, lag_ms);
            if !granted {
                tenant.tokens.revoke(Holder::Eight);
            }
        });
    }

    /// 8x8 locks a whole organisation out, or lets it in again after some minutes.
    pub fn enable_eight_organisation(&self, tenant: usize, enabled: bool) {
        self.on_tenant(tenant, |tenant, now| {
            let lag_ms = tenant.phone.quirks.grant_lag_ms;
            tenant.phone.grants.set_organisation(enabled, now, lag_ms);
        });
    }

    /// Somebody presses *New Token*: the old one of this kind holds no longer, for anybody.
    pub fn new_cc_token(&self, tenant: usize, kind: CcToken) -> Option<String> {
        self.on_tenant(tenant, |tenant, _| {
            let serial = tenant.phone.serial();
            let (token, name) = match kind {
                CcToken::Action => (&mut tenant.access.cc_action_token, "action"),
                CcToken::Data => (&mut tenant.access.cc_data_token, "data"),
            };
            *token = format!("simulator-{name}-{}-{serial}", tenant.place + 1);
            let token = token.clone();
            if kind == CcToken::Data {
                tenant.phone.events.drops += 1;
            }
            token
        })
    }

    /// 8x8's support switches the Agent Status API on or off.
    pub fn enable_agent_status(&self, tenant: usize, on: bool) {
        self.on_tenant(tenant, |tenant, _| tenant.phone.agent_status_on = on);
    }

    /// Whether the account of Work Analytics has ever opened Analytics in a browser; it cannot sign in before that.
    pub fn open_analytics(&self, tenant: usize, opened: bool) {
        self.on_tenant(tenant, |tenant, _| tenant.phone.analytics_opened = opened);
    }

    /// Whether that account may see the tenant's PBXes.
    pub fn allow_analytics(&self, tenant: usize, allowed: bool) {
        self.on_tenant(tenant, |tenant, _| tenant.phone.analytics_allowed = allowed);
    }

    /// An agent changes state by hand or by a call; `voice` says that what is handled is a phone call.
    pub fn set_agent_status(&self, person: &PersonRef, status: AgentStatus, voice: bool) {
        self.on(person, |tenant, now| tenant.move_agent(person.person, status, None, voice, Mover::Life, now));
    }

    /// The phone rings; nobody sees that yet.
    pub fn ring(&self, person: &PersonRef) {
        self.desk(person, |desk| desk.ringing += 1);
    }

    /// The call that rings is answered; the status follows, as late as the quirks say.
    pub fn answer(&self, person: &PersonRef) {
        self.on(person, |tenant, now| tenant.answer(person.person, now));
    }

    /// One call ends, or stops ringing.
    pub fn hang_up(&self, person: &PersonRef) {
        self.on(person, |tenant, now| tenant.hang_up(person.person, now));
    }

    /// The call is put on hold, or taken back.
    pub fn hold(&self, person: &PersonRef, on_hold: bool) {
        self.edit_eight(person, |layers, _| {
            if let Some(call) = &mut layers.call {
                call.on_hold = on_hold;
            }
        });
    }

    /// The call goes to somebody else without a word: it ends here and rings there.
    pub fn blind_transfer(&self, from: &PersonRef, to: &PersonRef) {
        self.hang_up(from);
        self.ring(to);
    }

    /// Somebody is taken into the call: both are in one call with two others.
    pub fn conference(&self, host: &PersonRef, guest: &PersonRef) {
        for person in [host, guest] {
            self.edit_eight(person, |layers, now| {
                let since_ms = layers.call.map_or(now, |call| call.since_ms);
                layers.call = Some(Call { count: 2, on_hold: false, since_ms });
            });
        }
    }

    /// The calendar says that a meeting is on, as busy or as do not disturb, with a text; or that it is over.
    pub fn eight_meeting(&self, person: &PersonRef, shown: Option<(Status, &str)>) {
        self.edit_eight(person, |layers, now| {
            layers.calendar = shown.map(|(status, _)| (status, now));
            layers.text = shown.map(|(_, text)| intern(text));
        });
    }

    /// The mouse rests from now on; after `timer_ms` the person is away, unless an app is signed in on a mobile.
    pub fn rest_mouse(&self, person: &PersonRef, timer_ms: i64) {
        self.on(person, |tenant, now| {
            if let Some(eight) = tenant.person_mut(person.person).and_then(|person| person.eight.as_mut()) {
                eight.desk.idle_due = Some(now + timer_ms);
                tenant.wake_desk(person.person, now + timer_ms);
            }
        });
    }

    /// An app is signed in on a mobile, or signed out.
    pub fn mobile(&self, person: &PersonRef, signed_in: bool) {
        self.desk(person, |desk| desk.mobile = signed_in);
    }

    /// Work Analytics leaves this person's status out.
    pub fn hide_user_status(&self, person: &PersonRef, hidden: bool) {
        self.desk(person, |desk| desk.status_missing = hidden);
    }

    /// The change log loses the next changes of a person; a snapshot still shows them.
    pub fn lose_changes(&self, person: &PersonRef, count: u32) {
        self.desk(person, |desk| desk.changes_lost = count);
    }

    /// The person moves to another site, which gives them another user id.
    pub fn move_site(&self, person: &PersonRef, site: usize) {
        self.on(person, |tenant, now| tenant.move_site(person.person, site, now));
    }

    /// The 8x8 user is made inactive, or active again.
    pub fn set_eight_active(&self, person: &PersonRef, active: bool) {
        self.on(person, |tenant, now| tenant.set_active(person.person, active, now));
    }

    /// The next operation on a tenant's directory fails with this message.
    pub fn fail_next_operation(&self, tenant: usize, message: &str) {
        self.on_tenant(tenant, |tenant, _| tenant.phone.operations.failing.push(String::from(message)));
    }

    /// How the next events of a tenant's streams are told; see [`StreamFaults`].
    pub fn disturb_streams(&self, tenant: usize, faults: StreamFaults) {
        self.on_tenant(tenant, |tenant, _| {
            let events = &mut tenant.phone.events;
            events.out_of_order += faults.out_of_order;
            events.twice += faults.twice;
            events.without_info += faults.without_info;
            events.control_frames += faults.control_frames;
            events.drops += u64::from(faults.drop_connections);
        });
    }

    /// From now on, webhook deliveries of a tenant are signed with a new key; the old one can still be read.
    pub fn rotate_webhook_key(&self, tenant: usize) {
        self.on_tenant(tenant, |tenant, _| tenant.phone.webhooks.rotate());
    }

    /// The next events of a tenant are delivered twice to its webhooks.
    pub fn repeat_webhooks(&self, tenant: usize, events: u32) {
        self.on_tenant(tenant, |tenant, _| tenant.phone.webhooks.twice += events);
    }

    /// The administrator of a tenant switches user provisioning (SCIM) on with a new token, or off.
    pub fn set_provisioning(&self, tenant: usize, on: bool) -> Option<String> {
        self.on_tenant(tenant, |tenant, _| {
            let serial = tenant.phone.serial();
            tenant.access.scim_token = on.then(|| format!("simulator-scim-{}-{serial}", tenant.place + 1));
            tenant.access.scim_token.clone()
        })
        .flatten()
    }
}
