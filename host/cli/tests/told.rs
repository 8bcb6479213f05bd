//! The real binary: somebody signs in as the sync user, and from then on changes are published that no cycle has read.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up is to fail")]

mod service;

use presync_simulator::{Config, Simulator, Status};
use reqwest::header::{COOKIE, HeaderName, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, StatusCode, redirect};
use service::{Service, eventually};

/// Somebody signs in as the sync user, as a browser does it: to Entra, and back with the cookie.
async fn sign_in(listen: &str, user: &str) {
    let http = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
    let header = |response: &Response, name: HeaderName| response.headers()[name].to_str().unwrap().to_owned();
    let begin = format!("http://{listen}/sign-in/tenant-1/begin?user={user}");
    let begun = http.get(begin).send().await.unwrap();
    let entra = http.get(header(&begun, LOCATION)).send().await.unwrap();
    let back = http.get(header(&entra, LOCATION)).header(COOKIE, header(&begun, SET_COOKIE)).send().await.unwrap();
    assert_eq!(back.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_user_signs_in_once_and_changes_are_told_before_and_after_a_kill() {
    let simulator = Simulator::start(Config { users: 5, oddities: false, ..Config::default() }).await.unwrap();
    let people = simulator.people(0);
    let sync_user = people[0].upn.clone().unwrap();
    let mut service = Service::new(&simulator);
    let config = service.config();
    let settings = std::fs::read_to_string(&config).unwrap();
    let listen = settings.split("listen = \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    // No second cycle comes within this test.
    let slow = "poll_interval = { slowest = \"5m\", fastest = \"5m\" }";
    let told = format!(
        "\n[tenant.teams.notifications]\nnotification_url = \"http://{listen}/notifications/tenant-1\"\n\
         redirect_url = \"http://{listen}/signed-in\"\nsync_users = [\"{sync_user}\"]\n"
    );
    std::fs::write(&config, settings.replace("poll_interval = \"1s\"", slow) + &told).unwrap();
    service.start();
    eventually("the service reads", || service.has_cycled()).await;
    sign_in(&listen, &sync_user).await;
    let covered = || service.status().is_some_and(|status| status["tenants"][0]["notifications"]["covered"] == 5);
    eventually("somebody is watched", covered).await;
    simulator.teams_client(&people[1], "Busy", "Busy");
    eventually("what was told is published", || simulator.shown(&people[1]).published == Some(Status::Busy)).await;

    service.kill();
    service.start();
    let covered = || service.status().is_some_and(|status| status["tenants"][0]["notifications"]["covered"] == 5);
    eventually("somebody is watched again, without another sign-in", covered).await;
    simulator.teams_client(&people[1], "Away", "Away");
    eventually("what was told is published", || simulator.shown(&people[1]).published == Some(Status::Away)).await;

    let state = config.with_file_name("presync.db.key");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(state).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}
