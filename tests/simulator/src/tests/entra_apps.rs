//! Applications that sign in as themselves without a secret: by certificate, and by another identity provider.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};

use super::{browser::*, *};
use crate::{AppKind, Federated};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A key with its certificate.
struct Signer {
    pair: RsaKeyPair,
    certificate: rcgen::Certificate,
    public_key: String,
}

impl Signer {
    fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let certificate = CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap();
        let pair = RsaKeyPair::from_pkcs8(&key.serialize_der()).unwrap();
        Self { pair, certificate, public_key: key.public_key_pem() }
    }

    fn sign(&self, header: &Value, claims: &Value, encoding: &'static dyn RsaEncoding) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(encoding, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn ps256(&self, claims: &Value) -> String {
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, self.certificate.der()));
        self.sign(&json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}), claims, &RSA_PSS_SHA256)
    }
}

/// The claims of a good assertion by the reading application, with a few of them changed.
fn claims(world: &World, jti: &str, changes: &Value) -> Value {
    let client = &world.access.read_app.client_id;
    let now = world.sim.clock().now_ms() / 1_000;
    let aud = format!("{}/{}/oauth2/v2.0/token", world.sim.entra_url(), world.access.directory);
    let mut claims =
        json!({"aud": aud, "iss": client, "sub": client, "jti": jti, "nbf": now, "iat": now, "exp": now + 600});
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

async fn with_assertion(world: &World, assertion: &str) -> (u16, Value) {
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
        ("client_secret", ""),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ];
    ask_token(world, &form).await
}

#[tokio::test]
async fn a_certificate_signs_in_with_a_ps256_assertion() {
    let world = World::new().await;
    let signer = Signer::new();
    let unregistered = with_assertion(&world, &signer.ps256(&claims(&world, "1", &json!({})))).await;
    assert_eq!(codes(&unregistered), (401, 700_027));
    let pem = signer.certificate.pem();
    world.sim.register(0, AppKind::Read, |read| read.certificates.push(pem)).unwrap();
    let good = signer.ps256(&claims(&world, "2", &json!({})));
    let (status, body) = with_assertion(&world, &good).await;
    assert_eq!(status, 200, "{body}");
    let users = world.http.get(world.sim.graph_url() + "/users").bearer_auth(body["access_token"].as_str().unwrap());
    assert_eq!(super::status(users).await, 200);
    assert_eq!(codes(&with_assertion(&world, &good).await), (401, 50_012), "an assertion is good once");
    let real = format!("https://login.microsoftonline.com/{}/oauth2/v2.0/token", world.access.directory);
    let real = signer.ps256(&claims(&world, "3", &json!({"aud": real})));
    assert_eq!(with_assertion(&world, &real).await.0, 200);
}

#[tokio::test]
async fn an_assertion_is_refused_for_what_is_wrong_with_it() {
    let world = World::new().await;
    let (signer, stranger) = (Signer::new(), Signer::new());
    let pem = signer.certificate.pem();
    world.sim.register(0, AppKind::Read, |read| read.certificates.push(pem)).unwrap();
    let now = START_MS / 1_000;
    let cases = [
        (json!({"iss": "somebody-else"}), 700_021),
        (json!({"aud": "https://login.microsoftonline.com/common/oauth2/v2.0/token"}), 700_023),
        (json!({"exp": now - 600, "nbf": now - 1_200}), 700_024),
        (json!({"nbf": now + 900, "exp": now + 1_200}), 700_024),
        (json!({"exp": now + 601}), 700_024),
        (json!({"jti": null}), 50_027),
    ];
    for (at, (changes, code)) in cases.into_iter().enumerate() {
        let assertion = signer.ps256(&claims(&world, &at.to_string(), &changes));
        assert_eq!(codes(&with_assertion(&world, &assertion).await), (401, code), "{changes}");
    }
    // The header of the one, the signature of the other.
    let (own, foreign) =
        (signer.ps256(&claims(&world, "x", &json!({}))), stranger.ps256(&claims(&world, "x", &json!({}))));
    let forged = format!("{}.{}", own.rsplit_once('.').unwrap().0, foreign.rsplit_once('.').unwrap().1);
    assert_eq!(codes(&with_assertion(&world, &forged).await), (401, 700_027));
    assert_eq!(codes(&with_assertion(&world, "no.jwt").await), (401, 50_027));
}

#[tokio::test]
async fn another_identity_provider_speaks_for_an_application_once_that_is_known() {
    let world = World::with(Config {
        clock: SimClock::driven(START_MS),
        quirks: crate::Quirks { federation_delay_ms: 120_000, ..crate::Quirks::default() },
        ..Config::default()
    })
    .await;
    let provider = Signer::new();
    let assert = |changes: Value| {
        let now = world.sim.clock().now_ms() / 1_000;
        let mut claims = json!({"iss": "https://issuer.example", "sub": "system:serviceaccount:presync:sync",
            "aud": "api://AzureADTokenExchange", "exp": now + 3_600});
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        provider.sign(&json!({"alg": "RS256", "kid": "issuer-1"}), &claims, &RSA_PKCS1_SHA256)
    };
    let federated = Federated {
        issuer: String::from("https://issuer.example"),
        subject: String::from("system:serviceaccount:presync:sync"),
        public_key: provider.public_key.clone(),
        added_ms: None,
    };
    world.sim.register(0, AppKind::Read, |read| read.federated.push(federated)).unwrap();
    let fresh = with_assertion(&world, &assert(json!({}))).await;
    assert_eq!(codes(&fresh), (401, 70_021), "a fresh credential takes minutes to be known");
    assert!(fresh.1["error_description"].as_str().unwrap().contains("No matching federated identity record found"));
    world.step(120);
    let (status, body) = with_assertion(&world, &assert(json!({}))).await;
    assert_eq!(status, 200, "{body}");
    let refused = [
        (json!({"sub": "system:serviceaccount:other:sync"}), 70_021),
        (json!({"iss": "https://issuer.example/"}), 70_021),
        (json!({"aud": ["api://AzureADTokenExchange", "another"]}), 70_021),
        (json!({"exp": START_MS / 1_000 - 600}), 700_024),
    ];
    for (changes, code) in refused {
        assert_eq!(codes(&with_assertion(&world, &assert(changes.clone())).await), (401, code), "{changes}");
    }
}

#[tokio::test]
async fn an_application_without_proof_or_with_an_expired_secret_is_refused() {
    let world = World::new().await;
    let ask = async |changes: &[(&str, &str)]| {
        let mut form = vec![("grant_type", "client_credentials"), ("scope", "https://graph.microsoft.com/.default")];
        form.extend(changes);
        codes(&ask_token(&world, &form).await)
    };
    assert_eq!(ask(&[("client_secret", "")]).await, (401, 7_000_218));
    assert_eq!(ask(&[("grant_type", "")]).await, (400, 900_144));
    assert_eq!(ask(&[("grant_type", "password")]).await, (400, 70_003));
    assert_eq!(ask(&[("scope", "https://graph.microsoft.com/Presence.Read.All")]).await, (400, 70_011));
    world.sim.register(0, AppKind::Read, |read| read.secret_expired = true).unwrap();
    assert_eq!(ask(&[]).await, (401, 7_000_222));
    world.sim.register(0, AppKind::Read, |read| read.disabled = true).unwrap();
    assert_eq!(ask(&[]).await, (400, 7_000_112));
    let unfit = world.sim.register(0, AppKind::Read, |read| read.certificates.push(String::from("no certificate")));
    assert!(unfit.unwrap_err().to_string().starts_with("certificates[0]: expected one certificate as PEM"));
}

#[tokio::test]
async fn a_secret_may_also_come_in_the_header() {
    let world = World::new().await;
    world.sim.change_secret(0, AppKind::Read, "with: a colon & more");
    let url = format!("{}/{}/oauth2/v2.0/token", world.sim.entra_url(), world.access.directory);
    let form = [("grant_type", "client_credentials"), ("scope", "https://graph.microsoft.com/.default")];
    let ask = |secret: &str| {
        let secret: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        world.http.post(&url).basic_auth(&world.access.read_app.client_id, Some(secret)).form(&form)
    };
    assert_eq!(super::status(ask("with: a colon & more")).await, 200);
    assert_eq!(super::status(ask("guess")).await, 401);
}

#[tokio::test]
async fn the_authorities_of_many_tenants_give_no_tokens_to_applications() {
    let world = World::new().await;
    let app = &world.access.read_app;
    let form = [
        ("client_id", app.client_id.as_str()),
        ("client_secret", &app.secret),
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let ask = async |authority: &str| {
        let url = format!("{}/{authority}/oauth2/v2.0/token", world.sim.entra_url());
        json(world.http.post(url).form(&form)).await["error_codes"][0].as_u64()
    };
    assert_eq!(ask("common").await, Some(9_001_023));
    assert_eq!(ask("organizations").await, Some(90_019));
    assert_eq!(ask("contoso.example").await, Some(90_002));
    assert_eq!(ask("tenant1.example").await, None, "a verified domain names its tenant");
}
