//! Where an administrator consents for everybody: both versions of the endpoint.

use super::{
    aadsts::{Aadsts, back_to},
    entra_authorize::leads_back,
    entra_scopes::scopes_of,
    entra_token::Form,
    reply::Reply,
};
use crate::state::{
    access::{AppKind, GRAPH},
    entra::ConsentAnswer,
    tenant::Tenant,
    world::{Cell, World},
};

/// The two versions of the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// Consents to everything that is configured on the application.
    V1,
    /// Consents to a `scope`.
    V2,
}

/// The answer to an administrator's browser.
pub(super) fn admin_consent(world: &World, cell: &Cell, form: &Form, version: Version) -> Reply {
    let way_back: Result<_, Aadsts> = world.with(cell, |tenant, _| {
        // An application that the tenant does not have yet is what consent is for.
        let client_id = form.required("client_id")?;
        let known = |kind: &AppKind| tenant.access.app(*kind).client_id.eq_ignore_ascii_case(client_id);
        let app = AppKind::ALL.into_iter().find(known).ok_or_else(|| Aadsts::of(700_016))?;
        let redirect_uri = form.get("redirect_uri").ok_or_else(|| Aadsts::of(900_971))?;
        leads_back(tenant, app, redirect_uri)?;
        let scope = match version {
            Version::V1 => None,
            Version::V2 => Some(form.required("scope")?),
        };
        Ok((app, redirect_uri, scope))
    });
    let (app, redirect_uri, scope) = match way_back {
        Ok(way_back) => way_back,
        Err(error) => return error.page(),
    };
    let state = form.get("state").map(|state| ("state", String::from(state)));
    let consented = ("admin_consent", String::from("True"));
    match world.with(cell, |tenant, _| grant(tenant, app, scope)) {
        Ok(directory) => {
            let scope = scope.map(|scope| ("scope", String::from(scope)));
            back_to(redirect_uri, [consented, ("tenant", directory)].into_iter().chain(scope).chain(state))
        }
        Err(_) if version == Version::V1 => {
            let cancelled = [
                ("error", String::from("permission_denied")),
                ("error_description", String::from("The admin canceled the request")),
            ];
            back_to(redirect_uri, cancelled.into_iter().chain(state))
        }
        // It is there on failure too.
        Err(error) => back_to(redirect_uri, [consented].into_iter().chain(error.parameters(world)).chain(state)),
    }
}

/// Consents for everybody; gives the directory.
fn grant(tenant: &mut Tenant, app: AppKind, scope: Option<&str>) -> Result<String, Aadsts> {
    if let Some(code) = tenant.entra.failure() {
        return Err(Aadsts::of(code));
    }
    if tenant.entra.browser.is_some_and(|person| !tenant.entra.administrators.contains(&person)) {
        return Err(Aadsts::of(90_094));
    }
    if tenant.entra.answer == ConsentAnswer::Decline {
        return Err(Aadsts::of(65_004).with_error("consent_required"));
    }
    let configured = tenant.entra.registration(app).scopes();
    let (scopes, roles) = match scope {
        None => (configured, true),
        Some(scope) => (
            scopes_of(scope, configured)?.permissions,
            scope.split_whitespace().any(|word| word == format!("{GRAPH}/.default") || word == ".default"),
        ),
    };
    tenant.entra.registration_mut(app).added = true;
    tenant.entra.consent(app, None, scopes);
    if roles {
        tenant.granted[app as usize] = true;
    }
    Ok(tenant.access.directory.clone())
}
