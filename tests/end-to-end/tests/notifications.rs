//! Being told of changes in Teams: from the sign-in of a sync user to the publication, over real HTTP, and all that may go wrong with it.

#![allow(clippy::unwrap_used, reason = "a scene that cannot be set is to fail its test")]

use std::net::SocketAddr;
use std::time::Duration;

use presync_core::time::Timestamp;
use presync_end_to_end::Bench;
use presync_end_to_end::told::Browser;
use presync_service::Supply;
use presync_service::groups::Memberships;
use presync_service::notifications::status::NotificationStatus;
use presync_service::status::Place;
use presync_simulator::{
    AppKind, Config, ConsentAnswer, Damage, Lifecycle, Notifications, PersonRef, Quirks, Status, TokenForm,
};
use presync_web::Server;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::task::JoinHandle;

const MINUTE: Duration = Duration::from_secs(60);
const TENANT: &str = "tenant-1";

/// A tenant with sync users, and the pages and the address of notifications before it.
struct Scene {
    bench: Bench,
    browser: Browser,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Scene {
    /// Nobody has signed in yet. The sync users are the first people of the tenant.
    async fn signed_out(bench: Bench, sync_users: usize) -> Self {
        let users: Vec<String> = (0..sync_users).map(|place| upn(&bench, place)).collect();
        let mut scene = Self {
            bench,
            browser: Browser::at("127.0.0.1:1".parse().unwrap()),
            address: "127.0.0.1:1".parse().unwrap(),
            serving: tokio::spawn(async {}),
        };
        scene.start(users).await;
        scene
    }

    /// A small tenant whose one sync user has signed in and is subscribed.
    async fn new() -> Self {
        let scene = Self::signed_out(Bench::small().await, 1).await;
        scene.browser.sign_in(TENANT, &upn(&scene.bench, 0)).await;
        scene.tend().await;
        assert_eq!(scene.status().covered, 5, "{:?}", scene.status());
        scene
    }

    /// Starts the service, or ends it and starts another on the same state.
    async fn start(&mut self, users: Vec<String>) {
        let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        self.address = server.address();
        self.browser = Browser::at(self.address);
        self.bench.told_at(self.address, users).await;
        self.serving.abort();
        let tenants = self.bench.tenants.clone().into();
        self.serving = tokio::spawn(async move { server.serve(tenants, std::future::pending()).await.unwrap() });
    }

    async fn tend(&self) -> Timestamp {
        let mut again = Timestamp::NEVER;
        for place in 0..self.bench.tenant().sync_users() {
            again = again.min(self.bench.tenant().tend_subscription(place).await);
        }
        self.heed().await;
        again
    }

    /// What Microsoft has to tell is told and taken up. No time passes, and no cycle runs.
    async fn heed(&self) {
        self.bench.simulator.notified().await;
        self.bench.tenant().take_told().await;
    }

    fn status(&self) -> NotificationStatus {
        self.bench.tenant().notifications().unwrap().status()
    }

    fn goes(&self, place: usize, availability: &str) -> PersonRef {
        let person = self.bench.person(place);
        self.bench.simulator.teams_client(&person, availability, availability);
        person
    }

    fn published(&self, person: &PersonRef) -> Option<Status> {
        self.bench.shown(person).published
    }

    fn quirks(&self, edit: impl FnOnce(&mut Notifications)) {
        let mut notifications = Notifications::default();
        edit(&mut notifications);
        self.bench.simulator.set_quirks(Quirks { notifications, ..self.bench.simulator.quirks() });
    }

    /// The subscriptions of the sync user, as Graph lists them.
    async fn subscriptions(&self) -> Vec<Value> {
        let answer = self.graph(reqwest::Method::GET, "").await;
        answer.json::<Value>().await.unwrap()["value"].as_array().unwrap().clone()
    }

    async fn graph(&self, method: reqwest::Method, path: &str) -> reqwest::Response {
        let token = self.bench.simulator.signed_in(&self.bench.person(0), AppKind::Read, MINUTE).unwrap();
        let url = format!("{}/subscriptions{path}", self.bench.simulator.graph_url());
        let http = Client::builder().no_proxy().build().unwrap();
        http.request(method, url).bearer_auth(token).send().await.unwrap()
    }
}

fn upn(bench: &Bench, place: usize) -> String {
    bench.person(place).upn.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_published_when_it_is_told_without_any_cycle() {
    let scene = Scene::new().await;
    let cycles = scene.bench.counters().cycles;
    for (availability, status) in [("Busy", Status::Busy), ("DoNotDisturb", Status::Dnd), ("Away", Status::Away)] {
        let person = scene.goes(1, availability);
        scene.heed().await;
        assert_eq!(scene.published(&person), Some(status));
    }
    assert_eq!(scene.bench.counters().cycles, cycles);
    let status = scene.status();
    assert_eq!((status.heard, status.rejected, status.distrust), (3, 0, None));
    assert!(status.last_heard.is_some());
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
    scene.bench.cycles(2).await;
    scene.bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_late_twice_and_in_the_wrong_order_does_not_undo_what_is_known() {
    let scene = Scene::new().await;
    scene.quirks(|settings| (settings.delay_ms, settings.repeated, settings.reversed) = (20_000, true, true));
    let person = scene.goes(1, "Busy");
    scene.bench.pass(Duration::from_secs(10)).await;
    scene.goes(1, "Away");
    scene.bench.pass(Duration::from_secs(10)).await;
    assert_eq!(scene.published(&person), Some(Status::Away));
    for _ in 0..3 {
        scene.heed().await;
        assert_eq!(scene.published(&person), Some(Status::Away), "Busy was told after Away was read");
        scene.bench.simulator.step(Duration::from_secs(10));
    }
    assert_eq!(scene.status().heard, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_sessions_are_told_of_and_not_read_for() {
    let scene = Scene::new().await;
    scene.bench.simulator.start_eight_call(&scene.bench.person(1));
    scene.bench.pass(Duration::from_secs(10)).await;
    assert!(scene.bench.shown(&scene.bench.person(1)).session);
    let read = scene.bench.answers("getPresences 200");
    scene.heed().await;
    assert_eq!(scene.status().heard, 1);
    assert_eq!(scene.bench.answers("getPresences 200"), read);
    scene.bench.cycles(3).await;
    scene.bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_lives_for_hours_by_being_renewed_and_its_sign_in_outlives_a_restart() {
    let mut scene = Scene::new().await;
    let first = scene.subscriptions().await[0]["id"].clone();
    for _ in 0..4 * 60 {
        scene.bench.simulator.step(MINUTE);
        scene.tend().await;
    }
    assert_eq!(scene.subscriptions().await[0]["id"], first);
    let person = scene.goes(1, "Busy");
    scene.heed().await;
    assert_eq!(scene.published(&person), Some(Status::Busy));

    scene.start(vec![upn(&scene.bench, 0)]).await;
    scene.tend().await;
    let subscriptions = scene.subscriptions().await;
    assert_eq!(subscriptions.len(), 1, "the one of the process before is gone");
    assert_ne!(subscriptions[0]["id"], first);
    assert_eq!(scene.status().covered, 5, "{:?}", scene.status());
    scene.goes(1, "Away");
    scene.heed().await;
    assert_eq!(scene.published(&person), Some(Status::Away));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_microsoft_says_of_a_subscription_is_heeded() {
    let scene = Scene::new().await;
    let first = scene.subscriptions().await[0].clone();
    scene.bench.simulator.step(15 * MINUTE);
    scene.bench.simulator.tell_subscribers(0, Lifecycle::ReauthorizationRequired);
    scene.heed().await;
    scene.tend().await;
    let renewed = scene.subscriptions().await[0].clone();
    assert_eq!(renewed["id"], first["id"]);
    assert!(renewed["expirationDateTime"].as_str() > first["expirationDateTime"].as_str(), "{renewed}");

    // A change that is never told: Microsoft has said that something was missed.
    scene.quirks(|settings| settings.damage = Damage::Signature);
    let person = scene.goes(1, "Busy");
    scene.heed().await;
    assert_ne!(scene.published(&person), Some(Status::Busy));
    assert_eq!(scene.status().rejected, 1);
    scene.quirks(|_| {});
    scene.bench.simulator.tell_subscribers(0, Lifecycle::Missed);
    scene.heed().await;
    assert_eq!(scene.published(&person), Some(Status::Busy));

    let id = first["id"].as_str().unwrap();
    scene.bench.simulator.tell_subscribers(0, Lifecycle::SubscriptionRemoved);
    scene.heed().await;
    scene.graph(reqwest::Method::DELETE, &format!("/{id}")).await;
    scene.bench.simulator.step(MINUTE);
    scene.tend().await;
    let again = scene.subscriptions().await;
    assert!(again.len() == 1 && again[0]["id"] != first["id"], "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_falls_silent_is_found_out_by_polling_and_made_anew() {
    let scene = Scene::new().await;
    let first = scene.subscriptions().await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(scene.graph(reqwest::Method::DELETE, &format!("/{first}")).await.status(), StatusCode::NO_CONTENT);
    for place in 1..4 {
        scene.goes(place, "Busy");
    }
    scene.bench.cycles(1).await;
    scene.bench.assert_right();
    for _ in 0..6 {
        scene.bench.simulator.step(MINUTE);
        scene.tend().await;
    }
    let again = scene.subscriptions().await;
    assert!(again.len() == 1 && again[0]["id"] != first.as_str(), "{again:?}");
    let person = scene.goes(1, "Away");
    scene.heed().await;
    assert_eq!(scene.published(&person), Some(Status::Away));
}

#[tokio::test(flavor = "multi_thread")]
async fn those_in_queues_are_watched_first_and_nobody_twice() {
    let config = Config { users: 700, oddities: false, ..Config::default() };
    let bench = Bench::supplied(config, Vec::new(), |people| {
        let mut queues = Memberships::default();
        people[640..].iter().for_each(|person| queues.add("support", person.upn.as_deref().unwrap()));
        Supply { queues, ..Supply::default() }
    })
    .await;
    let scene = Scene::signed_out(bench, 1).await;
    scene.browser.sign_in(TENANT, &upn(&scene.bench, 0)).await;
    scene.tend().await;
    assert_eq!(scene.status().covered, 650);
    let last = scene.goes(699, "Busy");
    let others: Vec<_> = (0..640).filter(|place| scene.published(&scene.goes(*place, "Busy")).is_some()).collect();
    scene.heed().await;
    assert_eq!(scene.published(&last), Some(Status::Busy));
    let told = (0..640).filter(|place| scene.published(&scene.bench.person(*place)) == Some(Status::Busy)).count();
    assert_eq!(told, 650 - 60, "of {} others", others.len());
    scene.bench.cycles(1).await;
    scene.bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sync_users_watch_more_than_one_can() {
    let config = Config { users: 700, oddities: false, ..Config::default() };
    let scene = Scene::signed_out(Bench::start(config).await, 2).await;
    scene.browser.sign_in(TENANT, &upn(&scene.bench, 0)).await;
    scene.tend().await;
    assert_eq!(scene.status().covered, 650);
    let trouble = scene.bench.trouble(Place::Notifications);
    assert!(trouble.needs_action && trouble.what.contains("1 of 2 sync users"), "{trouble:?}");
    scene.browser.sign_in(TENANT, &upn(&scene.bench, 1)).await;
    scene.tend().await;
    let covers: Vec<usize> = scene.status().sync_users.iter().map(|user| user.covers).collect();
    assert_eq!(covers, [650, 50]);
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_that_ends_all_at_once_is_believed_and_a_whole_tenant_that_is_gone_is_not() {
    let config = Config { users: 100, oddities: false, ..Config::default() };
    let scene = Scene::signed_out(Bench::start(config).await, 1).await;
    scene.browser.sign_in(TENANT, &upn(&scene.bench, 0)).await;
    scene.tend().await;
    let gone = |places: std::ops::Range<usize>| {
        let people: Vec<PersonRef> = places.map(|place| scene.bench.person(place)).collect();
        people.iter().for_each(|person| scene.bench.simulator.teams_gone(person));
        people
    };
    let shift = gone(0..30);
    scene.heed().await;
    assert!(shift.iter().all(|person| scene.published(person) == Some(Status::Offline)));
    let all = gone(30..100);
    let shown = |status: Status| all.iter().filter(|person| scene.published(person) == Some(status)).count();
    let before = shown(Status::Available);
    scene.heed().await;
    assert_eq!((shown(Status::Offline), shown(Status::Available)), (0, before), "what was shown is held");
    scene.bench.cycles(1).await;
    assert!(scene.bench.trouble(Place::Teams).what.contains("taken for an outage"), "{:?}", scene.bench.troubles());
    scene.heed().await;
    assert_eq!(shown(Status::Offline), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_in_must_be_the_sync_user_in_the_browser_that_began() {
    let scene = Scene::signed_out(Bench::small().await, 1).await;
    let user = upn(&scene.bench, 0);
    let page = scene.browser.get(&format!("/sign-in/{TENANT}")).await.text().await.unwrap();
    assert!(page.contains("not signed in") && page.contains(&user), "{page}");

    scene.bench.simulator.answer_consent(0, ConsentAnswer::Decline);
    let (status, page) = scene.browser.come_back(scene.browser.go(TENANT, &user).await).await;
    assert!(status == StatusCode::BAD_REQUEST && page.contains("onsent was declined"), "{status} {page}");
    assert!(page.contains("/adminconsent") && page.contains("Grant consent"), "{page}");

    scene.bench.simulator.answer_consent(0, ConsentAnswer::Accept);

    let mut stolen = scene.browser.go(TENANT, &user).await;
    stolen.cookie = "presync-sign-in=guess".to_owned();
    let (status, page) = scene.browser.come_back(stolen).await;
    assert!(status == StatusCode::BAD_REQUEST && page.contains("not begun in this browser"), "{status} {page}");

    let (status, page) = scene.browser.come_back(scene.browser.go_as(TENANT, &user, &upn(&scene.bench, 1)).await).await;
    assert!(
        status == StatusCode::BAD_REQUEST && page.contains(&format!("signed in, but the sign-in was for {user}")),
        "{page}"
    );
    assert_eq!(scene.status().sync_users[0].signed_in_at, None);

    let on_the_way = scene.browser.go(TENANT, &user).await;
    let (status, page) = scene.browser.come_back(on_the_way.clone()).await;
    assert!(status == StatusCode::OK && page.contains("signed in"), "{status} {page}");
    let (status, _) = scene.browser.come_back(on_the_way).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "a sign-in ends once");
    let page = scene.browser.get(&format!("/sign-in/{TENANT}")).await.text().await.unwrap();
    assert!(!page.contains("not signed in"), "{page}");
    let answer = scene.browser.get(&format!("/sign-in/{TENANT}/begin?user=nobody@corp.com")).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sign_in_and_after_a_revoked_one_somebody_is_told_what_to_do() {
    let scene = Scene::signed_out(Bench::small().await, 1).await;
    assert_eq!(scene.tend().await, Timestamp::NEVER);
    let trouble = scene.bench.trouble(Place::Notifications);
    assert!(trouble.needs_action && trouble.what.contains("/sign-in/tenant-1"), "{trouble:?}");

    scene.browser.sign_in(TENANT, &upn(&scene.bench, 0)).await;
    scene.tend().await;
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());

    scene.bench.simulator.revoke_sign_ins(&scene.bench.person(0));
    for _ in 0..70 {
        scene.bench.simulator.step(MINUTE);
        scene.tend().await;
    }
    let trouble = scene.bench.trouble(Place::Notifications);
    assert!(trouble.needs_action && trouble.what.contains("Sign in as the sync user once more"), "{trouble:?}");
    assert_eq!(scene.status().covered, 0);
    scene.bench.cycles(2).await;
    scene.bench.assert_right();

    scene.browser.sign_in(TENANT, &upn(&scene.bench, 0)).await;
    scene.tend().await;
    assert_eq!(scene.status().covered, 5, "{:?}", scene.status());
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_that_nobody_vouches_for_are_not_believed_and_polling_does_without() {
    let scene = Scene::new().await;
    scene.quirks(|settings| settings.tokens = TokenForm::Null);
    let person = scene.goes(1, "Busy");
    scene.heed().await;
    assert_ne!(scene.published(&person), Some(Status::Busy));
    let trouble = scene.bench.trouble(Place::Notifications);
    assert!(trouble.needs_action && trouble.what.contains("Assignment required"), "{trouble:?}");
    scene.bench.cycles(1).await;
    scene.bench.assert_right();
    scene.quirks(|_| {});
    scene.goes(1, "Away");
    scene.heed().await;
    assert_eq!(scene.published(&person), Some(Status::Away));
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
}
