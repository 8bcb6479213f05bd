//! A synchronisation in sixty lines, to show that a correct one ends with nothing wrong, and a dead one does not.

use std::collections::HashMap;

use super::*;
use crate::{Pair, eight_status_for};

/// Reads both sides, compares, writes; remembers only what it wrote.
struct Naive<'a> {
    world: &'a World,
    people: Vec<PersonRef>,
    published: HashMap<u32, (String, u64)>,
    held: HashMap<u32, u64>,
    now: u64,
}

impl<'a> Naive<'a> {
    fn new(world: &'a World) -> Self {
        let people = world.sim.people(0).into_iter().filter(|person| person.linkable).collect();
        Self { world, people, published: HashMap::new(), held: HashMap::new(), now: 0 }
    }

    async fn cycle(&mut self, seconds: u64) {
        self.world.step(seconds);
        self.now += seconds;
        self.carry_to_teams().await;
        self.carry_to_eight().await;
    }

    async fn carry_to_teams(&mut self) {
        let page = json(self.world.eight_get("/presence/v1/users?pageSize=1000")).await;
        let calls: HashMap<&str, bool> = page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| (p["userId"].as_str().unwrap(), p["source"] == "CALL"))
            .collect();
        for person in &self.people {
            let call = calls[person.eight_id.as_deref().unwrap()];
            let due = self.held.get(&person.person).is_none_or(|since| self.now - since >= 180);
            if call && due {
                assert_eq!(self.world.set_session(person).await, 200);
                self.held.insert(person.person, self.now);
            } else if !call && self.held.remove(&person.person).is_some() {
                assert_eq!(self.world.clear_session(person).await, 200);
            }
        }
    }

    async fn carry_to_eight(&mut self) {
        let presences = self.world.presences(&self.people).await;
        let by_id: HashMap<&str, &Value> = presences.iter().map(|p| (p["id"].as_str().unwrap(), p)).collect();
        let mut items = Vec::new();
        for person in &self.people {
            let presence = by_id[person.teams_id.as_deref().unwrap()];
            let pair =
                Pair::from_words(presence["availability"].as_str().unwrap(), presence["activity"].as_str().unwrap());
            if pair == Pair::IN_A_CALL && self.held.contains_key(&person.person) {
                continue;
            }
            let wanted = eight_status_for(pair).to_string();
            let fresh = self
                .published
                .get(&person.person)
                .is_some_and(|(held, since)| *held == wanted && self.now - since < 180);
            if !fresh {
                let id = format!("p{}", self.now);
                let user = &person.eight_id;
                items.push(json!({"publicationId": id, "userId": user, "status": wanted, "expiresInSeconds": 300}));
                self.published.insert(person.person, (wanted, self.now));
            }
        }
        for hundred in items.chunks(100) {
            let result = self.world.publish_all(hundred).await;
            assert!(result["data"].as_array().unwrap().iter().all(|row| row["changeStatus"] == 200), "{result}");
        }
    }
}

async fn day(seed: u64) -> World {
    let clock = SimClock::driven(START_MS);
    World::with(Config { users: 150, seed, clock, varied_start: true, graph_limit: NO_LIMIT, ..Config::default() })
        .await
}

#[tokio::test]
async fn a_correct_synchronisation_ends_with_nothing_wrong_in_both_directions() {
    for seed in 1..=3 {
        let world = day(seed).await;
        let mut sync = Naive::new(&world);
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
        assert_eq!(
            (report.users, report.duplicates, report.both_directions_used),
            (150, 0, true),
            "seed {seed}: {report:?}"
        );
        assert!((report.seconds - 360.0).abs() < 0.001, "{}", report.seconds);
        for spread in [&report.teams_to_eight_seconds, &report.eight_to_teams_seconds] {
            assert!(spread.samples > 100 && spread.p50 > 2.0 && spread.max <= 10.0, "seed {seed}: {spread:?}");
        }
        assert!(report.sessions_cleared > 50 && report.counters.publication_renewals > 10, "{:?}", report.counters);
    }
}

#[tokio::test]
async fn when_the_synchronisation_dies_leases_run_out_and_the_truth_says_what_is_wrong() {
    let world = day(1).await;
    let mut sync = Naive::new(&world);
    world.sim.start_movement();
    for _ in 0..12 {
        sync.cycle(10).await;
    }
    let held = world.sim.truth().sessions_held;
    assert!(held > 5, "{held}");
    world.step(60);
    let truth = world.sim.truth();
    assert!(!truth.wrong.is_empty() && !truth.stuck_sessions.is_empty());
    world.step(300);
    let truth = world.sim.truth();
    assert_eq!((truth.sessions_held, truth.stuck_sessions.len()), (0, 0));
    assert!(!truth.wrong.is_empty());
}
