//! Rules from a registry: a tag that moves is followed, unless a version was chosen; who is not trusted is not let in.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a scene that cannot be set is to fail its test")]

#[path = "../../../host/registry/tests/support/mod.rs"]
mod support;

use std::time::Duration;

use presync_end_to_end::Bench;
use presync_end_to_end::component::KEEP;
use presync_registry::lock::Pin;
use presync_registry::oci::Calls;
use presync_registry::{Access, Digest, KeyPair, Lock, Remote, TrustedKeys, signature};
use presync_rules::defaults;
use presync_service::rules::{RuleBase, RuleError, RuleSettings};
use presync_service::status::Place;
use presync_service::{RuleConfig, RuleSource};
use presync_simulator::Config;
use serde_json::Value;
use support::DockerRegistry;

async fn push(address: &str, component: &[u8]) -> Digest {
    let remote = Remote::new(address.parse().unwrap(), Access::Anonymous, Calls::default()).unwrap();
    remote.push(component).await.unwrap()
}

fn rule(address: &str) -> RuleConfig {
    RuleConfig::new(RuleSource::Registry(address.to_owned()), Value::Null)
}

fn in_force(bench: &Bench) -> String {
    bench.tenant().status().publish_rules
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_moves_is_followed_within_a_minute_and_a_registry_that_is_gone_takes_nothing_away() {
    let registry = DockerRegistry::open();
    let address = registry.address("acme/rule:1");
    push(&address, defaults::TEAMS_TO_EIGHT).await;
    let mut bench = Bench::with_rules(Config { users: 5, ..Config::default() }, vec![rule(&address)]).await;
    bench.until("it is in force", |bench| in_force(bench) == "teams-to-8x8 1.0.0, teams-to-8x8 1.0.0").await;

    push(&address, KEEP).await;
    bench.cycles(2).await;
    assert!(!in_force(&bench).contains("keep"), "not before a minute has passed");
    bench.simulator.step(Duration::from_secs(60));
    let kept = "teams-to-8x8 1.0.0, keep-agents-available 1.0.0";
    bench.until("what the tag names now is in force", |bench| in_force(bench) == kept).await;
    assert!(bench.troubles().is_empty(), "{:?}", bench.troubles());

    drop(registry);
    bench.simulator.step(Duration::from_secs(60));
    bench.until("the trouble is told", |bench| bench.troubles().contains_key(&Place::Rules)).await;
    let told = bench.trouble(Place::Rules).what;
    assert!(told.contains(&address) && told.contains("keep-agents-available 1.0.0 stays in force"), "{told}");
    bench.restart().await;
    assert_eq!(in_force(&bench), kept, "what was kept is in force before the registry answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_was_chosen_is_kept_to_wherever_the_tag_goes() {
    let registry = DockerRegistry::open();
    let folder = tempfile::tempdir().unwrap();
    let address = registry.address("acme/rule:1");
    let chosen = push(&address, KEEP).await;
    push(&address, defaults::TEAMS_TO_EIGHT).await;
    let mut lock = Lock::default();
    let pin = Pin { digest: chosen, size: KEEP.len() as u64, signer: None };
    lock.set(&address.parse().unwrap(), pin);
    let path = folder.path().join("presync-rules.lock");
    lock.write(&path).unwrap();

    let loaded = |lock| {
        let config = rule(&address);
        tokio::task::spawn_blocking(move || {
            let base = RuleBase::with(RuleSettings { lock, ..RuleSettings::default() }).unwrap();
            base.load(&config).unwrap().compiled().name().to_owned()
        })
    };
    assert_eq!(loaded(Some(path)).await.unwrap(), "keep-agents-available");
    assert_eq!(loaded(None).await.unwrap(), "teams-to-8x8");
}

#[test]
fn with_trusted_keys_only_what_they_signed_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let trusted = TrustedKeys::parse([ours.public().to_string()]).unwrap();
    let base = RuleBase::with(RuleSettings { trusted, ..RuleSettings::default() }).unwrap();
    let load = |component: &[u8]| {
        let path = folder.path().join("rule.wasm");
        std::fs::write(&path, component).unwrap();
        base.load(&RuleConfig::of_file(path, Value::Null))
    };
    let signed = signature::sign(KEEP, &ours).unwrap();
    assert_eq!(load(&signed).unwrap().compiled().name(), "keep-agents-available");
    let mut altered = signed;
    altered[5_000] ^= 1;
    for refused in [KEEP.to_vec(), signature::sign(KEEP, &other).unwrap(), altered] {
        assert!(matches!(load(&refused), Err(RuleError::Signature { .. })), "{:?}", load(&refused));
    }
    let table = RuleConfig::new(RuleSource::Table, serde_json::json!({"lines": []}));
    let embedded = base.load(&table);
    assert!(!matches!(embedded, Err(RuleError::Signature { .. })), "what presync carries needs no signature");
}
