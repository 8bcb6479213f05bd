//! What an OpenID client reads: the metadata, the keys, and id tokens that they check.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};

use super::{browser::*, *};

async fn metadata(world: &World, authority: &str) -> Value {
    let path = format!("/{authority}/v2.0/.well-known/openid-configuration");
    json(world.http.get(world.sim.entra_url() + &path)).await
}

async fn keys(world: &World) -> JwkSet {
    let metadata = metadata(world, &world.access.directory).await;
    send(world.http.get(metadata["jwks_uri"].as_str().unwrap())).await.json().await.unwrap()
}

/// The claims of an id token, checked as a careful client checks them.
fn checked(world: &World, keys: &JwkSet, id_token: &str) -> Value {
    let header = decode_header(id_token).unwrap();
    let key = keys.find(header.kid.as_deref().unwrap()).expect("a published key");
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[&world.access.read_app.client_id]);
    validation.set_issuer(&[format!("{}/{}/v2.0", world.sim.entra_url(), world.access.directory)]);
    // The clock is the simulator's.
    validation.validate_exp = false;
    decode(id_token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap().claims
}

#[tokio::test]
async fn the_metadata_leads_to_every_endpoint() {
    let world = World::new().await;
    let (entra, directory) = (world.sim.entra_url(), &world.access.directory);
    let own = metadata(&world, directory).await;
    assert_eq!(own["issuer"], format!("{entra}/{directory}/v2.0"));
    assert_eq!(own["authorization_endpoint"], format!("{entra}/{directory}/oauth2/v2.0/authorize"));
    assert_eq!(own["token_endpoint"], format!("{entra}/{directory}/oauth2/v2.0/token"));
    assert_eq!(own["jwks_uri"], format!("{entra}/{directory}/discovery/v2.0/keys"));
    assert_eq!(own["subject_types_supported"], json!(["pairwise"]));
    let methods = json!(["client_secret_post", "private_key_jwt", "client_secret_basic"]);
    assert_eq!(own["token_endpoint_auth_methods_supported"], methods);
    assert_eq!(metadata(&world, "organizations").await["issuer"], format!("{entra}/{{tenantid}}/v2.0"));
    assert_eq!(metadata(&world, "nowhere").await["error_codes"], json!([90_002]));

    let signed_in = sign_in(&world, &world.access.read_app, &world.sim.people(0)[0], SCOPE).await;
    let userinfo = world.http.get(own["userinfo_endpoint"].as_str().unwrap());
    let user = json(userinfo.bearer_auth(signed_in["access_token"].as_str().unwrap())).await;
    assert_eq!(user["email"].as_str(), world.sim.people(0)[0].upn.as_deref());
    let app = world.http.get(own["userinfo_endpoint"].as_str().unwrap()).bearer_auth(&world.read);
    assert_eq!(status(app).await, 403);
}

#[tokio::test]
async fn an_id_token_says_who_signed_in_where_and_for_whom() {
    let world = World::new().await;
    let (person, app) = (&world.sim.people(0)[0], &world.access.read_app);
    let signed_in = sign_in(&world, app, person, "openid profile email").await;
    let claims = checked(&world, &keys(&world).await, signed_in["id_token"].as_str().unwrap());
    assert_eq!(claims["tid"], world.access.directory);
    assert_eq!(claims["oid"].as_str(), person.teams_id.as_deref());
    assert_eq!(claims["preferred_username"].as_str(), person.upn.as_deref());
    assert_eq!(claims["email"].as_str(), person.upn.as_deref());
    assert_eq!((&claims["nonce"], &claims["ver"]), (&json!("n-0S6_WzA2Mj"), &json!("2.0")));
    let now = START_MS / 1_000;
    assert_eq!((&claims["iat"], &claims["nbf"], &claims["exp"]), (&json!(now), &json!(now), &json!(now + 3_900)));

    let bare = sign_in(&world, app, person, "openid").await;
    let bare = checked(&world, &keys(&world).await, bare["id_token"].as_str().unwrap());
    assert!(bare["oid"].is_null() && bare["preferred_username"].is_null() && bare["email"].is_null());
    assert_eq!(bare["sub"], claims["sub"]);
    let elsewhere = sign_in(&world, &world.access.write_app, person, "openid").await;
    let payload = elsewhere["id_token"].as_str().unwrap();
    let elsewhere: Value = jsonwebtoken::dangerous::insecure_decode_claims(payload).unwrap();
    assert_ne!(elsewhere["sub"], claims["sub"], "the subject is another one for each application");
}

#[tokio::test]
async fn the_signing_key_changes_with_time_and_what_the_last_one_signed_still_checks() {
    let world = World::with(Config {
        clock: SimClock::driven(START_MS),
        key_rotation: Duration::from_secs(24 * 3_600),
        ..Config::default()
    })
    .await;
    let id_token = async || {
        let signed_in = sign_in(&world, &world.access.read_app, &world.sim.people(0)[0], "openid profile").await;
        signed_in["id_token"].as_str().unwrap().to_owned()
    };
    let kid = |token: &str| decode_header(token).unwrap().kid.unwrap();
    let first = id_token().await;
    assert_eq!(kid(&id_token().await), kid(&first));
    world.step(24 * 3_600);
    let second = id_token().await;
    assert_ne!(kid(&second), kid(&first));
    let published = keys(&world).await;
    checked(&world, &published, &first);
    checked(&world, &published, &second);
    world.sim.rotate_keys().unwrap();
    let published = keys(&world).await;
    assert!(published.find(&kid(&first)).is_none() && published.find(&kid(&second)).is_some());
}
