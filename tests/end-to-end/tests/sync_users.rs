//! Somebody signs in as a sync user, or somebody else does, or nobody.

use presync_core::time::Timestamp;
use presync_end_to_end::Bench;
use presync_end_to_end::told::{Scene, TENANT};
use presync_service::status::Place;
use presync_simulator::{ConsentAnswer, Quirks, UserConsent};
use reqwest::StatusCode;

async fn page(scene: &Scene) -> String {
    scene.browser.get(&format!("/sign-in/{TENANT}")).await.text().await.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_ends_once_and_in_the_browser_that_began_it() {
    let scene = Scene::signed_out(Bench::small().await, 1).await;
    let user = scene.name(0);
    let shown = page(&scene).await;
    assert!(shown.contains("not signed in") && shown.contains(&user), "{shown}");

    let mut stolen = scene.browser.go(TENANT, &user).await;
    stolen.cookie = "presync-sign-in=guess".to_owned();
    let (status, shown) = scene.browser.come_back(stolen).await;
    assert!(status == StatusCode::BAD_REQUEST && shown.contains("not begun in this browser"), "{status} {shown}");

    let on_the_way = scene.browser.go(TENANT, &user).await;
    let (status, shown) = scene.browser.come_back(on_the_way.clone()).await;
    assert!(status == StatusCode::OK && shown.contains("The sync user is signed in"), "{status} {shown}");
    assert_eq!(scene.browser.come_back(on_the_way).await.0, StatusCode::BAD_REQUEST);
    scene.tend().await;
    let shown = page(&scene).await;
    assert!(!shown.contains("not signed in") && shown.contains("changes of 5 people are told"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_who_signs_in_is_told_so_and_nothing_is_kept() {
    let mut scene = Scene::signed_out(Bench::small().await, 1).await;
    let (user, other) = (scene.name(0), scene.name(1));
    let (status, shown) = scene.browser.come_back(scene.browser.go_as(TENANT, &user, &other).await).await;
    let told = format!("{other} signed in, but the sign-in was for {user}").to_lowercase();
    assert!(status == StatusCode::BAD_REQUEST && shown.to_lowercase().contains(&told), "{status} {shown}");
    assert_eq!(scene.status().sync_users[0].signed_in_at, None);
    scene.restart().await;
    assert_eq!(scene.status().sync_users[0].signed_in_at, None);
    let answer = scene.browser.get(&format!("/sign-in/{TENANT}/begin?user={other}")).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_consent_is_missing_the_page_says_whose_and_leads_there() {
    let scene = Scene::signed_out(Bench::small().await, 1).await;
    let user = scene.name(0);
    scene.bench.simulator.answer_consent(0, ConsentAnswer::Decline);
    let (status, shown) = scene.browser.come_back(scene.browser.go(TENANT, &user).await).await;
    assert!(status == StatusCode::BAD_REQUEST && shown.contains("onsent was declined"), "{status} {shown}");

    let quirks = Quirks { user_consent: UserConsent::Administrators, ..Quirks::default() };
    scene.bench.simulator.set_quirks(quirks);
    let (_, shown) = scene.browser.come_back(scene.browser.go(TENANT, &user).await).await;
    assert!(shown.contains("dmin consent is needed"), "{shown}");
    assert!(shown.contains("/adminconsent") && shown.contains("Grant consent"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sign_in_and_after_a_revoked_one_somebody_is_told_what_to_do() {
    let scene = Scene::signed_out(Bench::small().await, 1).await;
    assert_eq!(scene.tend().await, Timestamp::NEVER);
    let trouble = scene.bench.trouble(Place::Notifications);
    assert!(trouble.needs_action && trouble.what.contains("/sign-in/tenant-1"), "{trouble:?}");
    scene.sign_in(0).await;
    scene.tend().await;
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());

    scene.bench.simulator.revoke_sign_ins(&scene.bench.person(0));
    scene.minutes(70).await;
    let trouble = scene.bench.trouble(Place::Notifications);
    assert!(trouble.needs_action && trouble.what.contains("Sign in as the sync user once more"), "{trouble:?}");
    assert_eq!(scene.status().covered, 0);
    scene.bench.cycles(2).await;
    scene.bench.assert_right();

    scene.sign_in(0).await;
    scene.tend().await;
    assert_eq!(scene.status().covered, 5, "{:?}", scene.status());
    assert!(scene.bench.troubles().is_empty(), "{:?}", scene.bench.troubles());
}
