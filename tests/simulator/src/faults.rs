//! Failures on demand: an endpoint that answers with an error, hangs, or drops the connection.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::clock::{SimClock, whole_ms};

/// An endpoint that can fail by itself, and that is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Endpoint {
    /// Entra: `POST /{directory}/oauth2/v2.0/token`
    EntraToken,
    /// Graph: `GET /users`
    ListUsers,
    /// Graph: `POST /communications/getPresencesByUserId`
    GetPresences,
    /// Graph: `GET /users/{id}/presence`
    GetPresence,
    /// Graph: `POST /users/{id}/presence/setPresence`
    SetPresence,
    /// Graph: `POST /users/{id}/presence/clearPresence`
    ClearPresence,
    /// 8x8: `POST /oauth/v2/token`
    EightToken,
    /// 8x8: `GET /admin-provisioning/users`
    EightUsers,
    /// 8x8: `GET /presence/v1/users`
    EightSnapshot,
    /// 8x8: `GET /presence/v1/changes`
    EightChanges,
    /// 8x8: `POST /presence/v1/publications/bulk`
    Publish,
    /// 8x8: `DELETE /presence/v1/publications/{userId}`
    Unpublish,
    /// 8x8: `POST /analytics/work/v1/oauth/token`
    AnalyticsToken,
    /// 8x8: `GET /analytics/work/v2/pbxes` and what is below it
    AnalyticsLists,
    /// 8x8: `GET /analytics/work/v2/pbxes/{pbxId}/agent-activity`
    AgentActivity,
    /// 8x8: `GET /analytics/work/v2/pbxes/{pbxId}/queue-agent-activity`
    QueueActivity,
    /// 8x8: `GET /api/v1/tenants/{tenantId}/agentstatus/agents`
    AgentStatusRead,
    /// 8x8: `PUT /api/v1/tenants/{tenantId}/agentstatus/agents/{agentId}` and `…/bulk`
    AgentStatusWrite,
    /// 8x8: `GET /analytics/cc/v5/realtime-metrics/agents`
    Realtime,
    /// 8x8: `POST`, `PUT` and `DELETE` of `/admin-provisioning/users`, and `GET /admin-provisioning/operations`
    EightUserWrite,
    /// 8x8: `GET /admin-provisioning/ring-groups`
    RingGroups,
    /// 8x8: `GET /directory-contacts/api/v3/contacts`
    Contacts,
    /// 8x8: `GET /administration/audit/v1/audits`
    Audits,
    /// 8x8: `/chat-gateway/v1/webhooks` and `/presence/v1/webhooks`
    Webhooks,
}

impl Endpoint {
    /// Every endpoint there is.
    pub const ALL: [Self; 24] = [
        Self::EntraToken,
        Self::ListUsers,
        Self::GetPresences,
        Self::GetPresence,
        Self::SetPresence,
        Self::ClearPresence,
        Self::EightToken,
        Self::EightUsers,
        Self::EightSnapshot,
        Self::EightChanges,
        Self::Publish,
        Self::Unpublish,
        Self::AnalyticsToken,
        Self::AnalyticsLists,
        Self::AgentActivity,
        Self::QueueActivity,
        Self::AgentStatusRead,
        Self::AgentStatusWrite,
        Self::Realtime,
        Self::EightUserWrite,
        Self::RingGroups,
        Self::Contacts,
        Self::Audits,
        Self::Webhooks,
    ];
}

/// One failure: which endpoint, how, how often and for how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Fault {
    /// Where.
    pub endpoint: Endpoint,
    /// Only for this tenant (`tenant-1`); every tenant when absent.
    pub tenant: Option<String>,
    /// The status code to answer with.
    pub status: u16,
    /// The share of requests that fail, 1.0 for all.
    pub share: f64,
    /// How many requests fail before the fault is over.
    pub times: Option<u32>,
    /// How long it lasts, in milliseconds of the simulator's clock; until it is cleared when absent.
    pub lasts_ms: Option<u64>,
    /// The `Retry-After` to send, in seconds.
    pub retry_after: Option<f64>,
    /// Close the connection without an answer.
    pub drop_connection: bool,
    /// Say nothing for so many real milliseconds, then close the connection.
    pub hang_ms: Option<u64>,
    /// Be late by so many real milliseconds, then answer as usual.
    pub late_ms: Option<u64>,
    /// The text to answer with, in place of the provider's error; as HTML, whatever it is.
    pub body: Option<String>,
}

impl Default for Fault {
    fn default() -> Self {
        Self {
            endpoint: Endpoint::GetPresences,
            tenant: None,
            status: 503,
            share: 1.0,
            times: None,
            lasts_ms: None,
            retry_after: None,
            drop_connection: false,
            hang_ms: None,
            late_ms: None,
            body: None,
        }
    }
}

impl Fault {
    /// Every request to `endpoint` is answered with `status`.
    pub fn status(endpoint: Endpoint, status: u16) -> Self {
        Self { endpoint, status, ..Self::default() }
    }

    /// Every connection that asks `endpoint` is closed without an answer.
    pub fn dropped(endpoint: Endpoint) -> Self {
        Self { endpoint, drop_connection: true, ..Self::default() }
    }

    /// Every request to `endpoint` gets no answer for `hang`, then a closed connection.
    pub fn hung(endpoint: Endpoint, hang: Duration) -> Self {
        Self { endpoint, hang_ms: u64::try_from(hang.as_millis()).ok(), ..Self::default() }
    }

    /// Every answer of `endpoint` comes later by this much.
    pub fn late(endpoint: Endpoint, by: Duration) -> Self {
        Self { endpoint, late_ms: u64::try_from(by.as_millis()).ok(), ..Self::default() }
    }

    /// With this text, which no client expects, instead of the provider's error.
    #[must_use]
    pub fn body(self, text: &str) -> Self {
        Self { body: Some(String::from(text)), ..self }
    }

    /// Only for one tenant.
    #[must_use]
    pub fn on_tenant(self, tenant: &str) -> Self {
        Self { tenant: Some(String::from(tenant)), ..self }
    }

    /// Only for a share of the requests.
    #[must_use]
    pub fn share(self, share: f64) -> Self {
        Self { share, ..self }
    }

    /// Only for the next `times` requests.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Only for this long.
    #[must_use]
    pub fn lasting(self, time: Duration) -> Self {
        Self { lasts_ms: u64::try_from(time.as_millis()).ok(), ..self }
    }

    /// With this `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: f64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

/// The failures that are on.
#[derive(Debug)]
pub struct Faults {
    clock: SimClock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Each fault, and when it ends.
    on: Vec<(Fault, Option<i64>)>,
    rng: ChaCha8Rng,
}

impl Faults {
    pub(crate) fn new(clock: SimClock, seed: u64) -> Self {
        Self { clock, state: Mutex::new(State { on: Vec::new(), rng: ChaCha8Rng::seed_from_u64(seed) }) }
    }

    /// Switches a fault on.
    pub fn add(&self, fault: Fault) {
        let ends = fault.lasts_ms.map(|ms| self.clock.now_ms() + whole_ms(Duration::from_millis(ms)));
        self.lock().on.push((fault, ends));
    }

    /// Switches every fault off.
    pub fn clear(&self) {
        self.lock().on.clear();
    }

    /// Switches the faults of one endpoint off.
    pub fn clear_endpoint(&self, endpoint: Endpoint) {
        self.lock().on.retain(|(fault, _)| fault.endpoint != endpoint);
    }

    /// The faults that are on now.
    pub fn list(&self) -> Vec<Fault> {
        let now = self.clock.now_ms();
        let mut state = self.lock();
        state.on.retain(|(_, ends)| ends.is_none_or(|ends| now < ends));
        state.on.iter().map(|(fault, _)| fault.clone()).collect()
    }

    /// The fault that strikes this request, if one does.
    pub(crate) fn strike(&self, endpoint: Endpoint, tenant: &str) -> Option<Fault> {
        let mut state = self.lock();
        let State { on, rng } = &mut *state;
        if on.is_empty() {
            return None;
        }
        let now = self.clock.now_ms();
        on.retain(|(fault, ends)| ends.is_none_or(|ends| now < ends) && fault.times != Some(0));
        let (fault, _) = on.iter_mut().find(|(fault, _)| {
            fault.endpoint == endpoint
                && fault.tenant.as_ref().is_none_or(|only| only == tenant)
                && (fault.share >= 1.0 || rng.random_bool(fault.share.clamp(0.0, 1.0)))
        })?;
        if let Some(times) = &mut fault.times {
            *times -= 1;
        }
        Some(fault.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_its_endpoint_and_tenant_until_its_time_is_over() {
        let clock = SimClock::driven(0);
        let faults = Faults::new(clock.clone(), 1);
        faults.add(Fault::status(Endpoint::Publish, 503).on_tenant("tenant-2").lasting(Duration::from_secs(5)));
        assert!(faults.strike(Endpoint::Publish, "tenant-1").is_none());
        assert!(faults.strike(Endpoint::SetPresence, "tenant-2").is_none());
        assert_eq!(faults.strike(Endpoint::Publish, "tenant-2").map(|fault| fault.status), Some(503));
        clock.advance(Duration::from_secs(5));
        assert!(faults.strike(Endpoint::Publish, "tenant-2").is_none());
        assert!(faults.list().is_empty());
    }

    #[test]
    fn a_fault_can_strike_a_number_of_times_or_a_share() {
        let faults = Faults::new(SimClock::driven(0), 1);
        faults.add(Fault::status(Endpoint::Publish, 500).times(2));
        let struck = (0..5).filter(|_| faults.strike(Endpoint::Publish, "tenant-1").is_some()).count();
        assert_eq!(struck, 2);
        faults.add(Fault::dropped(Endpoint::EightToken).share(0.5));
        let struck = (0..1_000).filter(|_| faults.strike(Endpoint::EightToken, "tenant-1").is_some()).count();
        assert!((400..600).contains(&struck), "{struck}");
    }
}
