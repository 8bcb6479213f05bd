//! Every hostile rule in a tenant of its own, beside tenants that have none: nobody else feels it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::time::Duration;

use presync_core::words::Direction;
use presync_end_to_end::Bench;
use presync_sandbox::{Case, Expected, collection};
use presync_service::status::Place;
use presync_service::{RuleConfig, Tenant};
use presync_simulator::Config;

/// Tenants without overrides; they come after the hostile ones.
const QUIET: usize = 3;

/// A bench with a tenant for every case, and the quiet ones; and the folder of their files.
async fn bench(cases: &[Case]) -> (Bench, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let overrides = cases.iter().map(|case| {
        let path = folder.path().join(case.name).with_extension("wasm");
        std::fs::write(&path, &case.component).unwrap();
        vec![RuleConfig {
            direction: Some(Direction::TeamsToEight),
            ..RuleConfig::of_file(path, serde_json::Value::Null)
        }]
    });
    let move_every = Duration::from_secs(5);
    let config = Config { tenants: cases.len() + QUIET, users: 3, oddities: false, move_every, ..Config::default() };
    (Bench::with_rules_of_each(config, overrides.collect()).await, folder)
}

fn troubles(tenant: &Tenant) -> String {
    tenant.status().troubles.values().map(|trouble| trouble.what.as_str()).collect::<Vec<_>>().join("; ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_rule_harms_no_other_tenant_and_a_rule_that_fails_not_even_its_own() {
    let cases = collection();
    let (bench, _folder) = bench(&cases).await;
    bench.simulator.start_movement();
    bench.cycles(8).await;
    let met: Vec<String> = bench.tenants.iter().map(|tenant| troubles(tenant)).collect();
    bench.simulator.stop_movement();
    bench.cycles(3).await;

    let wrong = bench.simulator.truth().wrong;
    let mut failed = 0;
    for (case, (tenant, met)) in cases.iter().zip(bench.tenants.iter().zip(&met)) {
        let (name, status) = (case.name, tenant.status());
        assert_eq!(status.counters.cycles, 12, "{name}: no cycle is left out");
        failed += usize::from(status.counters.rule_faults > 0);
        if !matches!(case.expected, Expected::Refused | Expected::Fails(_)) {
            // What the others show depends on who is in the tenant.
            continue;
        }
        assert!(!met.is_empty(), "{name}: the administrator is told");
        assert!(wrong.iter().all(|wrong| wrong.tenant != status.tenant), "{name}: the default map stands: {wrong:#?}");
        // One that fails on everybody is refused when it is tried out, before anybody is put to it.
        if case.expected == Expected::Refused || status.counters.rule_faults == 0 {
            let there = status.troubles.get(&Place::Rules).unwrap();
            assert!(there.what.contains(&format!("{name}.wasm")), "{name}: {}", there.what);
        }
    }
    assert!(failed > 1, "some answer one question and fail on several");
    for tenant in &bench.tenants[cases.len()..] {
        let status = tenant.status();
        assert!(wrong.iter().all(|wrong| wrong.tenant != status.tenant), "{wrong:#?}");
        assert!(status.troubles.is_empty(), "{:#?}", status.troubles);
        assert_eq!((status.counters.writes_failed, status.counters.rule_faults), (0, 0));
        assert!(status.counters.published > 0, "its people moved");
    }
}
