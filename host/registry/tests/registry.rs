//! Push and pull against a real registry.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

mod support;

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::secrets::RegistryAuth;
use presync_registry::lock::Pin;
use presync_registry::oci::{Calls, LARGEST};
use presync_registry::pinned::{self, Change, Moved, PullError};
use presync_registry::{Access, Digest, KeyPair, Lock, OciError, Remote, SignatureError, TrustedKeys, signature};
use support::{DockerRegistry, PASSWORD, USER};

fn remote(address: &str, access: Access) -> Remote {
    Remote::new(address.parse().unwrap(), access, Calls::default()).unwrap()
}

fn open(registry: &DockerRegistry, rule: &str) -> Remote {
    remote(&registry.address(rule), Access::Anonymous)
}

/// A component that is like no other.
fn component(name: &str) -> Vec<u8> {
    wat::parse_str(format!(r#"(component (import "acme:{name}/rule" (instance)))"#)).unwrap()
}

#[tokio::test]
async fn what_was_pushed_is_pulled_byte_for_byte() {
    let registry = DockerRegistry::open();
    let bytes = component("routing");
    let routing = open(&registry, "acme/routing:1.0");
    let digest = routing.push(&bytes).await.unwrap();
    assert_eq!(routing.resolve().await.unwrap(), digest);
    let pulled = routing.pull(LARGEST).await.unwrap();
    assert_eq!((pulled.bytes, pulled.digest), (bytes.clone(), digest.clone()));
    assert_eq!(routing.pull_digest(&digest, LARGEST).await.unwrap().bytes, bytes);
    let exact = open(&registry, &format!("acme/routing:1.0@{digest}"));
    assert_eq!(exact.pull(LARGEST).await.unwrap().bytes, bytes);
}

#[tokio::test]
async fn the_same_component_is_the_same_version_wherever_it_is_pushed() {
    let registry = DockerRegistry::open();
    let bytes = component("routing");
    let first = open(&registry, "acme/routing:1.0").push(&bytes).await.unwrap();
    assert_eq!(open(&registry, "other/name:stable").push(&bytes).await.unwrap(), first);
    assert_ne!(open(&registry, "acme/routing:1.1").push(&component("other")).await.unwrap(), first);
}

#[tokio::test]
async fn the_manifest_is_that_of_a_wasm_artifact() {
    let registry = DockerRegistry::open();
    let routing = open(&registry, "acme/routing:1.0");
    let digest = routing.push(&component("routing")).await.unwrap();
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(registry.blob(digest.as_str())).unwrap()).unwrap();
    assert_eq!(manifest["mediaType"], "application/vnd.oci.image.manifest.v1+json");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    assert_eq!(manifest["layers"][0]["digest"], Digest::of(&component("routing")).as_str());
}

#[tokio::test]
async fn a_tag_that_moved_is_refused_until_the_change_is_wanted() {
    let registry = DockerRegistry::open();
    let routing = open(&registry, "acme/routing:1.0");
    let (mut lock, nobody) = (Lock::default(), TrustedKeys::default());
    let old = routing.push(&component("old")).await.unwrap();
    let first = pinned::pull(&routing, &mut lock, Moved::Refuse, &nobody, LARGEST).await.unwrap();
    assert_eq!((first.change, first.signer), (Change::First, None));
    let again = pinned::pull(&routing, &mut lock, Moved::Refuse, &nobody, LARGEST).await.unwrap();
    assert_eq!(again.change, Change::None);

    let new = routing.push(&component("new")).await.unwrap();
    let before = lock.clone();
    let error = pinned::pull(&routing, &mut lock, Moved::Refuse, &nobody, LARGEST).await.unwrap_err();
    assert!(matches!(&error, PullError::Moved { chosen, found, .. } if *chosen == old && *found == new), "{error}");
    assert!(error.to_string().contains("pull with `--update`"), "{error}");
    assert_eq!(lock, before);
    assert_eq!(routing.pull_digest(&old, LARGEST).await.unwrap().bytes, component("old"));

    let updated = pinned::pull(&routing, &mut lock, Moved::Accept, &nobody, LARGEST).await.unwrap();
    let size = component("old").len() as u64;
    assert_eq!(updated.change, Change::From(Pin { digest: old, size, signer: None }));
    assert_eq!((updated.pulled.bytes, &updated.pulled.digest), (component("new"), &new));
    assert_eq!(lock.get(routing.reference()).unwrap().digest, new);
}

#[tokio::test]
async fn only_what_a_trusted_key_signed_is_taken() {
    let registry = DockerRegistry::open();
    let routing = open(&registry, "acme/routing:1.0");
    let (author, stranger) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let trusted: TrustedKeys = [author.public()].into_iter().collect();
    let mut lock = Lock::default();
    let plain = component("routing");

    routing.push(&plain).await.unwrap();
    let unsigned = pinned::pull(&routing, &mut lock, Moved::Refuse, &trusted, LARGEST).await.unwrap_err();
    assert!(matches!(&unsigned, PullError::Signature { source: SignatureError::Unsigned { .. }, .. }), "{unsigned}");
    routing.push(&signature::sign(&plain, &stranger).unwrap()).await.unwrap();
    let unknown = pinned::pull(&routing, &mut lock, Moved::Refuse, &trusted, LARGEST).await.unwrap_err();
    assert!(matches!(&unknown, PullError::Signature { source: SignatureError::UnknownSigner { .. }, .. }), "{unknown}");
    assert_eq!(lock, Lock::default());

    routing.push(&signature::sign(&plain, &author).unwrap()).await.unwrap();
    let signed = pinned::pull(&routing, &mut lock, Moved::Refuse, &trusted, LARGEST).await.unwrap();
    assert_eq!(signed.signer, Some(author.public()));
    assert_eq!(lock.get(routing.reference()).unwrap().signer, Some(author.public()));
}

#[tokio::test]
async fn a_name_or_tag_that_is_not_there_is_said_to_be_missing() {
    let registry = DockerRegistry::open();
    open(&registry, "acme/routing:1.0").push(&component("routing")).await.unwrap();
    for rule in ["acme/routing:2.0", "acme/nothing:1.0", &format!("acme/routing@{}", Digest::of(b"none"))] {
        let missing = open(&registry, rule);
        for error in [missing.resolve().await.unwrap_err(), missing.pull(LARGEST).await.unwrap_err()] {
            assert!(matches!(error, OciError::NoSuchVersion { .. }), "{rule}: {error}");
            assert!(error.to_string().contains(&registry.address(rule)), "{error}");
        }
    }
}

#[tokio::test]
async fn a_component_altered_in_the_registry_is_refused() {
    let registry = DockerRegistry::open();
    let routing = open(&registry, "acme/routing:1.0");
    routing.push(&component("routing")).await.unwrap();
    let blob = registry.blob(Digest::of(&component("routing")).as_str());
    fs::write(&blob, component("gnitour")).unwrap();
    let error = routing.pull(LARGEST).await.unwrap_err();
    assert!(matches!(&error, OciError::Altered { expected, actual, .. }
        if expected == Digest::of(&component("routing")).as_str() && actual == Digest::of(&component("gnitour")).as_str()));
    // Cut off: the registry itself notices nothing.
    fs::write(&blob, &component("routing")[..20]).unwrap();
    assert!(matches!(routing.pull(LARGEST).await, Err(OciError::Altered { .. })));
}

#[tokio::test]
async fn a_manifest_altered_in_the_registry_is_refused() {
    let registry = DockerRegistry::open();
    let routing = open(&registry, "acme/routing:1.0");
    let digest = routing.push(&component("routing")).await.unwrap();
    let other = open(&registry, "acme/routing:other").push(&component("other")).await.unwrap();
    fs::copy(registry.blob(other.as_str()), registry.blob(digest.as_str())).unwrap();
    let error = routing.pull_digest(&digest, LARGEST).await.unwrap_err();
    assert!(matches!(error, OciError::Altered { .. } | OciError::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn something_else_in_the_registry_is_no_rule() {
    let registry = DockerRegistry::open();
    let config = ClientConfig { protocol: ClientProtocol::Http, ..ClientConfig::default() };
    let client = oci_client::Client::try_from(config).unwrap();
    let image = oci_client::Reference::with_tag(registry.host(), "acme/image".into(), "1.0".into());
    let layers = [ImageLayer::oci_v1(b"a layer".to_vec(), None)];
    let config = Config::oci_v1(b"{}".to_vec(), None);
    client.push(&image, &layers, config, &RegistryAuth::Anonymous, None).await.unwrap();
    let error = open(&registry, "acme/image:1.0").pull(LARGEST).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("is no WebAssembly rule: it is an artifact of the kind application/vnd.oci.image.config.v1+json"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_no_component_is_not_pushed() {
    let registry = DockerRegistry::open();
    let routing = open(&registry, "acme/routing:1.0");
    let error = routing.push(b"#!/bin/sh\n").await.unwrap_err();
    assert!(matches!(error, OciError::NotAComponent(SignatureError::NotAComponent { .. })), "{error}");
    let exact = open(&registry, &format!("acme/routing@{}", Digest::of(b"other")));
    assert!(matches!(exact.push(&component("routing")).await, Err(OciError::PushToDigest { .. })));
    assert!(matches!(routing.resolve().await, Err(OciError::NoSuchVersion { .. })));
}

#[tokio::test]
async fn a_component_beyond_the_limit_is_taken_in_no_further() {
    let registry = DockerRegistry::open();
    let routing = open(&registry, "acme/routing:1.0");
    let bytes = component("routing");
    routing.push(&bytes).await.unwrap();
    assert!(routing.pull(bytes.len()).await.is_ok());
    let error = routing.pull(bytes.len() - 1).await.unwrap_err();
    assert!(
        matches!(error, OciError::TooLarge { size, limit, .. } if size == bytes.len() as u64 && limit == bytes.len() - 1)
    );
    // The same when only the bytes themselves tell.
    fs::write(registry.blob(Digest::of(&bytes).as_str()), [&bytes[..], &[0; 100]].concat()).unwrap();
    assert!(matches!(routing.pull(bytes.len()).await, Err(OciError::TooLarge { .. })));
}

#[tokio::test]
async fn a_closed_registry_lets_in_who_has_the_password_and_tells_the_rest() {
    let registry = DockerRegistry::closed();
    let address = registry.address("acme/routing:1.0");
    let basic = |password: &str| Access::Basic { user: USER.into(), password: password.to_owned().into() };
    let bytes = component("routing");
    for (access, described) in [
        (Access::Anonymous, "without a login"),
        (basic("wrong"), "as ann"),
        (Access::Token("nonsense".to_owned().into()), "with the token given"),
    ] {
        let shut_out = remote(&address, access);
        let errors = [
            shut_out.push(&bytes).await.unwrap_err(),
            shut_out.pull(LARGEST).await.unwrap_err(),
            shut_out.resolve().await.unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, OciError::Unauthorised { .. }), "{described}: {error:?}");
            assert!(error.to_string().contains(described) && !error.to_string().contains("nonsense"), "{error}");
        }
    }
    let let_in = remote(&address, basic(PASSWORD));
    let digest = let_in.push(&bytes).await.unwrap();
    assert_eq!(let_in.resolve().await.unwrap(), digest);
    assert_eq!(let_in.pull(LARGEST).await.unwrap().bytes, bytes);

    let folder = tempfile::tempdir().unwrap();
    let logins = folder.path().join("config.json");
    // "ann:pass-word" in base64, as `docker login` writes it.
    let login = format!(r#"{{"auths": {{"{}": {{"auth": "YW5uOnBhc3Mtd29yZA=="}}}}}}"#, registry.host());
    fs::write(&logins, login).unwrap();
    let of_docker = Access::of_docker(&logins, &registry.host()).unwrap();
    assert_eq!(remote(&address, of_docker).pull(LARGEST).await.unwrap().bytes, bytes);
}

#[tokio::test]
async fn a_registry_that_is_not_there_or_silent_or_none_is_said_to_be_so() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = remote(&format!("oci://{free}/rule:1"), Access::Anonymous).resolve().await.unwrap_err();
    assert!(matches!(&gone, OciError::Unreachable { registry, .. } if *registry == free.to_string()), "{gone:?}");

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let calls = Calls { ask: Duration::from_millis(50), transfer: Duration::from_millis(50), ..Calls::default() };
    let address = format!("oci://{}/rule:1", silent.local_addr().unwrap());
    let waiting = Remote::new(address.parse().unwrap(), Access::Anonymous, calls).unwrap();
    assert!(matches!(waiting.resolve().await, Err(OciError::Timeout { .. })));
    assert!(matches!(waiting.pull(LARGEST).await, Err(OciError::Timeout { .. })));
    assert!(matches!(waiting.push(&component("routing")).await, Err(OciError::Timeout { .. })));
}
