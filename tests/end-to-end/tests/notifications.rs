//! Being told of changes in Teams: from the notification to the publication, over real HTTP, and who is watched.

use std::time::Duration;

use presync_end_to_end::Bench;
use presync_end_to_end::told::Scene;
use presync_service::Supply;
use presync_service::groups::Memberships;
use presync_service::status::Place;
use presync_simulator::{Config, PersonRef, Status};

const TEN_SECONDS: Duration = Duration::from_secs(10);

fn many(users: usize) -> Config {
    Config { users, oddities: false, ..Config::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_published_when_it_is_told_without_any_cycle() {
    let scene = Scene::small().await;
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
    let scene = Scene::small().await;
    scene.quirks(|quirks| {
        let told = &mut quirks.notifications;
        (told.delay_ms, told.repeated, told.reversed) = (20_000, true, true);
    });
    let person = scene.goes(1, "Busy");
    scene.bench.pass(TEN_SECONDS).await;
    scene.goes(1, "Away");
    scene.bench.pass(TEN_SECONDS).await;
    assert_eq!(scene.published(&person), Some(Status::Away));
    for _ in 0..3 {
        scene.heed().await;
        assert_eq!(scene.published(&person), Some(Status::Away), "Busy was told after Away was read");
        scene.bench.simulator.step(TEN_SECONDS);
    }
    assert_eq!(scene.status().heard, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_sessions_are_told_of_and_not_read_for() {
    let scene = Scene::small().await;
    scene.bench.simulator.start_eight_call(&scene.bench.person(1));
    scene.bench.pass(TEN_SECONDS).await;
    assert!(scene.bench.shown(&scene.bench.person(1)).session);
    let read = scene.bench.answers("getPresences 200");
    scene.heed().await;
    assert_eq!(scene.status().heard, 1);
    assert_eq!(scene.bench.answers("getPresences 200"), read);
    scene.bench.cycles(3).await;
    scene.bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_that_ends_all_at_once_is_believed_and_a_whole_tenant_that_is_gone_is_not() {
    let scene = Scene::of(Bench::start(many(100)).await).await;
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
async fn those_in_queues_are_watched_first_and_nobody_twice() {
    let bench = Bench::supplied(many(700), Vec::new(), |people| {
        let mut queues = Memberships::default();
        people.iter().skip(640).filter_map(|person| person.upn.as_deref()).for_each(|user| queues.add("support", user));
        Supply { queues, ..Supply::default() }
    })
    .await;
    let scene = Scene::of(bench).await;
    assert_eq!(scene.status().covered, 650);
    let all: Vec<PersonRef> = (0..700).map(|place| scene.goes(place, "Busy")).collect();
    scene.heed().await;
    let told = |people: &[PersonRef]| people.iter().filter(|one| scene.published(one) == Some(Status::Busy)).count();
    let (others, agents) = all.split_at(640);
    assert_eq!((told(agents), told(others)), (60, 650 - 60));
    scene.bench.cycles(1).await;
    scene.bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sync_users_watch_more_than_one_can() {
    let scene = Scene::signed_out(Bench::start(many(700)).await, 2).await;
    scene.sign_in(0).await;
    scene.tend().await;
    assert_eq!(scene.status().covered, 650);
    let trouble = scene.bench.trouble(Place::Notifications);
    assert!(trouble.needs_action && trouble.what.contains("1 of 2 sync users"), "{trouble:?}");
    scene.sign_in(1).await;
    scene.tend().await;
    let covers: Vec<usize> = scene.status().sync_users.iter().map(|user| user.covers).collect();
    assert_eq!(covers, [650, 50]);
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_is_watched_when_the_subscription_has_stood_for_a_while() {
    let scene = Scene::small().await;
    let first = scene.subscription().await;
    scene.bench.simulator.add_person(0, "Ann Lee", Some("ann@corp.example"), Some("ann@corp.example"));
    scene.bench.within(10, "Ann is linked", |bench| bench.tenant().status().linked == 6).await;
    scene.minutes(5).await;
    assert_eq!(scene.subscription().await, first, "another one means some seconds without any");
    scene.minutes(6).await;
    assert_ne!(scene.subscription().await, first);
    assert_eq!(scene.status().covered, 6);
}
