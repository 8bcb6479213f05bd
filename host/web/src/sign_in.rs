//! The pages on which somebody signs in as a sync user.
//!
//! | page | does |
//! |---|---|
//! | `GET /sign-in/{tenant}` | who is signed in, and who is not |
//! | `GET /sign-in/{tenant}/begin?user=NAME` | sends the browser to Entra |
//! | `GET /signed-in` | where Entra sends it back to, and what came of it |
//!
//! A sign-in is bound to the browser that began it by a cookie, so that nobody can end his own sign-in in another's browser.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use presync_service::Tenant;
use presync_service::notifications::{Begun, SignInError, SignIns};
use serde::Deserialize;

use crate::notifications::told;
use crate::problem::Problem;
use crate::routes::{Tenants, find};

/// What the browser has to bring back.
const COOKIE: &str = "presync-sign-in";
/// As long as a sign-in may take, in seconds.
const COOKIE_SECONDS: u32 = 15 * 60;

/// The pages load nothing, are framed by nobody, and tell nobody where one came from.
const GUARDS: [(HeaderName, &str); 3] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SyncUsers<'a> {
    tenant: &'a str,
    users: Vec<SyncUser>,
}

struct SyncUser {
    name: String,
    signed_in: bool,
    covers: usize,
    off: Option<String>,
    begin: String,
}

#[derive(Template)]
#[template(path = "signed_in.html")]
struct Outcome {
    heading: &'static str,
    good: bool,
    what: String,
    /// Where an administrator grants consent, where that is what is missing.
    consent: Option<String>,
    back: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Whom {
    user: String,
}

/// What the redirect says that leads to a tenant.
#[derive(Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    state: String,
}

pub(crate) async fn sync_users(
    State(tenants): State<Tenants>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let Path(id) = path?;
    let tenant = find(&tenants, &id)?;
    let notifications = told(tenant)?;
    let user = |user: presync_service::notifications::status::SyncUserStatus| SyncUser {
        begin: begin_at(tenant, &user.name),
        name: user.name,
        signed_in: user.signed_in_at.is_some(),
        covers: user.covers,
        // That somebody has to sign in is said already.
        off: user.off.filter(|_| user.signed_in_at.is_some()),
    };
    let users = notifications.status().sync_users.into_iter().map(user).collect();
    page(StatusCode::OK, &SyncUsers { tenant: tenant.id().as_str(), users })
}

pub(crate) async fn begin(
    State(tenants): State<Tenants>,
    path: Result<Path<String>, PathRejection>,
    whom: Result<Query<Whom>, QueryRejection>,
) -> Result<Response, Problem> {
    let Path(id) = path?;
    let Query(Whom { user }) =
        whom.map_err(|rejection| Problem::unusable(rejection.status(), rejection.body_text()))?;
    let sign_ins = told(find(&tenants, &id)?)?.sign_ins();
    let Begun { url, browser_secret } = sign_ins.begin(&user).map_err(|error| match error {
        SignInError::Unknown(_) => Problem::not_found(error.to_string()),
        other => Problem::internal(&other),
    })?;
    let secure = if sign_ins.redirect().scheme() == "https" { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={browser_secret}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}");
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, url.to_string()), (header::SET_COOKIE, cookie)]).into_response())
}

pub(crate) async fn end(
    State(tenants): State<Tenants>,
    RawQuery(query): RawQuery,
    Query(Back { state }): Query<Back>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let of = |is_its: fn(&SignIns, &str) -> bool| {
        let told = tenants.iter().filter_map(|tenant| Some((tenant, tenant.notifications()?.sign_ins())));
        told.into_iter().find(|(_, sign_ins)| is_its(sign_ins, &state)).map(|(tenant, _)| tenant)
    };
    if let Some(tenant) = of(SignIns::is_consent) {
        return consented(tenant, &query);
    }
    let Some(tenant) = of(SignIns::has_begun) else { return failed(None, &SignInError::NotBegun) };
    let (tenant, secrets) = (Arc::clone(tenant), secrets(&headers));
    let ending = {
        let tenant = Arc::clone(&tenant);
        // It is a task of its own, so that it goes on when the browser has gone: the code is good once.
        tokio::spawn(async move {
            match tenant.notifications() {
                Some(told) => told.sign_ins().finish(&state, &secrets, &query).await,
                None => Err(SignInError::NotBegun),
            }
        })
    };
    match ending.await.unwrap_or(Err(SignInError::Interrupted)) {
        Ok(name) => {
            let what = format!(
                "Microsoft now tells presync of changes on behalf of {name}. The subscription is made within seconds; the page of the \
                 sync users shows how many people it watches. This window can be closed."
            );
            let back = Some(users_at(&tenant));
            page(
                StatusCode::OK,
                &Outcome { heading: "The sync user is signed in", good: true, what, consent: None, back },
            )
        }
        Err(error) => failed(Some(&tenant), &error),
    }
}

/// An administrator came back from the consent page.
fn consented(tenant: &Arc<Tenant>, query: &str) -> Result<Response, Problem> {
    let back = Some(users_at(tenant));
    let (status, outcome) = match told(tenant)?.sign_ins().consent_answer(query) {
        Ok(()) => {
            let what = "Entra says that consent was granted. Now sign in as the sync user; if consent is still asked for, wait a minute.";
            let heading = "Consent was granted";
            (StatusCode::OK, Outcome { heading, good: true, what: what.to_owned(), consent: None, back })
        }
        Err(error) => {
            let heading = "Consent was not granted";
            (
                StatusCode::BAD_REQUEST,
                Outcome { heading, good: false, what: sentence(&error.to_string()), consent: None, back },
            )
        }
    };
    page(status, &outcome)
}

fn failed(tenant: Option<&Arc<Tenant>>, error: &SignInError) -> Result<Response, Problem> {
    tracing::warn!(tenant = tenant.map(|tenant| tenant.id().to_string()), "a sync user's sign-in came to nothing");
    let consent = tenant
        .filter(|_| error.wants_consent())
        .and_then(|tenant| tenant.notifications()?.sign_ins().consent_link().map(String::from));
    let (heading, what) = ("The sync user is not signed in", sentence(&error.to_string()));
    let back = tenant.map(users_at);
    page(StatusCode::BAD_REQUEST, &Outcome { heading, good: false, what, consent, back })
}

/// Where the browser goes to begin: at the host to which it comes back, or its cookie would be lost.
fn begin_at(tenant: &Arc<Tenant>, user: &str) -> String {
    beside_redirect(tenant, &["sign-in", tenant.id().as_str(), "begin"], Some(user))
}

fn users_at(tenant: &Arc<Tenant>) -> String {
    beside_redirect(tenant, &["sign-in", tenant.id().as_str()], None)
}

/// An address beside the one that Entra sends browsers to.
fn beside_redirect(tenant: &Arc<Tenant>, path: &[&str], user: Option<&str>) -> String {
    let Some(told) = tenant.notifications() else { return String::new() };
    let mut url = told.sign_ins().redirect().clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().pop().extend(path);
    }
    url.set_query(None);
    if let Some(user) = user {
        url.query_pairs_mut().append_pair("user", user);
    }
    url.into()
}

/// The values of our cookie; there may be one of an older sign-in beside.
fn secrets(headers: &HeaderMap) -> Vec<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned()).collect()
}

/// An error as a sentence of its own.
fn sentence(error: &str) -> String {
    let mut letters = error.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if error.ends_with(['.', '!', '?', ')']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

fn page(status: StatusCode, template: &impl Template) -> Result<Response, Problem> {
    let html = template.render().map_err(|error| Problem::internal(&error))?;
    let mut response = (status, Html(html)).into_response();
    for (name, value) in GUARDS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_errors_do_not_become_markup() {
        let user = SyncUser {
            name: "<script>".to_owned(),
            signed_in: true,
            covers: 3,
            off: Some("a & b".to_owned()),
            begin: "https://presync.example/sign-in/acme/begin?user=%3Cscript%3E".to_owned(),
        };
        let page = SyncUsers { tenant: "acme", users: vec![user] }.render().unwrap();
        assert!(!page.contains("<script>") && page.contains("script"), "{page}");
        assert!(page.contains("changes of 3 people are told") && page.contains("Sign in again"), "{page}");
    }

    #[test]
    fn of_all_cookies_ours_is_read() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; presync-sign-in=x; presync-sign-in-too=z"));
        headers.append(header::COOKIE, HeaderValue::from_static("presync-sign-in=y"));
        assert_eq!(secrets(&headers), ["x", "y"]);
    }

    #[test]
    fn an_error_is_a_sentence() {
        assert_eq!(sentence("it failed"), "It failed.");
        assert_eq!(sentence("Entra said no. Ask again."), "Entra said no. Ask again.");
        assert_eq!(sentence("no (AADSTS65004)"), "No (AADSTS65004)");
    }
}
