//! The address that Microsoft posts to, and the pages for sync users, as strangers and Microsoft meet them.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use presync_service::clock::SystemClock;
use presync_service::rules::RuleBase;
use presync_service::{Cadence, LinkSettings, NotificationSettings, Supply, Tenant, TenantConfig};
use presync_store::Store;
use presync_web::Server;
use reqwest::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use serde_json::json;

/// Two tenants of providers that are never asked: `acme` is told of changes, `bolt` is not.
struct Scene {
    address: SocketAddr,
    http: Client,
}

impl Scene {
    async fn start() -> Self {
        let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = server.address();
        let (store, base) = (Store::in_memory().unwrap(), RuleBase::new().unwrap());
        let open = |id: &str| {
            let clock = Arc::new(SystemClock);
            Tenant::open(config(id), Cadence::default(), clock, base.clone(), &store).unwrap()
        };
        let acme = open("acme").with_notifications(NotificationSettings {
            teams: config("acme").teams,
            client_id: "reader".to_owned(),
            credential: None,
            notification_url: url("https://presync.corp.com/notifications/acme"),
            redirect_url: url("https://presync.corp.com/presync/signed-in"),
            sync_users: vec!["sync@corp.com".to_owned(), "<b>@corp.com".to_owned()],
        });
        let tenants = [Arc::new(acme.unwrap()), Arc::new(open("bolt"))].into();
        tokio::spawn(server.serve(tenants, std::future::pending()));
        let http = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
        Self { address, http }
    }

    async fn post(&self, path: &str, body: &str) -> Response {
        self.http.post(format!("http://{}{path}", self.address)).body(body.to_owned()).send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        self.http.get(format!("http://{}{path}", self.address)).send().await.unwrap()
    }
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn config(id: &str) -> TenantConfig {
    let nowhere = || url("http://127.0.0.1:1/");
    let call_deadline = Duration::from_secs(1);
    TenantConfig {
        id: id.into(),
        teams: presync_teams::Config {
            directory: "corp.com".to_owned(),
            login: nowhere(),
            graph: nowhere(),
            read_app: presync_teams::App { client_id: "reader".to_owned(), secret: "hush".into() },
            write_app: None,
            call_deadline,
        },
        eight: presync_eight::Config {
            api: nowhere(),
            key: "key".to_owned(),
            secret: "hush".into(),
            tenant: id.into(),
            call_deadline,
            push: presync_eight::config::Push::default(),
        }
        .into(),
        rules: Vec::new(),
        supply: Supply::default(),
        link: LinkSettings::default(),
    }
}

fn header(response: &Response, name: reqwest::header::HeaderName) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handshake_gives_back_the_token_decoded_and_nothing_else() {
    let scene = Scene::start().await;
    let answer = scene.post("/notifications/acme?validationToken=Validation%3a+is+it+%2b+you%3f", "").await;
    assert_eq!((answer.status(), &*header(&answer, CONTENT_TYPE)), (StatusCode::OK, "text/plain"));
    assert_eq!(answer.text().await.unwrap(), "Validation: is it + you?");
    let script = scene.post("/notifications/acme?validationToken=%3Cscript%3E", "").await;
    assert_eq!((script.status(), &*header(&script, CONTENT_TYPE)), (StatusCode::BAD_REQUEST, "text/plain"));
    assert!(!script.text().await.unwrap().contains("<script>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_learns_nothing_and_what_is_no_delivery_is_refused() {
    let scene = Scene::start().await;
    let guess = json!({"value": [{"subscriptionId": "s1", "clientState": "guess"}]}).to_string();
    let answer = scene.post("/notifications/acme", &guess).await;
    assert_eq!((answer.status(), answer.text().await.unwrap()), (StatusCode::ACCEPTED, String::new()));
    assert_eq!(scene.post("/notifications/acme", "presence").await.status(), StatusCode::BAD_REQUEST);
    let much = format!("{{\"value\":[],\"x\":\"{}\"}}", "x".repeat(9 * 1024 * 1024));
    assert_eq!(scene.post("/notifications/acme", &much).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    for (path, says) in [("bolt", "tenant.teams.notifications"), ("cork", "the tenants are acme, bolt")] {
        let answer = scene.post(&format!("/notifications/{path}"), &guess).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        let text = answer.text().await.unwrap();
        assert!(text.contains(says), "{text}");
    }
    assert_eq!(scene.get("/notifications/acme").await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_begins_beside_the_address_that_it_leads_back_to() {
    let scene = Scene::start().await;
    let page = scene.get("/sign-in/acme").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(header(&page, CONTENT_SECURITY_POLICY).contains("frame-ancestors 'none'"));
    let page = page.text().await.unwrap();
    assert!(page.contains("https://presync.corp.com/presync/sign-in/acme/begin?user=sync%40corp.com"), "{page}");
    assert!(!page.contains("<b>@"), "{page}");

    let begun = scene.get("/sign-in/acme/begin?user=SYNC@corp.com").await;
    assert_eq!(begun.status(), StatusCode::SEE_OTHER);
    let cookie = header(&begun, SET_COOKIE);
    assert!(["HttpOnly", "SameSite=Lax", "Secure"].iter().all(|part| cookie.contains(part)), "{cookie}");
    let to = url(&header(&begun, LOCATION));
    let asked: std::collections::HashMap<_, _> = to.query_pairs().into_owned().collect();
    assert_eq!(to.path(), "/corp.com/oauth2/v2.0/authorize");
    assert_eq!(asked["redirect_uri"], "https://presync.corp.com/presync/signed-in");
    assert_eq!((&*asked["code_challenge_method"], &*asked["login_hint"]), ("S256", "sync@corp.com"));
    assert!(!cookie.contains(&asked["state"]), "what comes back in the address is not what the browser has to prove");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_without_having_gone_is_told_to_start_again() {
    let scene = Scene::start().await;
    for query in ["", "?code=c&state=guess", "?error=access_denied&state=x"] {
        let answer = scene.get(&format!("/signed-in{query}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        let page = answer.text().await.unwrap();
        assert!(page.contains("Start it once more"), "{page}");
    }
    let page = scene.get("/signed-in?admin_consent=True&tenant=t1&state=consent.acme").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("Now sign in as the sync user"));
    let page = scene.get("/signed-in?error=access_denied&error_description=AADSTS65004&state=consent.acme").await;
    assert!(page.text().await.unwrap().contains("Consent was not granted"));
    assert_eq!(scene.get("/sign-in/bolt").await.status(), StatusCode::NOT_FOUND);
}
