//! A tenant with sync users, the pages for them and the address of notifications, on the driven clock.

use std::net::SocketAddr;
use std::time::Duration;

use presync_core::time::Timestamp;
use presync_service::notifications::status::NotificationStatus;
use presync_simulator::{AppKind, PersonRef, Quirks, Status};
use presync_web::Server;
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use tokio::task::JoinHandle;

use super::Browser;
use crate::Bench;

/// The first tenant's name.
pub const TENANT: &str = "tenant-1";

/// A tenant with sync users, and the pages and the address of notifications before it.
#[derive(Debug)]
pub struct Scene {
    /// The service and the providers.
    pub bench: Bench,
    /// A browser for its pages.
    pub browser: Browser,
    sync_users: usize,
    serving: JoinHandle<()>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Scene {
    /// A tenant whose sync users are its first people. Nobody has signed in yet.
    pub async fn signed_out(bench: Bench, sync_users: usize) -> Self {
        let browser = Browser::at(SocketAddr::from(([127, 0, 0, 1], 0)));
        let mut scene = Self { bench, browser, sync_users, serving: tokio::spawn(async {}) };
        scene.restart().await;
        scene
    }

    /// A tenant whose one sync user has signed in and is subscribed.
    pub async fn of(bench: Bench) -> Self {
        let scene = Self::signed_out(bench, 1).await;
        scene.sign_in(0).await;
        scene.tend().await;
        scene
    }

    /// The same with a few people.
    ///
    /// # Panics
    /// When their changes are not told.
    pub async fn small() -> Self {
        let scene = Self::of(Bench::small().await).await;
        assert_eq!(scene.status().covered, 5, "{:?}", scene.status());
        scene
    }

    /// Ends the service without ceremony and starts another on the same state, at another address.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn restart(&mut self) {
        let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
        let (address, users) = (server.address(), (0..self.sync_users).map(|place| self.name(place)).collect());
        self.browser = Browser::at(address);
        self.bench.told_at(address, users).await;
        self.serving.abort();
        let tenants = self.bench.tenants.clone().into();
        let serving =
            async move { server.serve(tenants, std::future::pending()).await.expect("a listener that holds") };
        self.serving = tokio::spawn(serving);
    }

    /// Nothing answers any more where Microsoft posts to.
    pub async fn unplug(&mut self) {
        self.serving.abort();
        // An aborted task is gone once it was waited for; that it was aborted is no news.
        let _ = std::mem::replace(&mut self.serving, tokio::spawn(async {})).await;
    }

    /// The user name of a person.
    ///
    /// # Panics
    /// When there are fewer people, or the person has no Teams user.
    pub fn name(&self, place: usize) -> String {
        self.bench.person(place).upn.expect("a Teams user")
    }

    /// Somebody signs in as a sync user.
    pub async fn sign_in(&self, place: usize) {
        self.browser.sign_in(TENANT, &self.name(place)).await;
    }

    /// Does what is due for the subscriptions, and what follows. Gives when there is something to be done again.
    pub async fn tend(&self) -> Timestamp {
        let mut again = Timestamp::NEVER;
        for place in 0..self.bench.tenant().sync_users() {
            again = again.min(self.bench.tenant().tend_subscription(place).await);
        }
        self.heed().await;
        again
    }

    /// So many minutes pass. No cycle runs.
    pub async fn minutes(&self, count: usize) {
        for _ in 0..count {
            self.bench.simulator.step(Duration::from_secs(60));
            self.tend().await;
        }
    }

    /// What Microsoft has to tell is told and taken up. No time passes, and no cycle runs.
    pub async fn heed(&self) {
        self.bench.simulator.notified().await;
        self.bench.tenant().take_told().await;
    }

    /// What may be seen of the notifications.
    ///
    /// # Panics
    /// When there are none.
    pub fn status(&self) -> NotificationStatus {
        self.bench.tenant().notifications().expect("notifications").status()
    }

    /// Somebody changes in Teams.
    pub fn goes(&self, place: usize, availability: &str) -> PersonRef {
        let person = self.bench.person(place);
        self.bench.simulator.teams_client(&person, availability, availability);
        person
    }

    /// What is published of somebody.
    pub fn published(&self, person: &PersonRef) -> Option<Status> {
        self.bench.shown(person).published
    }

    /// Microsoft behaves differently from now on.
    pub fn quirks(&self, edit: impl FnOnce(&mut Quirks)) {
        let mut quirks = Quirks::default();
        edit(&mut quirks);
        self.bench.simulator.set_quirks(quirks);
    }

    /// The subscriptions of the first sync user, as Graph lists them.
    ///
    /// # Panics
    /// When Graph does not.
    pub async fn subscriptions(&self) -> Vec<Value> {
        let list: Value = self.graph(Method::GET, "").await.json().await.expect("a list");
        list["value"].as_array().expect("a list").clone()
    }

    /// The one subscription's name.
    ///
    /// # Panics
    /// When there is not exactly one.
    pub async fn subscription(&self) -> String {
        let all = self.subscriptions().await;
        assert_eq!(all.len(), 1, "{all:?}");
        all[0]["id"].as_str().expect("an id").to_owned()
    }

    /// A subscription is gone, and Microsoft says nothing of it.
    ///
    /// # Panics
    /// When there is none of that name.
    pub async fn loses(&self, subscription: &str) {
        let answer = self.graph(Method::DELETE, &format!("/{subscription}")).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }

    async fn graph(&self, method: Method, path: &str) -> reqwest::Response {
        let lasts = Duration::from_secs(60);
        let token = self.bench.simulator.signed_in(&self.bench.person(0), AppKind::Read, lasts).expect("a Teams user");
        let url = format!("{}/subscriptions{path}", self.bench.simulator.graph_url());
        let http = Client::builder().no_proxy().build().expect("a client");
        http.request(method, url).bearer_auth(token).send().await.expect("an answer")
    }
}
