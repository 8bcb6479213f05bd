//! Having people sign in and administrators consent, for tests that tell a story.

use super::script::PersonRef;
use crate::{
    Simulator,
    http::known_aadsts,
    state::{access::AppKind, directory::Happened, entra::ConsentAnswer, registration::Registration, tenant::Tenant},
};

impl Simulator {
    /// How an application is registered.
    pub fn registration(&self, tenant: usize, app: AppKind) -> Option<Registration> {
        self.on_tenant(tenant, |tenant, _| tenant.entra.registration(app).clone())
    }

    /// Registers an application differently.
    ///
    /// # Errors
    /// The certificate or public key that is none.
    pub fn register(
        &self,
        tenant: usize,
        app: AppKind,
        edit: impl FnOnce(&mut Registration),
    ) -> Result<(), RegistrationError> {
        let register = |tenant: &mut Tenant, now| {
            let mut registration = tenant.entra.registration(app).clone();
            edit(&mut registration);
            set_registration(tenant, app, registration, now)
        };
        self.on_tenant(tenant, register).unwrap_or(Ok(()))
    }

    /// Who is signed in at the browser.
    pub fn sign_in_browser(&self, tenant: usize, person: Option<&PersonRef>) {
        let person = person.map(|person| person.person);
        self.on_tenant(tenant, |tenant, _| tenant.entra.browser = person);
    }

    /// Makes a person an administrator of the directory, or not one.
    pub fn set_administrator(&self, person: &PersonRef, administrator: bool) {
        self.on(person, |tenant, _| {
            if administrator {
                tenant.entra.administrators.insert(person.person);
            } else {
                tenant.entra.administrators.remove(&person.person);
            }
        });
    }

    /// What whoever is asked to consent says from now on.
    pub fn answer_consent(&self, tenant: usize, answer: ConsentAnswer) {
        self.on_tenant(tenant, |tenant, _| tenant.entra.answer = answer);
    }

    /// Takes back what users and administrators delegated to an application. Its own roles are [`Simulator::set_roles`].
    pub fn revoke_consent(&self, tenant: usize, app: AppKind) {
        self.on_tenant(tenant, |tenant, _| tenant.entra.revoke_consent(app));
    }

    /// Revokes a person's refresh tokens: AADSTS50173 follows.
    pub fn revoke_sign_ins(&self, person: &PersonRef) {
        self.on(person, |tenant, now| tenant.entra.revoke_sign_ins(person.person, now));
    }

    /// Disables a Teams user, or enables them again: AADSTS50057 follows.
    pub fn set_teams_enabled(&self, person: &PersonRef, enabled: bool) {
        self.on(person, |tenant, _| {
            if let Some(teams) = tenant.person_mut(person.person).and_then(|person| person.teams.as_mut()) {
                teams.enabled = enabled;
                let id = teams.id;
                tenant.directory.note(id, Happened::Changed(&["accountEnabled"]));
            }
            tenant.relink();
        });
    }

    /// Has the next sign-ins at the tenant, or all of them, fail with an AADSTS code. Returns whether the simulator knows
    /// the code; if not, nothing changes.
    pub fn fail_sign_ins(&self, tenant: usize, code: u32, times: Option<u32>) -> bool {
        let known = known_aadsts(code);
        if known {
            self.on_tenant(tenant, |tenant, _| tenant.entra.fail(code, times));
        }
        known
    }

    /// Sign-ins at the tenant fail no longer.
    pub fn let_sign_ins_pass(&self, tenant: usize) {
        self.on_tenant(tenant, |tenant, _| tenant.entra.clear_failures());
    }

    /// Entra signs with a new key from now on; the one before stays published.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn rotate_keys(&self) -> anyhow::Result<()> {
        self.world.keys.rotate(self.world.clock.now_ms())
    }
}

/// A registration that cannot be: the field, and what it has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationError(String);

impl std::fmt::Display for RegistrationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RegistrationError {}

/// Checks a registration and puts it in the place of the one before.
pub(crate) fn set_registration(
    tenant: &mut Tenant,
    app: AppKind,
    mut registration: Registration,
    now: i64,
) -> Result<(), RegistrationError> {
    crate::http::check_registration(&registration).map_err(RegistrationError)?;
    for federated in &mut registration.federated {
        federated.added_ms.get_or_insert(now);
    }
    *tenant.entra.registration_mut(app) = registration;
    Ok(())
}
