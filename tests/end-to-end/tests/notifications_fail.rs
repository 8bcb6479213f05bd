//! What may go wrong with being told of changes in Teams. Polling goes on beneath, so that nothing is shown wrong for longer than a cycle.

use presync_end_to_end::Bench;
use presync_end_to_end::told::Scene;
use presync_service::status::Place;
use presync_simulator::{Config, Damage, Endpoint, Fault, Lifecycle, Status, TokenForm};

/// Somebody's change is told and published.
async fn assert_told(scene: &Scene, availability: &str, status: Status) {
    let person = scene.goes(1, availability);
    scene.heed().await;
    assert_eq!(scene.published(&person), Some(status), "{:?}", scene.status());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_lives_for_hours_by_being_renewed_and_its_sign_in_outlives_a_restart() {
    let mut scene = Scene::small().await;
    let first = scene.subscription().await;
    scene.minutes(4 * 60).await;
    assert_eq!(scene.subscription().await, first);
    assert_told(&scene, "Busy", Status::Busy).await;

    scene.restart().await;
    scene.tend().await;
    assert_ne!(scene.subscription().await, first, "the one of the process before is gone");
    assert_eq!(scene.status().covered, 5, "{:?}", scene.status());
    assert_told(&scene, "Away", Status::Away).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_renewals_are_refused_another_takes_the_place() {
    let scene = Scene::small().await;
    scene.quirks(|quirks| {
        quirks.subscriptions_renew = false;
        quirks.create_after_delete_fails_ms = 40_000;
    });
    let first = scene.subscription().await;
    scene.minutes(40).await;
    assert_ne!(scene.subscription().await, first);
    assert_eq!(scene.status().covered, 5, "{:?}", scene.status());
    assert_told(&scene, "Busy", Status::Busy).await;
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_microsoft_says_of_a_subscription_is_heeded() {
    let scene = Scene::small().await;
    let first = scene.subscription().await;
    let until = scene.status().sync_users[0].until;
    scene.bench.simulator.step(std::time::Duration::from_secs(15 * 60));
    scene.bench.simulator.tell_subscribers(0, Lifecycle::ReauthorizationRequired);
    scene.heed().await;
    scene.tend().await;
    assert_eq!(scene.subscription().await, first);
    assert!(scene.status().sync_users[0].until > until, "renewed");

    scene.quirks(|quirks| quirks.notifications.damage = Damage::Signature);
    let person = scene.goes(1, "Busy");
    scene.heed().await;
    assert_ne!(scene.published(&person), Some(Status::Busy));
    assert_eq!(scene.status().rejected, 1);
    scene.quirks(|_| {});
    scene.bench.simulator.tell_subscribers(0, Lifecycle::Missed);
    scene.heed().await;
    assert_eq!(scene.published(&person), Some(Status::Busy), "everybody was read, since something was missed");

    scene.bench.simulator.tell_subscribers(0, Lifecycle::SubscriptionRemoved);
    scene.heed().await;
    scene.loses(&first).await;
    scene.minutes(1).await;
    assert_ne!(scene.subscription().await, first);
    assert_told(&scene, "Away", Status::Away).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_falls_silent_is_found_out_by_polling_and_made_anew() {
    let scene = Scene::small().await;
    let first = scene.subscription().await;
    scene.loses(&first).await;
    for place in 1..4 {
        scene.goes(place, "Busy");
    }
    scene.bench.cycles(1).await;
    scene.bench.assert_right();
    scene.minutes(6).await;
    assert_ne!(scene.subscription().await, first);
    assert_told(&scene, "Away", Status::Away).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_that_nobody_vouches_for_are_not_believed_and_polling_does_without() {
    let scene = Scene::small().await;
    scene.quirks(|quirks| quirks.notifications.tokens = TokenForm::Null);
    let person = scene.goes(1, "Busy");
    scene.heed().await;
    assert_ne!(scene.published(&person), Some(Status::Busy));
    let trouble = scene.bench.trouble(Place::Notifications);
    assert!(trouble.needs_action && trouble.what.contains("Assignment required"), "{trouble:?}");
    scene.bench.cycles(1).await;
    scene.bench.assert_right();
    scene.quirks(|_| {});
    assert_told(&scene, "Away", Status::Away).await;
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_microsoft_cannot_reach_is_told_with_what_to_check() {
    let mut scene = Scene::signed_out(Bench::small().await, 1).await;
    scene.sign_in(0).await;
    scene.unplug().await;
    scene.tend().await;
    let trouble = scene.bench.trouble(Place::Notifications);
    assert!(trouble.needs_action && trouble.what.contains("Check `notification_url`"), "{trouble:?}");
    assert_eq!(scene.status().covered, 0);
    scene.goes(1, "Busy");
    scene.bench.cycles(1).await;
    scene.bench.assert_right();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_have_left_the_directory_do_not_keep_the_others_from_being_watched() {
    let scene =
        Scene::signed_out(Bench::start(Config { users: 5, oddities: false, ..Config::default() }).await, 1).await;
    scene.quirks(|quirks| quirks.deleted_user_fails_subscription = true);
    scene.bench.simulator.delete_teams_user(&scene.bench.person(4));
    scene.sign_in(0).await;
    scene.tend().await;
    scene.minutes(1).await;
    assert_eq!(scene.status().covered, 4, "{:?}", scene.status());
    assert_told(&scene, "Busy", Status::Busy).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_graph_fails_for_a_while_it_is_waited_out_and_said_only_when_it_lasts() {
    let scene = Scene::signed_out(Bench::small().await, 1).await;
    scene.bench.simulator.faults().add(Fault::status(Endpoint::Subscriptions, 503));
    scene.sign_in(0).await;
    scene.tend().await;
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
    assert!(scene.status().sync_users[0].off.is_some(), "it is seen all the same");
    scene.minutes(5).await;
    let trouble = scene.bench.trouble(Place::Notifications);
    assert!(!trouble.needs_action && trouble.what.contains("polling does without"), "{trouble:?}");
    scene.bench.simulator.faults().clear();
    scene.minutes(6).await;
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
    assert_eq!(scene.status().covered, 5);
}
