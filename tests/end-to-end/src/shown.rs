//! What a bench shows of both providers and of the service.

use std::collections::BTreeMap;

use presync_service::Tenant;
use presync_service::status::{Counters, Place, Trouble};
use presync_simulator::{PersonRef, Shown, Write, WriteKind};

use crate::Bench;

impl Bench {
    /// The first tenant.
    ///
    /// # Panics
    /// When there is none.
    pub fn tenant(&self) -> &Tenant {
        self.tenants.first().expect("a tenant")
    }

    /// A person of the first tenant.
    ///
    /// # Panics
    /// When there are fewer.
    pub fn person(&self, place: usize) -> PersonRef {
        self.simulator.people(0).get(place).expect("a person").clone()
    }

    /// What a person shows and holds now.
    pub fn shown(&self, person: &PersonRef) -> Shown {
        self.simulator.shown(person)
    }

    /// The writes of one kind on a person, oldest first.
    pub fn writes(&self, person: &PersonRef, kind: WriteKind) -> Vec<Write> {
        self.simulator.writes(person).into_iter().filter(|write| write.kind == kind).collect()
    }

    /// The kinds of the last events of a person of the first tenant, newest first; none for somebody who is not linked.
    ///
    /// # Panics
    /// When the event log cannot be read.
    pub fn events(&self, person: &PersonRef) -> Vec<(String, serde_json::Value)> {
        let user = person.upn.as_deref().or(person.email.as_deref()).expect("a name");
        let why = self.tenant().why(user).expect("the event log can be read");
        why.into_iter().flat_map(|why| why.events).map(|event| (event.kind, event.detail)).collect()
    }

    /// The last events of the first tenant that concern nobody in particular, oldest first: kind and detail.
    ///
    /// # Panics
    /// When the event log cannot be read.
    pub fn tenant_events(&self) -> Vec<(String, serde_json::Value)> {
        let store = self.store.tenant(self.tenant().id()).expect("the tenant is known");
        let events = store.events(None, 0, usize::MAX).expect("the event log can be read").into_iter();
        let detail = |text: &str| serde_json::from_str(text).expect("details are JSON");
        events.filter(|event| event.link.is_none()).map(|event| (event.kind, detail(&event.detail))).collect()
    }

    /// What is wrong with the first tenant now.
    pub fn troubles(&self) -> BTreeMap<Place, Trouble> {
        self.tenant().status().troubles
    }

    /// What is wrong in one place of the first tenant.
    ///
    /// # Panics
    /// When nothing is.
    pub fn trouble(&self, place: Place) -> Trouble {
        let mut troubles = self.troubles();
        troubles.remove(&place).unwrap_or_else(|| panic!("nothing is wrong with {place:?}; {troubles:#?}"))
    }

    /// How many requests to an endpoint were answered with a status, as the simulator names them: `entraToken 200`.
    pub fn answers(&self, name: &str) -> u64 {
        self.simulator.report().requests.get(name).copied().unwrap_or_default()
    }

    /// What all tenants have done since the service was started.
    pub fn counters(&self) -> Counters {
        let mut sum = Counters::default();
        for tenant in &self.tenants {
            sum.add(&tenant.counters());
        }
        sum
    }

    /// Fails unless everybody is shown as they should be and nothing of ours is left behind.
    ///
    /// # Panics
    /// When that is not so.
    pub fn assert_right(&self) {
        let truth = self.simulator.truth();
        assert!(truth.wrong.is_empty(), "shown wrong: {:#?}", truth.wrong);
        assert!(truth.stuck_sessions.is_empty(), "stuck: {:#?}", truth.stuck_sessions);
    }
}
