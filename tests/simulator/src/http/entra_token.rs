//! The token endpoint: applications by themselves, users by code, users by refresh token.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    aadsts::Aadsts,
    entra_client::authenticate,
    entra_scopes::{app_audience, scopes_of},
};
use crate::state::{
    access::{AppKind, GRAPH, Grant, Holder},
    entra::{Challenge, Scopes, SignIn},
    permission::Permissions,
    tenant::Tenant,
    world::{Cell, World},
};

/// How long an id token holds, in seconds.
const ID_TOKEN_SECONDS: i64 = 3_900;

/// The parameters of a request.
#[derive(Debug)]
pub(super) struct Form(pub(super) HashMap<String, String>);

impl Form {
    /// A parameter that may be missing or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A parameter that has to be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, Aadsts> {
        self.get(name).ok_or_else(|| {
            Aadsts::of(900_144).saying(format!("The request body must contain the following parameter: '{name}'."))
        })
    }
}

/// The answer to a request for a token.
pub(super) fn token(world: &World, cell: &Cell, authority: &str, form: &Form) -> Result<Value, Aadsts> {
    let grant_type = form.required("grant_type")?;
    if grant_type == "client_credentials" {
        match authority {
            "common" | "consumers" => return Err(Aadsts::of(9_001_023)),
            "organizations" => return Err(Aadsts::of(90_019)),
            _ => {}
        }
    }
    if let Some(code) = world.with(cell, |tenant, _| tenant.entra.failure()) {
        return Err(Aadsts::of(code));
    }
    let base = world.urls.get().map(|urls| urls.entra.as_str()).unwrap_or_default();
    let endpoint = format!("{base}/{authority}/oauth2/v2.0/token");
    let quirks = world.quirks.load();
    let app = world.with(cell, |tenant, now| authenticate(tenant, now, form, &endpoint, &quirks))?;
    match grant_type {
        "client_credentials" => world.with(cell, |tenant, now| {
            if tenant.entra.registration(app).public {
                return Err(Aadsts::of(7_000_218));
            }
            let audience = app_audience(form.required("scope")?)?;
            let roles =
                if tenant.grants(app) { tenant.entra.registration(app).roles() } else { Permissions::default() };
            let permissions = if audience == GRAPH { roles } else { Permissions::default() };
            Ok(access_token(world, tenant, now, Grant { app, user: None, permissions, audience }))
        }),
        "authorization_code" => {
            let code = form.required("code")?;
            let redeemed = world.with(cell, |tenant, now| redeem(tenant, now, app, code, form));
            let sign_in = match redeemed {
                Err(error) if error.code == 70_000 && is_anothers(world, cell, code) => {
                    return Err(Aadsts::of(700_005));
                }
                other => other?,
            };
            let scopes = match form.get("scope") {
                Some(scope) => narrowed(sign_in.scopes, scopes_of(scope, Permissions::default())?),
                None => sign_in.scopes,
            };
            user_tokens(world, cell, &sign_in, scopes)
        }
        "refresh_token" => {
            let text = form.required("refresh_token")?;
            let sign_in = world.with(cell, |tenant, now| tenant.entra.refresh(text, now)).map_err(Aadsts::of)?;
            if sign_in.app != app {
                return Err(Aadsts::of(70_000));
            }
            let scopes = match form.get("scope") {
                Some(scope) => {
                    let asked = scopes_of(scope, sign_in.scopes.permissions)?;
                    // The new refresh token is good for what the old one was; the rest for what is asked now.
                    Scopes { offline: sign_in.scopes.offline, ..narrowed(sign_in.scopes, asked) }
                }
                None => sign_in.scopes,
            };
            user_tokens(world, cell, &sign_in, scopes)
        }
        _ => Err(Aadsts::of(70_003)),
    }
}

/// What both the sign-in and the request ask for; permissions may be asked for that the sign-in did not name.
fn narrowed(given: Scopes, asked: Scopes) -> Scopes {
    Scopes {
        openid: given.openid && asked.openid,
        profile: given.profile && asked.profile,
        email: given.email && asked.email,
        offline: given.offline && asked.offline,
        permissions: if asked.permissions.is_empty() { given.permissions } else { asked.permissions },
    }
}

/// Checks a code and everything that was said when it was asked for.
fn redeem(tenant: &mut Tenant, now: i64, app: AppKind, text: &str, form: &Form) -> Result<SignIn, Aadsts> {
    let code = tenant.entra.code(text, now).map_err(Aadsts::of)?;
    if code.sign_in.app != app {
        return Err(Aadsts::of(70_000).saying("The authorization code was given to another application."));
    }
    if form.required("redirect_uri")? != code.redirect_uri {
        return Err(Aadsts::of(500_112));
    }
    let proven = match (&code.challenge, form.get("code_verifier")) {
        (None, None) => true,
        (Some(Challenge::Plain(challenge)), Some(verifier)) => challenge == verifier,
        (Some(Challenge::S256(challenge)), Some(verifier)) => {
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
            *challenge == URL_SAFE_NO_PAD.encode(digest)
        }
        _ => false,
    };
    if !proven {
        return Err(Aadsts::of(501_481));
    }
    tenant.entra.redeem(text);
    Ok(code.sign_in)
}

fn is_anothers(world: &World, cell: &Cell, code: &str) -> bool {
    let mut others = world.cells.iter().filter(|other| other.id != cell.id);
    others.any(|other| world.with(other, |tenant, _| tenant.entra.knows_code(code)))
}

/// The tokens of a user who signed in.
fn user_tokens(world: &World, cell: &Cell, sign_in: &SignIn, scopes: Scopes) -> Result<Value, Aadsts> {
    let (mut body, claims) = world.with(cell, |tenant, now| {
        let user = tenant.person(sign_in.person).and_then(|person| person.teams.as_ref());
        let user = user.ok_or_else(|| Aadsts::of(50_034))?;
        if !user.enabled {
            return Err(Aadsts::of(50_057));
        }
        let (id, upn, name) = (user.id, user.upn.clone(), user.name.clone());
        let consented = tenant.entra.consented(sign_in.app, sign_in.person);
        if !scopes.permissions.without(consented).is_empty() {
            let client = &tenant.access.app(sign_in.app).client_id;
            return Err(Aadsts::of(65_001).saying(format!(
                "The user or administrator has not consented to use the application with ID '{client}' named \
                 'presync'. Send an interactive authorization request for this user and resource."
            )));
        }
        let user = Some((sign_in.person, id));
        let grant = Grant { app: sign_in.app, user, permissions: consented, audience: GRAPH };
        let mut body = access_token(world, tenant, now, grant);
        let mut scope: Vec<String> = consented.iter().map(|scope| format!("{GRAPH}/{}", scope.name())).collect();
        let named = [(scopes.openid, "openid"), (scopes.profile, "profile"), (scopes.email, "email")];
        scope.extend(named.into_iter().filter(|(asked, _)| *asked).map(|(_, name)| String::from(name)));
        body["scope"] = json!(scope.join(" "));
        if scopes.offline {
            let lasting = SignIn { nonce: None, ..sign_in.clone() };
            body["refresh_token"] = json!(tenant.entra.new_refresh_token(lasting, now));
        }
        let claims = scopes.openid.then(|| {
            let seconds = now / 1_000;
            let mut claims = json!({
                "aud": tenant.access.app(sign_in.app).client_id,
                "iss": issuer(world, &tenant.access.directory),
                "iat": seconds, "nbf": seconds, "exp": seconds + ID_TOKEN_SECONDS,
                "sub": pairwise(&tenant.access.app(sign_in.app).client_id, &id.to_string()),
                "tid": tenant.access.directory,
                "uti": URL_SAFE_NO_PAD.encode(world.request_id().as_bytes()),
                "ver": "2.0",
            });
            if scopes.profile {
                claims["name"] = json!(name);
                claims["oid"] = json!(id);
                claims["preferred_username"] = json!(upn);
            }
            if scopes.email {
                claims["email"] = json!(upn);
            }
            if let Some(nonce) = &sign_in.nonce {
                claims["nonce"] = json!(nonce);
            }
            claims
        });
        Ok((body, claims))
    })?;
    if let Some(claims) = claims {
        let now = world.clock.now_ms();
        let signed = world.keys.current(now).and_then(|key| key.sign(&claims));
        let unsigned = |error: anyhow::Error| Aadsts::of(90_033).saying(error.to_string());
        body["id_token"] = json!(signed.map_err(unsigned)?);
    }
    Ok(body)
}

/// Who signs the tokens of a directory.
pub(super) fn issuer(world: &World, directory: &str) -> String {
    format!("{}/{directory}/v2.0", world.urls.get().map(|urls| urls.entra.as_str()).unwrap_or_default())
}

/// A user's name towards one application, which another application cannot recognise.
pub(super) fn pairwise(client: &str, user: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, format!("{client} {user}").as_bytes());
    URL_SAFE_NO_PAD.encode(digest)
}

fn access_token(world: &World, tenant: &mut Tenant, now: i64, grant: Grant) -> Value {
    let ends_in = world.settings.entra_token_ms;
    let token = tenant.tokens.issue(tenant.place, &tenant.access, Holder::Entra(grant), now, now + ends_in);
    let seconds = ends_in / 1_000;
    json!({"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token})
}
