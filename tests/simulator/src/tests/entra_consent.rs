//! Consent: by users, by administrators for everybody, and what is refused without.

use super::{browser::*, *};
use crate::{AppKind, ConsentAnswer, Quirks, UserConsent};

/// An administrator's browser at one of the two endpoints.
async fn admin_consent(world: &World, version: &str, changes: &[(&str, &str)]) -> Response {
    let mut parameters = std::collections::BTreeMap::from([
        ("client_id", world.access.read_app.client_id.as_str()),
        ("state", "12345"),
        ("redirect_uri", BACK),
    ]);
    if version == "/v2.0" {
        parameters.insert("scope", "https://graph.microsoft.com/.default");
    }
    parameters.extend(changes.iter().copied());
    let parameters: Vec<_> = parameters.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    browse(world, &format!("/{}{version}/adminconsent", world.access.directory), &parameters).await
}

#[tokio::test]
async fn an_administrator_consents_or_cancels_at_the_first_endpoint() {
    let world = World::new().await;
    world.sim.set_roles(0, AppKind::Read, false);
    world.sim.answer_consent(0, ConsentAnswer::Decline);
    let cancelled = back(&admin_consent(&world, "", &[]).await);
    assert_eq!(cancelled["error"], "permission_denied");
    assert_eq!(cancelled["error_description"], "The admin canceled the request");
    assert_eq!(cancelled["state"], "12345");

    world.sim.answer_consent(0, ConsentAnswer::Accept);
    let consented = back(&admin_consent(&world, "", &[]).await);
    assert_eq!(consented["tenant"], world.access.directory);
    assert_eq!((&*consented["state"], &*consented["admin_consent"]), ("12345", "True"));
    assert!(!consented.contains_key("scope"));
    let token = entra_token(&world.http, &world.sim, &world.access, &world.access.read_app).await;
    assert_eq!(status(world.http.get(world.sim.graph_url() + "/users").bearer_auth(token)).await, 200);
}

#[tokio::test]
async fn the_second_endpoint_returns_the_scope_and_says_true_on_failure_too() {
    let world = World::new().await;
    let consented = back(&admin_consent(&world, "/v2.0", &[]).await);
    assert_eq!(consented["admin_consent"], "True");
    assert_eq!(consented["scope"], "https://graph.microsoft.com/.default");
    assert_eq!((&*consented["tenant"], &*consented["state"]), (&*world.access.directory, "12345"));

    world.sim.answer_consent(0, ConsentAnswer::Decline);
    let declined = back(&admin_consent(&world, "/v2.0", &[]).await);
    assert_eq!((&*declined["admin_consent"], &*declined["error"]), ("True", "consent_required"));
    assert_eq!(aadsts(&declined["error_description"]), 65_004);
    assert!(declined["error_description"].contains("\r\nTrace ID: "));
    assert_eq!(declined["state"], "12345");

    let without = admin_consent(&world, "/v2.0", &[("scope", "")]).await;
    assert_eq!(aadsts(&without.text().await.unwrap()), 900_144);
    let common = browse(&world, "/common/v2.0/adminconsent", &[]).await;
    assert_eq!(common.status(), 400);
    let client = world.access.read_app.client_id.as_str();
    let scope = "https://graph.microsoft.com/.default";
    let parameters = [("client_id", client), ("redirect_uri", BACK), ("scope", scope)];
    let organizations = browse(&world, "/organizations/v2.0/adminconsent", &parameters).await;
    assert_eq!(back(&organizations)["error"], "consent_required");
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let world = World::new().await;
    let elsewhere = [("redirect_uri", "https://attacker.example/signed-in")];
    for page in [
        admin_consent(&world, "", &elsewhere).await,
        admin_consent(&world, "/v2.0", &elsewhere).await,
        authorize(&world, &elsewhere).await,
    ] {
        assert_eq!(page.status(), 400);
        assert_eq!(aadsts(&page.text().await.unwrap()), 50_011);
    }
    let nowhere = authorize(&world, &[("redirect_uri", "")]).await;
    assert_eq!(aadsts(&nowhere.text().await.unwrap()), 900_971);
}

#[tokio::test]
async fn an_application_that_was_never_added_is_unknown_until_an_administrator_consents() {
    let world = World::new().await;
    world.sim.register(0, AppKind::Read, |read| read.added = false).unwrap();
    let ask = async || {
        let form = [("grant_type", "client_credentials"), ("scope", "https://graph.microsoft.com/.default")];
        ask_token(&world, &form).await
    };
    assert_eq!(codes(&ask().await), (400, 700_016));
    assert_eq!(aadsts(&authorize(&world, &[]).await.text().await.unwrap()), 700_016);
    back(&admin_consent(&world, "", &[]).await);
    assert_eq!(ask().await.0, 200);
}

#[tokio::test]
async fn a_token_without_roles_is_given_all_the_same_and_graph_refuses_it() {
    let world = World::new().await;
    world.sim.set_roles(0, AppKind::Read, false);
    let token = entra_token(&world.http, &world.sim, &world.access, &world.access.read_app).await;
    let path = format!("/users/{}/presence", world.sim.people(0)[0].teams_id.as_ref().unwrap());
    let refused = send(world.http.get(world.sim.graph_url() + &path).bearer_auth(&token)).await;
    assert_eq!(refused.status(), 403);
    let body: Value = refused.json().await.unwrap();
    assert_eq!((body["error"]["code"].as_str(), body["error"]["message"].as_str()), (Some("Forbidden"), Some("")));
}

#[tokio::test]
async fn a_user_consents_once_and_is_asked_again_only_when_the_application_wants_it() {
    let world = World::new().await;
    world.sim.answer_consent(0, ConsentAnswer::Decline);
    let declined = back(&authorize(&world, &[]).await);
    assert_eq!((&*declined["error"], &*declined["state"]), ("access_denied", "12345"));
    assert_eq!(aadsts(&declined["error_description"]), 65_004);

    world.sim.answer_consent(0, ConsentAnswer::Accept);
    assert!(back(&authorize(&world, &[]).await).contains_key("code"));
    world.sim.answer_consent(0, ConsentAnswer::Decline);
    assert!(back(&authorize(&world, &[]).await).contains_key("code"), "consent was given before");
    assert_eq!(back(&authorize(&world, &[("prompt", "consent")]).await)["error"], "access_denied");
}

#[tokio::test]
async fn a_silent_sign_in_needs_somebody_at_the_browser_and_their_consent() {
    let world = World::new().await;
    let silent = [("prompt", "none"), ("login_hint", "")];
    let nobody = back(&authorize(&world, &silent).await);
    assert_eq!((&*nobody["error"], aadsts(&nobody["error_description"])), ("login_required", 50_058));
    world.sim.sign_in_browser(0, Some(&world.sim.people(0)[1]));
    let unasked = back(&authorize(&world, &silent).await);
    assert_eq!((&*unasked["error"], aadsts(&unasked["error_description"])), ("interaction_required", 65_001));
    assert!(back(&authorize(&world, &[("login_hint", "")]).await).contains_key("code"));
    assert!(back(&authorize(&world, &silent).await).contains_key("code"));
}

#[tokio::test]
async fn where_users_may_not_consent_an_administrator_has_to() {
    let world = World::new().await;
    let policy = |user_consent| world.sim.set_quirks(Quirks { user_consent, ..Quirks::default() });
    let refused = async || aadsts(&back(&authorize(&world, &[]).await)["error_description"]);
    policy(UserConsent::Administrators);
    assert_eq!(refused().await, 90_094);
    policy(UserConsent::ByRequest);
    assert_eq!(refused().await, 90_095);
    policy(UserConsent::Allowed);
    let above = back(&authorize(&world, &[("scope", "User.Read.All")]).await);
    assert_eq!(aadsts(&above["error_description"]), 90_094);

    policy(UserConsent::Administrators);
    let (user, administrator) = (&world.sim.people(0)[0], &world.sim.people(0)[1]);
    world.sim.sign_in_browser(0, Some(user));
    assert_eq!(back(&admin_consent(&world, "", &[]).await)["error"], "permission_denied");
    world.sim.set_administrator(administrator, true);
    world.sim.sign_in_browser(0, Some(administrator));
    assert_eq!(back(&admin_consent(&world, "", &[]).await)["admin_consent"], "True");
    assert!(back(&authorize(&world, &[]).await).contains_key("code"));
}

#[tokio::test]
async fn whoever_is_disabled_or_unknown_is_not_sent_back() {
    let world = World::new().await;
    world.sim.set_teams_enabled(&world.sim.people(0)[0], false);
    assert_eq!(aadsts(&authorize(&world, &[]).await.text().await.unwrap()), 50_057);
    let stranger = authorize(&world, &[("login_hint", "nobody@tenant1.example")]).await;
    assert_eq!(aadsts(&stranger.text().await.unwrap()), 50_034);
}
