//! A sync user signs in, is refreshed, and what becomes of it when Entra or the store does not do its part.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;
use wiremock::{Request, ResponseTemplate};

use super::desk::challenge;
use super::*;
use crate::access::{Access, Call};
use crate::refusal::SignInProblem;
use crate::sign_in::SignIn;
use crate::testing::{Microsoft, Signer, TOKEN};

const KEYS: &str = "/dir-1/discovery/v2.0/keys";

/// A store in memory that fails when told to.
#[derive(Debug, Default)]
struct Memory {
    tokens: Mutex<HashMap<Account, String>>,
    broken: AtomicBool,
}

impl Memory {
    fn works(&self) -> Result<(), StoreError> {
        if self.broken.load(Ordering::SeqCst) { Err(StoreError("the disk is full".into())) } else { Ok(()) }
    }

    fn token(&self) -> Option<String> {
        self.tokens.lock().unwrap().get(&account()).cloned()
    }
}

impl TokenStore for Memory {
    fn load(&self, account: &Account) -> Result<Option<SecretString>, StoreError> {
        Ok(self.tokens.lock().unwrap().get(account).cloned().map(SecretString::from))
    }

    fn replace(&self, account: &Account, token: &SecretString) -> Result<(), StoreError> {
        self.works()?;
        self.tokens.lock().unwrap().insert(account.clone(), token.expose_secret().to_owned());
        Ok(())
    }

    fn forget(&self, account: &Account) -> Result<(), StoreError> {
        self.works()?;
        self.tokens.lock().unwrap().remove(account);
        Ok(())
    }
}

fn account() -> Account {
    Account { directory: "t1".into(), user: "o1".into() }
}

fn redirect() -> Url {
    Url::parse("https://presync.example/signed-in").unwrap()
}

struct Scene {
    microsoft: Microsoft,
    signer: Signer,
    store: Arc<Memory>,
    desk: SignInDesk,
}

impl Scene {
    async fn new() -> Self {
        let microsoft = Microsoft::without_tokens().await;
        let signer = Signer::new("k1");
        microsoft.on("GET", KEYS, ResponseTemplate::new(200).set_body_json(Signer::published(&[&signer]))).await;
        let store = Arc::new(Memory::default());
        let app =
            DelegatedApp { client_id: "reader".to_owned(), credential: Some("s3cret".into()), redirect: redirect() };
        let desk = SignInDesk::new(
            &microsoft.config(),
            app,
            Arc::clone(&store) as Arc<dyn TokenStore>,
            Arc::new(microsoft.clock.clone()),
        );
        Self { microsoft, signer, store, desk: desk.unwrap() }
    }

    /// What Entra grants for a code; `claims` overrides parts of the id_token.
    fn grant(&self, nonce: &str, claims: Value) -> Value {
        let mut all = json!({ "aud": "reader", "iss": "https://login.microsoftonline.com/t1/v2.0", "exp": 3600, "nbf": 0,
            "tid": "t1", "oid": "o1", "nonce": nonce, "preferred_username": "sync@corp.com" });
        if let (Some(all), Value::Object(claims)) = (all.as_object_mut(), claims) {
            all.extend(claims);
        }
        json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "at-1", "refresh_token": "rt-1",
            "id_token": self.signer.sign(&all), "scope": "https://graph.microsoft.com/Presence.Read.All openid profile" })
    }

    async fn finish(&self, answer: impl FnOnce(&str) -> Value) -> Result<SignedIn, Error> {
        let begun = self.desk.begin(Prompt::SelectAccount, None).unwrap();
        let asked = asked(&begun.url);
        let grant = answer(&asked["nonce"]);
        self.microsoft.on_first(1, "POST", TOKEN, ResponseTemplate::new(200).set_body_json(grant)).await;
        self.desk.finish(begun.pending, &format!("code=c1&state={}", asked["state"])).await
    }
}

fn asked(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

fn form(request: &Request) -> HashMap<String, String> {
    url::form_urlencoded::parse(&request.body).into_owned().collect()
}

#[test]
fn the_challenge_is_that_of_the_standard() {
    // The example of RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

#[tokio::test]
async fn a_sign_in_asks_for_all_that_it_checks_later_and_stores_what_it_gets() {
    let scene = Scene::new().await;
    let begun = scene.desk.begin(Prompt::Consent, Some("sync@corp.com")).unwrap();
    let asked = asked(&begun.url);
    assert_eq!(begun.url.path(), "/dir-1/oauth2/v2.0/authorize");
    assert_eq!(asked["state"], begun.pending.state());
    assert_eq!(asked["scope"], "openid profile offline_access https://graph.microsoft.com/Presence.Read.All");
    assert_eq!((&*asked["prompt"], &*asked["login_hint"]), ("consent", "sync@corp.com"));
    assert_eq!((&*asked["response_type"], &*asked["code_challenge_method"]), ("code", "S256"));
    assert_eq!(asked["redirect_uri"], redirect().as_str());

    let grant = ResponseTemplate::new(200).set_body_json(scene.grant(&asked["nonce"], json!({})));
    scene.microsoft.on("POST", TOKEN, grant).await;
    let query = format!("code=c%2B1&state={}&session_state=x", asked["state"]);
    let signed_in = scene.desk.finish(begun.pending, &query).await.unwrap();
    assert_eq!(signed_in, SignedIn { account: account(), name: Some("sync@corp.com".into()) });
    assert_eq!(scene.store.token().as_deref(), Some("rt-1"));

    let sent = form(&scene.microsoft.requests(TOKEN).await[0]);
    assert_eq!((&*sent["grant_type"], &*sent["code"]), ("authorization_code", "c+1"));
    assert_eq!((&*sent["client_id"], &*sent["client_secret"]), ("reader", "s3cret"));
    assert_eq!(sent["redirect_uri"], redirect().as_str());
    assert_eq!(challenge(&sent["code_verifier"]), asked["code_challenge"]);
}

#[tokio::test]
async fn no_two_sign_ins_share_a_state_a_nonce_or_a_verifier() {
    let scene = Scene::new().await;
    let [a, b] = [(), ()].map(|()| asked(&scene.desk.begin(Prompt::default(), None).unwrap().url));
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(a[name], b[name], "{name}");
    }
}

#[tokio::test]
async fn a_redirect_that_answers_another_sign_in_is_not_followed() {
    let scene = Scene::new().await;
    for query in ["code=c1&state=other", "code=c1", "error=access_denied&state=other", ""] {
        let begun = scene.desk.begin(Prompt::default(), None).unwrap();
        let error = scene.desk.finish(begun.pending, query).await.unwrap_err();
        assert_eq!(error, SyncUserError::StateMismatch.into(), "{query}");
    }
    let begun = scene.desk.begin(Prompt::default(), None).unwrap();
    let query = format!("code=&state={}", begun.pending.state());
    assert_eq!(scene.desk.finish(begun.pending, &query).await, Err(SyncUserError::NoCode.into()));
    assert!(scene.microsoft.requests(TOKEN).await.is_empty(), "no code was sent anywhere");
}

#[tokio::test]
async fn a_refusal_in_the_redirect_is_told_in_words() {
    let scene = Scene::new().await;
    for (query, expected) in [
        ("error=access_denied&error_description=AADSTS65004%3a+declined.%0d%0aTrace", SignInProblem::ConsentDeclined),
        ("error=access_denied&error_description=AADSTS90094%3a+x", SignInProblem::AdminConsentNeeded),
        ("error=interaction_required", SignInProblem::InteractionNeeded),
    ] {
        let begun = scene.desk.begin(Prompt::default(), None).unwrap();
        let query = format!("{query}&state={}", begun.pending.state());
        match scene.desk.finish(begun.pending, &query).await {
            Err(Error::SignIn { refusal, .. }) => assert_eq!(refusal.problem, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn who_signed_in_is_believed_only_if_all_of_the_id_token_fits() {
    let scene = Scene::new().await;
    for (claims, problem) in [
        (json!({ "nonce": "other" }), TokenProblem::Nonce),
        (json!({ "aud": "writer" }), TokenProblem::Audience),
        (json!({ "iss": "https://evil.example/t1/v2.0" }), TokenProblem::Issuer),
        (json!({ "nbf": 1000 }), TokenProblem::OutOfTime),
        (json!({ "oid": null }), TokenProblem::Malformed),
    ] {
        let error = scene.finish(|nonce| scene.grant(nonce, claims)).await.unwrap_err();
        assert_eq!(error, SyncUserError::IdToken(problem).into());
    }
    assert_eq!(scene.store.token(), None);
}

#[tokio::test]
async fn a_grant_that_lacks_a_part_is_refused() {
    let scene = Scene::new().await;
    for (part, missing) in [
        ("id_token", "an id_token"),
        ("refresh_token", "a refresh token (offline_access)"),
        ("scope", "Presence.Read.All"),
    ] {
        let less = |nonce: &str| {
            let mut grant = scene.grant(nonce, json!({}));
            grant.as_object_mut().unwrap().remove(part);
            grant
        };
        assert_eq!(scene.finish(less).await, Err(SyncUserError::Missing(missing).into()), "{part}");
    }
}

#[tokio::test]
async fn a_sign_in_that_cannot_be_stored_has_not_happened() {
    let scene = Scene::new().await;
    scene.store.broken.store(true, Ordering::SeqCst);
    let error = scene.finish(|nonce| scene.grant(nonce, json!({}))).await.unwrap_err();
    assert_eq!(error, SyncUserError::Store(StoreError("the disk is full".into())).into());
    assert!(error.is_credential_problem());
}

/// The sync user's way to Graph, with `rt-1` in the store.
async fn signed_in(scene: &Scene) -> Access {
    scene.store.replace(&account(), &"rt-1".into()).unwrap();
    let answer = |request: &Request| {
        let old = form(request)["refresh_token"].clone();
        let next = old.trim_start_matches("rt-").parse::<u32>().unwrap() + 1;
        let body = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": format!("at-{next}"),
            "refresh_token": format!("rt-{next}") });
        ResponseTemplate::new(200).set_body_json(body)
    };
    scene.microsoft.on("POST", TOKEN, answer).await;
    scene.microsoft.on("GET", "/v1.0/subscriptions", ResponseTemplate::new(200)).await;
    access(scene)
}

fn access(scene: &Scene) -> Access {
    let config = scene.microsoft.config();
    let user = SyncUser {
        endpoint: config.token_endpoint("reader", Some("s3cret".into())).unwrap(),
        scope: desk::scope(&config.graph),
        account: account(),
        store: Arc::clone(&scene.store) as Arc<dyn TokenStore>,
    };
    let http = presync_http::transport::client().unwrap();
    Access::new(http, Arc::new(scene.microsoft.clock.clone()), SignIn::User(user), config.call_deadline)
}

async fn call(scene: &Scene, access: &Access) -> Result<(), Error> {
    let url = Url::parse(&format!("{}/v1.0/subscriptions", scene.microsoft.server.uri())).unwrap();
    let call = Call { method: reqwest::Method::GET, url, body: None, role: desk::PERMISSION, weight: 0 };
    access.read(&call).await.map(|_| ())
}

#[tokio::test]
async fn each_refresh_stores_the_successor_and_uses_it_next_time() {
    let scene = Scene::new().await;
    let access = signed_in(&scene).await;
    call(&scene, &access).await.unwrap();
    assert_eq!(scene.store.token().as_deref(), Some("rt-2"));
    scene.microsoft.clock.advance(std::time::Duration::from_secs(3000));
    call(&scene, &access).await.unwrap();
    assert_eq!(scene.store.token().as_deref(), Some("rt-3"));
    let sent = scene.microsoft.requests("/v1.0/subscriptions").await;
    let bearer: Vec<_> = sent.iter().map(|r| r.headers["authorization"].to_str().unwrap()).collect();
    assert_eq!(bearer, ["Bearer at-2", "Bearer at-3"]);
}

#[tokio::test]
async fn a_store_that_fails_keeps_the_old_token_and_the_call_goes_on() {
    let scene = Scene::new().await;
    let access = signed_in(&scene).await;
    scene.store.broken.store(true, Ordering::SeqCst);
    call(&scene, &access).await.unwrap();
    assert_eq!(scene.store.token().as_deref(), Some("rt-1"), "the old one is still there, and Entra still takes it");
    scene.store.broken.store(false, Ordering::SeqCst);
    scene.microsoft.clock.advance(std::time::Duration::from_secs(3000));
    call(&scene, &access).await.unwrap();
    assert_eq!(scene.store.token().as_deref(), Some("rt-2"));
}

#[tokio::test]
async fn without_a_sign_in_nothing_is_asked_of_entra() {
    let scene = Scene::new().await;
    assert_eq!(call(&scene, &access(&scene)).await, Err(SyncUserError::NotSignedIn.into()));
    assert!(scene.microsoft.requests(TOKEN).await.is_empty());
}

#[tokio::test]
async fn a_revoked_sign_in_says_who_has_to_sign_in_again() {
    let scene = Scene::new().await;
    scene.store.replace(&account(), &"rt-1".into()).unwrap();
    let body = json!({ "error": "invalid_grant", "error_codes": [50173], "error_description": "AADSTS50173: raw" });
    scene.microsoft.on("POST", TOKEN, ResponseTemplate::new(400).set_body_json(body)).await;
    let error = call(&scene, &access(&scene)).await.unwrap_err();
    assert!(error.to_string().contains("Sign in as the sync user once more"), "{error}");
}

#[tokio::test]
async fn a_sync_user_who_allowed_too_little_is_told_so() {
    let scene = Scene::new().await;
    let access = signed_in(&scene).await;
    scene.microsoft.server.reset().await;
    let token = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "at" });
    scene.microsoft.on("POST", TOKEN, ResponseTemplate::new(200).set_body_json(token)).await;
    scene.microsoft.on("GET", "/v1.0/subscriptions", ResponseTemplate::new(403)).await;
    let error = call(&scene, &access).await.unwrap_err();
    assert_eq!(error, Error::NotDelegated { client_id: "reader".into(), permission: "Presence.Read.All" });
}

#[tokio::test]
async fn who_signs_out_is_forgotten() {
    let scene = Scene::new().await;
    scene.store.replace(&account(), &"rt-1".into()).unwrap();
    scene.desk.sign_out(account()).await.unwrap();
    assert_eq!(scene.store.token(), None);
}
