//! The families of credentials, and what each says to one that does not hold.

use super::*;
use crate::{CcToken, Product, UsersProduct};

fn oauth(world: &World, grant: &str) -> RequestBuilder {
    let request = world.http.post(world.sim.eight_url() + "/oauth/v2/token");
    request.basic_auth(&world.access.eight_key, Some(&world.access.eight_secret)).form(&[("grant_type", grant)])
}

#[tokio::test]
async fn a_token_of_client_credentials_has_every_field_in_its_published_type() {
    let world = World::with(grown()).await;
    let body = json(oauth(&world, "client_credentials")).await;
    for text in ["access_token", "expires_in", "issued_at", "refresh_token_expires_in", "refresh_count", "scope"] {
        assert!(body[text].is_string(), "{text}: {body}");
    }
    assert_eq!((body["token_type"].as_str(), body["expires_in"].as_str()), (Some("BearerToken"), Some("1799")));
    let list = body["api_product_list_json"].as_array().unwrap();
    assert!(list.contains(&json!("analytics realtime-api")), "{list:?}");
    assert!(body["api_product_list"].as_str().unwrap().starts_with('['));
    assert_eq!(body["developer.email"], "deprecated");

    let refused = send(oauth(&world, "something")).await;
    assert_eq!(refused.status(), 400);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body, json!({"ErrorCode": "invalid_request", "Error": "Unsupported grant type : something"}));
    let wrong = world.http.post(world.sim.eight_url() + "/oauth/v2/token").basic_auth("nobody", Some("x"));
    let refused = send(wrong.form(&[("grant_type", "client_credentials")])).await;
    assert_eq!(refused.status(), 401);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body, json!({"ErrorCode": "invalid_client", "Error": "ClientId is Invalid"}));
}

#[tokio::test]
async fn old_and_new_tokens_hold_until_each_runs_out() {
    let world = World::with(Config { eight_token: Duration::from_secs(2), ..grown() }).await;
    world.step(1);
    let newer = json(oauth(&world, "client_credentials")).await["access_token"].as_str().unwrap().to_owned();
    let ask = |token: &str| world.http.get(world.sim.eight_url() + "/presence/v1/users").bearer_auth(token);
    assert_eq!((status(ask(&world.eight)).await, status(ask(&newer)).await), (200, 200));
    world.step(1);
    assert_eq!(status(ask(&newer)).await, 200);
    let refused = send(ask(&world.eight)).await;
    assert_eq!(refused.status(), 401);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["fault"]["detail"]["errorcode"], "keymanagement.service.invalid_access_token");
    assert_eq!(body["fault"]["faultstring"], "Invalid Access Token");
}

#[tokio::test]
async fn too_many_tokens_in_a_minute_are_refused() {
    let world = World::with(grown()).await;
    for _ in 0..9 {
        assert_eq!(status(oauth(&world, "client_credentials")).await, 200);
    }
    assert_eq!(status(oauth(&world, "client_credentials")).await, 429);
    world.step(60);
    assert_eq!(status(oauth(&world, "client_credentials")).await, 200);
}

#[tokio::test]
async fn a_key_without_the_product_is_refused_until_minutes_after_it_was_added() {
    let world = World::with(grown()).await;
    world.sim.grant_eight_product(0, Product::Presence, false);
    let refused = send(world.eight_get("/presence/v1/users")).await;
    assert_eq!(refused.status(), 403);
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["errors"][0]["code"], "FORBIDDEN");
    assert_eq!(status(world.eight_get("/admin-provisioning/users")).await, 200);
    let listed = json(oauth(&world, "client_credentials")).await;
    assert!(!listed["api_product_list_json"].as_array().unwrap().contains(&json!("presence")));
    for (quirk, name) in
        [(UsersProduct::Admin, "UC & CC User Admin"), (UsersProduct::Management, "UC & CC User Management")]
    {
        world.sim.edit_eight_quirks(0, |quirks| quirks.users_product = quirk);
        let listed = json(oauth(&world, "client_credentials")).await;
        assert!(listed["api_product_list_json"].as_array().unwrap().contains(&json!(name)), "{listed}");
    }
    world.sim.grant_eight_product(0, Product::Presence, true);
    world.step(179);
    assert_eq!(status(world.eight_get("/presence/v1/users")).await, 403);
    world.step(1);
    assert_eq!(status(world.eight_get("/presence/v1/users")).await, 200);
}

#[tokio::test]
async fn work_analytics_signs_an_account_in_and_says_what_is_wrong_with_key_account_and_bearer() {
    let world = World::with(grown()).await;
    let body = json(analytics_sign_in(&world)).await;
    assert_eq!((body["expires_in"].as_i64(), body["token_type"].as_str()), (Some(1_800), Some("bearer")));
    assert_eq!(body["access_token"].as_str().unwrap().split('.').count(), 3);

    let url = world.sim.eight_url() + "/analytics/work/v1/oauth/token";
    let form = [("username", world.access.analytics_user.as_str()), ("password", "guess")];
    let bad_key = send(world.http.post(&url).header("8x8-apikey", "mine").form(&form)).await;
    assert_eq!(bad_key.status(), 400);
    let body: Value = bad_key.json().await.unwrap();
    assert_eq!((body["code"].as_str(), body["message"].as_str()), (Some("SHA001"), Some("Invalid 8x8-apikey")));
    assert_eq!(body["details"][0]["path"][0], "8x8-apikey");
    let bad_user = send(world.http.post(&url).header("8x8-apikey", &world.access.analytics_key).form(&form)).await;
    assert_eq!(bad_user.status(), 400);
    let body: Value = bad_user.json().await.unwrap();
    assert_eq!(body, json!({"error": "invalid_grant", "error_description": "USER_NOTFOUND_ERROR"}));

    let desk = Desk::of(&world).await;
    world.step(1_800);
    let expired = send(desk.analytics("/v2/pbxes")).await;
    assert_eq!(expired.status(), 401);
    let body: Value = expired.json().await.unwrap();
    assert_eq!(body["error_description"], format!("Access token expired: {}", desk.token));
    let garbled = desk.url("/analytics/work/v2/pbxes");
    let garbled = world.http.get(garbled).header("8x8-apikey", &world.access.analytics_key).bearer_auth("garbled");
    let body = json(garbled).await;
    assert_eq!(body, json!({"error": "invalid_token", "error_description": "Cannot convert access token to JSON"}));
}

#[tokio::test]
async fn an_account_that_never_opened_analytics_or_may_not_see_the_pbx_is_refused() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    world.sim.open_analytics(0, false);
    assert_eq!(status(analytics_sign_in(&world)).await, 400);
    world.sim.open_analytics(0, true);
    world.sim.allow_analytics(0, false);
    let refused = send(desk.analytics(&format!("/v2/pbxes/{}/agent-activity", desk.pbx))).await;
    assert_eq!(refused.status(), 403);
    let body: Value = refused.json().await.unwrap();
    let expected = format!(
        "user [{}] does not have access to pbxId [{}] to make this request.",
        world.access.analytics_user, desk.pbx
    );
    assert_eq!(body["messages"], json!([expected]));
}

#[tokio::test]
async fn a_resource_of_work_analytics_wants_both_the_key_and_the_bearer() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    assert_eq!(status(desk.analytics("/v2/pbxes")).await, 200);
    let url = desk.url("/analytics/work/v2/pbxes");
    assert_eq!(status(world.http.get(&url).bearer_auth(&desk.token)).await, 400);
    let bare = send(world.http.get(&url).header("8x8-apikey", &world.access.analytics_key)).await;
    assert_eq!(bare.status(), 401);
    let body: Value = bare.json().await.unwrap();
    assert_eq!(body["error"], "invalid_token");
    // A token of the other family is no help.
    let other = world.http.get(&url).header("8x8-apikey", &world.access.analytics_key).bearer_auth(&world.eight);
    assert_eq!(status(other).await, 401);
}

#[tokio::test]
async fn a_new_token_of_the_contact_center_kills_the_old_one_at_once() {
    let world = World::with(grown()).await;
    let desk = Desk::of(&world).await;
    assert_eq!(status(desk.agents("")).await, 200);
    let token = world.sim.new_cc_token(0, CcToken::Action).unwrap();
    assert_eq!(status(desk.agents("")).await, 401);
    let url = desk.agent_url("");
    assert_eq!(status(world.http.get(url).basic_auth(&world.access.cc_tenant, Some(token))).await, 200);
}

#[tokio::test]
async fn an_api_key_is_taken_in_a_header_of_any_case_and_a_missing_one_is_a_problem() {
    let world = World::with(grown()).await;
    let url = world.sim.eight_url() + "/admin-provisioning/users";
    for name in ["x-api-key", "X-API-Key", "X-Api-Key"] {
        assert_eq!(status(world.http.get(&url).header(name, &world.access.eight_key)).await, 200, "{name}");
    }
    let refused = send(world.http.get(&url)).await;
    assert_eq!(refused.status(), 401);
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(
        (problem["status"].as_u64(), problem["title"].as_str(), problem["detail"].as_str()),
        (Some(401), Some("Unauthorized"), Some("Valid authentication credentials required"))
    );
}

#[tokio::test]
async fn a_revoked_key_is_401_a_disabled_organisation_403_and_both_recover_after_minutes() {
    let world = World::with(grown()).await;
    world.sim.grant_eight_key(0, false);
    assert_eq!(status(world.eight_get("/presence/v1/users")).await, 401);
    assert_eq!(status(oauth(&world, "client_credentials")).await, 401);
    let by_key = || world.http.get(world.sim.eight_url() + "/admin-provisioning/users");
    assert_eq!(status(by_key().header("x-api-key", &world.access.eight_key)).await, 401);
    world.sim.grant_eight_key(0, true);
    world.step(179);
    assert_eq!(status(oauth(&world, "client_credentials")).await, 401);
    world.step(1);
    assert_eq!(status(oauth(&world, "client_credentials")).await, 200);
    assert_eq!(status(by_key().header("x-api-key", &world.access.eight_key)).await, 200);

    world.sim.enable_eight_organisation(0, false);
    let refused = send(by_key().header("x-api-key", &world.access.eight_key)).await;
    assert_eq!(refused.status(), 403);
    let problem: Value = refused.json().await.unwrap();
    assert!(problem["detail"].as_str().unwrap().starts_with("CustomerId mismatch: 0012J000"), "{problem}");
    assert_eq!(problem["errors"][0]["code"], "FORBIDDEN");
    world.sim.enable_eight_organisation(0, true);
    world.step(180);
    assert_eq!(status(by_key().header("x-api-key", &world.access.eight_key)).await, 200);
}
