//! A working day with documented endpoints alone: a synchronisation of a hundred lines carries what can be carried, and
//! the truth knows what cannot.

use std::collections::{HashMap, HashSet};

use super::*;
use crate::{EightMode, NotCarried, Pair, PublicCarries, Side, eight_status_for};

/// Reads activity, agents and Teams; holds sessions for calls it sees, and agents offline for do not disturb.
struct Documented<'a> {
    desk: Desk<'a>,
    people: Vec<PersonRef>,
    pbxes: Vec<String>,
    held: HashMap<u32, u64>,
    offline: HashSet<String>,
    now: u64,
}

impl<'a> Documented<'a> {
    async fn new(world: &'a World) -> Self {
        let desk = Desk::of(world).await;
        let people: Vec<_> = world.sim.people(0).into_iter().filter(|person| person.linkable).collect();
        let listed = json(desk.analytics("/v2/pbxes")).await;
        let pbxes = listed["_embedded"]["pbxList"].as_array().unwrap().iter();
        let pbxes = pbxes.map(|pbx| pbx["id"].as_str().unwrap().to_owned()).collect();
        Self { desk, people, pbxes, held: HashMap::new(), offline: HashSet::new(), now: 0 }
    }

    async fn cycle(&mut self, seconds: u64) {
        self.desk.world.step(seconds);
        self.now += seconds;
        let agents = json(self.desk.agents("")).await;
        let agents: HashMap<String, i64> = agents["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["agent-id"].as_str().unwrap().to_owned(), row["agent-status"].as_i64().unwrap()))
            .collect();
        self.carry_calls(&agents).await;
        self.carry_do_not_disturb(&agents).await;
    }

    async fn carry_calls(&mut self, agents: &HashMap<String, i64>) {
        let mut on_call = HashSet::new();
        for pbx in &self.pbxes {
            let body = json(self.desk.analytics(&format!("/v2/pbxes/{pbx}/agent-activity?userStatuses=ON_CALL"))).await;
            let rows = body["agentActivity"].as_array().unwrap().iter();
            on_call.extend(rows.map(|row| row["userId"].as_str().unwrap().to_owned()));
        }
        for person in &self.people {
            let seat = self.desk.world.sim.seat(person).unwrap();
            let as_agent = seat.agent_id.and_then(|id| agents.get(&id)).is_some_and(|code| [7, 9, 10].contains(code));
            let call = as_agent || on_call.contains(person.eight_id.as_deref().unwrap());
            let due = self.held.get(&person.person).is_none_or(|since| self.now - since >= 180);
            if call && due {
                assert_eq!(self.desk.world.set_session(person).await, 200);
                self.held.insert(person.person, self.now);
            } else if !call && self.held.remove(&person.person).is_some() {
                assert_eq!(self.desk.world.clear_session(person).await, 200);
            }
        }
    }

    async fn carry_do_not_disturb(&mut self, agents: &HashMap<String, i64>) {
        let presences = self.desk.world.presences(&self.people).await;
        let by_id: HashMap<&str, &Value> = presences.iter().map(|p| (p["id"].as_str().unwrap(), p)).collect();
        let mut changes = Vec::new();
        for person in &self.people {
            let Some(agent) = self.desk.world.sim.seat(person).unwrap().agent_id else { continue };
            let presence = by_id[person.teams_id.as_deref().unwrap()];
            let pair =
                Pair::from_words(presence["availability"].as_str().unwrap(), presence["activity"].as_str().unwrap());
            if pair == Pair::IN_A_CALL && self.held.contains_key(&person.person) {
                continue;
            }
            let dnd = eight_status_for(pair) == crate::Status::Dnd;
            let code = agents[&agent];
            let ours = self.offline.contains(&agent) && code == 5;
            match (dnd, ours) {
                (true, false) if code == 4 => {
                    changes.push(json!({"agent-id": agent, "agent-status": 5, "status-code-list-id": 802,
                        "status-code-item-id": 1_732, "status-code-item-short-code": "Teams"}));
                    self.offline.insert(agent);
                }
                (false, true) => {
                    changes.push(json!({"agent-id": agent, "agent-status": 4}));
                    self.offline.remove(&agent);
                }
                _ => {}
            }
        }
        let body = json(self.desk.set_agents(&json!({"agents": changes}))).await;
        assert!(body["data"].as_array().unwrap().iter().all(|row| row["change-status"] == 200), "{body}");
    }
}

fn public(seed: u64) -> Config {
    Config {
        users: 150,
        seed,
        eight_mode: EightMode::Public,
        varied_start: true,
        graph_limit: NO_LIMIT,
        eight_analytics_limit: NO_LIMIT,
        ..grown()
    }
}

#[tokio::test]
async fn a_day_with_documented_endpoints_alone_ends_with_everything_right_that_can_be_carried() {
    for seed in 1..=3 {
        let world = World::with(public(seed)).await;
        let mut sync = Documented::new(&world).await;
        sync.cycle(0).await;
        world.sim.start_movement();
        for _ in 0..36 {
            sync.cycle(10).await;
        }
        world.sim.stop_movement();
        for _ in 0..3 {
            sync.cycle(10).await;
        }
        let (truth, report) = (world.sim.truth(), world.sim.report());
        assert_eq!((truth.wrong, truth.stuck_sessions), (vec![], vec![]), "seed {seed}");
        assert!(report.both_directions_used && report.counters.agent_statuses_set > 5, "{:?}", report.counters);
        assert_eq!((report.users, report.published), (150, 0));
        assert_eq!(report.not_carried[&NotCarried::StatusHasNoDocumentedWrite], 120);
        assert_eq!(report.not_carried[&NotCarried::OnlyDoNotDisturb], 30);
        assert!(report.not_carried[&NotCarried::CallsAreNotSeen] > 20, "{:?}", report.not_carried);
    }
}

#[tokio::test]
async fn what_can_be_carried_and_is_not_is_wrong() {
    let world = World::with(Config { varied_start: false, ..public(1) }).await;
    let agent = combo(&world);
    let nobody = people_who(&world, |seat| seat.agent_id.is_none() && seat.queues.is_empty()).remove(0);
    for person in [&agent, &nobody] {
        world.sim.teams_preferred(person, Some(("DoNotDisturb", "DoNotDisturb")));
    }
    let wrong = world.sim.truth().wrong;
    assert_eq!((wrong.len(), wrong[0].person, wrong[0].side), (1, agent.person, Side::Eight));
    let caller = in_a_queue(&world);
    for person in [&caller, &nobody] {
        world.sim.start_eight_call(person);
    }
    assert_eq!(world.sim.truth().wrong.len(), 2);
    world.set_session(&nobody).await;
    assert_eq!(world.sim.truth().stuck_sessions.len(), 1, "nobody can have seen that call");
}

#[tokio::test]
async fn do_not_disturb_of_an_extension_is_expected_only_where_it_may_be_written() {
    let carries = PublicCarries { agent_status: false, extension_dnd: true };
    let world = World::with(Config { varied_start: false, public_carries: carries, ..public(1) }).await;
    let desk = Desk::of(&world).await;
    let person = in_a_queue(&world);
    world.sim.teams_preferred(&person, Some(("DoNotDisturb", "DoNotDisturb")));
    assert_eq!(world.sim.truth().wrong.len(), 1);
    let path = format!("/admin-provisioning/users/{}", person.eight_id.as_ref().unwrap());
    let mut user = json(desk.key(&path)).await;
    user["serviceInfo"]["extensions"][0]["doNotDisturb"] = json!(true);
    assert_eq!(status(desk.with_key(world.http.put(desk.url(&path)).json(&user))).await, 202);
    world.step(3);
    assert!(world.sim.truth().wrong.is_empty());
    let report = world.sim.report();
    assert_eq!(report.counters.directory_writes, 1);
}

#[tokio::test]
async fn people_who_match_nobody_are_listed_and_case_does_not_matter() {
    let world = World::with(grown()).await;
    let people = json(world.http.get(world.sim.admin_url() + "/admin/people")).await;
    let rows = people.as_array().unwrap();
    let unmatched = rows.iter().filter(|row| row["linkable"] == false).count();
    assert_eq!(rows.len() - unmatched, 40);
    assert!(unmatched >= 8);
    let differs = |row: &&Value| {
        let (upn, email) = (row["upn"].as_str(), row["email"].as_str());
        row["linkable"] == true && upn != email && upn.map(str::to_lowercase) == email.map(str::to_lowercase)
    };
    assert!(rows.iter().filter(differs).count() > 3);
}

#[tokio::test]
async fn the_admin_server_changes_quirks_and_grants_and_lists_seats() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    let admin = |path: &str| format!("{}/admin/eight/{path}", world.sim.admin_url());
    let quirks = json(world.http.get(admin("quirks"))).await;
    assert_eq!((quirks["usersPut"].as_str(), quirks["collectedEveryMs"].as_i64()), (Some("implemented"), Some(0)));
    let edit = json!({"usersPut": "notAllowed", "activityLayout": "nested"});
    let edited = json(world.http.patch(admin("quirks")).json(&edit)).await;
    assert_eq!((edited["usersPut"].as_str(), edited["bulkVerb"].as_str()), (Some("notAllowed"), Some("both")));
    let body = json(desk.analytics(&format!("/v2/pbxes/{}/agent-activity", desk.pbx))).await;
    assert!(body["queuesAgentActivity"].is_array());
    assert_eq!(status(world.http.patch(admin("quirks")).json(&json!({"userPut": "x"}))).await, 422);
    assert_eq!(status(world.http.get(admin("quirks?tenant=7"))).await, 404);

    let grant = json!({"product": "userAdmin", "granted": false, "agentStatus": false});
    assert_eq!(status(world.http.post(admin("grants")).json(&grant)).await, 204);
    assert_eq!(status(desk.key("/admin-provisioning/users")).await, 403);
    assert_eq!(status(desk.agents("")).await, 403);
    let seats = json(world.http.get(admin("seats"))).await;
    assert_eq!(seats[0]["userId"].as_str(), world.sim.people(0)[0].eight_id.as_deref());
}
