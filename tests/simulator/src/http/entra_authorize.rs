//! Where a user signs in and consents. There is no page: whoever `login_hint` names, or else is signed in at the
//! browser, signs in at once, and consents or declines as the test has told them to.

use super::{
    aadsts::{Aadsts, back_to},
    entra_client::application,
    entra_scopes::scopes_of,
    entra_token::Form,
    reply::Reply,
};
use crate::state::{
    access::AppKind,
    entra::{Challenge, ConsentAnswer, Scopes, SignIn},
    permission::Permissions,
    quirks::UserConsent,
    tenant::Tenant,
    world::{Cell, World},
};

/// The answer to a browser that comes to sign in.
pub(super) fn authorize(world: &World, cell: &Cell, form: &Form) -> Reply {
    let way_back: Result<_, Aadsts> = world.with(cell, |tenant, _| {
        let app = application(tenant, form.required("client_id")?)?;
        let redirect_uri = form.get("redirect_uri").ok_or_else(|| Aadsts::of(900_971))?;
        leads_back(tenant, app, redirect_uri).map(|()| (app, redirect_uri))
    });
    let (app, redirect_uri) = match way_back {
        Ok(way_back) => way_back,
        Err(error) => return error.page(),
    };
    let state = form.get("state").map(|state| ("state", String::from(state)));
    match sign_in(world, cell, app, redirect_uri, form) {
        Ok(code) => {
            let session = ("session_state", world.request_id().to_string());
            back_to(redirect_uri, [("code", code)].into_iter().chain(state).chain([session]))
        }
        // Who cannot sign in at all is never sent back.
        Err(error) if matches!(error.code, 50_034 | 50_057) => error.page(),
        Err(error) => back_to(redirect_uri, error.parameters(world).into_iter().chain(state)),
    }
}

/// Whether an application may have the browser sent there.
pub(super) fn leads_back(tenant: &Tenant, app: AppKind, redirect_uri: &str) -> Result<(), Aadsts> {
    if tenant.entra.registration(app).leads_back_to(redirect_uri) {
        return Ok(());
    }
    let client = &tenant.access.app(app).client_id;
    Err(Aadsts::of(50_011).saying(format!(
        "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured for \
         the application '{client}'."
    )))
}

fn sign_in(world: &World, cell: &Cell, app: AppKind, redirect_uri: &str, form: &Form) -> Result<String, Aadsts> {
    match (form.get("response_type"), form.get("response_mode")) {
        (Some("code"), None | Some("query")) => {}
        (Some("code"), Some(_)) => {
            return Err(Aadsts::of(900_144).saying("The simulator knows 'response_mode=query' only."));
        }
        (Some(_), _) => return Err(Aadsts::of(700_051)),
        (None, _) => return Err(Aadsts::of(900_144).saying("The request must contain 'response_type'.")),
    }
    let challenge = challenge_of(form)?;
    let prompt = form.get("prompt");
    if !matches!(prompt, None | Some("none" | "login" | "consent" | "select_account")) {
        return Err(Aadsts::of(900_144).saying("'prompt' must be none, login, consent or select_account."));
    }
    let user_consent = world.quirks.load().user_consent;
    world.with(cell, |tenant, now| {
        if challenge.is_none() && tenant.entra.registration(app).public {
            return Err(Aadsts::of(50_147).saying("A public client has to send a 'code_challenge'."));
        }
        let scopes = scopes_of(form.required("scope")?, tenant.entra.registration(app).scopes())?;
        if let Some(code) = tenant.entra.failure() {
            return Err(Aadsts::of(code));
        }
        let person = who(tenant, form.get("login_hint"))?;
        consent(tenant, app, person, scopes, prompt, user_consent)?;
        tenant.entra.browser = Some(person);
        let sign_in = SignIn { app, person, scopes, nonce: form.get("nonce").map(String::from) };
        Ok(tenant.entra.new_code(sign_in, redirect_uri, challenge, now))
    })
}

/// A challenge is 43 to 128 letters, digits and `-._~`.
fn challenge_of(form: &Form) -> Result<Option<Challenge>, Aadsts> {
    let Some(challenge) = form.get("code_challenge") else {
        return match form.get("code_challenge_method") {
            None => Ok(None),
            Some(_) => Err(Aadsts::of(50_147)),
        };
    };
    let right = |letter: char| letter.is_ascii_alphanumeric() || "-._~".contains(letter);
    if !(43..=128).contains(&challenge.len()) || !challenge.chars().all(right) {
        return Err(Aadsts::of(501_491));
    }
    match form.get("code_challenge_method") {
        Some("S256") => Ok(Some(Challenge::S256(String::from(challenge)))),
        None | Some("plain") => Ok(Some(Challenge::Plain(String::from(challenge)))),
        Some(_) => Err(Aadsts::of(50_147).saying("'code_challenge_method' must be S256 or plain.")),
    }
}

/// Who signs in.
fn who(tenant: &Tenant, login_hint: Option<&str>) -> Result<u32, Aadsts> {
    let Some(hint) = login_hint else {
        return tenant.entra.browser.ok_or_else(|| Aadsts::of(50_058));
    };
    let named = (0..).zip(&tenant.people).find_map(|(place, person)| {
        let user = person.teams.as_ref()?;
        user.upn.eq_ignore_ascii_case(hint).then_some((place, user.enabled))
    });
    match named {
        Some((person, true)) => Ok(person),
        Some((_, false)) => Err(Aadsts::of(50_057)),
        None => Err(Aadsts::of(50_034).saying(format!("The user account {hint} does not exist in this directory."))),
    }
}

/// Asks for what was not consented to yet, or for all of it if the application wants that.
fn consent(
    tenant: &mut Tenant,
    app: AppKind,
    person: u32,
    scopes: Scopes,
    prompt: Option<&str>,
    user_consent: UserConsent,
) -> Result<(), Aadsts> {
    let missing = scopes.permissions.without(tenant.entra.consented(app, person));
    let asked = if prompt == Some("consent") { scopes.permissions } else { missing };
    if asked.is_empty() {
        return Ok(());
    }
    if prompt == Some("none") {
        return Err(Aadsts::of(65_001).with_error("interaction_required"));
    }
    if !missing.is_empty() && !tenant.entra.administrators.contains(&person) {
        let above: Permissions = missing.iter().filter(|permission| permission.needs_administrator()).collect();
        match user_consent {
            UserConsent::ByRequest => return Err(Aadsts::of(90_095)),
            UserConsent::Administrators => return Err(Aadsts::of(90_094)),
            UserConsent::Allowed if !above.is_empty() => return Err(Aadsts::of(90_094)),
            UserConsent::Allowed => {}
        }
    }
    if tenant.entra.answer == ConsentAnswer::Decline {
        return Err(Aadsts::of(65_004));
    }
    tenant.entra.consent(app, Some(person), asked);
    Ok(())
}
