//! Changing the directory, for tests that tell a story.

use uuid::Uuid;

use super::script::PersonRef;
use crate::{
    Simulator,
    state::{directory::Happened, tenant::Tenant},
};

impl Simulator {
    /// A deleted Teams user is gone for good.
    pub fn purge_teams_user(&self, person: &PersonRef) {
        self.on_user(person, |tenant, id| {
            tenant.directory.purge(id);
        });
    }

    /// A deleted Teams user comes back, as they were.
    pub fn restore_teams_user(&self, person: &PersonRef) {
        self.on_user(person, |tenant, id| {
            if let Some((place, user)) = tenant.directory.restore(id) {
                tenant.by_teams_id.insert(id, place);
                if let Some(person) = tenant.person_mut(place) {
                    person.teams = Some(user);
                }
                tenant.relink();
            }
        });
    }

    /// A Teams user signs in under another name from now on; links follow it.
    pub fn rename_teams_user(&self, person: &PersonRef, upn: &str) {
        self.on_user(person, |tenant, id| {
            if let Some(teams) = tenant.person_mut(person.person).and_then(|person| person.teams.as_mut()) {
                teams.upn = upn.into();
                tenant.directory.note(id, Happened::Changed(&["userPrincipalName", "mail", "proxyAddresses"]));
            }
            tenant.relink();
        });
    }

    /// Every delta link given out until now has to start again: 410 follows.
    pub fn reset_delta(&self, tenant: usize) {
        self.on_tenant(tenant, |tenant, now| tenant.directory.reset_ms = Some(now));
    }

    /// Takes a person's mailbox away, or gives them one.
    pub fn set_mailbox(&self, person: &PersonRef, there: bool) {
        self.on(person, |tenant, _| {
            if there {
                tenant.without_mailbox.remove(&person.person);
            } else {
                tenant.without_mailbox.insert(person.person);
            }
        });
    }

    fn on_user(&self, person: &PersonRef, work: impl FnOnce(&mut Tenant, Uuid)) {
        let id = person.teams_id.as_deref().and_then(|id| Uuid::parse_str(id).ok());
        if let Some(id) = id {
            self.on(person, |tenant, _| work(tenant, id));
        }
    }
}
