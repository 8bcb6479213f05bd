//! No tenant waits for another.

use std::sync::Arc;
use std::time::Duration;

use presync_end_to_end::Bench;
use presync_service::status::Place;
use presync_simulator::{Config, Endpoint, Fault};
use tokio::task::JoinSet;

/// Whether a cycle waits for this endpoint: the directories are read beside it, and others are never called.
fn is_waited_for(endpoint: Endpoint) -> bool {
    use Endpoint::{
        ClearPresence, EightChanges, EightSnapshot, EightToken, EntraToken, GetPresences, Publish, SetPresence,
    };
    matches!(
        endpoint,
        EntraToken | GetPresences | SetPresence | ClearPresence | EightToken | EightSnapshot | EightChanges | Publish
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_whose_providers_hang_does_not_delay_another() {
    let sick = Endpoint::ALL.len();
    let mut bench = Bench::start(Config { tenants: sick + 1, users: 3, oddities: false, ..Config::default() }).await;
    bench.call_deadline = Duration::from_secs(3);
    bench.restart().await;
    for tenant in 0..=sick {
        bench.simulator.start_eight_call(&bench.simulator.people(tenant)[0]);
    }
    bench.cycles(1).await;
    // Each tenant but the last has one endpoint that never answers, and something to do there.
    for (tenant, endpoint) in Endpoint::ALL.into_iter().enumerate() {
        let fault = Fault::hung(endpoint, Duration::from_secs(3_600));
        bench.simulator.faults().add(fault.on_tenant(&format!("tenant-{}", tenant + 1)));
    }
    for tenant in 0..=sick {
        let people = bench.simulator.people(tenant);
        bench.simulator.end_eight_call(&people[0]);
        bench.simulator.start_eight_call(&people[1]);
        bench.simulator.teams_client(&people[2], "Busy", "Busy");
    }
    // Everybody needs a token and a snapshot.
    bench.simulator.revoke_tokens();
    bench.simulator.expire_cursors();
    bench.simulator.step(bench.cadence.directory);
    let mut running = JoinSet::new();
    for (place, tenant) in bench.tenants.iter().map(Arc::clone).enumerate() {
        running.spawn(async move {
            tenant.cycle().await;
            place
        });
    }
    let mut ended = Vec::new();
    while let Some(place) = running.join_next().await {
        ended.push(place.unwrap());
    }
    let turn = |place: usize| ended.iter().position(|ended| *ended == place);
    for (place, endpoint) in Endpoint::ALL.into_iter().enumerate().filter(|(_, endpoint)| is_waited_for(*endpoint)) {
        assert!(turn(sick) < turn(place), "{endpoint:?}: {ended:?}");
    }
    let healthy = bench.tenants[sick].status();
    assert!(healthy.troubles.is_empty(), "{:?}", healthy.troubles);
    bench.simulator.faults().clear();
    let well = |bench: &Bench| {
        let read_beside = |place: &Place| *place == Place::Directory;
        bench.tenants.iter().all(|tenant| tenant.status().troubles.keys().all(read_beside))
            && bench.simulator.truth().wrong.is_empty()
    };
    bench.within(8, "all is right", well).await;
    bench.assert_right();
}
