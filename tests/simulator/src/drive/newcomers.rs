//! Having people join, and go by other addresses, for tests that tell a story.

use super::{population, script::PersonRef};
use crate::{
    Simulator,
    state::{directory::Happened, person::TeamsSide},
};

impl Simulator {
    /// Somebody joins the tenant at `tenant` (from 0): on the Teams side if there is a principal name, on the 8x8 side if there is an
    /// e-mail. Nothing if there is no such tenant.
    pub fn add_person(&self, tenant: usize, name: &str, upn: Option<&str>, email: Option<&str>) -> Option<PersonRef> {
        let place = self.on_tenant(tenant, |tenant, now| population::newcomer(tenant, now, name, upn, email))?;
        self.people(tenant).into_iter().find(|person| person.person == place)
    }

    /// The mailbox of the Teams user has these addresses, the first of which is the primary one; none: the principal name only.
    pub fn set_teams_addresses(&self, person: &PersonRef, addresses: &[&str]) {
        self.edit_account(person, &["mail", "proxyAddresses"], |teams| {
            teams.addresses = addresses.iter().map(|address| (*address).into()).collect();
        });
    }

    /// The Teams user has a licence for Teams, or has none.
    pub fn set_teams_licensed(&self, person: &PersonRef, licensed: bool) {
        self.edit_account(person, &["assignedPlans"], |teams| teams.licensed = licensed);
    }

    fn edit_account(&self, person: &PersonRef, what: &'static [&'static str], edit: impl FnOnce(&mut TeamsSide)) {
        self.on_tenant(person.tenant, |tenant, _| {
            if let Some(teams) = tenant.person_mut(person.person).and_then(|person| person.teams.as_mut()) {
                edit(teams);
                let id = teams.id;
                tenant.directory.note(id, Happened::Changed(what));
            }
        });
    }
}
