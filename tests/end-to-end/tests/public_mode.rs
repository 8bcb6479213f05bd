//! The client of public mode against the documented endpoints of the simulator: what it reads is true, what it writes arrives, and
//! what it cannot carry it says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a scene that cannot be set is to fail its test")]

use std::sync::Arc;
use std::time::Duration;

use presync_core::delivery::Outcome;
use presync_core::id::EightUserId;
use presync_core::obstacle::Obstacle;
use presync_core::time::{Clock, Timestamp};
use presync_core::words::{Calls, EightStatus, EightTarget};
use presync_eight::feed::Changes;
use presync_eight::{Cursor, Provider, Publication};
use presync_end_to_end::public::{PublicWay, settings};
use presync_simulator::{AgentStatus, Config, DirectoryRow, EightMode, PersonRef, SimClock, Simulator};

const START_MS: i64 = 1_767_608_100_000;

#[derive(Debug)]
struct Driven(SimClock);

impl Clock for Driven {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(u64::try_from(self.0.now_ms()).unwrap())
    }
}

struct Scene {
    simulator: Simulator,
    eight: Provider,
    cursor: Cursor,
}

impl Scene {
    /// A tenant of forty with a contact centre, whose directory is read from here.
    async fn with(directory: &'static str, with_agents: bool) -> Self {
        let config = Config {
            clock: SimClock::driven(START_MS),
            users: 40,
            contact_center: true,
            eight_mode: EightMode::Public,
            ..Config::default()
        };
        let simulator = Simulator::start(config).await.unwrap();
        let access = simulator.tenants().remove(0);
        let way = PublicWay { directory, agents: with_agents, ..PublicWay::default() };
        let public = settings(&simulator, &access, &simulator.people(0), way, Duration::from_secs(8));
        let eight = Provider::new(public, Arc::new(Driven(simulator.clock()))).unwrap();
        eight.users().await.unwrap();
        let cursor = eight.snapshot().await.unwrap().cursor;
        Self { simulator, eight, cursor }
    }

    fn person(&self, fits: impl Fn(&DirectoryRow) -> bool) -> (PersonRef, EightUserId) {
        let people = self.simulator.people(0).into_iter().filter(|person| person.linkable);
        let mut people = people.filter_map(|person| Some((self.simulator.seat(&person)?, person)));
        let (_, person) = people.find(|(seat, _)| fits(seat)).unwrap();
        let id = EightUserId::from(person.eight_id.as_deref().unwrap());
        (person, id)
    }

    fn in_a_queue(&self) -> (PersonRef, EightUserId) {
        self.person(|seat| !seat.queues.is_empty() && seat.agent_id.is_none() && seat.extension.is_some())
    }

    fn an_agent(&self) -> (PersonRef, EightUserId) {
        self.person(|seat| seat.agent_id.is_some() && seat.queues.is_empty())
    }

    async fn ten_seconds(&mut self) -> Changes {
        self.simulator.step(Duration::from_secs(10));
        let changes = self.eight.changes(&self.cursor).await.unwrap();
        self.cursor = changes.cursor.clone();
        changes
    }

    async fn publish(&self, user: &EightUserId, status: Option<EightTarget>) -> Outcome {
        let now = Timestamp::from_millis(u64::try_from(self.simulator.clock().now_ms()).unwrap());
        let lease = status.map(|_| Duration::from_secs(300));
        let calls = Calls::Unchanged;
        let publication = Publication { user: user.clone(), status, note: None, calls, observed_at: now, lease };
        self.eight.publish(&[publication]).await.unwrap().remove(0).outcome
    }
}

fn of(changes: &Changes, user: &EightUserId) -> Option<(EightStatus, bool)> {
    let found = changes.readings.iter().rev().find(|(of, _)| of == user);
    found.map(|(_, reading)| (reading.presence.own, reading.presence.call_active))
}

#[tokio::test]
async fn a_call_of_somebody_in_a_queue_is_seen_with_either_directory() {
    for directory in ["contacts", "users"] {
        let mut scene = Scene::with(directory, true).await;
        let (person, id) = scene.in_a_queue();
        scene.ten_seconds().await;
        scene.simulator.start_eight_call(&person);
        assert_eq!(of(&scene.ten_seconds().await, &id), Some((EightStatus::OnCall, true)), "{directory}");
        assert_eq!(of(&scene.ten_seconds().await, &id), None);
        scene.simulator.end_eight_call(&person);
        assert_eq!(of(&scene.ten_seconds().await, &id), Some((EightStatus::Available, false)), "{directory}");
    }
}

#[tokio::test]
async fn an_agent_at_work_is_held_out_afterwards_and_let_go() {
    let mut scene = Scene::with("contacts", true).await;
    let (person, id) = scene.an_agent();
    let state = |scene: &Scene| scene.simulator.seat(&person).unwrap().agent_status.unwrap();
    scene.simulator.set_agent_status(&person, AgentStatus::ProcessTransact, true);
    scene.ten_seconds().await;
    let dnd = Some(EightTarget::DoNotDisturb);
    let waits = scene.publish(&id, dnd).await;
    assert!(matches!(waits, Outcome::Later { .. }), "{waits:?}");
    scene.simulator.set_agent_status(&person, AgentStatus::WaitTransact, false);
    scene.ten_seconds().await;
    assert_eq!(state(&scene), AgentStatus::WorkOffline);
    scene.publish(&id, None).await;
    scene.ten_seconds().await;
    assert_eq!(state(&scene), AgentStatus::WaitTransact);
}

#[tokio::test]
async fn do_not_disturb_is_set_on_the_extension_of_somebody_without_an_agent() {
    let mut scene = Scene::with("users", true).await;
    let (person, id) = scene.in_a_queue();
    for wanted in [Some(EightTarget::DoNotDisturb), None] {
        let mut outcome = scene.publish(&id, wanted).await;
        for _ in 0..10 {
            if !matches!(outcome, Outcome::Later { reason: Obstacle::UnderWay, .. }) {
                break;
            }
            scene.ten_seconds().await;
            outcome = scene.publish(&id, wanted).await;
        }
        assert_eq!(outcome, Outcome::Applied);
        assert_eq!(scene.simulator.seat(&person).unwrap().extension_dnd, wanted.is_some());
    }
}

#[tokio::test]
async fn realtime_metrics_tell_of_agents_where_agent_status_is_not_set() {
    let mut scene = Scene::with("contacts", false).await;
    let (person, id) = scene.an_agent();
    scene.simulator.set_agent_status(&person, AgentStatus::OnBreak, false);
    assert_eq!(of(&scene.ten_seconds().await, &id), Some((EightStatus::Away, false)));
    let outcome = scene.publish(&id, Some(EightTarget::Busy)).await;
    assert_eq!(outcome, Outcome::NotCarried { reason: Obstacle::NoPublishing });
}

#[tokio::test]
async fn whoever_is_deleted_leaves_the_directory_by_the_audit_records() {
    let scene = Scene::with("users", true).await;
    let (person, id) = scene.in_a_queue();
    scene.simulator.delete_eight_user(&person);
    scene.simulator.step(Duration::from_secs(60));
    let users = scene.eight.users().await.unwrap();
    assert!(users.iter().all(|user| user.id != id));
    assert!(users.len() > 30);
}
