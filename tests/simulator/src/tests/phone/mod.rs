//! 8x8 as its documents have it, asked over HTTP: sign-in, directory, activity, agents, streams, and what the partner
//! contract adds.

mod activity;
mod agents;
mod calls;
mod contract;
mod day;
mod directory;
mod limits;
mod operations;
mod provisioning;
mod realtime;
mod routing;
mod sign_in;
mod streams;
mod webhooks;

use super::*;
use crate::AgentStatus;

/// A tenant with queues, agents and people without a licence, on a driven clock.
pub(super) fn grown() -> Config {
    Config { clock: SimClock::driven(START_MS), users: 40, contact_center: true, ..Config::default() }
}

/// A client that is signed in to every family of a tenant's 8x8.
pub(super) struct Desk<'a> {
    pub(super) world: &'a World,
    pub(super) token: String,
    pub(super) pbx: String,
}

impl<'a> Desk<'a> {
    pub(super) async fn of(world: &'a World) -> Self {
        let token = json(analytics_sign_in(world)).await["access_token"].as_str().unwrap().to_owned();
        let pbx = world.sim.seat(&world.sim.people(0)[0]).unwrap().pbx_id;
        Self { world, token, pbx }
    }

    pub(super) fn url(&self, path: &str) -> String {
        self.world.sim.eight_url() + path
    }

    pub(super) fn with_key(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("x-api-key", &self.world.access.eight_key)
    }

    /// `GET` with the Admin Console's key.
    pub(super) fn key(&self, path: &str) -> RequestBuilder {
        self.with_key(self.world.http.get(self.url(path)))
    }

    /// `GET` of Work Analytics.
    pub(super) fn analytics(&self, path: &str) -> RequestBuilder {
        let request = self.world.http.get(self.url(&format!("/analytics/work{path}")));
        request.header("8x8-apikey", &self.world.access.analytics_key).bearer_auth(&self.token)
    }

    /// The rows of `agent-activity` on the PBX of the first person, in the flat layout.
    pub(super) async fn activity(&self, query: &str) -> Vec<Value> {
        let body = json(self.analytics(&format!("/v2/pbxes/{}/agent-activity{query}", self.pbx))).await;
        body["agentActivity"].as_array().unwrap_or_else(|| panic!("no list: {body}")).clone()
    }

    /// The status of a person in `agent-activity`.
    pub(super) async fn user_status(&self, person: &PersonRef) -> Option<String> {
        let rows = self.activity("").await;
        let row = rows.iter().find(|row| row["userId"].as_str() == person.eight_id.as_deref())?;
        row["userStatus"].as_str().map(String::from)
    }

    fn agent_url(&self, path: &str) -> String {
        self.url(&format!("/api/v1/tenants/{}/agentstatus/agents{path}", self.world.access.cc_tenant))
    }

    fn with_action_token(&self, request: RequestBuilder) -> RequestBuilder {
        request.basic_auth(&self.world.access.cc_tenant, Some(&self.world.access.cc_action_token))
    }

    /// `GET` of agents' statuses.
    pub(super) fn agents(&self, path: &str) -> RequestBuilder {
        self.with_action_token(self.world.http.get(self.agent_url(path)))
    }

    /// Sets one agent's status.
    pub(super) fn set_agent(&self, agent: &str, body: &Value) -> RequestBuilder {
        self.with_action_token(self.world.http.put(self.agent_url(&format!("/{agent}"))).json(body))
    }

    /// Sets many agents' statuses.
    pub(super) fn set_agents(&self, body: &Value) -> RequestBuilder {
        self.with_action_token(self.world.http.post(self.agent_url("/bulk")).json(body))
    }

    /// `GET` of Realtime Metrics.
    pub(super) fn realtime(&self, path: &str) -> RequestBuilder {
        let request = self.world.http.get(self.url(&format!("/analytics/cc/v5/realtime-metrics{path}")));
        request.bearer_auth(&self.world.eight).header("X-Tenant-Info", &self.world.access.cc_tenant)
    }
}

pub(super) fn analytics_sign_in(world: &World) -> RequestBuilder {
    let access = &world.access;
    let form = [("username", &access.analytics_user), ("password", &access.analytics_password)];
    let url = world.sim.eight_url() + "/analytics/work/v1/oauth/token";
    world.http.post(url).header("8x8-apikey", &access.analytics_key).form(&form)
}

/// The first people of a tenant who fit.
pub(super) fn people_who(world: &World, fits: impl Fn(&crate::DirectoryRow) -> bool) -> Vec<PersonRef> {
    let people = world.sim.people(0).into_iter();
    people.filter(|person| person.linkable && world.sim.seat(person).is_some_and(|seat| fits(&seat))).collect()
}

/// Somebody in a queue of the first PBX who is no agent.
pub(super) fn in_a_queue(world: &World) -> PersonRef {
    let pbx = world.sim.seat(&world.sim.people(0)[0]).unwrap().pbx_id;
    people_who(world, |seat| seat.pbx_id == pbx && !seat.queues.is_empty() && seat.agent_id.is_none()).remove(0)
}

/// An agent who also has Work.
pub(super) fn combo(world: &World) -> PersonRef {
    people_who(world, |seat| seat.agent_id.is_some() && seat.extension.is_some()).remove(0)
}

/// The messages of a 400 of Work Analytics.
pub(super) async fn messages(request: RequestBuilder) -> Vec<String> {
    let response = send(request).await;
    assert_eq!(response.status(), 400);
    let body: Value = response.json().await.unwrap();
    body["messages"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}
