//! A browser without a page: it asks, and says where it was sent.

use std::collections::BTreeMap;

use reqwest::redirect::Policy;

use super::*;

/// Where sign-ins lead back to.
pub(super) const BACK: &str = "https://presync.example/signed-in";
/// The vector of RFC 7636: a verifier, and the digest of it.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// What the sync user is asked for.
pub(super) const SCOPE: &str = "openid profile offline_access https://graph.microsoft.com/Presence.Read.All";

/// Asks Entra for a page, without following where it leads.
pub(super) async fn browse(world: &World, path: &str, parameters: &[(&str, &str)]) -> Response {
    let http = Client::builder().redirect(Policy::none()).build().unwrap();
    send(http.get(world.sim.entra_url() + path).query(parameters)).await
}

/// Has the first person sign in to the reading application; `changes` replace or, when empty, take away parameters.
pub(super) async fn authorize(world: &World, changes: &[(&str, &str)]) -> Response {
    let upn = world.sim.people(0)[0].upn.clone().unwrap();
    let mut parameters = BTreeMap::from([
        ("client_id", world.access.read_app.client_id.as_str()),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("redirect_uri", BACK),
        ("scope", SCOPE),
        ("state", "12345"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("login_hint", &upn),
    ]);
    parameters.extend(changes.iter().copied());
    let parameters: Vec<_> = parameters.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    browse(world, &format!("/{}/oauth2/v2.0/authorize", world.access.directory), &parameters).await
}

/// What the application is told where the browser was sent.
pub(super) fn back(response: &Response) -> BTreeMap<String, String> {
    assert_eq!(response.status(), 302);
    let location = response.headers()["location"].to_str().unwrap();
    assert!(location.starts_with(BACK), "{location}");
    url::Url::parse(location).unwrap().query_pairs().into_owned().collect()
}

/// The AADSTS code that a page, or a description, begins with.
pub(super) fn aadsts(text: &str) -> u32 {
    let at = text.find("AADSTS").unwrap_or_else(|| panic!("no AADSTS code in {text}"));
    text[at + 6..].split(':').next().unwrap().parse().unwrap()
}

/// Asks the token endpoint as the reading application; `changes` as in [`authorize`].
pub(super) async fn ask_token(world: &World, changes: &[(&str, &str)]) -> (u16, Value) {
    let app = &world.access.read_app;
    let mut form = BTreeMap::from([("client_id", app.client_id.as_str()), ("client_secret", app.secret.as_str())]);
    form.extend(changes.iter().copied());
    let form: Vec<_> = form.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let url = format!("{}/{}/oauth2/v2.0/token", world.sim.entra_url(), world.access.directory);
    let response = send(world.http.post(url).form(&form)).await;
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Redeems a code with the verifier of the vector.
pub(super) async fn redeem(world: &World, code: &str, changes: &[(&str, &str)]) -> (u16, Value) {
    let mut form =
        vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK), ("code_verifier", VERIFIER)];
    form.extend(changes);
    ask_token(world, &form).await
}

/// The tokens of a person who signs in to an application for a scope.
pub(super) async fn sign_in(world: &World, app: &App, person: &PersonRef, scope: &str) -> Value {
    let hint = person.upn.as_deref().unwrap();
    let changes = [("client_id", app.client_id.as_str()), ("scope", scope), ("login_hint", hint)];
    let back = back(&authorize(world, &changes).await);
    let changes = [("client_id", app.client_id.as_str()), ("client_secret", app.secret.as_str())];
    let (status, body) = redeem(world, &back["code"], &changes).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// The error codes of a refusal.
pub(super) fn codes(answer: &(u16, Value)) -> (u16, u64) {
    (answer.0, answer.1["error_codes"][0].as_u64().unwrap_or_else(|| panic!("no error in {}", answer.1)))
}
