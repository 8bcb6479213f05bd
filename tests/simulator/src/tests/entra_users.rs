//! Users who sign in: codes, proof keys, refresh tokens, and what comes with them.

use super::{browser::*, *};

#[tokio::test]
async fn a_code_is_redeemed_once_with_the_verifier_of_its_challenge() {
    let world = World::new().await;
    let back = back(&authorize(&world, &[]).await);
    assert_eq!(back["state"], "12345");
    let wrong =
        redeem(&world, &back["code"], &[("code_verifier", "a-guess-that-is-long-enough-to-be-a-verifier")]).await;
    assert_eq!(codes(&wrong), (400, 501_481));
    let missing = redeem(&world, &back["code"], &[("code_verifier", "")]).await;
    assert_eq!(codes(&missing), (400, 501_481));
    let (status, body) = redeem(&world, &back["code"], &[]).await;
    assert_eq!(status, 200, "{body}");
    let again = redeem(&world, &back["code"], &[]).await;
    assert_eq!(codes(&again), (400, 54_005));
    assert_eq!(again.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_is_refused_after_ten_minutes_and_elsewhere_than_it_was_asked_for() {
    let world = World::with(Config { tenants: 2, clock: SimClock::driven(START_MS), ..Config::default() }).await;
    let code = back(&authorize(&world, &[]).await).remove("code").unwrap();
    let elsewhere = redeem(&world, &code, &[("redirect_uri", "http://localhost/signed-in")]).await;
    assert_eq!(codes(&elsewhere), (400, 500_112));
    let write = &world.access.write_app;
    let other = redeem(&world, &code, &[("client_id", &write.client_id), ("client_secret", &write.secret)]).await;
    assert_eq!(codes(&other), (400, 70_000));

    let second = world.sim.tenants().remove(1);
    let form = [
        ("client_id", second.read_app.client_id.as_str()),
        ("client_secret", &second.read_app.secret),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    let url = format!("{}/{}/oauth2/v2.0/token", world.sim.entra_url(), second.directory);
    let body = json(world.http.post(url).form(&form)).await;
    assert_eq!(body["error_codes"], json!([700_005]));

    world.step(600);
    assert_eq!(codes(&redeem(&world, &code, &[]).await), (400, 70_008));
    assert_eq!(codes(&redeem(&world, "1.guess", &[]).await), (400, 70_000));
}

#[tokio::test]
async fn a_challenge_has_a_length_and_a_method() {
    let world = World::new().await;
    let refused =
        async |changes: &[(&str, &str)]| aadsts(&back(&authorize(&world, changes).await)["error_description"]);
    assert_eq!(refused(&[("code_challenge", "short")]).await, 501_491);
    assert_eq!(refused(&[("code_challenge_method", "S512")]).await, 50_147);
    assert_eq!(refused(&[("code_challenge", "")]).await, 50_147);
    let plain = back(&authorize(&world, &[("code_challenge", VERIFIER), ("code_challenge_method", "plain")]).await);
    assert_eq!(redeem(&world, &plain["code"], &[]).await.0, 200);
}

#[tokio::test]
async fn an_id_token_comes_with_openid_and_a_refresh_token_with_offline_access() {
    let world = World::new().await;
    let (person, app) = (&world.sim.people(0)[0], &world.access.read_app);
    let all = sign_in(&world, app, person, SCOPE).await;
    assert_eq!(all["expires_in"], 3_599);
    assert_eq!(all["scope"], "https://graph.microsoft.com/Presence.Read.All openid profile");
    assert!(all["id_token"].is_string() && all["refresh_token"].is_string());
    let bare = sign_in(&world, app, person, "https://graph.microsoft.com/Presence.Read.All").await;
    assert!(bare["access_token"].is_string() && bare["id_token"].is_null() && bare["refresh_token"].is_null());
    let by_itself =
        json(super::sign_in::request(&world.http, &world.sim, &world.access, &app.client_id, &app.secret)).await;
    assert!(by_itself["refresh_token"].is_null() && by_itself["id_token"].is_null());
    assert_eq!(by_itself["expires_in"], 3_599);
}

#[tokio::test]
async fn a_refresh_token_is_replaced_and_the_old_one_still_holds() {
    let world = World::new().await;
    let signed_in = sign_in(&world, &world.access.read_app, &world.sim.people(0)[0], SCOPE).await;
    let first = signed_in["refresh_token"].as_str().unwrap();
    let refresh =
        async |token: &str| ask_token(&world, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await;
    let (status, body) = refresh(first).await;
    assert_eq!(status, 200, "{body}");
    let second = body["refresh_token"].as_str().unwrap();
    assert_ne!(second, first);
    assert_ne!(body["access_token"], signed_in["access_token"]);
    assert_eq!(refresh(second).await.0, 200);
    assert_eq!(refresh(first).await.0, 200);
    world.step(90 * 24 * 3_600 - 1);
    let (_, last) = refresh(first).await;
    world.step(1);
    assert_eq!(codes(&refresh(first).await), (400, 700_082));
    assert_eq!(refresh(last["refresh_token"].as_str().unwrap()).await.0, 200);
}

#[tokio::test]
async fn a_refresh_can_ask_for_less_and_for_what_was_consented_to_meanwhile() {
    let world = World::new().await;
    let (person, app) = (&world.sim.people(0)[0], &world.access.read_app);
    let signed_in = sign_in(&world, app, person, SCOPE).await;
    let token = signed_in["refresh_token"].as_str().unwrap();
    let refresh = async |scope: &str| {
        ask_token(&world, &[("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)]).await
    };
    let (_, less) = refresh("https://graph.microsoft.com/Presence.Read.All").await;
    assert!(less["access_token"].is_string() && less["id_token"].is_null());
    assert_eq!(codes(&refresh("User.ReadBasic.All").await), (400, 65_001));
    sign_in(&world, app, person, "User.ReadBasic.All").await;
    let (status, more) = refresh("User.ReadBasic.All").await;
    assert_eq!(status, 200);
    let scope = more["scope"].as_str().unwrap();
    assert!(scope.contains("User.ReadBasic.All") && scope.contains("Presence.Read.All"), "{scope}");
}

#[tokio::test]
async fn a_refresh_token_does_not_outlive_the_user_the_consent_or_a_revocation() {
    let world = World::new().await;
    let (people, app) = (world.sim.people(0), &world.access.read_app);
    let (ann, bob, cleo) = (&people[0], &people[1], &people[2]);
    let tokens: Vec<Value> = vec![
        sign_in(&world, app, ann, SCOPE).await,
        sign_in(&world, app, bob, SCOPE).await,
        sign_in(&world, app, cleo, SCOPE).await,
    ];
    let refresh = async |at: usize| {
        let token = tokens[at]["refresh_token"].as_str().unwrap();
        ask_token(&world, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    };
    world.sim.revoke_sign_ins(ann);
    assert_eq!(codes(&refresh(0).await), (400, 50_173));
    world.sim.set_teams_enabled(bob, false);
    assert_eq!(codes(&refresh(1).await), (400, 50_057));
    world.sim.set_teams_enabled(bob, true);
    assert_eq!(refresh(1).await.0, 200);
    world.sim.delete_teams_user(bob);
    assert_eq!(codes(&refresh(1).await), (400, 50_034));
    world.sim.revoke_consent(0, crate::AppKind::Read);
    let refused = refresh(2).await;
    assert_eq!(codes(&refused), (400, 65_001));
    assert_eq!(
        (refused.1["error"].as_str(), refused.1["suberror"].as_str()),
        (Some("invalid_grant"), Some("consent_required"))
    );
    world.sim.register(0, crate::AppKind::Read, |read| read.single_page = true).unwrap();
    let short = sign_in(&world, app, cleo, SCOPE).await["refresh_token"].as_str().unwrap().to_owned();
    world.step(24 * 3_600);
    assert_eq!(
        codes(&ask_token(&world, &[("grant_type", "refresh_token"), ("refresh_token", &short)]).await),
        (400, 700_084)
    );
}

#[tokio::test]
async fn a_public_client_sends_no_secret_and_has_to_prove_its_code() {
    let world = World::new().await;
    world.sim.register(0, crate::AppKind::Read, |read| read.public = true).unwrap();
    let back_without = back(&authorize(&world, &[("code_challenge", ""), ("code_challenge_method", "")]).await);
    assert_eq!(aadsts(&back_without["error_description"]), 50_147);
    let code = back(&authorize(&world, &[]).await).remove("code").unwrap();
    assert_eq!(codes(&redeem(&world, &code, &[]).await), (401, 700_025));
    assert_eq!(redeem(&world, &code, &[("client_secret", "")]).await.0, 200);
}
