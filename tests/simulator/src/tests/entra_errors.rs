//! Entra's refusals: their shape, the ones a test asks for, and the tokens that Graph does not take.

use super::{browser::*, *};

#[tokio::test]
async fn every_code_that_a_test_asks_for_comes_in_entras_shape() {
    let world = World::new().await;
    let form = [("grant_type", "client_credentials"), ("scope", "https://graph.microsoft.com/.default")];
    let asked = [
        (65_001, 400, "invalid_grant"),
        (90_094, 400, "access_denied"),
        (7_000_215, 401, "invalid_client"),
        (7_000_222, 401, "invalid_client"),
        (700_082, 400, "invalid_grant"),
        (50_173, 400, "invalid_grant"),
        (53_003, 400, "interaction_required"),
        (50_076, 400, "interaction_required"),
        (54_005, 400, "invalid_grant"),
        (501_481, 400, "invalid_grant"),
    ];
    for (code, expected, error) in asked {
        assert!(world.sim.fail_sign_ins(0, code, Some(1)));
        let (status, body) = ask_token(&world, &form).await;
        assert_eq!((status, body["error"].as_str()), (expected, Some(error)), "{body}");
        assert_eq!(body["error_codes"], json!([code]));
        assert_eq!(body["timestamp"], "2026-01-05 10:15:00Z");
        assert_eq!(body["error_uri"], format!("https://login.microsoftonline.com/error?code={code}"));
        let (trace, correlation) = (body["trace_id"].as_str().unwrap(), body["correlation_id"].as_str().unwrap());
        let description = body["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
        let ids = format!("Trace ID: {trace} Correlation ID: {correlation} Timestamp: 2026-01-05 10:15:00Z");
        assert!(description.ends_with(&ids), "{description}");
        assert_eq!(ask_token(&world, &form).await.0, 200, "it was asked for once");
    }
    assert!(!world.sim.fail_sign_ins(0, 1, None), "there is no AADSTS1");
}

#[tokio::test]
async fn a_code_that_a_test_asks_for_also_ends_a_sign_in_at_the_browser() {
    let world = World::new().await;
    world.sim.fail_sign_ins(0, 53_003, Some(1));
    let back_with = back(&authorize(&world, &[]).await);
    assert_eq!((&*back_with["error"], &*back_with["state"]), ("interaction_required", "12345"));
    assert_eq!(aadsts(&back_with["error_description"]), 53_003);
    assert!(back(&authorize(&world, &[]).await).contains_key("code"));
}

#[tokio::test]
async fn an_expired_foreign_or_altered_token_is_401() {
    let two = || Config { tenants: 2, clock: SimClock::driven(START_MS), ..Config::default() };
    let (world, elsewhere) = (World::with(two()).await, World::with(two()).await);
    let users = async |token: &str| {
        let response = send(world.http.get(world.sim.graph_url() + "/users").bearer_auth(token)).await;
        let status = response.status().as_u16();
        let body: Value = response.json().await.unwrap();
        (status, body["error"]["code"].as_str().map(String::from))
    };
    let refused = (401, Some(String::from("InvalidAuthenticationToken")));
    assert_eq!(users(&world.read).await.0, 200);
    assert_eq!(users(&elsewhere.read).await, refused, "a directory that this Graph does not serve");
    // The same token, made out to another directory.
    let mut parts: Vec<&str> = world.read.split('.').collect();
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let (own, other) = (&world.access.directory, &world.sim.tenants()[1].directory);
    let altered = URL_SAFE_NO_PAD.encode(claims.replace(own, other));
    parts[1] = &altered;
    assert_eq!(users(&parts.join(".")).await, refused);
    assert_eq!(users("").await, refused);
    world.step(3_599);
    assert_eq!(users(&world.read).await, refused);
}

#[tokio::test]
async fn a_token_for_another_resource_is_401() {
    let world = World::new().await;
    let ask = async |scope: &str| ask_token(&world, &[("grant_type", "client_credentials"), ("scope", scope)]).await;
    let (_, body) = ask("https://management.azure.com/.default").await;
    let users = world.http.get(world.sim.graph_url() + "/users").bearer_auth(body["access_token"].as_str().unwrap());
    let refused = send(users).await;
    assert_eq!(refused.status(), 401);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["error"]["message"], "Access token validation failure. Invalid audience.");
    assert_eq!(codes(&ask("https://graph.example.com/.default").await), (400, 500_011));
}

#[tokio::test]
async fn another_process_can_set_all_of_it_up() {
    let world = World::new().await;
    let admin = |path: &str| world.sim.admin_url() + path;
    let upn = world.sim.people(0)[0].upn.clone().unwrap();
    let does = async |body: Value| send(world.http.post(admin("/admin/entra")).json(&body)).await;

    assert_eq!(does(json!({"fail": 50_076, "times": 1, "administrator": upn, "browser": upn})).await.status(), 204);
    assert_eq!(aadsts(&back(&authorize(&world, &[]).await)["error_description"]), 50_076);
    assert_eq!(does(json!({"consent": "decline"})).await.status(), 204);
    assert_eq!(aadsts(&back(&authorize(&world, &[]).await)["error_description"]), 65_004);
    assert_eq!(does(json!({"consent": "accept", "rotateKeys": true, "revokeConsent": "read"})).await.status(), 204);
    assert_eq!(does(json!({"fail": 50_076, "clearFailures": true, "revokeSignIns": upn})).await.status(), 204);

    assert_eq!(does(json!({"fail": 1})).await.text().await.unwrap(), "the simulator does not know AADSTS1");
    assert_eq!(does(json!({"browser": "nobody"})).await.text().await.unwrap(), "nobody in tenant-1 is called nobody");
    assert_eq!(does(json!({"tenant": 7})).await.status(), 404);

    let registrations = admin("/admin/registrations?app=read");
    let patched = json(world.http.patch(&registrations).json(&json!({"redirectUris": [BACK], "public": true}))).await;
    assert_eq!((&patched["redirectUris"], &patched["public"]), (&json!([BACK]), &json!(true)));
    assert_eq!(json(world.http.get(&registrations)).await, patched);
    let unknown = send(world.http.patch(&registrations).json(&json!({"redirects": []}))).await;
    assert_eq!(unknown.status(), 422);
    assert!(unknown.text().await.unwrap().contains("unknown field `redirects`"));

    let quirks = admin("/admin/quirks");
    let patched = json(world.http.patch(&quirks).json(&json!({"wordCase": "camel"}))).await;
    assert_eq!(json(world.http.get(&quirks)).await, patched);
    assert_eq!(world.sim.quirks().word_case, crate::WordCase::Camel);
    assert_eq!(send(world.http.patch(&quirks).json(&json!({"wordCase": "upper"}))).await.status(), 422);
}
