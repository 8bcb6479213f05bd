//! The simulator asked over HTTP, as presync asks it.

mod browser;
mod directories;
mod directory;
mod eight;
mod entra_apps;
mod entra_consent;
mod entra_errors;
mod entra_keys;
mod entra_users;
mod faults;
mod graph;
mod hook;
mod measuring;
mod notifications;
mod phone;
mod platform;
mod presence_aggregation;
mod presence_location;
mod presence_permissions;
mod presence_reading;
mod presence_writing;
mod sign_in;
mod subscriptions;
mod tls;
mod whole_day;

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::{App, Config, Limit, PersonRef, SimClock, Simulator, TenantAccess};

/// 2026-01-05T10:15:00Z
const START_MS: i64 = 1_767_608_100_000;

/// A simulator with a client that is signed in to all of it.
struct World {
    sim: Simulator,
    http: Client,
    access: TenantAccess,
    read: String,
    write: String,
    eight: String,
}

impl World {
    async fn with(config: Config) -> Self {
        let sim = Simulator::start(config).await.unwrap();
        let http = Client::new();
        let access = sim.tenants().remove(0);
        let read = entra_token(&http, &sim, &access, &access.read_app).await;
        let write = entra_token(&http, &sim, &access, &access.write_app).await;
        let eight = eight_token(&http, &sim, &access).await;
        Self { sim, http, access, read, write, eight }
    }

    async fn new() -> Self {
        Self::with(Config { clock: SimClock::driven(START_MS), ..Config::default() }).await
    }

    /// One whose tokens outlive every test.
    async fn for_long() -> Self {
        let entra_token = Duration::from_secs(10 * 365 * 24 * 3_600);
        Self::with(Config { entra_token, clock: SimClock::driven(START_MS), ..Config::default() }).await
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.sim.graph_url() + path).bearer_auth(&self.read)
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.http.post(self.sim.graph_url() + path).bearer_auth(&self.write).json(body)
    }

    fn eight_get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.sim.eight_url() + path).bearer_auth(&self.eight)
    }

    async fn presences(&self, people: &[PersonRef]) -> Vec<Value> {
        let ids: Vec<_> = people.iter().filter_map(|person| person.teams_id.clone()).collect();
        let url = self.sim.graph_url() + "/communications/getPresencesByUserId";
        let body = json(self.http.post(url).bearer_auth(&self.read).json(&json!({"ids": ids}))).await;
        body["value"].as_array().unwrap().clone()
    }

    async fn set_session(&self, person: &PersonRef) -> u16 {
        let body = json!({"sessionId": self.access.write_app.client_id, "availability": "Busy", "activity": "InACall",
            "expirationDuration": "PT5M"});
        status(self.post(&format!("/users/{}/presence/setPresence", person.teams_id.as_ref().unwrap()), &body)).await
    }

    async fn clear_session(&self, person: &PersonRef) -> u16 {
        let body = json!({"sessionId": self.access.write_app.client_id});
        status(self.post(&format!("/users/{}/presence/clearPresence", person.teams_id.as_ref().unwrap()), &body)).await
    }

    async fn publish(&self, person: &PersonRef, status: &str, seconds: i64) -> Value {
        let item = json!({"publicationId": "p_1", "userId": person.eight_id, "status": status, "message": null,
            "observedTime": null, "expiresInSeconds": seconds});
        self.publish_all(&[item]).await["data"][0].clone()
    }

    async fn publish_all(&self, items: &[Value]) -> Value {
        let url = self.sim.eight_url() + "/presence/v1/publications/bulk";
        let body = json!({"source": "ms-teams-sync", "publications": items});
        json(self.http.post(url).bearer_auth(&self.eight).json(&body)).await
    }

    fn step(&self, seconds: u64) {
        self.sim.step(Duration::from_secs(seconds));
    }
}

async fn entra_token(http: &Client, sim: &Simulator, access: &TenantAccess, app: &App) -> String {
    let body = json(sign_in::request(http, sim, access, &app.client_id, &app.secret)).await;
    body["access_token"].as_str().unwrap().to_owned()
}

async fn eight_token(http: &Client, sim: &Simulator, access: &TenantAccess) -> String {
    let url = sim.eight_url() + "/oauth/v2/token";
    let request = http
        .post(url)
        .basic_auth(&access.eight_key, Some(&access.eight_secret))
        .form(&[("grant_type", "client_credentials")]);
    json(request).await["access_token"].as_str().unwrap().to_owned()
}

async fn send(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

async fn status(request: RequestBuilder) -> u16 {
    send(request).await.status().as_u16()
}

async fn json(request: RequestBuilder) -> Value {
    send(request).await.json().await.unwrap()
}

/// A limit that no test reaches.
const NO_LIMIT: Limit = Limit { burst: 1e9, per_second: 1e9 };
