//! Tokens: how they are given, refused, and when they stop to hold.

use super::*;
use crate::AppKind;

pub(super) fn request(
    http: &Client,
    sim: &Simulator,
    access: &TenantAccess,
    client_id: &str,
    secret: &str,
) -> RequestBuilder {
    let url = format!("{}/{}/oauth2/v2.0/token", sim.entra_url(), access.directory);
    let scope = "https://graph.microsoft.com/.default";
    http.post(url).form(&[
        ("client_id", client_id),
        ("client_secret", secret),
        ("grant_type", "client_credentials"),
        ("scope", scope),
    ])
}

#[tokio::test]
async fn entra_gives_a_token_for_an_hour_less_a_second() {
    let world = World::new().await;
    let app = &world.access.read_app;
    let body = json(request(&world.http, &world.sim, &world.access, &app.client_id, &app.secret)).await;
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3_599);
}

#[tokio::test]
async fn entra_says_which_of_secret_application_and_directory_is_wrong() {
    let world = World::new().await;
    let (app, mut nowhere) = (&world.access.read_app, world.access.clone());
    nowhere.directory = String::from("9f4ebab6-520d-49c0-85cc-7b25c78d4a93");
    let cases = [
        (request(&world.http, &world.sim, &world.access, &app.client_id, "guess"), 401, 7_000_215),
        (
            request(&world.http, &world.sim, &world.access, "9f4ebab6-520d-49c0-85cc-7b25c78d4a93", &app.secret),
            400,
            700_016,
        ),
        (request(&world.http, &world.sim, &nowhere, &app.client_id, &app.secret), 400, 90_002),
    ];
    for (request, expected, code) in cases {
        let response = send(request).await;
        assert_eq!(response.status().as_u16(), expected);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error_codes"], json!([code]));
        assert!(body["error_description"].as_str().unwrap().starts_with(&format!("AADSTS{code}: ")), "{body}");
        assert_eq!(body["timestamp"], "2026-01-05 10:15:00Z");
    }
}

#[tokio::test]
async fn a_token_holds_until_its_time_is_over_or_it_is_revoked() {
    let world = World::new().await;
    assert_eq!(status(world.get("/users")).await, 200);
    world.step(3_599);
    assert_eq!(status(world.get("/users")).await, 401);

    let world = World::new().await;
    world.sim.revoke_tokens();
    assert_eq!(status(world.get("/users")).await, 401);
    let refused = send(world.eight_get("/presence/v1/users")).await;
    assert_eq!(refused.status(), 401);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["fault"]["detail"]["errorcode"], "keymanagement.service.invalid_access_token");
}

#[tokio::test]
async fn without_roles_graph_refuses_until_they_are_granted_and_a_new_token_is_asked_for() {
    let mut world = World::new().await;
    world.sim.set_roles(0, AppKind::Read, false);
    assert_eq!(status(world.get("/users")).await, 403);
    world.read = entra_token(&world.http, &world.sim, &world.access, &world.access.read_app).await;
    world.sim.set_roles(0, AppKind::Read, true);
    assert_eq!(status(world.get("/users")).await, 403);
    world.read = entra_token(&world.http, &world.sim, &world.access, &world.access.read_app).await;
    assert_eq!(status(world.get("/users")).await, 200);
}

#[tokio::test]
async fn a_changed_secret_refuses_the_old_one() {
    let world = World::new().await;
    world.sim.change_secret(0, AppKind::Write, "rotated");
    world.sim.change_eight_secret(0, "rotated");
    let app = &world.access.write_app;
    assert_eq!(status(request(&world.http, &world.sim, &world.access, &app.client_id, &app.secret)).await, 401);
    assert_eq!(world.sim.tenants()[0].write_app.secret, "rotated");
    let url = world.sim.eight_url() + "/oauth/v2/token";
    let form = [("grant_type", "client_credentials")];
    let refused =
        send(world.http.post(url).basic_auth(&world.access.eight_key, Some("simulator-secret")).form(&form)).await;
    assert_eq!(refused.status(), 401);
    let body: Value = refused.json().await.unwrap();
    assert!(body["ErrorCode"].is_string() && body["Error"].is_string());
}

#[tokio::test]
async fn eight_writes_its_numbers_as_strings() {
    let world = World::new().await;
    let url = world.sim.eight_url() + "/oauth/v2/token";
    let ask = |grant: &str| {
        let credentials = (&world.access.eight_key, Some(&world.access.eight_secret));
        world.http.post(&url).basic_auth(credentials.0, credentials.1).form(&[("grant_type", grant)])
    };
    let body = json(ask("client_credentials")).await;
    assert_eq!(body["expires_in"], "1799");
    assert_eq!(body["issued_at"], START_MS.to_string());
    assert_eq!(body["token_type"], "BearerToken");
    assert_eq!(body["developer.email"], "deprecated");
    assert_eq!(status(ask("something")).await, 400);
}

#[tokio::test]
async fn a_token_of_one_tenant_sees_nothing_of_another() {
    let config = Config { tenants: 2, clock: SimClock::driven(START_MS), ..Config::default() };
    let world = World::with(config).await;
    let stranger = &world.sim.people(1)[0];
    assert!(world.presences(std::slice::from_ref(stranger)).await.is_empty());
    assert_eq!(world.set_session(stranger).await, 404);
    assert_eq!(world.publish(stranger, "BUSY", 300).await["changeStatus"], 404);
}
